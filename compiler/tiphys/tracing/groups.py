"""`except*`: every clause takes its part of a group of exceptions, and what is left is raised behind the last."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tiphys.tracing.acting import acts
from tiphys.tracing.attempts import attempt, clause_types, forked
from tiphys.tracing.completions import Done, Exit
from tiphys.tracing.glue import at, fill
from tiphys.tracing.merging import fork
from tiphys.tracing.names import store, variables
from tiphys.tracing.raises import raise_value
from tiphys.tracing.running import proceed
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.trials import Tried, tries
from tiphys.tracing.values import Raised, Unknown
from tiphys.tracing.which import Which
from tiphys_runtime.objects import checked, left_of, marked_again, parts_of

Run = Callable[[Sequence[ast.stmt]], Done]


def attempt_groups(t: Tracer, node: ast.TryStar, run: Run) -> Done:
    """Run a `try` statement with `except*`; `run` interprets statements."""
    if node.finalbody:
        inner = fill(node, finalbody=[])
        outer = at(ast.Try(body=[inner], handlers=[], orelse=[], finalbody=node.finalbody), node)
        t.program.kept.extend((inner, outer))
        return attempt(t, outer, run)
    kinds = [clause_types(t, clause) for clause in node.handlers]

    def behind(done: Done) -> Done:
        if not node.orelse:
            return done
        return proceed(t, done, frozenset((Exit.NEXT,)), lambda: run(node.orelse), node)

    tried = tries(t, lambda: run(node.body), [BaseException], node)
    if isinstance(tried, Raised):
        return Groups(t, node, kinds, run, tried.error).handled()
    if not isinstance(tried, Tried):
        return behind(tried)

    def failed() -> Done:
        tried.failed()
        return Groups(t, node, kinds, run, tried.error).handled()

    done: Done = forked(t, tried, [lambda: behind(tried.went()), failed], node)
    return done


@dataclass
class Groups:
    """The clauses of a `try` statement, and the exception that they part between them: known, or at run time."""

    t: Tracer
    node: ast.TryStar
    kinds: list[Any]
    run: Run
    error: BaseException | Unknown
    raised: dict[int, str] = field(default_factory=dict)
    """The variables that hold what the clauses have raised themselves, by their numbers."""

    def handled(self) -> Done:
        """Run the clauses, then raise what is left."""
        t = self.t
        parts = self.parts()
        names = variables(t.frame)
        count = len(names)
        for index, clause in enumerate(self.node.handlers):
            if may_raise(t, clause):
                self.raised[index] = f"raised {count} {index}"
                t.state.write(t.frame.box).names[self.raised[index]] = None
            self.if_any(parts[index], partial(self.clause, index, parts[index]), "clause")
        left = self.left() if self.raised else parts[-1]
        for name in self.raised.values():
            t.state.write(t.frame.box).names.pop(name, None)
        return self.if_any(left, lambda: raise_value(t, left, [], self.node), "left", keeps_raises=True)

    def if_any(self, part: Any, work: Callable[[], Done], title: str, *, keeps_raises: bool = False) -> Done:
        """Do something where there is an exception."""
        unknown = self.t.unknown(part)
        if unknown is None:
            return work() if part is not None else None
        none = at(ast.Constant(None), self.node)
        test = at(ast.Compare(left=unknown.tree, ops=[ast.IsNot()], comparators=[none]), self.node)
        which = Which(self.t, Unknown(test, bool, unknown.pure, unknown.total), self.node)
        done: Done = fork(self.t, which, [work, lambda: None], self.node, title=title, keeps_raises=keeps_raises)
        return done

    def parts(self) -> list[Any]:
        """Give the part of each clause, and behind them the rest: exceptions, or None."""
        t, node = self.t, self.node
        if not isinstance(self.error, Unknown):
            try:
                return parts_of(self.error, self.kinds)
            except TypeError as error:
                raise Raised(error, t.span(node)) from None
        tree = self.call(parts_of, self.error.tree, t.capture(self.kinds, "clauses", node))
        whole = t.expression(t.settle(Unknown(tree, list, total=self.are_right()), "parts", node))
        return [
            Unknown(at(ast.Subscript(value=whole.tree, slice=at(ast.Constant(index), node), ctx=ast.Load()), node))
            for index in range(len(self.kinds) + 1)
        ]

    def are_right(self) -> bool:
        """Say whether the clauses name what `except*` can catch."""
        try:
            return all(checked(kind, star=True) for kind in self.kinds)
        except TypeError:
            return False

    def left(self) -> Any:
        """Give what is left to raise: what no clause has caught, and what clauses have raised."""
        t, node = self.t, self.node
        held = [variables(t.frame).get(self.raised.get(index, "")) for index in range(len(self.kinds))]
        if not isinstance(self.error, Unknown) and all(t.is_known(item) for item in held):
            return left_of(self.error, self.kinds, [t.native(item) for item in held])
        shown = at(ast.List(elts=[t.tree(item, node, constant=item is None) for item in held], ctx=ast.Load()), node)
        error = self.error.tree if isinstance(self.error, Unknown) else t.tree(self.error, node, "error")
        tree = self.call(left_of, error, t.capture(self.kinds, "clauses", node), shown)
        return t.settle(Unknown(tree, total=self.are_right()), "left", node)

    def clause(self, index: int, part: Any) -> Done:
        """Run a clause on its part; what it raises is kept till the others have run."""
        t, clause = self.t, self.node.handlers[index]

        def body() -> Done:
            return self.body(clause, part)

        if index not in self.raised:
            return body()
        tried = tries(t, body, [BaseException], clause)
        if isinstance(tried, Raised):
            self.keep(index, tried.error)
            return None
        if not isinstance(tried, Tried):
            done: Done = tried
            return done

        def failed() -> Done:
            tried.failed()
            if clause.name:
                t.state.write(t.frame.box).names.pop(clause.name, None)
            self.keep(index, t.boxed(tried.error))
            return None

        merged: Done = forked(t, tried, [tried.went, failed], clause)
        return merged

    def keep(self, index: int, error: Any) -> None:
        """Note what a clause has raised."""
        self.t.state.write(self.t.frame.box).names[self.raised[index]] = error

    def body(self, clause: ast.ExceptHandler, part: Any) -> Done:
        """Run the code of a clause."""
        t = self.t
        unknown = t.unknown(part)
        again: Any = marked_again(part) if unknown is None else None
        if unknown is not None:
            again = Unknown(self.call(marked_again, unknown.tree), total=False)
        if clause.name:
            store(t, clause.name, part if unknown is None else t.boxed(unknown), clause)
        outer = t.frame.notes.get("handling")
        t.frame.notes["handling"] = again
        try:
            return self.run(clause.body)
        finally:
            t.frame.notes["handling"] = outer
            if clause.name:
                t.state.write(t.frame.box).names.pop(clause.name, None)

    def call(self, function: Callable[..., Any], *args: ast.expr) -> ast.expr:
        """Write a call of a function of ours."""
        head = self.t.capture(function, function.__name__, self.node)
        return at(ast.Call(func=head, args=list(args), keywords=[]), self.node)


def may_raise(t: Tracer, clause: ast.ExceptHandler) -> bool:
    """Say whether a clause raises, or calls tasks, which may; what glue of its own raises is not kept till the end."""
    return any(
        acts(t, statement) or any(isinstance(item, ast.Raise | ast.Assert) for item in ast.walk(statement))
        for statement in clause.body
    )
