"""What a loop of run time carries from round to round: which places those are, and what they may be and hold."""

from __future__ import annotations

import ast
import functools
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tiphys.ir import Ref
from tiphys.tracing import inference
from tiphys.tracing.blocks import maybe
from tiphys.tracing.completions import Completion, Split
from tiphys.tracing.contents import differences
from tiphys.tracing.data import is_data, needs_choice, why_no_data
from tiphys.tracing.facts import type_of
from tiphys.tracing.inference import common
from tiphys.tracing.later import unread_later
from tiphys.tracing.names import names_loaded_outside
from tiphys.tracing.pending import BatchC, GroupC, PendingC, SemaphoreC
from tiphys.tracing.places import Slot, held, may_lack, options_of
from tiphys.tracing.regions import Way, standing
from tiphys.tracing.sharing import NOTHING, Reach, Things
from tiphys.tracing.state import Box, Content, DictC, FrameC, ListC, ObjectC, OpaqueC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Choice, Lost, TupleV, is_immutable
from tiphys_runtime.objects import UNBOUND

TRIES = 12


@dataclass(eq=False)
class Carried:
    """One carried value: what stands for it in a round, where it comes from and what it becomes."""

    name: str
    init: Any
    type: Any
    options: tuple[Any, ...] = ()
    """The things it may be, where it is no data; the number of one is what is carried."""
    after: Any = None
    lacks: bool = False
    """It may hold nothing, as a variable that is not bound."""
    reach: Reach = NOTHING
    """What it may be and hold, beside what is its own."""


@dataclass
class Carrying:
    """The places that a loop carries, while it is interpreted."""

    t: Tracer
    node: ast.AST
    slots: dict[Slot, Carried] = field(default_factory=dict, kw_only=True)
    lost: set[Slot] = field(default_factory=set, kw_only=True)
    """Variables that hold tasks of a round."""
    initial: dict[Box, Content] = field(default_factory=dict, kw_only=True)
    """What the boxes with carried places held before the loop."""
    own_names: int = field(default=0, kw_only=True)
    """The names that are allocated since are those of a round."""
    returned: Reach = field(default=NOTHING, init=False)
    """What a value that a round returns may be and hold, beside what is its own."""
    returning: set[Slot] = field(default_factory=set, init=False)
    """The places of what such a value may be or hold."""
    symbols: set[Box] = field(default_factory=set, kw_only=True)
    """What stands for carried values in a round."""
    name: str = field(default="", init=False)
    index: str = field(default="", init=False)

    def drop_unreachable(self) -> None:
        """Forget the places in what nobody reaches any more now that values of run time stand for what held it."""
        living = set(self.t.sharing.living())
        for slot in [one for one in self.slots if not isinstance(one[0].content, FrameC) and one[0] not in living]:
            del self.slots[slot]

    def symbol(self, carried: Carried) -> Any:
        """Give what stands for a carried value in a round."""
        t = self.t
        t.sharing.note(Ref(carried.name), self.reach_of(carried))
        value = t.atom(Ref(carried.name), int if carried.options else carried.type, carried.name, self.node)
        if carried.options:
            return Choice(value, carried.options)
        if carried.lacks:
            box = value if isinstance(value, Box) else t.state.box(OpaqueC(value))
            return maybe(t, box, self.node)
        return value

    def grow(self, way: Way) -> bool:
        """Note what the round has changed; says whether that is more than was known."""
        grown, t = False, self.t
        for box, after in way.changes.items():
            if box in self.symbols:
                continue
            for key, _, new in differences(box.content, after, t, self.node):
                slot = (box, key)
                if self.is_lost(slot, new) or slot in self.slots or (box, None) in self.slots:
                    continue
                if key is None or not isinstance(after, FrameC) or self.is_live(box, key[0]):
                    if key is None and not is_data(t, new):
                        what, mend = why_no_data(new)
                        raise t.untraceable(what, self.node, mend)
                    grown = True
                    self.add(slot, new)
        with standing(way):
            for slot, carried in self.slots.items():
                new = held(slot)
                if not self.is_lost(slot, new):
                    grown |= self.widen(carried, Box(slot[0].content) if slot[1] is None else new)
            grown |= self.shares(way)
        return grown

    def shares(self, way: Way) -> bool:
        """Note what carried values may share after a round; says whether that is more than was known."""
        sharing = self.t.sharing
        after = {slot: sharing.of(carried.after) for slot, carried in self.slots.items()}
        result = sharing.of(way.done.value) if isinstance(way.done, Completion | Split) else NOTHING
        counts = Counter(thing for reach in after.values() for thing in reach.all)
        names = {*self.t.names.since(self.own_names), self.index}
        mixed = frozenset({(self.name, "shared")})
        grown = False

        def outside(things: Things) -> Things:
            kept = {thing for thing in things if not is_inside(thing, names, way.epoch)}
            is_mixed = any(counts[thing] > 1 for thing in things - kept)
            return frozenset(kept) | (mixed if is_mixed else frozenset())

        own = frozenset(thing for thing in result.all if is_inside(thing, names, way.epoch))
        self.returning = {slot for slot, reach in after.items() if not own.isdisjoint(reach.all)}
        self.returned = Reach(result.tops - own, result.inner - own) | self.leaving(is_returned=bool(self.returning))
        for slot, reach in after.items():
            carried = self.slots[slot]
            init = self.at_first(carried.init)
            more = carried.reach | init | Reach(outside(reach.tops), outside(reach.inner))
            grown |= more != carried.reach
            carried.reach = more
        return grown

    def leaving(self, *, is_returned: bool) -> Reach:
        """Tell what a value may be and hold behind the loop that a round may return, too."""
        shared: Things = frozenset({(self.name, "returned")}) if is_returned else frozenset()
        return Reach(shared, shared)

    def at_first(self, init: Any) -> Reach:
        """Tell what a carried value may be and hold before the loop."""
        now = [(box, box.content) for box in self.initial]
        for box, content in self.initial.items():
            box.content = content
        try:
            return self.t.sharing.of(init)
        finally:
            for box, content in now:
                box.content = content

    def reach_of(self, carried: Carried) -> Reach:
        """Tell what a carried value may be and hold."""
        mine = Ref(carried.name)
        return Reach(frozenset({(mine, "itself")}), frozenset({(mine, "inside")})) | carried.reach

    def is_lost(self, slot: Slot, value: Any) -> bool:
        """Say whether a variable holds what cannot be carried: a task that was begun in the round."""
        box, key = slot
        if not isinstance(box.content, FrameC) or key is None:
            return False
        if slot not in self.lost and not isinstance(value, Lost) and not is_task(value):
            return False
        self.lost.add(slot)
        return True

    def is_live(self, box: Box, name: str) -> bool:
        """Say whether a variable is read anywhere, so that it has to be carried."""
        if " " in name:
            return False
        return box is not self.t.frame.box or name in self.loaded()

    def loaded(self) -> set[str]:
        """Name the variables that a round, or what follows, may read before it sets them."""
        code, here = self.t.frame.scope.node, self.node
        read = names_loaded_outside(code, None)
        return read - unread_later(code, here) if isinstance(here, ast.For | ast.AsyncFor | ast.While) else read

    def add(self, slot: Slot, new: Any) -> None:
        """Carry a value from now on."""
        t = self.t
        box, key = slot
        content = self.initial.setdefault(box, box.content)
        old = Box(content) if key is None else held((Box(content), key))
        if key is None:
            t.sharing.origin[old] = box
            for other in [one for one in self.slots if one[0] is box]:
                del self.slots[other]
        hint = str(key[0]) if key is not None and isinstance(key[0], str) else "carried"
        carried = Carried(t.names.allocate(hint), old, self.kind(new if old is UNBOUND else old))
        self.slots[slot] = carried
        self.widen(carried, new)

    def kind(self, value: Any) -> Any:
        """Give the type of a carried value."""
        bound = [one for one in options_of(value) if one is not UNBOUND] if may_lack(value) else [value]
        if not bound:
            return Any
        kind = functools.reduce(common, [type_of(self.t, one) for one in bound])
        return inference.plain(kind) if kind in (list, dict) or not is_immutable(kind) else kind

    def widen(self, carried: Carried, new: Any) -> bool:
        """Let a carried value be of what else it turns out to be."""
        t = self.t
        carried.after = new
        lacks, carried.lacks = carried.lacks, carried.lacks or may_lack(carried.init) or may_lack(new)
        if may_lack(carried.init) or may_lack(new):
            kind = carried.type if new is UNBOUND else common(carried.type, self.kind(new))
            changed = repr(kind) != repr(carried.type) or lacks != carried.lacks
            carried.type = kind
            return changed
        found = [one for value in (carried.init, new) for one in self.things(value)]
        if found:
            before = carried.options
            for one in (*self.things(carried.init), *self.things(new)):
                if not any(one is known for known in carried.options):
                    carried.options = (*carried.options, one)
            if any(needs_choice(t, one) for one in carried.options):
                return carried.options != before
            carried.options = ()
        kind = common(carried.type, self.kind(new))
        changed = repr(kind) != repr(carried.type)
        carried.type = kind
        return changed

    def things(self, value: Any) -> list[Any]:
        """List what a value that is no data may be."""
        if isinstance(value, Choice):
            return [] if may_lack(value) else list(value.options)
        if needs_choice(self.t, value):
            return [value]
        return [value] if value is None else []

    def left(self, things: Things) -> Things:
        """Name objects of carried values as they are named behind the loop."""
        names = {carried.name for carried in self.slots.values()}

        def renamed(thing: Any) -> Any:
            if not isinstance(thing, tuple):
                return thing
            first, rest = thing
            if isinstance(first, Ref) and first.node in names:
                first = (self.name, first.node)
            return first, renamed(rest)

        return frozenset(renamed(thing) for thing in things)


def is_task(value: Any) -> bool:
    """Say whether a value is a coroutine or a task, or may be one, or holds one."""
    match value:
        case Choice(options=parts) | TupleV(items=parts) | Box(content=ListC(items=parts)):
            return any(is_task(part) for part in parts)
        case Box(content=DictC(entries=named) | ObjectC(fields=named)):
            return any(is_task(part) for part in named.values())
    return isinstance(value, Box) and isinstance(value.content, PendingC | BatchC | GroupC | SemaphoreC)


def is_inside(thing: object, names: set[str], epoch: int) -> bool:
    """Say whether an object is one of a round's own."""
    match thing:
        case (Ref(node=name), *rest):
            return name in names or any(is_inside(one, names, epoch) for one in rest)
        case (str() as name, _) | ((str() as name, _), _):
            return name in names
        case (Box(content=content), *_):
            return bool(content.epoch >= epoch)
    return False
