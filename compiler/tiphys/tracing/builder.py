"""What is collected while a program is traced: its graphs, and what they share."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from tiphys.authoring.condition import Condition
from tiphys.authoring.task import TaskTemplate
from tiphys.diagnostics import Mistake, ProgramError, Span
from tiphys.ir import Unit
from tiphys.tracing.glue import Compiler


@dataclass
class Traced:
    """One traced graph, and what its calls need: the shape of its result over its outputs."""

    graph: str
    result: Any
    types: tuple[Any, ...]


@dataclass
class Tracing:
    """A graph that is being traced.

    key: which one it is; callee: of what. kind: the type of what it gives, if it calls itself: then that is one value,
    as nothing else is known of it before its end. is_optional: whether it is called depends on runtime values.
    """

    key: object
    callee: object
    title: str
    kind: Any
    is_optional: bool
    calls_itself: bool = False


@dataclass
class ProgramBuilder:
    """Collects the graphs of a program while they are traced."""

    compiler: Compiler = field(default_factory=Compiler)
    graphs: dict[str, Unit] = field(default_factory=dict)
    traced: dict[object, Traced] = field(default_factory=dict)
    needed: dict[str, frozenset[str]] = field(default_factory=dict)
    factories: dict[object, tuple[FunctionType, list[object]]] = field(default_factory=dict)
    owners: dict[str, TaskTemplate[..., Any]] = field(default_factory=dict)
    """The orchestrators, by their names and by those of their graphs."""
    overrides: dict[tuple[str, str], TaskTemplate[..., Any]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stack: list[Tracing] = field(default_factory=list)
    kept: list[object] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)
    kinds: dict[object, Any] = field(default_factory=dict)
    """What graphs that call themselves turned out to give, where that is not what they say."""
    outcomes: set[Span] = field(default_factory=set)
    """Where tasks are begun whose exceptions have to be values, as they are awaited inside a `try`."""
    early: set[Span] = field(default_factory=set)
    """Where tasks are begun that run where they are begun, as they are awaited in what runs many times."""
    posed: dict[Span, Condition] = field(default_factory=dict)
    """Where conditions are made, whether or not that is traced again."""
    asked: list[Condition] = field(default_factory=list)
    """Those that something waits for."""

    def graph_name(self, title: str) -> str:
        """Choose the name of a graph: the task's, and a number after the first."""
        name, count = title, 2
        while name in self.titles:
            name, count = f"{title}-{count}", count + 1
        self.titles.add(name)
        return name

    def again(self, where: Span, title: str, *, early: bool) -> None:
        """Let a graph be traced again, the exceptions of what is begun at a place as values; or let that run there."""
        if where in (self.early if early else self.outcomes):
            text = "this task is begun outside of a `try` and awaited inside of it, in a way that cannot be followed"
            mend = "Begin it inside the `try`."
            if early:
                text, mend = text.replace("`try`", "loop"), "Await it before the loop."
            raise ProgramError(Mistake(text, where, mend))
        (self.early if early else self.outcomes).add(where)
        self.titles.discard(title)
