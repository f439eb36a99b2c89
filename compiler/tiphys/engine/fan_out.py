"""Fan-out: the items over which a task is repeated, and the names of its children."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tiphys.engine.functions import Unevaluable
from tiphys.engine.gotext import json_of, text_of
from tiphys.engine.retries import whole

if TYPE_CHECKING:
    from tiphys.engine.scope import Scope
    from tiphys.engine.templates import FanOut

_FORM = re.compile(r"%0?\d*[dxXo]")


def expand(fan_out: FanOut, scope: Scope) -> list[object]:
    """Give the items; those of a sequence are text."""
    if fan_out.items is not None:
        return list(fan_out.items)
    if fan_out.parameter is not None:
        text = fan_out.parameter.render(scope)
        try:
            items = json.loads(text)
        except ValueError as error:
            items = error
        if not isinstance(items, list):
            message = f"withParam value could not be parsed as a JSON list: {text[:80]}: {items}"
            raise Unevaluable(message)
        return items
    return list(_sequence(fan_out, scope))


def child_name(task: str, index: int, item: object) -> str:
    """Name a child as Argo does: `task(0:item)`."""
    if isinstance(item, dict):
        shown = ",".join(f"{key}:{text_of(item[key])}" for key in sorted(item))
    else:
        shown = json_of(item) if isinstance(item, list) else text_of(item)
    return f"{task}({index}:{shown})"


def variable(item: object) -> object:
    """Give what `item` stands for in tags: text, or a map of texts."""
    if isinstance(item, dict):
        return {str(key): value if isinstance(value, str) else json_of(value) for key, value in item.items()}
    return item if isinstance(item, str) else json_of(item)


def _sequence(fan_out: FanOut, scope: Scope) -> list[str]:
    start = whole(fan_out.start, scope) if fan_out.start else 0
    if fan_out.count is not None:
        count = whole(fan_out.count, scope)
        if count == 0:
            return []
        end = start + count - 1
    elif fan_out.end is not None:
        end = whole(fan_out.end, scope)
    else:
        message = "must have count or end for withSequence"
        raise Unevaluable(message)
    numbers = range(start, end + 1) if start <= end else range(start, end - 1, -1)
    if fan_out.form is None:
        return [str(number) for number in numbers]
    if not _FORM.search(fan_out.form):
        message = f"the format `{fan_out.form}` of withSequence is not understood"
        raise Unevaluable(message)
    return [fan_out.form % number for number in numbers]
