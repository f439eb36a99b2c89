"""Control flow on runtime values: units that a `Sub` calls, as it calls graphs."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from tiphys.diagnostics import Span
from tiphys.ir.atoms import Atom, Literal, Ref
from tiphys.ir.nodes import Graph, Input, Sub


@dataclass(frozen=True, slots=True)
class Switch:
    """Runs one of several regions, or none.

    test: the number of the arm that runs, an `int` from 0. arms: None where nothing has to run. outputs: for each
    value given, an atom per arm: an output of that arm's `Sub`, an input, or a known value.
    """

    name: str
    inputs: tuple[Input, ...]
    test: Ref
    arms: tuple[Sub | None, ...]
    outputs: tuple[tuple[Atom, ...], ...]
    where: Span
    title: str = "if"

    @property
    def width(self) -> int:
        return len(self.outputs)

    @property
    def calls(self) -> tuple[Sub, ...]:
        return tuple(arm for arm in self.arms if arm is not None)


EXITS = 9
"""The exits of loops are numbers below this."""


@dataclass(frozen=True, slots=True)
class Loop:
    """Runs a region again and again.

        exit, i = start, 0
        while exit == 0 and (count is None or i < count):
            exit, *carried = body(i, carried, what does not change); i += 1

    carried: the inputs that each round replaces. next: for each, what it is after a round: an output of the body, an
    input or a known value. `exit` is 0 to go on; other numbers say how the loop ended. It gives the exit, then what is
    carried; the number of rounds is bounded by Argo (argo/rounds.py).
    """

    name: str
    inputs: tuple[Input, ...]
    start: Atom
    count: Atom | None
    index: str | None
    """The name by which the body's arguments refer to `i`."""
    body: Sub
    exit: Atom
    carried: tuple[str, ...]
    next: tuple[Atom, ...]
    where: Span
    title: str = "while"

    @property
    def width(self) -> int:
        return 1 + len(self.carried)

    @property
    def calls(self) -> tuple[Sub, ...]:
        return (self.body,)


@dataclass(frozen=True, slots=True)
class Map:
    """Runs a region for each number below `count`, side by side; gives one value, the list of what the region yields.

    The region yields one value, and the pod that makes it writes it where the reader of the list finds it.
    limit: how many run at a time. keeps_errors: an exception of an item stands in its place in the list.
    """

    name: str
    inputs: tuple[Input, ...]
    count: Ref
    index: str
    body: Sub
    where: Span
    limit: int | None = None
    keeps_errors: bool = False
    title: str = "map"

    @property
    def width(self) -> int:
        return 1

    @property
    def calls(self) -> tuple[Sub, ...]:
        return (self.body,)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Runs a region; when that fails, the region `catch`, which begins with a `Catch`.

    outputs: for each value given, an atom where the body succeeded, and one where it failed.
    """

    name: str
    inputs: tuple[Input, ...]
    body: Sub
    catch: Sub
    outputs: tuple[tuple[Atom, Atom], ...]
    where: Span
    title: str = "try"

    @property
    def width(self) -> int:
        return len(self.outputs)

    @property
    def calls(self) -> tuple[Sub, ...]:
        return (self.body, self.catch)


class Numbers:
    """The type of a list of whole numbers that Argo reads: short, and never kept in a file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Entry `index` of a list of numbers that a pod gave; nothing is known where there is none, or one below 0.

    Both are inputs of the `Reading`.
    """

    numbers: Ref
    index: Ref

    def __str__(self) -> str:
        return f"{self.numbers}[{self.index}]"


PLAIN = "-A-Za-z0-9_ .,:;/@#+=*%&|<>?!~"
"""The characters, as a class of a regular expression, of the texts that a question may name: they mean themselves in
JSON, in an expression of Argo's and between the quotes of one."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked of the program's inputs; nothing is known where one is not written in the usual way.

    tree: an expression over the inputs' names, of comparisons, `and`, `or`, `not` and `... if ... else ...`, that gives
    an `int` from 0. kinds: the type of each input: `bool`, `int` or `str`.
    """

    tree: ast.expr
    kinds: tuple[tuple[str, type], ...]

    def __str__(self) -> str:
        return ast.unparse(self.tree)

    def answer(self, inputs: Mapping[str, object]) -> int:
        """Give the number for these inputs."""
        whole = ast.fix_missing_locations(ast.Expression(self.tree))
        found = eval(compile(whole, "question", "eval"), {name: inputs[name] for name, _ in self.kinds})  # noqa: S307 - made of comparisons only
        assert type(found) is int
        return found


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that Argo itself reads; where nothing is known, a region computes it. It gives that number."""

    name: str
    inputs: tuple[Input, ...]
    number: Entry | Question
    otherwise: Sub
    where: Span
    title: str = "reading"

    @property
    def width(self) -> int:
        return 1

    @property
    def calls(self) -> tuple[Sub, ...]:
        return (self.otherwise,)


@dataclass(frozen=True, slots=True)
class Sleep:
    """Waits a while. milliseconds: an input, a whole number; what is below 0 is no while at all."""

    milliseconds: Ref


NOBODY = "tiphys/nobody"
"""What stands for an answer that has not come; nobody can answer it."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Waits for a person's answer to a condition.

    name, description: of the condition. kind: bool, int, float or str. prompt: an input or a known text.
    seconds: how long at most; None for ever. otherwise: with `seconds`, the exception that stands for an answer that
    has not come.
    """

    name: str
    kind: type
    prompt: Atom
    prompt_type: str = "text"
    description: str = ""
    seconds: float | None = None
    otherwise: Literal | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Waits without a pod: a while, which gives nothing, or for an answer, which it gives."""

    name: str
    inputs: tuple[Input, ...]
    pause: Sleep | Ask
    where: Span
    title: str = "wait"

    @property
    def width(self) -> int:
        return int(isinstance(self.pause, Ask))

    @property
    def calls(self) -> tuple[Sub, ...]:
        return ()

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """What it reads, and the known values that it may give."""
        if isinstance(self.pause, Sleep):
            return (self.pause.milliseconds,)
        return (self.pause.prompt, *(() if self.pause.otherwise is None else (self.pause.otherwise,)))


Construct = Switch | Loop | Map | Attempt | Reading | Wait
Unit = Graph | Construct
"""What a `Sub` calls."""
