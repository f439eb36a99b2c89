"""Coroutines, tasks, `gather`, `TaskGroup`: what runs side by side, and the order that awaiting makes.

A task begins at the first `await` after it was scheduled, with the order reached when it was scheduled; awaiting it
adds what it has reached to the order of whoever awaits.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from tiphys.tracing.glue import at
from tiphys.tracing.state import Box, GroupC, ListC, PendingC, Status
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, Choice, Closure, Method, TupleV, Unknown

ONCE = "Keep its result in a variable, or make a task of it: `asyncio.create_task(...)`."
Done = TypeVar("Done")
Handler = Callable[[Tracer, tuple[Any, ...], dict[str, Any], ast.Call], Any]


def await_value(t: Tracer, value: Any, node: ast.AST) -> Any:
    """Run `await value`."""
    from tiphys.tracing.merging import decide

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
    return value.content.value


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
            value = begin()
            content = t.state.write(box)
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
    from tiphys.tracing.attempts import outcome
    from tiphys.tracing.fan_out import Many, many_values

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
        contents = [box.content for box in tasks]
        t.state.frontier = join(t.state.frontier, contents)
        return together(t, args, [content.value for content in contents], node)

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
        raise t.untraceable(f"`TaskGroup.{method.name}` cannot be traced", node)
    box = create_task(t, args, keywords, node)
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


def async_with(t: Tracer, node: ast.AsyncWith, body: Callable[[], Done]) -> Done:
    """Run `async with`: a task group waits for its members at the end."""
    from tiphys.tracing.assignment import assign
    from tiphys.tracing.expressions import evaluate

    groups = []
    for item in node.items:
        value = evaluate(t, item.context_expr)
        if not (isinstance(value, Box) and isinstance(value.content, GroupC)):
            raise t.untraceable("only `asyncio.TaskGroup` can stand in `async with`", item.context_expr)
        groups.append(value)
        if item.optional_vars is not None:
            assign(t, item.optional_vars, value)
    done = body()
    for group in reversed(groups):
        while True:
            start_ready(t)
            members = group.content.members
            t.state.frontier = join(t.state.frontier, [box.content for box in members])
            if all(box.content.status is Status.DONE for box in members):
                break
    return done


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


def wait(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    when = keywords.get("return_when", "ALL_COMPLETED")
    if when == "ALL_COMPLETED":
        raise t.refuse("`asyncio.wait` is not supported", node, "Await them all with `asyncio.gather(*jobs)`.")
    first = "the first of several running tasks cannot be known in a DAG"
    what = f"{first}, so `asyncio.wait(..., {when})` has no meaning here"
    raise t.refuse(what, node, "Await them all with `asyncio.gather(*jobs)`.")


LATER = "is not supported yet"
ASYNCIO: dict[str, Handler] = {
    "gather": gather,
    "create_task": create_task,
    "ensure_future": create_task,
    "TaskGroup": task_group,
    "sleep": sleep,
    "to_thread": to_thread,
    "wait": wait,
    "as_completed": refused(f"`asyncio.as_completed` {LATER}", "Use `asyncio.gather`: it gives the results in order."),
    "wait_for": refused(f"`asyncio.wait_for` {LATER}", "Give the task a timeout: `task.override(timeout=60)`."),
    "timeout": refused(f"`asyncio.timeout` {LATER}", "Give the task a timeout: `task.override(timeout=60)`."),
    "Semaphore": refused(f"`asyncio.Semaphore` {LATER}", "Leave it out."),
    "run": refused("`asyncio.run` inside an orchestrator has no meaning", "Await the coroutine instead."),
    "shield": refused("`asyncio.shield` has no meaning where nothing is cancelled", "Leave it out."),
    "Queue": refused("a queue between running tasks has no meaning in a DAG", "Pass values as arguments and results."),
    "Event": refused("an event between running tasks has no meaning in a DAG", "Order tasks by awaiting them."),
    "Lock": refused("a lock between running tasks has no meaning in a DAG", "Order tasks by awaiting them."),
}
