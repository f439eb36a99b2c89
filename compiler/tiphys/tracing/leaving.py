"""What leaves a stretch of the program that has nodes of its own: values computed inside have to be given by it."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any, Protocol

from tiphys.ir import Ref
from tiphys.tracing.glue import replaced
from tiphys.tracing.pending import BatchC, GroupC, KeyedC, PendingC, RanC, SemaphoreC
from tiphys.tracing.regions import Way
from tiphys.tracing.state import Box, ChoiceC, Content, CountC, DictC, FrameC, LeftC, ListC, ObjectC, OpaqueC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, Choice, Closure, Hole, Method, TupleV, Unknown


class Construct(Protocol):
    """What ways are part of: a fork, or a `try` with its body as the one way."""

    ways: list[Way]
    moved: list[tuple[Box, Any]]
    """Containers made on a way, and what they held there."""

    def exported(self, number: int, unknown: Unknown, /) -> Unknown:
        """Give a value that a way computes as it is read behind the construct."""
        ...

    def stands_for(self, number: int, /) -> str:
        """Name the node behind which a way is done."""
        ...


def exported_parts(t: Tracer, construct: Construct, number: int, unknown: Unknown) -> Unknown:
    """Give an expression over what a way computes: it is computed by whoever reads it, for it may fail elsewhere."""

    def read(ref: Ref, _kind: Any) -> ast.expr:
        return construct.exported(number, Unknown(Hole(ref, "v"), t.types.get(ref, Any))).tree

    return replace(unknown, tree=replaced(unknown.tree, read, None))


class Leaving:
    """Gives contents and values as they are seen outside of the ways of a construct."""

    def __init__(self, construct: Construct) -> None:
        self.construct = construct
        self.moved: set[int] = set()

    def left(self, number: int, content: Content) -> Content:
        """Give a content as it is seen outside of its way."""
        match content:
            case FrameC(names=slots):
                return FrameC({name: self.outside(number, item) for name, item in slots.items()})
            case ListC(items=items):
                return content.like([self.outside(number, item) for item in items])
            case DictC(entries=slots):
                return content.like({key: self.outside(number, item) for key, item in slots.items()})
            case ObjectC(cls=cls, fields=slots):
                return ObjectC(cls, {key: self.outside(number, item) for key, item in slots.items()})
            case CountC(at=place, step=step, items=items):
                return CountC(self.outside(number, place), step, items)
            case LeftC(code=code, exits=exits, value=value, seen=seen):
                return LeftC(self.outside(number, code), exits, self.outside(number, value), seen)
            case ChoiceC(number=which, contents=contents):
                inner = tuple(self.left(number, one) for one in contents)
                return ChoiceC(self.construct.exported(number, which), inner)
            case OpaqueC(value=value):
                return OpaqueC(self.construct.exported(number, value))
            case SemaphoreC():
                return self.semaphore(number, content)
            case GroupC(members=members, failures=failures):
                return GroupC(members, [
                    (box, self.outside(number, test), self.outside(number, error)) for box, test, error in failures
                ])  # fmt: skip
            case RanC():
                return RanC(self.outside(number, content.values), keeps=content.keeps, done_at=content.done_at)
            case BatchC():
                batch = content.copy()
                batch.items = [self.batched(number, item) for item in content.items]
                if isinstance(batch, KeyedC):
                    batch.places = self.outside(number, batch.places)
                return batch
            case PendingC():
                done = content.copy()
                done.value = self.outside(number, content.value)
                done.outcome = self.outside(number, content.outcome)
                done.kept = self.outside(number, content.kept)
                done.start = done.end = ()
                return done
        return content

    def semaphore(self, number: int, content: SemaphoreC) -> SemaphoreC:
        """Let the construct stand for the calls in it that gave a semaphore back."""
        way = self.construct.ways[number]
        if way.is_light:
            return content
        inner, name = way.names, self.construct.stands_for(number)
        released = [tuple(name if one in inner else one for one in entry) for entry in content.released]
        return SemaphoreC(content.limit, released)

    def outside(self, number: int, value: Any) -> Any:
        """Give a value as it is seen outside of its way, where what is computed inside has to be given by it."""
        if self.construct.ways[number].is_light:
            return value
        match value:
            case Unknown():
                return self.construct.exported(number, value)
            case TupleV(items=items, cls=cls):
                return TupleV(tuple(self.outside(number, item) for item in items), cls)
            case Choice(number=which, options=options):
                moved = self.construct.exported(number, which)
                return Choice(moved, tuple(self.outside(number, item) for item in options))
            case Bound(function=function, receiver=receiver):
                return Bound(self.outside(number, function), self.outside(number, receiver))
            case Method(receiver=receiver, name=name):
                return Method(self.outside(number, receiver), name)
            case Closure(frame=frame):
                self.outside(number, frame.box)
                for item in (*value.defaults, *value.kw_defaults):
                    self.outside(number, item)
                return value
            case Box() if self.is_made_in(number, value) and id(value) not in self.moved:
                self.moved.add(id(value))
                epoch = value.content.epoch
                self.construct.moved.append((value, value.content))
                value.content = self.left(number, value.content)
                value.content.epoch = epoch
                if isinstance(value.content, PendingC) and value.content.held is not None:
                    self.hold(number, value.content)
        return value

    def batched(self, number: int, item: Any) -> Any:
        """Give an item of a list of coroutines: one of them, or many."""
        if isinstance(item, Box | TupleV):
            return self.outside(number, item)
        parts = {name: self.outside(number, getattr(item, name)) for name in ("count", "rows", "ran")}
        return replace(item, **parts)

    def hold(self, number: int, content: PendingC) -> None:
        """Do the same for what a coroutine that has not begun was called with."""
        if isinstance(content.held, Box):
            self.outside(number, content.held)
        else:
            for name, item in content.held.items():
                content.held[name] = self.outside(number, item)

    def is_made_in(self, number: int, box: Box) -> bool:
        """Say whether a box was made on a way."""
        way = self.construct.ways[number]
        return box not in way.changes and box.content.epoch >= way.epoch
