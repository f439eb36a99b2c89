"""Coroutines, tasks, `gather`, `TaskGroup`: what runs side by side, and the order that awaiting makes.

A task begins at the first `await` after it was scheduled, with the order reached when it was scheduled; awaiting it
adds what it has reached to the order of whoever awaits.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from tiphys.tracing.glue import at
from tiphys.tracing.state import BatchC, Box, GroupC, ListC, PendingC, SemaphoreC, Status
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, Choice, Closure, Method, TupleV, Unknown

ONCE = "Keep its result in a variable, or make a task of it: `asyncio.create_task(...)`."
Done = TypeVar("Done")
Handler = Callable[[Tracer, tuple[Any, ...], dict[str, Any], ast.Call], Any]


def await_value(t: Tracer, value: Any, node: ast.AST) -> Any:
    """Run `await value`."""
    from tiphys.tracing.choices import decide

    start_ready(t)
    if isinstance(value, Choice):
        return decide(t, value, lambda option: await_value(t, option, node), node)
    if not (isinstance(value, Box) and isinstance(value.content, PendingC)):
        named = "a result" if t.unknown(value) is not None else article(type_name(value))
        raise t.refuse(f"`await` needs a coroutine or a task, and this is {named}", node, "Leave out the `await`.")
    content = value.content
    if content.status is Status.CREATED:
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


def settled_outcome(t: Tracer, box: Box, node: ast.AST) -> Any:
    """Give the value of a task that is done; one that was begun outside of a `try` may raise inside it."""
    from tiphys.tracing.outcomes import passed_on

    content = box.content
    if content.tried is not None:
        return passed_on(t, content, node)
    begun_before = bool(t.trials) and content.end is not content.start and content.done_at < t.trials[-1].mark.own
    if begun_before and not any(name in content.start for name in content.end):
        raise Retrace(content.where)
    return content.value


class Retrace(Exception):
    """A task is awaited inside a `try` that it was begun before: its outcome has to be a value. Traced again."""

    def __init__(self, where: Any) -> None:
        super().__init__(str(where))
        self.where = where


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
    t.state.ready = (*t.state.ready, box)


def start_ready(t: Tracer) -> None:
    """Interpret the scheduled tasks that have not begun, each in the order reached when it was scheduled."""
    while t.state.ready:
        boxes, t.state.ready = t.state.ready, ()
        for box in boxes:
            outer = t.state.frontier
            t.state.frontier = box.content.start
            begin = box.content.begin
            tried = None
            if box.content.where in t.program.outcomes:
                from tiphys.tracing.outcomes import tried_member

                value, tried = tried_member(t, begin, node_at(box.content.where))
            else:
                value = begin()
            content = t.state.write(box)
            content.tried = tried if tried is not None else content.tried
            content.done_at = t.state.epoch
            content.value, content.end, content.status = value, t.state.frontier, Status.DONE
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
        if content.taken:
            raise t.refuse(f"`{content.title}` was awaited before, and a coroutine can be awaited once", node, ONCE)
        if content.reusable:
            t.state.write(value).taken = True
            schedule(t, value)
            return value
        t.state.write(value).taken = True
        made = PendingC(content.begin, content.title, content.where, reusable=True)
        made.held = content.held
        box = t.state.box(made)
        t.state.pending.append(box)
        schedule(t, box)
        return box
    t.state.write(value).taken = True
    return value


def gather(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    from tiphys.tracing.fan_out import Many, many_values
    from tiphys.tracing.outcomes import outcome

    keeps = decided(t, keywords.get("return_exceptions", False), node)
    tasks: list[Box] = []
    for value in args:
        if isinstance(value, Many):
            tasks.append(as_task(t, many_values(t, value, keeps_errors=keeps), node, "gather"))
        else:
            one = as_awaitable(t, value, node)
            tasks.append(
                as_task(t, outcome(t, one, node) if keeps else one, node.args[0] if node.args else node, "gather")
            )
    for box in tasks:
        t.state.write(box).taken = True

    def begin() -> Any:
        start_ready(t)
        t.state.frontier = join(t.state.frontier, [box.content for box in tasks])
        return together(t, args, [settled_outcome(t, box, node) for box in tasks], node)

    box = t.state.box(PendingC(begin, "gather", t.span(node), reusable=True))
    t.state.pending.append(box)
    return box


def decided(t: Tracer, value: Any, node: ast.AST) -> bool:
    """Give a flag that has to be known when the program is compiled."""
    from tiphys.tracing.tracer import NotKnown

    try:
        return bool(t.native(value))
    except NotKnown:
        raise t.untraceable(
            "this has to be known when the program is compiled", node, "Write `True` or `False`."
        ) from None


def as_awaitable(t: Tracer, value: Any, node: ast.AST) -> Any:
    """Give one of several things to await as one."""
    if not isinstance(value, Choice):
        return value
    return t.state.box(PendingC(lambda: await_value(t, value, node), "gather", t.span(node), reusable=False))


def together(t: Tracer, args: tuple[Any, ...], values: list[Any], node: ast.AST) -> Any:
    """Put the results of a gather into one list, those of many in their place."""
    from tiphys.tracing.fan_out import Many

    if not any(isinstance(arg, Many) for arg in args):
        return t.state.box(ListC(values))
    if len(args) == 1:
        return t.boxed(values[0])
    parts: list[ast.expr] = []
    for arg, value in zip(args, values, strict=True):
        tree = t.tree(t.settle(value, "v", node), node)
        parts.append(at(ast.Starred(value=tree, ctx=ast.Load()), node) if isinstance(arg, Many) else tree)
    return t.settle(Unknown(at(ast.List(elts=parts, ctx=ast.Load()), node), list), "gathered", node)


def create_task(t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], node: ast.Call) -> Any:
    if not args:
        raise t.refuse("`create_task` needs a coroutine", node)
    box = as_task(t, args[0], node, "create_task")
    t.state.write(box).taken = False
    return box


def task_group(t: Tracer, _args: tuple[Any, ...], _keywords: dict[str, Any], _node: ast.Call) -> Any:
    return t.state.box(GroupC([]))


def call_group(t: Tracer, method: Method, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Call a method of a `TaskGroup`."""
    if method.name != "create_task":
        mend = "Start its tasks by `create_task`."
        raise t.untraceable(f"`TaskGroup.{method.name}` cannot be traced", node, mend)
    from tiphys.tracing.outcomes import as_member

    member = as_member(t, method.receiver, as_awaitable(t, args[0], node), node) if args else None
    box = create_task(t, (member,) if args else (), keywords, node)
    t.state.write(box).taken = True
    t.state.write(method.receiver).members.append(box)
    return box


def call_pending(t: Tracer, method: Method, _args: tuple[Any, ...], _keywords: dict[str, Any], node: ast.Call) -> Any:
    """Call a method of a task or future."""
    content = method.receiver.content
    if method.name == "result" and content.status is Status.DONE:
        return content.value
    if method.name == "result":
        raise t.refuse(f"the result of `{content.title}` is read before it is awaited", node, "Await it first.")
    if method.name == "done":
        return content.status is Status.DONE
    if method.name in ("set_name", "get_name"):
        return None
    mend = "Let it run to its end, or use plain code inside one task."
    raise t.refuse(f"`{method.name}` of a task has no meaning where tasks are pods", node, mend)


def end_group(t: Tracer, group: Box, node: ast.AST) -> None:
    """Wait for the members of a task group; where one has failed, raise the group of what they raised."""
    from tiphys.tracing.fan_out import run_batch
    from tiphys.tracing.outcomes import raise_group

    while True:
        start_ready(t)
        members = group.content.members
        t.state.frontier = join(t.state.frontier, [box.content for box in members])
        if all(box.content.status is Status.DONE for box in members):
            break
    for box in t.state.pending:
        # tasks that were begun in the group and of which the number is known only at run time
        if isinstance(box.content, BatchC) and not box.content.taken and box.content.epoch >= group.content.epoch:
            run_batch(t, box)
    raise_group(t, group, node)


def sleep(t: Tracer, args: tuple[Any, ...], _keywords: dict[str, Any], node: ast.Call) -> Any:
    if args and args[0] == 0:
        return t.state.box(PendingC(lambda: None, "sleep", t.span(node), reusable=False))
    raise t.untraceable("`asyncio.sleep` in an orchestrator is not supported yet", node, "Sleep inside a task.")


def to_thread(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    from tiphys.tracing.calls import call_value

    function, *rest = args
    box = t.state.box(
        PendingC(
            lambda: call_value(t, function, tuple(rest), keywords, node), "to_thread", t.span(node), reusable=False
        )
    )
    t.state.pending.append(box)
    return box


def refused(what: str, mend: str) -> Handler:
    """Make the handler of what has no meaning in a graph of pods, or not yet."""

    def handler(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
        raise t.refuse(what, node, mend)

    return handler


def semaphore(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    limit = args[0] if args else keywords.get("value", 1)
    unknown = t.unknown(limit)
    return t.state.box(SemaphoreC(t.native(limit) if unknown is None else t.settle(unknown, "limit", node), []))


def timeout(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    from tiphys.tracing.managers import Limit

    return Limit(seconds_of(t, args[0] if args else keywords.get("delay"), node))


def seconds_of(t: Tracer, value: Any, node: ast.AST) -> float | None:
    """Give a time that is known."""
    from tiphys.tracing.tracer import NotKnown

    try:
        known = t.native(value)
    except NotKnown:
        mend = "Write it as a number, or take it from an argument that `--bind` fixes."
        raise t.untraceable("a timeout that is known only at run time is not supported yet", node, mend) from None
    return None if known is None else float(known)


def wait_for(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    given = {**dict(zip(("fut", "timeout"), args, strict=False)), **keywords}
    seconds = seconds_of(t, given.get("timeout"), node)
    awaitable = as_awaitable(t, given.get("fut"), node)
    content = awaitable.content if isinstance(awaitable, Box) else None
    if not isinstance(content, PendingC):
        raise t.refuse("`wait_for` needs a coroutine or a task", node)
    if content.status is Status.DONE:
        mend = "Give the timeout where the task is called: `asyncio.wait_for(task(...), timeout)`."
        raise t.untraceable("this task has begun before its timeout is known", node, mend)
    if content.status is Status.SCHEDULED:
        inner = content.begin
        assert inner is not None
        t.state.write(awaitable).begin = lambda: t.within_time(seconds, inner)
        return awaitable

    def begin() -> Any:
        return t.within_time(seconds, lambda: await_value(t, awaitable, node))

    t.state.write(awaitable)
    box = t.state.box(PendingC(begin, "wait_for", t.span(node), reusable=False))
    t.state.pending.append(box)
    return box


def as_completed(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Give the tasks in the order they were given: any order is one in which they may complete."""
    from tiphys.tracing.fan_out import Many
    from tiphys.tracing.iteration import collect

    def begun(many: Many) -> Callable[[Unknown], Any]:
        return lambda index: as_task(t, many.make(index), node, "as_completed")

    value = args[0] if args else keywords.get("fs")
    t.state.notes.append(f"{t.span(node)}: `as_completed` gives the results in the order of the tasks")
    if isinstance(value, Box) and isinstance(value.content, BatchC):
        t.state.write(value).taken = True
        items = value.content.items
    else:
        items = collect(t, value, node)
    made = [
        replace(item, make=begun(item)) if isinstance(item, Many) else as_task(t, item, node, "as_completed")
        for item in items
    ]  # fmt: skip
    for item in made:
        if isinstance(item, Box):
            t.state.write(item).taken = True
    return t.state.box(BatchC(made) if any(isinstance(item, Many) for item in made) else ListC(made))


def wait(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    when = keywords.get("return_when", "ALL_COMPLETED")
    if when == "ALL_COMPLETED":
        raise t.refuse("`asyncio.wait` is not supported", node, "Await them all with `asyncio.gather(*jobs)`.")
    first = "the first of several running tasks cannot be known in a DAG"
    what = f"{first}, so `asyncio.wait(..., {when})` has no meaning here"
    raise t.refuse(what, node, "Await them all with `asyncio.gather(*jobs)`.")


ASYNCIO: dict[str, Handler] = {
    "gather": gather,
    "create_task": create_task,
    "ensure_future": create_task,
    "TaskGroup": task_group,
    "sleep": sleep,
    "to_thread": to_thread,
    "wait": wait,
    "as_completed": as_completed,
    "wait_for": wait_for,
    "timeout": timeout,
    "Semaphore": semaphore,
    "BoundedSemaphore": semaphore,
    "run": refused("`asyncio.run` inside an orchestrator has no meaning", "Await the coroutine instead."),
    "shield": refused("`asyncio.shield` has no meaning where nothing is cancelled", "Leave it out."),
    "Queue": refused("a queue between running tasks has no meaning in a DAG", "Pass values as arguments and results."),
    "Event": refused("an event between running tasks has no meaning in a DAG", "Order tasks by awaiting them."),
    "Lock": refused("a lock between running tasks has no meaning in a DAG", "Order tasks by awaiting them."),
}
