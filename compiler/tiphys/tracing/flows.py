"""Where the objects that variables hold come from: the source of a statement tells."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from enum import Enum

from tiphys.tracing.changes import ELSEWHERE, changed_by, names_behind
from tiphys.tracing.natives import MUTATORS

NUMBERS = frozenset("len sum int float str bool range abs round repr hash any all print isinstance".split())
"""Builtins that give nothing of what they are given."""
COPIES = frozenset("list dict set tuple sorted zip enumerate reversed frozenset filter map".split())
"""Builtins that give a new object of items of what they are given."""


class As(Enum):
    """How a value comes from another one: it is it, is something inside of it, holds it, or holds parts of it."""

    ITSELF = "itself"
    INSIDE = "inside"
    HELD = "held"
    PARTS = "parts"


STEPS: dict[tuple[As, As], tuple[As, ...]] = {
    (As.ITSELF, As.INSIDE): (As.INSIDE,), (As.ITSELF, As.HELD): (As.HELD,), (As.ITSELF, As.PARTS): (As.PARTS,),
    (As.INSIDE, As.INSIDE): (As.INSIDE,), (As.INSIDE, As.HELD): (As.PARTS,), (As.INSIDE, As.PARTS): (As.PARTS,),
    (As.HELD, As.INSIDE): (As.ITSELF, As.INSIDE), (As.HELD, As.HELD): (As.HELD,),
    (As.HELD, As.PARTS): (As.HELD, As.PARTS),
    (As.PARTS, As.INSIDE): (As.INSIDE,), (As.PARTS, As.HELD): (As.PARTS,), (As.PARTS, As.PARTS): (As.PARTS,),
}  # fmt: skip
"""How a value comes from another one, by how that comes from it, and how it comes from that."""


Origin = tuple[str, As]
IS = (As.ITSELF, As.INSIDE)


class Flow:
    """Where the values of the variables come from that a statement sets or changes.

    changed: the variables whose objects it changes, as changes.py tells.
    """

    def __init__(self, code: ast.AST, changed: Iterable[str]) -> None:
        self.found = origins(code)
        owners = [owner for node in ast.walk(code) if (owner := changed_by(node)) is not None]
        deep = {name for owner in owners if not isinstance(owner, ast.Name) for name in names_behind(owner)}
        plain = {owner.id for owner in owners if isinstance(owner, ast.Name)} - deep
        self.changed = dict.fromkeys(changed)
        self.anything = ELSEWHERE in self.changed
        self.deep = {name for name in self.changed if name not in plain}
        """Those in whose objects something may be changed."""

    def come(self, name: str) -> set[Origin]:
        """Tell which variables the value of one may come from, and how."""
        return {(name, As.ITSELF), *self.found.get(name, ())}

    def changes(self, names: set[str]) -> bool:
        """Say whether the statement may change the object that some variables hold, or something in it."""
        return self.anything or any(
            source in names and (how in IS or name in self.deep)
            for name in self.changed
            for source, how in self.come(name)
        )

    def is_deep(self, names: set[str]) -> bool:
        """Say whether the statement may change more than the very containers that some variables hold."""
        return self.anything or any(
            source in names and (how is not As.ITSELF or name in self.deep)
            for name in self.changed
            for source, how in self.come(name)
            if how in IS or name in self.deep
        )

    def held_by(self, name: str) -> set[Origin]:
        """Tell what may become a part of the object that a variable holds: by its name, or by what comes from it."""
        if self.anything:
            return {(source, how) for said in {*self.found, name} for source, how in self.come(said)}
        others = [said for said in self.changed if any(source == name for source, _ in self.come(said))]
        return {origin for said in (name, *others) for origin in self.found.get(said, ())}


def origins(code: ast.AST) -> dict[str, set[Origin]]:
    """Tell of each variable that a piece of code sets which variables its value may come from, and how."""
    edges = list(edges_of(code))
    found: dict[str, set[Origin]] = {}
    grown = True
    while grown:
        grown = False
        for target, source, how in edges:
            before = found.setdefault(target, set())
            more = {origin for item in {(source, As.ITSELF), *found.get(source, ())} for origin in joined(item, how)}
            grown |= not more <= before
            before |= more
    return found


def joined(origin: Origin, how: As) -> set[Origin]:
    """Tell how a value comes from another one that does so from a third."""
    name, before = origin
    return {origin} if how is As.ITSELF else {(name, one) for one in STEPS[before, how]}


def edges_of(code: ast.AST) -> Iterator[tuple[str, str, As]]:
    """List what flows where in one step: the variable that takes it, the one it comes from, and how."""
    for node in ast.walk(code):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from stored(target, sources(value))
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                yield from stored(target, sources(value))
            case ast.AugAssign(target=target, value=value):
                found = through(sources(value), As.PARTS)
                yield from ((name, *origin) for name in roots(target) for origin in found)
            case (
                ast.For(target=target, iter=source)
                | ast.AsyncFor(target=target, iter=source)
                | ast.comprehension(target=target, iter=source)
            ):
                yield from stored(target, through(sources(source), As.INSIDE))
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                yield from stored(target, sources(value))
            case ast.Match(subject=subject):
                names = [item.name for item in ast.walk(node) if isinstance(item, ast.MatchAs | ast.MatchStar)]
                found = sources(subject)
                yield from ((name, *origin) for name in names if name for origin in found | through(found, As.INSIDE))
            case ast.Call(func=ast.Attribute(value=owner, attr=attr), args=args) if attr in MUTATORS:
                given = {origin for arg in args for origin in sources(arg)}
                held = through(given, As.HELD) | through(given, As.PARTS)
                yield from ((name, *origin) for name in roots(owner) for origin in held)


def stored(target: ast.expr, found: set[Origin]) -> Iterator[tuple[str, str, As]]:
    """List what an assignment makes flow."""
    match target:
        case ast.Name(id=name):
            yield from ((name, *origin) for origin in found)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            for item in items:
                yield from stored(item, through(found, As.INSIDE))
        case ast.Starred(value=inner):
            yield from stored(inner, found)
        case _:
            yield from ((name, *origin) for name in roots(target) for origin in through(found, As.HELD))


def through(found: set[Origin], how: As) -> set[Origin]:
    """Tell where what is inside of some values, or holds them, comes from."""
    return {origin for item in found for origin in joined(item, how)}


def roots(node: ast.expr) -> list[str]:
    """Give the variable that an expression such as `a.b[0].c` starts from."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return [node.id] if isinstance(node, ast.Name) else []


def sources(node: ast.expr) -> set[Origin]:
    """List the variables that the value of an expression may come from."""
    match node:
        case ast.Name(id=name):
            return {(name, As.ITSELF)}
        case ast.Constant() | ast.JoinedStr() | ast.Compare() | ast.UnaryOp():
            return set()
        case ast.Subscript(value=owner) | ast.Attribute(value=owner):
            return through(sources(owner), As.INSIDE)
        case ast.IfExp(body=body, orelse=orelse):
            return sources(body) | sources(orelse)
        case ast.BinOp(left=left, right=right):
            return through(sources(left) | sources(right), As.PARTS)
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return {origin for part in parts for origin in held(part)}
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return {one for key, value in pairs for one in through(sources(value), As.HELD if key else As.PARTS)}
        case ast.Call(func=ast.Name(id=name)) if name in NUMBERS:
            return set()
        case ast.Call(func=ast.Name(id=name), args=args) if name in COPIES:
            return through({origin for arg in args for origin in sources(arg)}, As.PARTS)
        case ast.Call(func=ast.Attribute(value=owner), args=args, keywords=words):
            given = {origin for arg in (*args, *(word.value for word in words)) for origin in sources(arg)}
            return through(sources(owner), As.INSIDE) | given | through(given, As.INSIDE)
    named = {item.id for item in ast.walk(node) if isinstance(item, ast.Name)}
    is_new = isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp)
    return {(name, how) for name in named for how in ((As.HELD, As.PARTS) if is_new else As)}


def held(part: ast.expr) -> set[Origin]:
    """Tell where what a display holds comes from, for one of its parts."""
    if isinstance(part, ast.Starred):
        return through(sources(part.value), As.PARTS)
    return through(sources(part), As.HELD)
