"""What has no meaning in a graph of pods: refused by its name, before its arguments are looked at.

So it is told, too, where it stands in a statement that a mistake before it keeps from being interpreted.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from tiphys.diagnostics import Mistake, ProgramError
from tiphys.tracing.changes import meant, value_of
from tiphys.tracing.pending import BatchC, PendingC
from tiphys.tracing.state import Box, DictC, ListC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import TupleV

ALL = "Await them all with `asyncio.gather(*jobs)`; with `return_exceptions=True` it gives exceptions as values."
FUNCTIONS = {
    "run": ("`asyncio.run` inside an orchestrator has no meaning", "Await the coroutine instead."),
    "shield": ("`asyncio.shield` has no meaning where nothing is cancelled", "Leave it out."),
    "Queue": ("a queue between running tasks has no meaning in a DAG", "Pass values as arguments and results."),
    "Event": ("an event between running tasks has no meaning in a DAG", "Order tasks by awaiting them."),
    "Lock": ("a lock between running tasks has no meaning in a DAG", "Order tasks by awaiting them."),
    "wait": ("`asyncio.wait` is not supported: it gives sets of tasks to look into", ALL),
}
"""Functions of `asyncio`, and what is said of them."""
METHODS = {
    "cancel": "Leave it out: what has begun runs to its end, or a limit (`timeout=` of a task, `asyncio.wait_for`).",
    "exception": "Await it in a `try`; or `asyncio.gather(*jobs, return_exceptions=True)` gives exceptions as values.",
}
"""Methods of running tasks, and what to do instead."""


def check_meaning(t: Tracer, function: Any, node: ast.Call) -> None:
    """Refuse to call what has no meaning. Raises ProgramError."""
    found = meaningless(t, function, node)
    if found is not None:
        raise ProgramError(found)


def meaningless(t: Tracer, function: Any, node: ast.Call) -> Mistake | None:
    """Give what is said of a call of a function of `asyncio` that has no meaning; nothing for any other."""
    module = getattr(function, "__module__", None)
    name = getattr(function, "__name__", "")
    if not isinstance(module, str) or module.partition(".")[0] != "asyncio" or name not in FUNCTIONS:
        return None
    what, mend = FUNCTIONS[name]
    when = next((word.value for word in node.keywords if word.arg == "return_when"), None)
    said = ast.unparse(when).rpartition(".")[2].strip("'") if when is not None else "ALL_COMPLETED"
    if name == "wait" and said != "ALL_COMPLETED":
        first = "the first of several running tasks cannot be known in a DAG"
        what = f"{first}, so `asyncio.wait(..., {said})` has no meaning here"
    return Mistake(what, t.span(node), mend)


def method_refused(t: Tracer, name: str, node: ast.AST) -> Mistake:
    """Give what is said of a method of a running task."""
    mend = METHODS.get(name, "Let it run to its end, or use plain code inside one task.")
    return Mistake(f"`{name}` of a task has no meaning where tasks are pods", t.span(node), mend)


def told_by_name(t: Tracer, root: ast.AST) -> Iterator[Mistake]:
    """List what has no meaning in code that is not interpreted, because something before it is wrong."""
    loops = {
        item.target.id: item.iter
        for item in ast.walk(root)
        if isinstance(item, ast.For | ast.comprehension) and isinstance(item.target, ast.Name)
    }
    for item in ast.walk(root):
        if not isinstance(item, ast.Call):
            continue
        found = meaningless(t, meant(t.frame, item.func), item)
        if found is not None:
            yield found
        match item.func:
            case ast.Attribute(value=ast.Name(id=name), attr="cancel" as method):
                owner = loops.get(name)
                variable = owner.id if isinstance(owner, ast.Name) else name
                if holds_tasks(value_of(t.frame, variable)):
                    yield method_refused(t, method, item)


def holds_tasks(value: Any) -> bool:
    """Say whether a value is a running task, or a container of such."""
    match value:
        case Box(content=PendingC() | BatchC()):
            return True
        case Box(content=ListC(items=items)) | TupleV(items=items):
            return any(map(holds_tasks, items[:10]))
        case Box(content=DictC(entries=entries)):
            return any(map(holds_tasks, list(entries.values())[:10]))
    return False
