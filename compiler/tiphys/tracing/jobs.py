"""Lists of coroutines and tasks of which only run time knows the number: their items, and what is made of them.

An item is a coroutine or a task, or a tuple, list, dict or object that holds some. It is made anew wherever it is
needed; tasks run once before that, and are done in what is made anew.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeGuard

from tiphys.tracing import inference
from tiphys.tracing.data import is_data
from tiphys.tracing.fan_out import Many, run_many
from tiphys.tracing.glue import at
from tiphys.tracing.iteration import counted
from tiphys.tracing.pending import BatchC, KeyedC, PendingC, RanC, Status
from tiphys.tracing.probes import ROUND, of_round, rounds, try_round
from tiphys.tracing.sharing import own
from tiphys.tracing.state import Box, DictC, ListC, ObjectC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, Choice, Closure, Hole, Method, Special, TupleV, Unknown
from tiphys_runtime.items import place_in, places_of, shortest
from tiphys_runtime.objects import passed

Item = Callable[[Unknown], Any]


# ---- what an item holds


def jobs_in(value: Any) -> list[Any]:
    """List the coroutines and tasks that a value is or holds, in order."""
    match value:
        case Box(content=PendingC() | BatchC()):
            return [value]
        case Choice(options=options) if all(is_job(option) for option in options):
            return [value]
        case Box(content=ListC(items=items)) | TupleV(items=items):
            return [job for item in items for job in jobs_in(item)]
        case Box(content=DictC(entries=named) | ObjectC(fields=named)):
            return [job for item in named.values() for job in jobs_in(item)]
    return []


def is_job(value: Any) -> bool:
    """Say whether a value is a coroutine or a task, or one of several."""
    if isinstance(value, Choice):
        return all(is_job(option) for option in value.options)
    return isinstance(value, Box) and isinstance(value.content, PendingC)


def is_begun(value: Any) -> bool:
    """Say whether what a value holds are tasks, which run from the moment they are made, and not all are done."""
    found = [job.content for job in jobs_in(value) if isinstance(job, Box)]
    tasks = [job for job in found if isinstance(job, PendingC) and job.reusable]
    is_task = bool(tasks) and len(tasks) == len(found) == len(jobs_in(value))
    return is_task and not all(job.status is Status.DONE for job in tasks)


# ---- lists of them


def made_list(t: Tracer, many: Many, like: Any, *, kind: type[BatchC] = BatchC) -> Box:
    """Make a list, or a dict of pairs, of coroutines. like: one of its items, tried out."""
    box = t.state.box(kind([]))
    grow(t, box, many, like)
    return box


def grow(t: Tracer, box: Box, many: Many, like: Any) -> None:
    """Let a list, or a dict of pairs, hold more coroutines. like: one of them, tried out."""
    if is_keyed(box) and not (isinstance(like, TupleV) and len(like.items) == 2):
        raise t.refuse("a dict is made of pairs, and this gives something else", many.node, "Give keys and coroutines.")
    many = described(t, many, like)
    items = [*box.content.items, many]
    places = placed(t, many) if is_keyed(box) and len(items) == 1 else None
    content = KeyedC(items, places=places) if is_keyed(box) else BatchC(items)
    t.state.replace(box, content)
    t.state.pending.append(box)
    if many.begun and many.where in t.program.early:
        frontier = t.state.frontier
        ran(t, box, len(items) - 1)
        t.state.frontier = frontier


def described(t: Tracer, many: Many, like: Any) -> Many:
    """Note what coroutines are like. like: one of them, tried out."""
    begun, jobs = is_begun(like), 0 if is_job(like) else len(jobs_in(like))
    rows = held_with(t, many) if begun and jobs and values_in(t, like, many.node) else None
    return replace(
        many, where=t.span(many.node), jobs=jobs, like=like, rows=rows, begun=begun, epoch=t.state.epoch,
        ran=many.ran or t.state.box(RanC()),
    )  # fmt: skip


def held_with(t: Tracer, many: Many) -> Any:
    """Compute the runtime values that tasks are held with, which are those of the moment when they are made."""
    node = many.node
    return t.settle(of_rounds(t, many, lambda like: t.state.box(ListC(values_in(t, like, node)))), "rows", node)


def of_rounds(t: Tracer, many: Many, part: Callable[[Any], Any]) -> Unknown:
    """List a part of each of many items, as an expression."""
    node = many.node
    found: list[ast.expr] = []

    def make(index: Unknown) -> None:
        found.append(t.tree(part(many.make(index)), node, "v"))

    probe = try_round(t, make, Unknown(Hole(ROUND, "i", node), int))
    if probe is None:
        mend = "Await them, and keep what they give."
        raise t.untraceable("what this list holds beside its tasks cannot be followed", node, mend)
    row = of_round(t, probe, found[0], ROUND, node)
    pure = all(item.code.pure for item in probe.nodes)
    return Unknown(at(ast.ListComp(elt=row, generators=[rounds(t, many.count, node)]), node), list, pure, total=False)


def values_in(t: Tracer, value: Any, node: ast.AST) -> list[Any]:
    """List the runtime values beside the coroutines that an item holds, in order."""
    if jobs_in(value) == [value]:
        return []
    if t.unknown(value) is not None:
        return [value]
    match value:
        case Box(content=ListC(items=items)) | TupleV(items=items):
            return [one for item in items for one in values_in(t, item, node)]
        case Box(content=DictC(entries=named) | ObjectC(fields=named)):
            return [one for item in named.values() for one in values_in(t, item, node)]
    if isinstance(value, Closure | Bound | Method | Special) or not is_data(t, value):
        mend = "Await them, and keep what they give."
        raise t.untraceable("this list holds tasks beside functions, as many as run time says", node, mend)
    return []


def rebuilt(t: Tracer, value: Any, jobs: Iterator[Any], values: Iterator[Any]) -> Any:
    """Make an item again. jobs, values: the coroutines and runtime values that it holds now."""

    def again(part: Any) -> Any:
        return rebuilt(t, part, jobs, values)

    if jobs_in(value) == [value]:
        return next(jobs)
    if t.unknown(value) is not None:
        return t.boxed(next(values))
    match value:
        case TupleV(items=items, cls=cls):
            return TupleV(tuple(again(item) for item in items), cls)
        case Box(content=ListC(items=items) as content):
            return t.state.box(content.like([again(item) for item in items]))
        case Box(content=DictC(entries=named) as content):
            return t.state.box(content.like({key: again(item) for key, item in named.items()}))
        case Box(content=ObjectC(cls=cls, fields=named)):
            return t.state.box(ObjectC(cls, {key: again(item) for key, item in named.items()}))
    return value


def placed(t: Tracer, many: Many) -> Unknown:
    """Compute the dict of keys and places of pairs."""
    keys = of_rounds(t, many, lambda pair: pair.items[0])
    call = ast.Call(func=t.capture(places_of, "places_of", many.node), args=[keys.tree], keywords=[])
    made = t.expression(t.settle(Unknown(at(call, many.node), dict, keys.pure, total=False), "keys", many.node))
    assert made.ref is not None
    t.sharing.note(made.ref, own(made.ref, frozenset))  # keys cannot change
    return Unknown(made.tree, dict)


def ran(t: Tracer, box: Box, number: int = 0) -> Many:
    """Run the tasks of a list, once; from now on they are done."""
    many: Many = box.content.items[number]
    if many.values is None:
        keeps = many.where in t.program.outcomes or bool(t.trials)
        values = t.boxed(run_many(t, whole(t, many, keeps=keeps), keeps_errors=keeps and many.jobs < 2))
        assert many.ran is not None
        t.state.replace(many.ran, RanC(values, keeps=keeps, done_at=t.state.epoch))
    return many


def whole(t: Tracer, many: Many, *, keeps: bool) -> Many:
    """Give the coroutines that items hold instead of those; of an item with several, one that gives the list."""
    from tiphys.tracing.asyncio_calls import gather

    if many.jobs == 0:
        return many

    def make(index: Unknown) -> Any:
        found = jobs_in(many.make(index))
        if len(found) == 1:
            return found[0]
        call = at(ast.Call(func=at(ast.Name(id="gather"), many.node), args=[], keywords=[]), many.node)
        assert isinstance(call, ast.Call)
        return gather(t, tuple(found), {"return_exceptions": keeps}, call)

    return replace(many, make=make)


def members(t: Tracer, box: Box, node: ast.AST) -> tuple[Unknown | int, Item]:
    """Give how many items a list has, and what gives one to whoever goes over it; tasks have all begun before."""
    t.state.write(box).taken = True
    items = box.content.items
    if len(items) != 1 or not isinstance(items[0], Many):
        raise t.untraceable("this list holds tasks of two kinds", node, "Await them all with `asyncio.gather`.")
    many = ran(t, box) if items[0].begun else items[0]
    return many.count, many.make if many.values is None else lambda index: done_item(t, many, index)


def done_item(t: Tracer, many: Many, index: Unknown) -> Any:
    """Give an item of tasks that are done."""
    _, read = counted(t, t.expression(many.values), many.node)
    given = read(index)
    if many.jobs == 0:
        return t.state.box(done_job(t, many, t.boxed(given)))
    jobs: list[Any] = [given]
    if many.jobs > 1:
        jobs = [item_at_place(given.tree, place, many.node) for place in range(many.jobs)]
    values: Iterator[Any] = iter(())
    if many.rows is not None:
        row = counted(t, t.expression(many.rows), many.node)[1](index)
        values = (item_at_place(row.tree, place, many.node) for place in itertools.count())
    done = [t.state.box(done_job(t, many, t.boxed(one))) for one in jobs]
    return rebuilt(t, many.like, iter(done), values)


def item_at_place(tree: ast.expr, place: int, node: ast.AST) -> Unknown:
    """Read an item of a list."""
    return Unknown(at(ast.Subscript(value=tree, slice=at(ast.Constant(place), node), ctx=ast.Load()), node))


def done_job(t: Tracer, many: Many, given: Any) -> PendingC:
    """Make a task that is done. given: what it gave, or its exception."""
    assert many.ran is not None
    end: RanC = many.ran.content
    done = PendingC(None, many.title, many.where or t.span(many.node), reusable=True, status=Status.DONE)
    done.taken = True
    done.value, done.done_at, done.may_raise = given, end.done_at, end.keeps is False
    if end.keeps:
        done.kept = given
        tree = ast.Call(func=t.capture(passed, "passed", many.node), args=[t.tree(given, many.node)], keywords=[])
        done.value = t.boxed(Unknown(at(tree, many.node), total=False))
    return done


def done_like(t: Tracer, item: Item, node: ast.AST) -> Any:
    """Try out an item; gives it if all its tasks have run, else None."""
    found: list[Any] = []

    def work(index: Unknown) -> None:
        found.append(item(index))

    probe = try_round(t, work, Unknown(Hole(ROUND, "i", node), int))
    if probe is None or not probe.computes:
        return None
    jobs = [job.content if isinstance(job, Box) else None for job in jobs_in(found[0])]
    are_done = all(isinstance(job, PendingC) and job.status is Status.DONE for job in jobs)
    return found[0] if jobs and are_done else None


# ---- made of them


def derived(t: Tracer, count: Unknown | int, make: Item, node: ast.AST, *, kind: type[BatchC] = BatchC) -> Box:
    """Make a list of what gives the items of others, with the coroutines that those hold."""
    found: list[Any] = []

    def work(index: Unknown) -> None:
        found.append(make(index))

    probe = try_round(t, work, Unknown(Hole(ROUND, "i", node), int))
    if probe is None or not jobs_in(found[0]):
        raise t.untraceable("what this list holds is known only at run time", node, "Await its tasks first.")
    return made_list(t, Many(count, make, "gather", node), found[0], kind=kind)


def zipped(t: Tracer, args: tuple[Any, ...], *, strict: bool, node: ast.Call) -> Box:
    """`zip` of lists of which one at least holds coroutines as many as run time says."""
    rows = [members(t, one, node) if is_batch(one) else counted(t, as_data(t, one, node), node) for one in args]
    sizes = [t.tree(count, node, "n", constant=True) for count, _ in rows]
    head = t.capture(shortest, "shortest", node)
    tree = at(ast.Call(func=head, args=[at(ast.Constant(strict), node), *sizes], keywords=[]), node)
    count = t.expression(t.settle(Unknown(tree, int, total=not strict), "n", node))
    return derived(t, count, lambda index: TupleV(tuple(item(index) for _, item in rows)), node)


def as_data(t: Tracer, value: Any, node: ast.Call) -> Unknown:
    """Give what is walked beside coroutines as a runtime value."""
    from tiphys.tracing.iteration import collect

    unknown = t.unknown(value)
    if unknown is None:
        listed = t.state.box(ListC(collect(t, value, node)))
        return t.expression(t.settle(Unknown(t.tree(listed, node), list), "items", node))
    if inference.plain(unknown.type) in inference.SIZED:
        return unknown
    call = ast.Call(func=t.capture(list, "list", node), args=[unknown.tree], keywords=[])
    return t.expression(t.settle(Unknown(at(call, node), list, unknown.pure, total=False), "items", node))


def enumerated(t: Tracer, box: Box, start: Any, node: ast.Call) -> Box:
    """`enumerate` of a list of coroutines."""
    count, item = members(t, box, node)
    first = t.tree(start, node, "start", constant=True)

    def make(index: Unknown) -> Any:
        number = Unknown(at(ast.BinOp(left=first, op=ast.Add(), right=index.tree), node), int)
        return TupleV((number, item(index)))

    return derived(t, count, make, node)


def backwards(t: Tracer, box: Box, node: ast.Call) -> Box:
    """`reversed` of a list of coroutines."""
    count, _ = members(t, box, node)
    return at_places(t, box, slice(None, None, -1), count, node)


def at_places(t: Tracer, box: Box, part: Any, count: Unknown | int, node: ast.expr) -> Box:
    """Give the part of a list of coroutines that a slice tells. part: a slice, or one of run time."""
    _, item = members(t, box, node)
    size = t.tree(count, node, "n", constant=True)
    every = at(ast.Call(func=t.capture(range, "range", node), args=[size], keywords=[]), node)
    slot = t.tree(part, node, "part", constant=True)
    places = at(ast.Subscript(value=every, slice=slot, ctx=ast.Load()), node)
    listed = at(ast.Call(func=t.capture(list, "list", node), args=[places], keywords=[]), node)
    known = t.expression(t.settle(Unknown(listed, list[int], total=False), "places", node))
    number, place = counted(t, known, node)
    return derived(t, number, lambda index: item(place(index)), node)


def item_of(t: Tracer, box: Box, key: Any, node: ast.expr) -> Any:
    """Read `jobs[key]`: the item at a place, or a part of the list."""
    count, item = members(t, box, node)
    unknown = t.unknown(key)
    if isinstance(key, slice) or (unknown is not None and unknown.type is slice):
        return at_places(t, box, key, count, node)
    args = [t.tree(count, node, "n", constant=True), t.tree(key, node, "i", constant=True)]
    tree = at(ast.Call(func=t.capture(place_in, "place_in", node), args=args, keywords=[]), node)
    return item(t.expression(t.settle(Unknown(tree, int, total=False), "i", node)))


def is_batch(value: Any) -> TypeGuard[Box]:
    """Say whether a value is a list of coroutines of which only run time knows the number."""
    return isinstance(value, Box) and isinstance(value.content, BatchC) and not isinstance(value.content, KeyedC)


def holds_many(value: Any) -> TypeGuard[Box]:
    """Say whether a value is a list or a dict of coroutines that only run time counts."""
    return isinstance(value, Box) and isinstance(value.content, BatchC)


def is_keyed(value: Any) -> TypeGuard[Box]:
    """Say whether a value is a dict of coroutines of which only run time knows the keys."""
    return isinstance(value, Box) and isinstance(value.content, KeyedC)
