"""A container task outside of a run: its command as a process of this computer."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiphys_runtime.beside import COMMAND, LOCAL

if TYPE_CHECKING:
    from tiphys.authoring.container import Beside


async def run_here(body: Callable[..., Any], beside: Beside, values: Mapping[str, Any], env: Mapping[str, str]) -> Any:
    """Call the body of a container task, with folders of its own that are removed afterwards."""
    asked = {"command": command_in_pod(beside), "env": dict(env)}
    with (
        tempfile.TemporaryDirectory(prefix="tiphys-") as root,
        variables(TIPHYS_POD=root, **{LOCAL: json.dumps(asked)}),
    ):
        (Path(root) / "work").mkdir()
        return body(**values)


def command_in_pod(beside: Beside) -> list[str]:
    """Give the command as the pod has it: a script where it names inputs."""
    if beside.command.pieces is None:
        return list(beside.command.words)
    return ["/bin/sh", f"{beside.inputs}/{COMMAND}"]


@contextmanager
def variables(**said: str) -> Iterator[None]:
    """Set environment variables for a while."""
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)
    try:
        yield
    finally:
        for name, text in before.items():
            if text is None:
                del os.environ[name]
            else:
                os.environ[name] = text
