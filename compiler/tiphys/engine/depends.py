"""What a task waits for: `depends` expressions over the phases of other tasks, with a parser of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tiphys.diagnostics import UsageError
from tiphys.engine.phases import Phase

_TOKEN = re.compile(
    r"\s*(?:(?P<task>[a-zA-Z0-9][-a-zA-Z0-9]*)(?:\.(?P<result>[A-Z][a-zA-Z]+))?|(?P<symbol>&&|\|\||[!()])|(?P<end>\Z))"
)
_KEYWORDS = frozenset({"in", "not", "and", "or", "let", "if", "else", "true", "false", "nil"})
_PHASES = {
    "Succeeded": Phase.SUCCEEDED,
    "Failed": Phase.FAILED,
    "Errored": Phase.ERROR,
    "Skipped": Phase.SKIPPED,
    "Omitted": Phase.OMITTED,
}
GROUP_RESULTS = frozenset({"AnySucceeded", "AllFailed"})
RESULTS = frozenset({*_PHASES, "Daemoned", *GROUP_RESULTS})
_DONE = ("Succeeded", "Skipped", "Daemoned")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended, and, for a fan-out, how its children did."""

    phase: Phase
    children: tuple[Phase, ...] = ()


Outcomes = Callable[[str], Outcome]
Condition = Callable[[Outcomes], bool]


@dataclass(frozen=True, slots=True)
class Depends:
    """A condition, and the tasks that must have ended before it is asked."""

    tasks: tuple[str, ...]
    condition: Condition
    source: str

    def holds(self, outcomes: Outcomes) -> bool:
        """Tell whether the task runs; else it is omitted."""
        return self.condition(outcomes)


def parse_depends(text: str, *, allowed: Callable[[str], tuple[str, ...]] = lambda _: (), where: str = "") -> Depends:
    """Parse a `depends` text. `allowed` gives the results that `continueOn` of a task adds to its bare name."""
    parser = _Parser(text, allowed, where)
    condition = parser.either()
    parser.expect_end()
    return Depends(tuple(dict.fromkeys(parser.tasks)), condition, text)


def all_done(names: list[str], *, allowed: Callable[[str], tuple[str, ...]]) -> Depends:
    """Make the condition of an old-style `dependencies` list."""
    conditions = [_bare(name, allowed(name)) for name in names]
    return Depends(tuple(names), _all(conditions), " && ".join(names))


class _Parser:
    def __init__(self, text: str, allowed: Callable[[str], tuple[str, ...]], where: str) -> None:
        self.text = text
        self.allowed = allowed
        self.where = where
        self.position = 0
        self.tasks: list[str] = []
        self.found = self._match()

    def _match(self) -> re.Match[str]:
        found = _TOKEN.match(self.text, self.position)
        if found is None:
            raise self._mistake("is not understood")
        return found

    def _mistake(self, message: str) -> UsageError:
        place = f"{self.where}: " if self.where else ""
        return UsageError(f"{place}`depends: {self.text}` {message} (position {self.position})")

    def _next(self) -> re.Match[str]:
        found = self.found
        self.position = found.end()
        self.found = self._match()
        return found

    def either(self) -> Condition:
        conditions = [self.both()]
        while self.found["symbol"] == "||":
            self._next()
            conditions.append(self.both())
        return _any(conditions)

    def both(self) -> Condition:
        conditions = [self.one()]
        while self.found["symbol"] == "&&":
            self._next()
            conditions.append(self.one())
        return _all(conditions)

    def one(self) -> Condition:
        token = self._next()
        if token["symbol"] == "!":
            inner = self.one()
            return lambda outcomes: not inner(outcomes)
        if token["symbol"] == "(":
            inside = self.either()
            if self._next()["symbol"] != ")":
                raise self._mistake("lacks a `)`")
            return inside
        if token["task"] is None:
            raise self._mistake("ends too early" if token["end"] is not None else "is not understood")
        return self._task(token["task"], token["result"])

    def _task(self, name: str, result: str | None) -> Condition:
        if name in _KEYWORDS:
            raise self._mistake(f"uses `{name}`, a word of the expression language, as a task")
        self.tasks.append(name)
        if result is None:
            return _bare(name, self.allowed(name))
        if result not in RESULTS:
            raise self._mistake(f"asks for `{result}`, which is no result of a task")
        return _is(name, result)

    def expect_end(self) -> None:
        if self.found["end"] is None:
            raise self._mistake("is not understood")


def _is(name: str, result: str) -> Condition:
    if result == "AnySucceeded":
        return lambda outcomes: Phase.SUCCEEDED in outcomes(name).children
    if result == "AllFailed":
        return lambda outcomes: _all_failed(outcomes(name).children)
    if result == "Daemoned":
        return lambda _: False
    phase = _PHASES[result]
    return lambda outcomes: outcomes(name).phase is phase


def _bare(name: str, more: tuple[str, ...]) -> Condition:
    phases = frozenset(_PHASES[result] for result in (*_DONE, *more) if result in _PHASES)
    return lambda outcomes: outcomes(name).phase in phases


def _all_failed(children: tuple[Phase, ...]) -> bool:
    return bool(children) and all(phase is Phase.FAILED for phase in children)


def _all(conditions: list[Condition]) -> Condition:
    if len(conditions) == 1:
        return conditions[0]
    return lambda outcomes: all(condition(outcomes) for condition in conditions)


def _any(conditions: list[Condition]) -> Condition:
    if len(conditions) == 1:
        return conditions[0]
    return lambda outcomes: any(condition(outcomes) for condition in conditions)
