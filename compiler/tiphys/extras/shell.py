"""Shell scripts as tasks, with typed inputs and outputs.

count = shell.create("count", image="alpine:3", inputs={"text": str}, outputs={"words": int},
script="printf %s {inputs.text} | wc -w > {outputs.words}")
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tiphys.authoring.container import ContainerTask, as_types
from tiphys.authoring.location import caller, keyword
from tiphys.diagnostics import AuthoringError, Mistake, nearest

NAMED = re.compile(r"\{(inputs|outputs)\.([^{}\s]*)\}")
VALUES = (str, int, float, bool)
"""Types whose values stand in a script; of others the path of the file stands there."""


def create(
    name: str,
    image: str,
    script: str,
    inputs: Mapping[str, Any] | None = None,
    outputs: Mapping[str, Any] | None = None,
    *,
    shell: str = "/bin/sh",
    input_data_dir: str = "/var/inputs",
    output_data_dir: str = "/var/outputs",
    **settings: Any,
) -> ContainerTask:
    """Make a task of a script, which ends at the first command that fails.

    In it `{inputs.NAME}` is the value of a text, a number or a bool, as a quoted variable, and the path of the file of
    anything else; `{outputs.NAME}` is the path of the file that the script has to write. Further keywords are those of
    `ContainerTask`. Raises AuthoringError.
    """
    known = {side: as_types(side, types, caller()) for side, types in (("inputs", inputs), ("outputs", outputs))}
    folders = {"inputs": input_data_dir, "outputs": output_data_dir}
    where = keyword(caller(), "script")

    def place(found: re.Match[str]) -> str:
        side, key = found[1], found[2]
        if key not in known[side]:
            has = nearest(key, sorted(known[side])) or f"The task has no {side}."
            raise AuthoringError(Mistake(f"`{found[0]}` names none of the task's {side}", where, has))
        is_value = side == "inputs" and known[side][key] in VALUES
        return f"{{{{.inputs.{key}}}}}" if is_value else f"{folders[side]}/{key}"

    if not isinstance(script, str) or not script.strip():
        raise AuthoringError(Mistake(f"`script` takes the text of a script, not {script!r}", where))
    command = [shell, "-euc", NAMED.sub(place, script)]
    return ContainerTask(
        name, image, command, inputs, None, outputs, input_data_dir=input_data_dir, output_data_dir=output_data_dir,
        **settings,
    )  # fmt: skip
