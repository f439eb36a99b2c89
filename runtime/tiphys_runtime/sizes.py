"""The limit of what a task takes and gives (`max_inline_io_bytes`): bytes of the values as they are written."""

from __future__ import annotations

from tiphys_runtime import codec
from tiphys_runtime.errors import InlineIOMaxBytesBreached
from tiphys_runtime.shim import FINAL, INPUT, Ended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from tiphys_runtime.shim import Call


def measured(
    call: Call, work: Callable[..., Any], function: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
) -> Any:
    """Run a task whose inputs and output may not be larger than that. Raises Ended."""
    check_inputs(call, function, args, kwargs)
    value = work(function, args, kwargs)
    check_output(call, value)
    return value


def check_inputs(call: Call, function: Callable[..., Any], args: list[Any], kwargs: Mapping[str, Any]) -> None:
    """Raise Ended where the inputs of a call are too large, all together; the largest is named."""
    code = getattr(function, "__code__", None)
    names = code.co_varnames if code is not None else ()
    given = {names[index] if index < len(names) else str(index): value for index, value in enumerate(args)}
    sizes = {name: size_of(call, value) for name, value in {**given, **kwargs}.items()}
    total, most = sum(sizes.values()), call.entry["most"]
    if total > most:
        largest = max(sizes, key=sizes.__getitem__)
        what = f"the inputs have {total:,} bytes, {sizes[largest]:,} of them `{largest}`"
        if len(sizes) == 1:
            what = f"the input `{largest}` has {total:,} bytes"
        raise Ended(INPUT, breached(call, what))


def check_output(call: Call, value: Any) -> None:
    """Raise Ended where what a call gives is too large."""
    size = size_of(call, value)
    if size > call.entry["most"]:
        raise Ended(FINAL, breached(call, f"the output has {size:,} bytes"))


def size_of(call: Call, value: Any) -> int:
    """Measure a value as it is written; one that cannot be written is told of where that is tried."""
    try:
        return len(codec.to_file(value, call.world)) if call.world is not None else 0
    except Exception:  # noqa: BLE001  (pickling runs the user's own code)
        return 0


def breached(call: Call, what: str) -> InlineIOMaxBytesBreached:
    """Make the error, with its mending."""
    most, task = call.entry["most"], call.entry["title"]
    return InlineIOMaxBytesBreached(
        f"the task {task} takes and gives at most {most:,} bytes (`max_inline_io_bytes`): {what}; raise the limit, or "
        "pass a reference to where the data is"
    )
