"""`match`: case by case where the subject is known; else glue says which case it is, and the program forks."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tiphys.tracing.blocks import item_of, maybe
from tiphys.tracing.choices import decided_by
from tiphys.tracing.completions import Done
from tiphys.tracing.facts import hint_of
from tiphys.tracing.merging import fork
from tiphys.tracing.names import store, variables
from tiphys.tracing.patterns import Asked, bindings, matches
from tiphys.tracing.places import may_lack
from tiphys.tracing.questions import Asking, Question, can_ask, fresh_names
from tiphys.tracing.sharing import Reach
from tiphys.tracing.state import Box, OpaqueC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Choice, Unknown, is_immutable
from tiphys.tracing.which import Which
from tiphys_runtime.objects import UNBOUND

Run = Callable[[Sequence[ast.stmt]], Done]
Rest = Callable[[], Done]


def match_statement(t: Tracer, node: ast.Match, run: Run, rest: Rest | None, *, ends: bool) -> Any:
    """Run a `match` statement. rest, ends: as in `fork`."""
    from tiphys.tracing.expressions import evaluate

    subject = evaluate(t, node.subject)
    if isinstance(subject, Choice):
        return match_choice(t, node, subject, run, rest, ends=ends)
    subject = t.settle(subject, hint_of(node.subject), node.subject)
    return Matching(t, node, subject, run).cases(node.cases, rest, ends=ends)


def match_choice(t: Tracer, node: ast.Match, subject: Choice, run: Run, rest: Rest | None, *, ends: bool) -> Any:
    """Run a `match` on one of several things that are no data: once for each."""
    which = Which(t, subject.number, node, is_number=True)

    def option(number: int) -> Any:
        outer = t.options
        if subject.number.ref is not None:
            t.options = {**outer, subject.number.key: number}
        try:
            return Matching(t, node, subject.options[number], run).cases(node.cases, None)
        finally:
            t.options = outer

    works = [lambda number=number: option(number) for number in range(len(subject.options))]
    return fork(t, which, works, node, rest=rest, title="match", ends=ends)


@dataclass
class Matching:
    """A `match` statement whose subject is evaluated."""

    t: Tracer
    node: ast.Match
    subject: Any
    run: Run

    def cases(self, cases: Sequence[ast.match_case], rest: Rest | None = None, *, ends: bool = False) -> Any:
        """Run the first of some cases that matches."""
        for index, case in enumerate(cases):
            try:
                if not matches(self.t, case.pattern, self.subject):
                    continue
            except Asked:
                return self.at_run_time(cases[index:], rest, ends=ends)
            self.bind(bindings(self.t, case.pattern, self.subject), case)
            done = self.guarded(case, cases[index + 1 :], rest, ends=ends)
            if done is not NotImplemented:
                return done
        return None

    def bind(self, found: dict[str, Any], case: ast.match_case) -> None:
        """Set the names of a case."""
        for name, value in found.items():
            store(self.t, name, self.t.settle(value, name, case.pattern), case.pattern)

    def guarded(
        self, case: ast.match_case, others: Sequence[ast.match_case], rest: Rest | None = None, *, ends: bool = False
    ) -> Any:
        """Run a case whose pattern has matched, if its guard holds; NotImplemented where that is known not to."""
        from tiphys.tracing.expressions import evaluate

        t = self.t
        if case.guard is None:
            return self.run(case.body)
        test = decided_by(t, evaluate(t, case.guard), case.guard)
        if isinstance(test, bool):
            return self.run(case.body) if test else NotImplemented
        t.need(test)
        works = [lambda: self.run(case.body), lambda: self.cases(others)]
        return fork(t, Which(t, test, case.guard), works, self.node, rest=rest, title="match", ends=ends)

    def at_run_time(self, cases: Sequence[ast.match_case], rest: Rest | None, *, ends: bool) -> Any:
        """Let glue find the case; it looks no further than to a guard that calls tasks."""
        asking, others, is_sure = self.taken(cases)
        question = Question(self.t, self.node, self.subject, asking)
        number, whole = question.answer()

        def work(one: Asking) -> Any:
            self.bind(one.known, one.case)
            self.bind_items(one, whole)
            if one.asks_guard:
                return self.run(one.case.body)
            done = self.guarded(one.case, others)
            return self.cases(others) if done is NotImplemented else done

        def none() -> Any:
            self.bind_left(question.left, 1, whole)
            return self.cases(others)

        works = [functools.partial(work, one) for one in asking]
        ways: list[Callable[[], Any]] = [*works] if is_sure else [*works, none]
        which = Which(self.t, number, self.node, is_number=True)
        return fork(self.t, which, ways, self.node, rest=rest, title="match", ends=ends)

    def taken(self, cases: Sequence[ast.match_case]) -> tuple[list[Asking], Sequence[ast.match_case], bool]:
        """Choose the cases that the glue asks for; gives also those behind them, and whether one of them is taken."""
        asking: list[Asking] = []
        for index, case in enumerate(cases):
            try:
                is_sure = matches(self.t, case.pattern, self.subject)
            except Asked:
                is_sure = False
            else:
                if not is_sure:
                    continue
            asks = case.guard is None or can_ask(self.t, case.guard)
            asking.append(Asking(self.t, case, self.subject, asks))
            if case.guard is None and is_sure:
                return asking, (), True
            if not asks:
                return asking, cases[index + 1 :], is_sure
        return asking, (), False

    def bind_items(self, one: Asking, whole: Unknown) -> None:
        """Set the names of a case to what the glue says."""
        t, node = self.t, self.node
        fresh = fresh_names(one.case.pattern)
        for index, name in enumerate(one.items):
            kind = one.types.get(name, Any)
            # it means something only where the case is taken: not total, so that glue over it is computed nowhere else
            made = replace(item_of(t, whole, 1 + index, kind, name, node), total=False)
            held = made if is_immutable(kind) else t.state.box(OpaqueC(made))
            if name in fresh and made.ref is not None:
                t.sharing.note(made.ref, Reach(frozenset({(made.ref, "itself")}), t.sharing.of_ref(made.ref).inner))
            store(t, name, held, one.case.pattern)
        self.bind_left(one.left, 1 + len(one.items), whole)

    def bind_left(self, names: list[str], first: int, whole: Unknown) -> None:
        """Set names to what cases have left there whose guards failed, or to what they held before."""
        t, node = self.t, self.node
        for index, name in enumerate(names):
            before = variables(t.frame).get(name, UNBOUND)
            value: Any = t.state.box(OpaqueC(item_of(t, whole, first + index, Any, name, node)))
            assert isinstance(value, Box)
            store(t, name, maybe(t, value, node) if may_lack(before) else value, node)
