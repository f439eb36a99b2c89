"""`asyncio.TaskGroup`: the exceptions of its members are values, and are raised together where its block ends."""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import chain
from typing import Any

from tiphys.ir import Literal
from tiphys.tracing.attempts import forked
from tiphys.tracing.completions import Done, Ended
from tiphys.tracing.concurrency import as_awaitable, await_value, create_task, join, start_ready
from tiphys.tracing.fan_out import Many, run_many
from tiphys.tracing.glue import at
from tiphys.tracing.jobs import whole
from tiphys.tracing.merging import fork_value
from tiphys.tracing.pending import BatchC, PendingC, RanC, Status
from tiphys.tracing.regions import is_free
from tiphys.tracing.state import Box
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.trials import Tried, tries
from tiphys.tracing.values import Hole, Method, NotKnown, Raised, Unknown
from tiphys.tracing.which import Which
from tiphys_runtime.objects import group_of

MESSAGE = "unhandled errors in a TaskGroup"


def call_group(t: Tracer, method: Method, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Call a method of a `TaskGroup`."""
    if method.name != "create_task":
        mend = "Start its tasks by `create_task`."
        raise t.untraceable(f"`TaskGroup.{method.name}` cannot be traced", node, mend)
    member = as_member(t, method.receiver, as_awaitable(t, args[0], node), node) if args else None
    box = create_task(t, (member,) if args else (), keywords, node)
    t.state.write(box).taken = True
    t.state.write(method.receiver).members.append(box)
    return box


def as_member(t: Tracer, group: Box, awaitable: Any, node: ast.AST) -> Any:
    """Make a member of a task group: its exception is a value, so that the group can raise what all have raised."""
    if t.lanes and group.content.epoch < t.lanes[-1].epoch:
        return awaitable  # one of many: their map keeps the exceptions
    box = t.state.box(PendingC(None, "create_task", t.span(node), reusable=False))

    def begin() -> Any:
        tried = tries(t, lambda: await_value(t, awaitable, node), [BaseException], node)
        if isinstance(tried, Raised):
            raise tried
        if not isinstance(tried, Tried):
            return tried
        t.state.write(group).failures.append((box, tried.number, tried.error))
        return tried.went()

    t.state.write(box).begin = begin
    t.state.pending.append(box)
    return box


def in_group(t: Tracer, group: Box, body: Callable[[], Done], node: ast.AST) -> Done:
    """Run the block of a task group. What the block itself raises is raised in a group, as what the members raise."""
    mark, names, first = t.state.mark(), t.names.mark(), len(t.state.nodes)
    done: Done = None
    try:
        done = body()
        may_fail = not all(is_free(item) for item in t.state.nodes[first:])
    except (Raised, Ended):
        may_fail = True
    if not may_fail:
        t.state.keep(mark)
        wait(t, group)
        raise_group(t, group, node)
        return done
    t.state.rollback(mark)
    t.undo_names(names)

    def whole() -> Done:
        done = body()
        wait(t, group)
        return done

    tried = tries(t, whole, [BaseException], node, is_read=bool(t.trials))
    if isinstance(tried, Raised):
        try:
            group_of(MESSAGE, [tried.error])
        except BaseException as error:  # noqa: BLE001  it is the user's, whatever it is
            raise Raised(error.with_traceback(None), tried.where) from None
    if not isinstance(tried, Tried):
        raise_group(t, group, node)
        passed: Any = tried
        ended: Done = passed
        return ended

    def went() -> Done:
        done: Done = tried.went()
        raise_group(t, group, node)
        return done

    def failed() -> Done:
        tried.failed()
        raise_all(t, [tried.error.tree], node)
        raise Ended

    made: Done = forked(t, tried, [went, failed], node)
    return made


def wait(t: Tracer, group: Box) -> None:
    """Wait for the members of a task group."""
    while True:
        start_ready(t)
        members = group.content.members
        t.state.frontier = join(t.state.frontier, [box.content for box in members])
        if all(box.content.status is Status.DONE for box in members):
            break
        if t.holding:
            raise NotKnown  # a round that is tried out waits for what it has begun
    for box in t.state.pending:
        # tasks that were begun in the group and of which the number is known only at run time
        if isinstance(box.content, BatchC) and not box.content.taken and box.content.epoch >= group.content.epoch:
            wait_for_batch(t, group, box)
    places = {box: number for number, box in enumerate(t.state.pending)}
    t.state.write(group).failures.sort(key=lambda one: places.get(one[0], 0))


def wait_for_batch(t: Tracer, group: Box, box: Box) -> None:
    """Wait for members of which the number is known only at run time; their exceptions are values."""
    for item in box.content.items:
        if isinstance(item, Many) and item.values is None:
            made = run_many(t, whole(t, item, keeps=True), keeps_errors=item.jobs < 2)
            values = t.expression(t.settle(made, item.title, item.node))
            assert item.ran is not None
            t.state.replace(item.ran, RanC(t.boxed(values), keeps=None, done_at=t.state.epoch))
            t.state.write(group).failures.append((box, None, flat(t, values, item) if item.jobs > 1 else values))
    t.state.write(box).taken = True


def flat(t: Tracer, values: Unknown, many: Many) -> Unknown:
    """Give the outcomes of items that hold several tasks as one list."""
    node = many.node
    chained = at(ast.Attribute(value=t.capture(chain, "chain", node), attr="from_iterable", ctx=ast.Load()), node)
    return Unknown(at(ast.Call(func=chained, args=[values.tree], keywords=[]), node), list)


def raise_group(t: Tracer, group: Box, node: ast.AST) -> None:
    """At the end of a task group: where a member has failed, raise what all of them have raised."""
    failures = group.content.failures
    trees: list[ast.expr] = [
        at(ast.Starred(value=error.tree, ctx=ast.Load()), node) if number is None else error.tree
        for _, number, error in failures
    ]
    if any(number is None for _, number, _ in failures):
        raise_all(t, trees, node)
        return

    def fail() -> Any:
        raise_all(t, trees, node)
        raise Ended

    for _, number, _ in failures:
        which = Which(t, number, node, is_number=True)
        fork_value(t, which, [lambda: None, fail], node, "group", keeps_raises=True)


def raise_all(t: Tracer, errors: list[ast.expr], node: ast.AST) -> None:
    """Raise the exceptions among some values as a group, at run time."""
    text = Hole(Literal(MESSAGE), "text", node)
    found = at(ast.List(elts=errors, ctx=ast.Load()), node)
    call = at(ast.Call(func=t.capture(group_of, "group_of", node), args=[text, found], keywords=[]), node)
    t.settle(Unknown(call, None, pure=False, total=False), "raise", node)
