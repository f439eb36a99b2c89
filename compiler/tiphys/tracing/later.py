"""Which variables may be read later: the source tells. What nobody reads need not see changes in place."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

Place = tuple[int, int]
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
BLOCKS = ("body", "orelse", "finalbody")


@dataclass(frozen=True)
class Stretch:
    """A stretch of the source: a loop, or one that is only entered where a variable was set."""

    start: Place
    end: Place
    names: frozenset[str] = frozenset()

    def spans(self, spot: Place) -> bool:
        """Say whether a place is inside."""
        return self.start <= spot <= self.end


def unread_later(code: ast.AST, here: ast.stmt) -> frozenset[str]:
    """List the variables of a function that are not read when, or after, one of its statements runs."""
    reading = Reading(start(here))
    reading.visit_parts(code, (), ())
    named = {item.id for item in ast.walk(code) if isinstance(item, ast.Name)}
    return frozenset(named - reading.found)


def read_first(statement: ast.stmt) -> set[str]:
    """List the variables that a statement may read before it has set them."""
    reading = Reading(start(statement))
    reading.visit(statement, (), ())
    return reading.found


@dataclass
class Reading:
    """Walks the source of a function; notes what may be read from a place on."""

    spot: Place
    found: set[str] = field(default_factory=set)
    functions: int = 0

    def visit(self, node: ast.AST, loops: tuple[Stretch, ...], setters: tuple[Stretch, ...]) -> None:
        """Walk a piece of code. loops: those around it. setters: what is around it that sets variables first."""
        match node:
            case ast.Name(id=name, ctx=ast.Load() | ast.Del()) | ast.AugAssign(target=ast.Name(id=name)):
                self.note(name, start(node), loops, setters)
        match node:
            case ast.For() | ast.AsyncFor():
                self.visit(node.iter, loops, setters)
                self.visit(node.target, loops, setters)
                inner = stretch(start(node.body[0]), node.body, names_in(node.target))
                self.block(node.body, (*loops, whole(node)), (*setters, inner))
                self.block(node.orelse, loops, setters)
            case ast.While():
                self.visit_parts(node, (*loops, whole(node)), setters)
            case ast.match_case():
                inner = stretch(start(node.pattern), node.body, names_in(node.pattern))
                self.visit(node.pattern, loops, setters)
                if node.guard is not None:
                    self.visit(node.guard, loops, (*setters, inner))
                self.block(node.body, loops, (*setters, inner))
            case _ if isinstance(node, Function):
                self.functions += 1
                self.visit_parts(node, loops, setters)
                self.functions -= 1
            case _:
                self.visit_parts(node, loops, setters)

    def visit_parts(self, node: ast.AST, loops: tuple[Stretch, ...], setters: tuple[Stretch, ...]) -> None:
        """Walk the parts of a piece of code."""
        for name, value in ast.iter_fields(node):
            if name in BLOCKS and isinstance(value, list):
                self.block(value, loops, setters)
                continue
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, ast.AST):
                    self.visit(item, loops, setters)

    def block(self, body: list[ast.stmt], loops: tuple[Stretch, ...], setters: tuple[Stretch, ...]) -> None:
        """Walk statements; what one of them sets for sure is set for those behind it."""
        for index, statement in enumerate(body):
            self.visit(statement, loops, setters)
            behind = body[index + 1 :]
            if behind and isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                names = frozenset(name for target in targets for name in names_in(target))
                setters = (*setters, stretch(start(behind[0]), behind, names))

    def note(self, name: str, place: Place, loops: tuple[Stretch, ...], setters: tuple[Stretch, ...]) -> None:
        """Note a variable that is read somewhere, if that may come after the place."""
        own = [one for one in setters if name in one.names]
        ahead = place >= self.spot and all(one.spans(self.spot) for one in own)
        again = any(loop.spans(self.spot) and not any(one.start > loop.start for one in own) for loop in loops)
        if self.functions or ahead or again:
            self.found.add(name)


def names_in(target: ast.AST) -> frozenset[str]:
    """List the variables that a target or a pattern sets."""
    found = {item.id for item in ast.walk(target) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)}
    for item in ast.walk(target):
        if isinstance(item, ast.MatchAs | ast.MatchStar) and item.name:
            found.add(item.name)
        if isinstance(item, ast.MatchMapping) and item.rest:
            found.add(item.rest)
    return frozenset(found)


def start(node: ast.AST) -> Place:
    """Say where a piece of code begins."""
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def end(node: ast.AST) -> Place:
    """Say where a piece of code ends."""
    return getattr(node, "end_lineno", None) or 0, getattr(node, "end_col_offset", None) or 0


def whole(node: ast.AST) -> Stretch:
    """Give the stretch of a piece of code."""
    return Stretch(start(node), end(node))


def stretch(begin: Place, body: list[ast.stmt], names: frozenset[str]) -> Stretch:
    """Give the stretch of statements, and what is set before them."""
    return Stretch(begin, end(body[-1]), names)
