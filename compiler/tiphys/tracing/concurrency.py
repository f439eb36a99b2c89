"""Coroutines, tasks and task groups: what runs side by side, and the order that awaiting makes.

A task begins at the first `await` after it was scheduled, with the order reached when it was scheduled; awaiting it
adds what it has reached to the order of whoever awaits.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tiphys.diagnostics import ProgramError
from tiphys.tracing.contexts import in_context
from tiphys.tracing.meaningless import method_refused
from tiphys.tracing.pending import PendingC, Status
from tiphys.tracing.state import Box
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, Choice, Closure, Method, NotKnown, Poisoned, Raised, TupleV

if TYPE_CHECKING:
    from tiphys.tracing.regions import Way

ONCE = "Keep its result in a variable, or make a task of it: `asyncio.create_task(...)`."


def await_value(t: Tracer, value: Any, node: ast.AST, *, may_fail: bool = False) -> Any:
    """Run `await value`. may_fail: only run time says whether it is that value."""
    from tiphys.tracing.choices import decide

    start_ready(t)
    if isinstance(value, Choice):
        return decide(t, value, lambda option: await_value(t, option, node, may_fail=True), node)
    if value is None and may_fail:
        raise Raised(TypeError("object NoneType can't be used in 'await' expression"), t.span(node))
    if not (isinstance(value, Box) and isinstance(value.content, PendingC)):
        named = "a result" if t.unknown(value) is not None else article(type_name(value))
        raise t.refuse(f"`await` needs a coroutine or a task, and this is {named}", node, "Leave out the `await`.")
    content = value.content
    if content.status is Status.CREATED:
        if content.excused:
            raise Poisoned
        if content.taken:
            raise t.refuse(f"`{content.title}` was awaited before, and a coroutine can be awaited once", node, ONCE)
        run(t, value)
        return value.content.value
    if content.taken and not content.reusable:
        raise t.refuse(f"`{content.title}` was awaited before, and a coroutine can be awaited once", node, ONCE)
    start_ready(t)
    t.state.frontier = join(t.state.frontier, [value.content])
    t.state.write(value).taken = True
    return settled_outcome(t, value, node)


def await_around(t: Tracer, way: Way, node: ast.AST) -> None:
    """Note which tasks from outside are awaited in each round of a loop, or by each item of a map."""
    for box, content in way.changes.items():
        before = box.content
        if not isinstance(content, PendingC) or not content.taken or before.epoch >= way.epoch:
            continue
        if isinstance(before, PendingC) and not before.taken:
            if not content.reusable:
                message = f"`{content.title}` may be awaited here more than once, which no coroutine can"
                raise t.refuse(message, node, ONCE)
            t.state.write(box).taken = True


def settled_outcome(t: Tracer, box: Box, node: ast.AST) -> Any:
    """Give the value of a task that is done; one that was begun outside of a `try` may raise inside it."""
    from tiphys.tracing.outcomes import passed_on

    content = box.content
    if content.status is not Status.DONE:  # a round is tried out, in which nothing is begun
        raise NotKnown
    if content.outcome is not None:
        return passed_on(t, content.value, content.outcome, node)
    if content.may_raise and t.trials and content.done_at < t.trials[-1].mark.own:
        raise Retrace(content.where)
    return t.steady(content.value, content.title, node)


class Retrace(Exception):
    """A task is awaited inside a `try` that it was begun before: its outcome has to be a value. Traced again.

    early: it is awaited in what runs many times and was begun before that: it has to run where it is begun.
    """

    def __init__(self, where: Any, *, early: bool = False) -> None:
        super().__init__(str(where))
        self.where = where
        self.early = early


def article(name: str) -> str:
    """Put `a` or `an` before a word."""
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def type_name(value: Any) -> str:
    """Name the class of a value for people."""
    match value:
        case Box():
            return type(value.content).__name__.removesuffix("C").lower()
        case TupleV():
            return "tuple"
        case Closure() | Bound() | Method():
            return "function"
    return type(value).__name__


def run(t: Tracer, box: Box) -> None:
    """Interpret a coroutine here and now."""
    content = t.state.write(box)
    content.status = Status.SCHEDULED
    content.taken = True
    content.start = t.state.frontier
    assert content.begin is not None
    value = content.begin()
    content = t.state.write(box)
    content.value, content.end, content.status = value, t.state.frontier, Status.DONE


def node_at(where: Any) -> ast.AST:
    """Make a node that stands at a place."""
    return ast.Pass(
        lineno=where.line, col_offset=where.column, end_lineno=where.end_line, end_col_offset=where.end_column
    )


def schedule(t: Tracer, box: Box) -> None:
    """Let a coroutine run beside the others, from the next `await` on."""
    content = t.state.write(box)
    content.status = Status.SCHEDULED
    content.start = t.state.frontier
    if content.begin is not None:  # a task keeps the context in which it was made
        content.begin = functools.partial(in_context, t, t.context, content.begin)
    t.state.ready = (*t.state.ready, box)


def start_ready(t: Tracer) -> None:
    """Interpret the scheduled tasks that have not begun, each in the order reached when it was scheduled."""
    while t.state.ready and not t.holding:
        boxes, t.state.ready = t.state.ready, ()
        for box in boxes:
            outer = t.state.frontier
            t.state.frontier = box.content.start
            begin = box.content.begin
            outcome = None
            if box.content.where in t.program.outcomes:
                from tiphys.tracing.outcomes import tried_member

                value, outcome = tried_member(t, begin, node_at(box.content.where))
            else:
                value = begin()
            content = t.state.write(box)
            content.done_at = t.state.epoch
            content.value, content.end, content.status = value, t.state.frontier, Status.DONE
            content.outcome = outcome
            content.may_raise = outcome is None and not any(name in content.start for name in content.end)
            t.state.frontier = outer


def join(frontier: tuple[str, ...], done: Iterable[PendingC]) -> tuple[str, ...]:
    """Add what tasks have reached to the order; what they started from is implied by it."""
    names: dict[str, None] = {}
    implied: set[str] = set()
    starts: set[int] = set()
    for content in done:
        if content.end is content.start:
            continue
        if id(content.start) not in starts:
            starts.add(id(content.start))
            implied.update(content.start)
        names.update(dict.fromkeys(content.end))
    if not names:
        return frontier
    kept = {name: None for name in frontier if name not in implied}
    return tuple({**kept, **names})


def as_task(t: Tracer, value: Any, node: ast.AST, title: str) -> Box:
    """Take an awaitable given to asyncio; a coroutine is scheduled."""
    value = as_awaitable(t, value, node)
    if not (isinstance(value, Box) and isinstance(value.content, PendingC)):
        mend = "Pass the call itself, without `await`." if t.unknown(value) is not None else None
        raise t.refuse(f"`{title}` needs coroutines or tasks", node, mend)
    content = value.content
    if content.status is Status.CREATED:
        if content.excused:
            raise Poisoned
        if content.taken:
            raise t.refuse(f"`{content.title}` was awaited before, and a coroutine can be awaited once", node, ONCE)
        if content.reusable:
            t.state.write(value).taken = True
            schedule(t, value)
            return value
        made = PendingC(content.begin, content.title, content.where, reusable=True)
        given = t.state.write(value)
        given.taken = True
        made.held, given.held = given.held, None
        box = t.state.box(made)
        t.state.pending.append(box)
        schedule(t, box)
        return box
    t.state.write(value).taken = True
    return value


def as_awaitable(t: Tracer, value: Any, node: ast.AST) -> Any:
    """Give one of several things to await as one."""
    if not isinstance(value, Choice):
        return value
    return t.state.box(PendingC(lambda: await_value(t, value, node), "gather", t.span(node), reusable=False))


def create_task(t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], node: ast.Call) -> Any:
    if not args:
        raise t.refuse("`create_task` needs a coroutine", node)
    box = as_task(t, args[0], node, "create_task")
    t.state.write(box).taken = False
    return box


def call_pending(t: Tracer, method: Method, _args: tuple[Any, ...], _keywords: dict[str, Any], node: ast.Call) -> Any:
    """Call a method of a task or future."""
    content = method.receiver.content
    if method.name == "result" and content.status is Status.DONE:
        return settled_outcome(t, method.receiver, node)
    if method.name == "result":
        raise t.refuse(f"the result of `{content.title}` is read before it is awaited", node, "Await it first.")
    if method.name == "done":
        return content.status is Status.DONE
    if method.name in ("set_name", "get_name"):
        return None
    raise ProgramError(method_refused(t, method.name, node))
