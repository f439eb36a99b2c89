"""Which case of a `match` it is, asked at run time.

The glue is a function whose body is a `match` statement of the user's own patterns and guards, so that what matches,
and in which order that is asked, is for Python to say. It gives the number of the case and what its names hold.
"""

from __future__ import annotations

import ast
import builtins
from typing import Any

from tiphys.tracing import inference, natives
from tiphys.tracing.acting import acts
from tiphys.tracing.factories import factory
from tiphys.tracing.facts import hint_of, type_of, unknown_parts
from tiphys.tracing.glue import at
from tiphys.tracing.names import names_loaded_outside, owner_of, variables
from tiphys.tracing.patterns import bindings, names_of, types_of
from tiphys.tracing.places import held_tree
from tiphys.tracing.sharing import Reach
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Closure, Unknown, is_immutable, is_scalar
from tiphys.tracing.words import parsed, parsed_expression
from tiphys_runtime.objects import UNBOUND

SUBJECT = "__subject"


class Asking:
    """A case that is asked for.

    known: what its names hold by the shape of the subject alone. items: the names of which the glue says what they
    hold. left: those that a case before may have set, whose guard has failed. asks_guard: the glue evaluates its guard.
    """

    def __init__(self, t: Tracer, case: ast.match_case, subject: Any, asks_guard: bool) -> None:
        self.case = case
        self.asks_guard = asks_guard
        self.names = names_of(case.pattern)
        self.known = bindings(t, case.pattern, subject)
        self.items = [name for name in self.names if name not in self.known]
        self.types = types_of(t, case.pattern, type_of(t, subject))
        self.left: list[str] = []

    @property
    def guard(self) -> ast.expr | None:
        """The guard that the glue evaluates."""
        return self.case.guard if self.asks_guard else None


def can_ask(t: Tracer, guard: ast.expr) -> bool:
    """Say whether glue can evaluate a guard: it calls no task and sets no variable."""
    return not acts(t, guard) and not any(isinstance(item, ast.NamedExpr) for item in ast.walk(guard))


class Question:
    """The glue that finds the case. left: the names that failed guards may leave set where no case is taken."""

    def __init__(self, t: Tracer, node: ast.Match, subject: Any, asking: list[Asking]) -> None:
        self.t = t
        self.node = node
        self.subject = subject
        self.asking = asking
        found: dict[str, None] = {}
        for one in asking:
            one.left = [name for name in found if name not in one.names]
            if one.guard is not None:
                read = names_loaded_outside(t.frame.scope.node, one.case)
                found.update({name: None for name in one.names if name in read})
        self.left = list(found)
        self.width = max(len(self.left), *(len(one.items) + len(one.left) for one in asking))

    def answer(self) -> tuple[Unknown, Unknown]:
        """Record the glue; gives the number of the case, and all that it gives."""
        t, node = self.t, self.node
        guards = [one.guard for one in self.asking if one.guard is not None]
        parts = unknown_parts(t, self.subject)
        pure = all(part.pure for part in parts) and all(is_pure(t, guard) for guard in guards)
        total = not guards and all(part.total for part in parts) and is_tame(type_of(t, self.subject))
        kind = tuple if self.width else int
        value = Unknown(self.call(), kind, pure, total)
        whole = t.expression(t.settle(value, "match", node))
        if whole.ref is not None and not any(map(shares, self.asking)):
            t.sharing.note(whole.ref, Reach(frozenset({(whole.ref, "itself")})))
        if not self.width:
            return whole, whole
        slot = at(ast.Constant(0), node)
        number = at(ast.Subscript(value=whole.tree, slice=slot, ctx=ast.Load()), node)
        return Unknown(number, int), Unknown(whole.tree, tuple)

    def call(self) -> ast.expr:
        """Write the call of the function that finds the case."""
        t, node = self.t, self.node
        given = self.given()
        args = ast.arguments(
            posonlyargs=[], args=[at(ast.arg(arg=name), node) for name in (SUBJECT, *given)], kwonlyargs=[],
            kw_defaults=[], defaults=[],
        )  # fmt: skip
        prelude = [parsed(f"if {name} is __unbound: del {name}", node) for name in given]
        cases = [
            ast.match_case(pattern=one.case.pattern, guard=one.guard, body=[self.ending(number, one.items, one.left)])
            for number, one in enumerate(self.asking)
        ]
        statement = at(ast.Match(subject=at(ast.Name(id=SUBJECT, ctx=ast.Load()), node), cases=cases), node)
        body = [*prelude, statement, self.ending(len(self.asking), [], self.left)]
        function = at(ast.FunctionDef(name="match", args=args, body=body, decorator_list=[]), node)
        if "type_params" in ast.FunctionDef._fields:
            vars(function)["type_params"] = []
        ast.fix_missing_locations(function)
        t.program.kept.append(function)
        head = factory(t, Closure(function, t.frame), node, {"__unbound": UNBOUND, "__locals": builtins.locals})
        subject = t.tree(self.subject, node.subject, hint_of(node.subject))
        return at(ast.Call(func=head, args=[subject, *given.values()], keywords=[]), node)

    def given(self) -> dict[str, ast.expr]:
        """Give what names hold before the statement that some case sets, where another one's guard reads them."""
        guards = [(one, one.guard) for one in self.asking if one.guard is not None]
        read = {item.id for one, guard in guards for item in ast.walk(guard)
                if isinstance(item, ast.Name) and item.id not in one.names}  # fmt: skip
        wanted = {name for one in self.asking for name in one.names if name in read or name in self.left}
        here = variables(self.t.frame)
        return {name: held_tree(self.t, here.get(name, UNBOUND), self.node) for name in sorted(wanted)}

    def ending(self, number: int, items: list[str], left: list[str]) -> ast.stmt:
        """Write the statement that gives the number of a case, and what names hold."""
        node = self.node
        shown: ast.expr = at(ast.Constant(number), node)
        if self.width:
            parts: list[ast.expr] = [at(ast.Name(id=name, ctx=ast.Load()), node) for name in items]
            parts += [parsed_expression(f"__locals().get({name!r}, __unbound)", node) for name in left]
            parts += [at(ast.Constant(None), node) for _ in range(self.width - len(parts))]
            shown = at(ast.Tuple(elts=[shown, *parts], ctx=ast.Load()), node)
        return at(ast.Return(value=shown), node)


def is_pure(t: Tracer, guard: ast.expr) -> bool:
    """Say whether a guard may be evaluated more than once."""
    for item in ast.walk(guard):
        match item:
            case ast.Call(func=ast.Attribute(attr=name)):
                if name not in natives.VALUE_METHODS:
                    return False
            case ast.Call(func=ast.Name(id=name)):
                is_builtin = owner_of(t.frame, name) is None and name not in t.frame.globals
                if not is_builtin or not natives.is_pure(getattr(builtins, name, None)):
                    return False
            case ast.Call():
                return False
    return True


def is_tame(kind: Any) -> bool:
    """Say whether looking at values of a type cannot raise: plain data, all the way down."""
    if is_scalar(kind) or kind in (str, bytes):
        return True
    args = [arg for arg in getattr(kind, "__args__", ()) if arg is not ...]
    return inference.plain(kind) in (list, tuple, dict, set, frozenset) and bool(args) and all(map(is_tame, args))


def shares(one: Asking) -> bool:
    """Say whether a name of a case may hold a part of the subject that can change in place."""
    return any(not is_immutable(one.types.get(name, Any)) for name in one.items)


def fresh_names(pattern: ast.pattern) -> set[str]:
    """List the names of a pattern that hold a new list or dict: those with a star."""
    stars = {item.name for item in ast.walk(pattern) if isinstance(item, ast.MatchStar) and item.name}
    return stars | {item.rest for item in ast.walk(pattern) if isinstance(item, ast.MatchMapping) and item.rest}
