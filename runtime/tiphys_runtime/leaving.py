"""What a task leaves beside its outputs: its result, as a file that others find by its names."""

from __future__ import annotations

import os

from tiphys_runtime import codec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tiphys_runtime.shim import Call

FILE = "artifact"


def leave(call: Call) -> None:
    """Write what the body gave. It can be written: its output was."""
    if call.world is None:
        return
    folder = os.path.join(call.root, "out")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, FILE), "wb") as file:
        file.write(codec.to_file(call.values.body, call.world))
