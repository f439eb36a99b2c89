"""Merging what several ways have made of the same variables, containers and objects, slot by slot where they agree."""

from __future__ import annotations

import ast
import functools
from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from tiphys.ir import Atom, Literal
from tiphys.tracing.completions import WITH_VALUE, Exit
from tiphys.tracing.data import is_data, stays_beside
from tiphys.tracing.facts import type_of, unknown_parts
from tiphys.tracing.glue import at
from tiphys.tracing.inference import common
from tiphys.tracing.leaving import Leaving
from tiphys.tracing.pending import BatchC, GroupC, PendingC, RanC, SemaphoreC, Status
from tiphys.tracing.reach import reaches
from tiphys.tracing.sharing import Reach, parts_of, united
from tiphys.tracing.state import (
    Box,
    ChoiceC,
    Content,
    CountC,
    DictC,
    FrameC,
    IteratorC,
    LeftC,
    ListC,
    ObjectC,
    OpaqueC,
    SetC,
)
from tiphys.tracing.values import POISON, WENT, Choice, Closure, Hole, Lost, NotKnown, TupleV, Unknown
from tiphys.tracing.which import is_short
from tiphys_runtime.objects import UNBOUND

if TYPE_CHECKING:
    from tiphys.tracing.forks import Fork
    from tiphys.tracing.tracer import Tracer

SIMPLE = (bool, int, float, complex, str, bytes, type(None))


class Merging:
    """Merges the contents of boxes, and values, over some ways of a fork."""

    def __init__(self, fork: Fork) -> None:
        self.fork = fork
        self.t = fork.t
        self.leaving = Leaving(fork)
        self.merged: dict[tuple[tuple[int, int], ...], Any] = {}
        self.chosen: list[tuple[Box, dict[int, Box]]] = []
        """Containers that are one of several, and those."""
        self.inside: set[Box] = set()
        """What stands in containers that have become one value of run time."""

    # ---- contents

    def box(self, box: Box, going: list[int]) -> None:
        """Give a box the content that it has after some ways."""
        before = box.content
        contents: dict[int, Any] = {number: self.fork.ways[number].changes.get(box, before) for number in going}
        self.t.state.replace(box, self.content(contents, dict.fromkeys(contents, box)))

    def content(self, contents: dict[int, Any], boxes: dict[int, Box]) -> Content:
        """Merge the contents that a box, or one of several, has on each way."""
        items: list[Any] = list(contents.values())
        first = items[0]
        if all(item is first for item in items):
            return self.leaving.left(next(iter(contents)), first)
        kind = type(first)
        if any(type(item) is not kind for item in items):
            return self.whole(contents, boxes)
        match first:
            case FrameC():
                names = dict.fromkeys(name for item in items for name in item.names)
                slots = {name: {n: item.names.get(name, UNBOUND) for n, item in contents.items()} for name in names}
                made = {name: self.values(values, name) for name, values in slots.items()}
                return FrameC({name: value for name, value in made.items() if value is not UNBOUND})
            case ListC() if len({(item.kind, len(item.items)) for item in items}) == 1:
                return first.like([
                    self.values({n: item.items[index] for n, item in contents.items()}, "v")
                    for index in range(len(first.items))
                ])  # fmt: skip
            case DictC() if len({(item.kind, tuple(item.entries)) for item in items}) == 1:
                return first.like({
                    key: self.values({n: item.entries[key] for n, item in contents.items()}, str(key))
                    for key in first.entries
                })  # fmt: skip
            case ObjectC() if len({(item.cls, tuple(sorted(item.fields))) for item in items}) == 1:
                return ObjectC(first.cls, {
                    key: self.values({n: item.fields[key] for n, item in contents.items()}, key)
                    for key in first.fields
                })  # fmt: skip
            case SetC() if all(item.items == first.items for item in items):
                return first
            case CountC() if all(item.step is first.step and item.items is first.items for item in items):
                at_ = self.values({n: item.at for n, item in contents.items()}, "count")
                return CountC(at_, first.step, first.items)
            case IteratorC() if len({item.position for item in items}) == 1:
                return IteratorC(first.items, first.position)
            case LeftC():
                code, exits, value = self.completion(
                    {n: (item.code, item.exits, item.value) for n, item in contents.items()}
                )
                return LeftC(code, exits, value, first.seen)
            case GroupC():
                members = [box for box in first.members if all(box in item.members for item in items)]
                failures = [one for one in first.failures if all(one in item.failures for item in items)]
                return GroupC(members, failures)
            case SemaphoreC():
                return self.semaphore({n: self.leaving.semaphore(n, item) for n, item in contents.items()})
            case BatchC() if all(same_items(item.items, first.items) for item in items):
                batch = first.copy()
                batch.taken = any(item.taken for item in items)
                return batch
            case RanC() if all(item.values is not None and item.keeps is first.keeps for item in items):
                values = self.values({n: item.values for n, item in contents.items()}, "gathered")
                return RanC(values, keeps=first.keeps, done_at=max(item.done_at for item in items))
            case RanC():
                return RanC()
            case PendingC() if all(item.status is Status.DONE for item in items):
                done = next((item for item in items if item.may_raise), first).copy()
                done.value = self.values({n: item.value for n, item in contents.items()}, first.title)
                if any(item.outcome for item in items):
                    done.outcome = self.values({n: item.outcome or WENT for n, item in contents.items()}, "error")
                done.kept = None
                if all(item.kept is not None for item in items):
                    done.kept = self.values({n: item.kept for n, item in contents.items()}, "outcome")
                done.start = done.end = ()
                done.taken = any(item.taken for item in items)
                return done
            case PendingC() if all(item.status is first.status for item in items):
                same = first.copy()
                same.taken = any(item.taken for item in items)
                return same
        return self.whole(contents, boxes)

    def completion(self, dones: dict[int, tuple[Any, frozenset[Any], Any]]) -> tuple[Any, frozenset[Any], Any]:
        """Merge how stretches of code complete: where they go on, which ways there are, and what is returned."""
        exits = frozenset[Any]().union(*(found for _, found, _ in dones.values()))
        values = {number: value for number, (_, found, value) in dones.items() if found & set(WITH_VALUE)}
        value = self.values(values, "result") if values else None
        if len(exits) <= 1:
            return int(next(iter(exits), Exit.NEXT)), exits, value
        code = self.t.expression(self.values({number: code for number, (code, _, _) in dones.items()}, "exit"))
        return code if is_short(code.tree) else self.fork.later(code), exits, value

    def note_inside(self, number: int, value: Any) -> None:
        """Note what a container holds, however deep, at the end of a way."""
        content = self.fork.content_of(number, value) if isinstance(value, Box) else None
        for part in parts_of(value if content is None else Box(content)):
            if isinstance(part, Box):
                if part in self.inside:
                    continue
                self.inside.add(part)
            self.note_inside(number, part)

    def semaphore(self, contents: dict[int, SemaphoreC]) -> SemaphoreC:
        """Merge who has given a semaphore back: what one way has let pass holds it on the others too."""
        items = list(contents.values())
        released: list[tuple[str, ...]] = []
        for index in range(max(len(item.released) for item in items)):
            entries = [item.released[index] for item in items if len(item.released) > index]
            released.append(tuple(dict.fromkeys(name for entry in entries for name in entry)))
        return SemaphoreC(items[0].limit, released)

    def whole(self, contents: dict[int, Content], boxes: dict[int, Box]) -> Content:
        """Merge contents that do not agree: as one runtime value where they are data, else as a choice."""
        shown = {number: Box(content) for number, content in contents.items()}
        self.t.sharing.origin.update({shown[number]: box for number, box in boxes.items()})
        if all(is_data(self.t, box) for box in shown.values()):
            for number, box in shown.items():
                self.note_inside(number, box)
            made = self.t.expression(self.data(shown, "v"))
            value = made if made.ref is not None else self.fork.later(made)
            return OpaqueC(Unknown(value.tree, value.type))
        left = {number: self.leaving.left(number, content) for number, content in sorted(contents.items())}
        self.t.choices += 1
        if not any(isinstance(content, ChoiceC) for content in left.values()):
            return ChoiceC(self.number(list(left)), tuple(left.values()))
        options: list[Content] = []
        trees: list[ast.expr] = [at(ast.Constant(0), self.fork.node)] * len(self.fork.ways)
        for number, content in left.items():
            first: ast.expr = at(ast.Constant(len(options)), self.fork.node)
            if isinstance(content, ChoiceC):
                first = at(ast.BinOp(left=first, op=ast.Add(), right=content.number.tree), self.fork.node)
                options.extend(content.contents)
            else:
                options.append(content)
            trees[number] = first
        return ChoiceC(self.fork.later(Unknown(self.fork.which.pick(trees), int)), tuple(options))

    # ---- values

    def values(self, values: dict[int, Any], hint: str) -> Any:
        """Merge the values that a variable has on each way."""
        items = list(values.values())
        first = items[0]
        if any(item is POISON for item in items):
            return POISON
        lost = next((item for item in items if isinstance(item, Lost)), None)
        if lost is not None:
            return lost
        if all(is_same(item, first) for item in items):
            return self.leaving.outside(next(iter(values)), first)
        if all(isinstance(item, Box) for item in items):
            key = tuple((number, id(item)) for number, item in values.items())
            if key not in self.merged:
                self.merged[key] = self.boxes(values)
            return self.merged[key]
        shapes = [tuple_items(item) for item in items]
        if all(shape is not None and shape[0] is shapes[0][0] for shape in shapes if shapes[0]) and shapes[0]:
            lengths = {len(shape[1]) for shape in shapes if shape}
            if len(lengths) == 1:
                parts = [
                    self.values({n: shape[1][index] for n, shape in zip(values, shapes, strict=True) if shape}, hint)
                    for index in range(lengths.pop())
                ]
                return self.t.tuple(parts, shapes[0][0])
        if all(is_data(self.t, item) for item in items) and not any(stays_beside(self.t, item) for item in items):
            return self.data(values, hint)
        return self.choice(values)

    def boxes(self, values: dict[int, Any]) -> Any:
        """Merge different containers or objects that one variable holds."""
        t = self.t
        if not all(is_data(self.t, box) for box in values.values()):
            return self.choice(values)
        contents = {number: self.fork.content_of(number, box) for number, box in values.items()}
        classes = {content.cls for content in contents.values() if isinstance(content, ObjectC)}
        if len(classes) > 1 and any(map(reaches, classes)):
            return self.choice(values)
        box = t.state.box(self.content(contents, values))
        self.chosen.append((box, values))
        return box

    def tell_apart(self) -> None:
        """Let a container that is one of several, which may be met by other names too, be a value of run time."""
        living = set(self.t.sharing.living())
        counts = Counter(one for _, values in self.chosen for one in set(values.values()))
        for box, values in self.chosen:
            met = {one for one in values.values() if one in living or one in self.inside or counts[one] > 1}
            if isinstance(box.content, OpaqueC):
                met = self.behind(met)
            if met and not isinstance(box.content, ChoiceC):
                found = self.data(values, "v", met)
                if isinstance(found, Box):
                    self.t.state.replace(box, found.content)
        self.chosen.clear()

    def data(self, values: dict[int, Any], hint: str, met: Collection[Box] = ()) -> Any:
        """Merge values that can travel: picked by the `Switch` where it can, else by glue.

        met: what is found behind the ways under other names too.
        """
        t, fork = self.t, self.fork
        shares = self.shares(values)
        behind = self.behind(met)
        changed = {
            number: fork.content_of(number, value)
            for number, value in values.items()
            if isinstance(value, Box) and value in fork.before and value not in behind
        }  # fmt: skip
        with fork.unmoved():
            unknowns = {
                number: t.unknown(Box(changed[number]) if number in changed else value)
                for number, value in values.items()
            }
        kinds = {repr(kind): kind for kind in (type_of(t, value) for value in values.values())}
        kind = functools.reduce(common, kinds.values())
        if fork.heavy and not behind:
            atoms: dict[int, Atom] = {}
            for number, value in values.items():
                unknown = unknowns[number]
                if unknown is not None:
                    atom = fork.atom(number, unknown)
                else:
                    try:
                        atom = t.literal(value)
                    except NotKnown:
                        atom = self.inner_atom(number, value)
                if atom is None:
                    break
                atoms[number] = atom
            else:
                return self.boxed(fork.output(atoms, kind, shares))
        trees: list[ast.expr] = [at(ast.Constant(None), fork.node)] * len(fork.ways)
        pure = total = True
        for number, value in values.items():
            unknown = unknowns[number]
            if unknown is None:
                left = (
                    Box(self.leaving.left(number, changed[number]))
                    if number in changed
                    else self.leaving.outside(number, value)
                )
                if isinstance(left, Box) and left is not value:
                    t.sharing.origin[left] = t.sharing.first_of(value)
                trees[number] = t.tree(left, fork.node, hint, constant=isinstance(left, SIMPLE))
                parts = unknown_parts(t, left)
                pure, total = pure and all(one.pure for one in parts), total and all(one.total for one in parts)
                continue
            moved = fork.exported(number, unknown)
            trees[number] = moved.tree
            pure, total = pure and unknown.pure, total and (unknown.total or unknown.ref is not None)
        made = Unknown(fork.which.pick(trees), kind, pure, total)
        return self.boxed(made if is_short(made.tree) and total else fork.later(made))

    def behind(self, met: Collection[Box]) -> set[Box]:
        """List what the ways have changed and is one value of run time behind them."""
        return {one for one in met if one in self.fork.before and isinstance(one.content, OpaqueC)}

    def boxed(self, value: Unknown) -> Any:
        """Give a merged value an identity where it may change in place."""
        return self.t.boxed(value)

    def shares(self, values: dict[int, Any]) -> Reach:
        """Tell what a value may be and hold that is one of several."""
        with self.fork.unmoved():
            return united(self.t.sharing.of(value) for value in values.values())

    def inner_atom(self, number: int, value: Any) -> Atom | None:
        """Compute a container with runtime parts at the end of its way, if some part is computed in it."""
        fork, t = self.fork, self.t
        if number not in fork.heavy:
            return None
        with fork.within(number):
            if not any(fork.is_inner(number, one) for one in unknown_parts(t, value)):
                return None
            return t.to_atom(value, "v", fork.node)

    def choice(self, values: dict[int, Any]) -> Choice:
        """Keep values that are no data side by side."""
        numbers = sorted(values)
        if any(isinstance(one, Box) and isinstance(one.content, BatchC) for one in values.values()):
            self.t.choices += 1
        return Choice(self.number(numbers), tuple(self.leaving.outside(number, values[number]) for number in numbers))

    def number(self, numbers: list[int]) -> Unknown:
        """Give the number of the way, counted among those that go on."""
        number = self.fork.which.number()
        if numbers == list(range(len(numbers))):
            return number
        table = Hole(Literal({number: index for index, number in enumerate(numbers)}), "table", self.fork.node)
        # the other ways raise; that their number is none of these must not be what the program fails by
        head = at(ast.Attribute(value=table, attr="get", ctx=ast.Load()), self.fork.node)
        none = at(ast.Constant(0), self.fork.node)
        return Unknown(at(ast.Call(func=head, args=[number.tree, none], keywords=[]), self.fork.node), int)


def is_same(left: Any, right: Any) -> bool:
    """Say whether two values are one, or equal and simple."""
    if left is right:
        return True
    if isinstance(left, Unknown) and isinstance(right, Unknown):
        return left.ref is not None and left.ref == right.ref
    if isinstance(left, Closure) and isinstance(right, Closure):
        return left.node is right.node and left.frame.box is right.frame.box and not (left.defaults or left.kw_defaults)
    return type(left) is type(right) and isinstance(left, SIMPLE) and left == right and repr(left) == repr(right)


def tuple_items(value: Any) -> tuple[type, tuple[Any, ...]] | None:
    """Give the class and the items of a tuple, known or not."""
    if isinstance(value, TupleV):
        return value.cls, value.items
    return (type(value), tuple(value)) if isinstance(value, tuple) else None


def differences(before: Content, after: Content, t: Tracer, node: ast.AST) -> list[tuple[Any, Any, Any]]:
    """List what differs between two contents of a box: the key, as in a `Slot`, the old and the new value."""
    pairs: dict[Any, tuple[Any, Any]] | None = None
    match before, after:
        case FrameC(), FrameC():
            names = dict.fromkeys((*before.names, *after.names))
            pairs = {name: (before.names.get(name, UNBOUND), after.names.get(name, UNBOUND)) for name in names}
        case ListC(), ListC() if before.kind == after.kind and len(before.items) == len(after.items):
            pairs = dict(enumerate(zip(before.items, after.items, strict=True)))
        case DictC(), DictC() if before.kind == after.kind and list(before.entries) == list(after.entries):
            pairs = {key: (before.entries[key], after.entries[key]) for key in before.entries}
        case ObjectC(), ObjectC() if set(before.fields) == set(after.fields):
            pairs = {key: (before.fields[key], after.fields[key]) for key in before.fields}
        case BatchC(), BatchC() if same_items(before.items, after.items):
            return []
        case CountC(), CountC():
            pairs = {"count": (before.at, after.at)}
        case (PendingC(), PendingC()) | (RanC(), RanC()) | (GroupC(), GroupC()) | (SemaphoreC(), SemaphoreC()):
            return []
        case LeftC(), LeftC():
            pairs = {"code": (before.code, after.code), "value": (before.value, after.value)}
        case IteratorC(), _:
            raise t.untraceable("this goes on in an iterator that was begun before it", node, "Loop over a list.")
    if pairs is None:
        return [(None, Box(before), Box(after))]
    return [((key,), old, new) for key, (old, new) in pairs.items() if not is_same(old, new)]


def same_items(some: list[Any], others: list[Any]) -> bool:
    """Say whether two lists have the very same items."""
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))
