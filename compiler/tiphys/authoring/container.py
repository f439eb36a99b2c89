"""`ContainerTask`: a task whose work is done by any image and command, with files as inputs and outputs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from tiphys.authoring.commands import Command, Misplaced, command_of
from tiphys.authoring.interface import NativeInterface, dressed
from tiphys.authoring.levels import said_of_task
from tiphys.authoring.location import caller, keyword
from tiphys.authoring.task import Documentation, TaskTemplate, check_docs
from tiphys.diagnostics import AuthoringError, Mistake, Span, report, shown, together
from tiphys_runtime.beside import Container

if TYPE_CHECKING:
    from tiphys.authoring.image import Image

NAME = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
FILE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OURS = ("/tiphys", "/var/run")
"""Folders that the shim and Argo use."""


@dataclass(frozen=True)
class Beside:
    """The container that runs beside the shim: its command, and where it finds its inputs and leaves its outputs."""

    command: Command
    inputs: str
    outputs: str


NO_REPORT = "nothing in its container could log to one"


class ContainerTask(TaskTemplate[..., Any]):
    """A task of any image and command; the image needs no Python.

    inputs: types by name; each is a file `<input_data_dir>/<name>`: a text as it is, of other types JSON; None is no
    file. outputs: types by name, read from `<output_data_dir>/<name>` in the same form; one is the result, several are
    a tuple. In `command` and `arguments` `{{.inputs.NAME}}` is the value of an input (the image then needs `/bin/sh`).
    It is called as an async task is. Its failure is a `tiphys.errors.ContainerError`.

    Further keywords are settings, as `TaskEnvironment` and its decorator take them. Raises AuthoringError.
    """

    task_type = "raw-container"

    def __init__(
        self,
        name: str,
        image: str | Image | None = None,
        command: Sequence[str] = (),
        inputs: Mapping[str, Any] | None = None,
        arguments: Sequence[str] | None = None,
        outputs: Mapping[str, Any] | None = None,
        *,
        input_data_dir: str = "/var/inputs",
        output_data_dir: str = "/var/outputs",
        docs: Documentation | None = None,
        **settings: Any,
    ) -> None:
        where = caller()
        with together():
            if not isinstance(name, str) or not NAME.fullmatch(name):
                text = f"{name!r} is no name of a task: lower-case words joined by `-` or `_`"
                report(Mistake(text, keyword(where, "name")))
            if image is None:
                text = f"the container task {name!r} has no image"
                report(Mistake(text, keyword(where, "image"), "Say which one: `image='alpine:3'`."))
            level = said_of_task("ContainerTask", {**settings, "image": image}, where, ContainerTask, NO_REPORT)
            check_docs(docs, where)
            inputs, outputs = as_types("inputs", inputs, where), as_types("outputs", outputs, where)
            more = () if arguments is None else as_words("arguments", arguments, where)
            words = (*as_words("command", command, where), *more)
            if not words:
                text = f"the container task {name!r} has no command"
                raise AuthoringError(Mistake(text, keyword(where, "command"), "Say what it runs: `command=[...]`."))
            try:
                cut = command_of(words, inputs)
            except Misplaced as error:
                raise AuthoringError(Mistake(str(error), keyword(where, "command"))) from None
            folders = as_folders(str(input_data_dir), str(output_data_dir), where)
            body = Container(
                name, command=cut.pieces, variables=cut.variables, folders=folders, outputs=tuple(outputs.items())
            )
            function = dressed(body, name, NativeInterface(inputs, outputs).signature)
            self.begin(function, name=name, said=level, docs=docs, where=where)
            self.container = (Beside(cut, *folders), function)
        self.inputs, self.outputs = inputs, outputs


def as_types(side: str, types: object, where: Span) -> dict[str, Any]:
    """Check types by name, for names that a file can have. Raises AuthoringError for what nothing can be made of."""
    if types is None:
        return {}
    place = keyword(where, side)
    if not isinstance(types, Mapping):
        mend = f'Write `{side}={{"name": str}}`.'
        raise AuthoringError(Mistake(f"`{side}` takes types by name, not {shown(types)}", place, mend))
    for name, kind in types.items():
        if not isinstance(name, str) or not FILE.fullmatch(name):
            what = f"{shown(name)} in `{side}` is no name of a file that any program can read"
            raise AuthoringError(Mistake(what, place, "Use letters, digits and `_`."))
        if not is_type(kind):
            report(Mistake(f"`{name}` in `{side}` has no type, but {shown(kind)}", place, "Write `str`, say."))
    return dict(types)


def is_type(kind: object) -> bool:
    """Say whether something is an annotation."""
    return isinstance(kind, type) or kind is Any or hasattr(kind, "__origin__") or hasattr(kind, "__args__")


def as_words(what: str, words: object, where: Span) -> tuple[str, ...]:
    """Check that a command is a list of texts."""
    if isinstance(words, str) or not isinstance(words, Sequence):
        mend = f"Write a list of words: `{what}={str(words).split()!r}`." if isinstance(words, str) else None
        raise AuthoringError(Mistake(f"`{what}` takes a list of texts, not {words!r}", keyword(where, what), mend))
    for word in words:
        if not isinstance(word, str) or "\0" in word:
            raise AuthoringError(Mistake(f"`{what}` takes a list of texts, not {word!r}", keyword(where, what)))
    return tuple(words)


def as_folders(inputs: str, outputs: str, where: Span) -> tuple[str, str]:
    """Check the folders of the container."""
    for name, folder in (("input_data_dir", inputs), ("output_data_dir", outputs)):
        path = PurePosixPath(folder)
        if not path.is_absolute() or str(path) == "/" or ".." in path.parts:
            raise AuthoringError(Mistake(f"`{name}` is {folder!r}, and must be an absolute path", keyword(where, name)))
        if any(path.is_relative_to(own) for own in OURS):
            raise AuthoringError(
                Mistake(f"`{name}` is {folder!r}, where tiphys and Argo keep files", keyword(where, name))
            )
    first, second = PurePosixPath(inputs), PurePosixPath(outputs)
    if first.is_relative_to(second) or second.is_relative_to(first):
        text = f"one of {inputs} and {outputs} is in the other"
        raise AuthoringError(Mistake(text, keyword(where, "output_data_dir"), "Use two folders."))
    return str(first), str(second)
