"""Which objects a value may be, and which it may hold: what a change in place of one value means for the others.

Glue is evaluated in pods, on copies. So where plain Python would have two names for one object, a change by the one
name has to be seen by the other, too: what may hold the changed object is computed anew together with it (together.py).
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tiphys.ir import Ref
from tiphys.tracing import inference, natives
from tiphys.tracing.later import unread_later
from tiphys.tracing.pending import BatchC, GroupC, PendingC, Status
from tiphys.tracing.state import Box, ChoiceC, CountC, DictC, FrameC, IteratorC, LeftC, ListC, ObjectC, OpaqueC, SetC
from tiphys.tracing.values import Bound, Captured, Choice, Closure, Frame, Hole, Method, TupleV, Unknown, is_immutable
from tiphys_runtime.copies import apart, one_level
from tiphys_runtime.items import all_of, with_key
from tiphys_runtime.objects import item_at, rebuild, unpack

if TYPE_CHECKING:
    from tiphys.tracing.tracer import Tracer

Things = frozenset[object]
"""Objects of run time, as far as they can be told apart: what a node gives, or all that is inside of that."""
MAKERS = (
    list,
    tuple,
    set,
    frozenset,
    dict,
    sorted,
    reversed,
    enumerate,
    zip,
    map,
    filter,
    one_level,
    unpack,
    with_key,
    all_of,
)
"""They give a new object that holds items of what they are given."""
PICKERS = (max, min, sum, item_at, next)
"""They give an item of what they are given."""
ENDS = (len, str, repr, any, all, int, float, bool, hash, round, abs, format, chr, ord, isinstance, apart)
"""What they give holds nothing of what they are given."""
DEEP = 50


@dataclass(frozen=True, slots=True)
class Reach:
    """tops: what a value itself may be. inner: what it may hold, however deep."""

    tops: Things = frozenset()
    inner: Things = frozenset()

    @property
    def all(self) -> Things:
        return self.tops | self.inner

    def __or__(self, other: Reach) -> Reach:
        return Reach(self.tops | other.tops, self.inner | other.inner)


NOTHING = Reach()
OUTSIDE = Reach(frozenset({"module"}), frozenset({"module"}))
"""What belongs to the module."""


class Sharing:
    """Knows what the values of one graph may be and hold."""

    def __init__(self, t: Tracer) -> None:
        self.t = t
        self.known: dict[str, dict[int, Reach]] = {}
        """Of results of nodes whose expressions do not tell it."""
        self.found: dict[str, tuple[Unknown, Reach]] = {}
        self.origin: dict[Box, Box] = {}
        """The box that one stands for which shows what it held on some way."""
        self.embedded: set[Box] = set()
        """What was ever made part of an expression."""
        self.unread: dict[tuple[ast.AST, ast.AST], frozenset[str]] = {}
        self.again: set[str] = set()
        """The nodes that are not pure, and give the same again all the same."""

    # ---- what values may be and hold

    def first_of(self, box: Box) -> Box:
        """Give the box that one stands for."""
        return self.origin.get(box, box)

    def note(self, ref: Ref, reach: Reach) -> None:
        """Say what the result of a node may be and hold."""
        self.known.setdefault(ref.node, {})[ref.output] = reach

    def forget(self, name: str) -> None:
        """Forget a node that was undone."""
        self.known.pop(name, None)
        self.found.pop(name, None)

    def of(self, value: Any, depth: int = 0) -> Reach:
        """Tell it of a value of the interpreter's."""
        match value:
            case Unknown(tree=tree, type=kind):
                return NOTHING if is_immutable(kind) else self.of_tree(tree)
            case Box(content=OpaqueC(value=inner)):
                return self.of(inner)
            case Box(content=ListC() | DictC() | SetC() | ObjectC() | CountC()):
                return Reach(frozenset({(self.first_of(value), "itself")}), self.within(value, depth))
            case TupleV():
                return Reach(frozenset(), self.within(value, depth))
            case Choice(options=options):
                return united(self.of(option, depth) for option in options)
        return NOTHING

    def within(self, value: Any, depth: int = 0) -> Things:
        """Tell what a container of the interpreter's holds."""
        inner: set[object] = set()
        for item in parts_of(value) if depth < DEEP else ():
            inner |= self.of(item, depth + 1).all
        return frozenset(inner)

    def of_ref(self, ref: Ref) -> Reach:
        """Tell it of the result of a node."""
        kind = self.t.types.get(ref, Any)
        if is_immutable(kind):
            return NOTHING
        noted = self.known.get(ref.node, {}).get(ref.output)
        if noted is not None:
            return Reach(noted.tops) if inference.plain(kind) is set else noted
        made = self.t.glue.get(ref.node)
        if made is None:
            return own(ref, kind)
        if ref.node not in self.found or self.found[ref.node][0] is not made:
            self.found[ref.node] = made, own(ref, kind)  # should it be asked for again meanwhile
            self.found[ref.node] = made, self.of_tree(made.tree, ref)
        return self.found[ref.node][1]

    def of_tree(self, tree: ast.AST | None, name: Ref | None = None, names: dict[str, Reach] | None = None) -> Reach:
        """Tell it of the result of an expression. name: the node that computes it; names: what its variables are."""
        names = names or {}

        def of(part: ast.AST | None) -> Reach:
            return self.of_tree(part, name, names)

        def new(*inner: Things) -> Reach:
            mine: Things = frozenset() if name is None else frozenset({(name, "itself")})
            return Reach(mine, frozenset().union(*inner))

        told = getattr(tree, "reach", None)
        if isinstance(told, Reach):
            return told
        box = getattr(tree, "box", None)
        if isinstance(box, Box):
            parts = (of(item) for item in ast.iter_child_nodes(tree)) if tree is not None else ()
            held = frozenset().union(*(part.all for part in parts))
            return Reach(frozenset({(self.first_of(box), "itself")}), held)
        match tree:
            case None | ast.Constant() | ast.Compare() | ast.UnaryOp() | ast.JoinedStr() | ast.expr_context():
                return NOTHING
            case Hole(value=Ref() as ref):
                return self.of_ref(ref)
            case Hole(value=Captured(value=value)) if may_change(value):
                return OUTSIDE
            case Hole():
                return NOTHING
            case ast.Name(id=said):
                return names.get(said, NOTHING)
            case ast.IfExp(body=body, orelse=orelse):
                return of(body) | of(orelse)
            case ast.BoolOp(values=values):
                return united(of(value) for value in values)
            case ast.Subscript(value=owner, slice=ast.Slice()):
                return new(of(owner).inner)
            case ast.Subscript(value=owner) | ast.Attribute(value=owner):
                inner = of(owner).inner
                return Reach(inner, inner)
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return new(*(of(item).inner if isinstance(item, ast.Starred) else of(item).all for item in items))
            case ast.Starred(value=value):
                return of(value)
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                return new(*(of(value).inner if key is None else of(value).all for key, value in pairs))
            case ast.BinOp(left=left, right=right):
                return new(of(left).inner, of(right).inner)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return new(self.anything(tree, name, names))
            case ast.Call():
                return self.of_call(tree, name, names, new)
        every = self.anything(tree, name, names)
        return Reach(every, every)

    def of_call(self, tree: ast.Call, name: Ref | None, names: dict[str, Reach], new: Callable[..., Reach]) -> Reach:
        """Tell it of the result of a call."""
        given = [*tree.args, *(word.value for word in tree.keywords)]
        reaches = [self.of_tree(item, name, names) for item in given]
        inner: Things = frozenset().union(*(reach.inner for reach in reaches))
        every: Things = frozenset().union(*(reach.all for reach in reaches))
        match tree.func:
            case ast.Lambda(args=args, body=body):
                bound = {arg.arg: reach for arg, reach in zip(args.args, reaches, strict=False)}
                return self.of_tree(body, name, {**names, **bound})
            case Hole(value=Captured(value=function)):
                if is_listed(function, ENDS):
                    return new()
                if is_listed(function, PICKERS):
                    picked = inner if len(given) == 1 or function is item_at else every
                    return Reach(picked, inner)
                if is_listed(function, MAKERS):
                    return new(inner)
                if function is rebuild:
                    return new(*(reach.inner for reach in reaches))
                path = natives.path_of(function)
                if path == "copy.deepcopy":
                    return new()
                if path == "copy.copy":
                    return new(inner)
                if isinstance(function, type):
                    return new(every)
            case ast.Attribute(value=owner, attr="get"):
                found = self.of_tree(owner, name, names).inner | every
                return Reach(found, found)
            case ast.Attribute(value=owner, attr=said) if said in natives.VALUE_METHODS:
                return new(self.of_tree(owner, name, names).inner, inner)
        every |= self.anything(tree.func, name, names)
        return Reach(every | new().tops, every)

    def anything(self, tree: ast.AST, name: Ref | None, names: dict[str, Reach]) -> Things:
        """List all that an expression of another kind may give."""
        parts = (self.of_tree(item, name, names).all for item in ast.iter_child_nodes(tree))
        return frozenset().union(*parts)

    # ---- what else there is

    def living(self) -> list[Box]:
        """List the containers, objects and runtime values that the program can still reach."""
        seen: dict[Box, None] = {}
        stack: list[Any] = []
        for frame in reversed(self.frames()):
            if frame.box not in seen:
                seen[frame.box] = None
                stack += reversed(self.readable(frame))
        begun = [box for box in self.t.state.pending if isinstance(box.content, PendingC)]
        stack += [box for box in begun if box.content.status is not Status.DONE]
        stack += self.t.held
        while stack:
            value = stack.pop()
            if isinstance(value, Box):
                if value in seen:
                    continue
                seen[value] = None
            stack.extend(reversed(list(parts_of(value))))
        return list(seen)

    def readable(self, frame: Frame) -> list[Any]:
        """List what the variables of a call hold that may still be read."""
        named = frame.box.content.names
        code, here = frame.scope.node, frame.here
        if here is None or not isinstance(code, ast.FunctionDef | ast.AsyncFunctionDef):
            return list(named.values())
        if (code, here) not in self.unread:
            self.unread[code, here] = unread_later(code, here)
        unread = self.unread[code, here]
        return [value for name, value in named.items() if name not in unread]

    def frames(self) -> list[Frame]:
        """List the frames of the calls that are being interpreted, with those around them."""
        found: dict[int, Frame] = {}
        for frame in (self.t.frame, *reversed(self.t.callers)):
            current: Frame | None = frame
            while current is not None:
                found[id(current)] = current
                current = current.parent
        return list(found.values())

    def holders(self, things: Things) -> list[Box]:
        """List what the program can reach that may be, or hold, some objects, and does not find them by itself."""
        found = []
        for box in self.living():
            match box.content:
                case OpaqueC():
                    if not things.isdisjoint(self.of(box).all):
                        found.append(box)
                case ListC() | DictC() | SetC() | ObjectC() | CountC():
                    if (box, "itself") in things:
                        found.append(box)
        return found


def may_share(reaches: Iterable[Reach]) -> bool:
    """Say whether some of several values may be, or hold, one object."""
    return any(not one.all.isdisjoint(other.all) for one, other in itertools.combinations(reaches, 2))


def telling(tree: ast.expr, reach: Reach) -> ast.expr:
    """Note at an expression what its result may be and hold."""
    vars(tree)["reach"] = reach
    return tree


def own(ref: Ref, kind: Any) -> Reach:
    """Tell it of a value that shares nothing with others."""
    flat = is_flat(kind)
    return Reach(frozenset({(ref, "itself")}), frozenset() if flat else frozenset({(ref, "inside")}))


def united(reaches: Iterator[Reach]) -> Reach:
    """Tell it of what may be any of several values."""
    made = NOTHING
    for reach in reaches:
        made |= reach
    return made


def parts_of(value: Any) -> Iterator[Any]:
    """List what a value of the interpreter's holds."""
    match value:
        case Box(content=FrameC(names=named) | DictC(entries=named) | ObjectC(fields=named)):
            yield from named.values()
        case Box(content=ListC(items=items) | IteratorC(items=items) | BatchC(items=items)) | TupleV(items=items):
            yield from items
        case Box(content=GroupC(members=members)):
            yield from members
        case Box(content=LeftC(value=given)):
            yield given
        case Box(content=ChoiceC(contents=contents)):
            yield from (Box(content) for content in contents)
        case Box(content=PendingC(held=held, value=done)):
            yield from held.values() if isinstance(held, dict) else (held,)
            yield done
        case Choice(options=options):
            yield from options
        case Bound(function=function, receiver=receiver):
            yield from (function, receiver)
        case Method(receiver=receiver):
            yield receiver
        case Closure(frame=frame, defaults=defaults, kw_defaults=others):
            current: Frame | None = frame
            while current is not None:
                yield current.box
                current = current.parent
            yield from (*defaults, *others)


def is_listed(function: object, listed: tuple[object, ...]) -> bool:
    """Say whether an object is one of some; it need not be hashable."""
    return any(function is item for item in listed)


def may_change(value: object) -> bool:
    """Say whether an object that glue refers to by name is data that may change in place."""
    is_code = callable(value) or type(value).__name__ == "module"
    return not is_code and not is_immutable(type(value))


def is_flat(kind: Any) -> bool:
    """Say whether what values of a type hold cannot change."""
    if inference.plain(kind) in (set, frozenset):
        return True  # what can be hashed does not change
    args = [arg for arg in getattr(kind, "__args__", ()) if arg is not ...]
    return bool(args) and inference.plain(kind) in inference.SIZED and all(is_immutable(arg) for arg in args)
