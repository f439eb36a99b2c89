"""Kept results (docs/wire.md): a result that an equal call has left is taken, a new one is left for later calls."""

from __future__ import annotations

import os
import sys
import time

from tiphys_runtime import codec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tiphys_runtime.shim import Call

NOTHING = object()
FILE = "kept"


def kept(call: Call, work: Callable[[], Any]) -> Any:
    """Give the result that an equal call has kept; else work, and keep what that gives."""
    value = found(call)
    if value is NOTHING:
        value = work()
        keep(call, value)
    return value


def found(call: Call) -> Any:
    """Give the result that an equal call has kept, or NOTHING: what cannot be read, or is too old, counts as absent."""
    file = os.path.join(call.root, "in", FILE)
    if not os.path.isfile(file) or call.world is None:
        return NOTHING
    try:
        with open(file, "rb") as stream:
            made = float(stream.readline())
            data = stream.read()
        longest = call.entry["kept"].get("age")
        if longest is not None and time.time() - made > longest:
            return NOTHING
        value = codec.from_file(data, call.world)
    except Exception as error:  # noqa: BLE001  (unpickling runs code of the user's and of libraries)
        print(f"tiphys: a kept result cannot be read, so the task runs: {error}", file=sys.stderr)  # noqa: T201
        return NOTHING
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(made))
    print(f"tiphys: the result was kept from {when}, the task does not run again", file=sys.stderr)  # noqa: T201
    return value


def keep(call: Call, value: Any) -> None:
    """Leave a result for later calls. One that cannot be written is not kept: its output says why."""
    if call.world is None or call.entry["kept"].get("reads"):
        return
    try:
        data = codec.to_file(value, call.world)
    except Exception:  # noqa: BLE001  (pickling runs the user's own code)
        return
    os.makedirs(os.path.join(call.root, "out"), exist_ok=True)
    with open(os.path.join(call.root, "out", FILE), "wb") as file:
        file.write(f"{time.time():.3f}\n".encode())
        file.write(data)


def not_kept(**_arguments: Any) -> tuple[bool, None]:
    """Say that no result was kept: the body of a pod that only looks for one."""
    return False, None


def kept_by(**arguments: Any) -> tuple[bool, Any]:
    """Give a result, for it to be kept."""
    return True, arguments["result to keep"]
