"""Proves that an expression reads only what is there. It understands what argo/expressions.py writes, and no more.

An output expression is evaluated lazily, so a task that may have been skipped can be read in the arm of a ternary
whose condition says that it succeeded. In a tag Argo first looks up all that is named, so there every task
must have succeeded before.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""\s*(?:
      inputs\.parameters\['(?P<input>[-\w]+)'\]
    | workflow\.parameters\['(?P<typed>[-\w]+)'\]
    | tasks\['(?P<failed>[-a-zA-Z0-9]+)'\]\.outputs\?\.parameters\?\.[a-z]+\ \?\?(?=\ '')
    | tasks\['(?P<task>[-a-zA-Z0-9]+)'\](?:\.(?P<status>status)|\.outputs\.parameters\['(?P<output>[-\w]+)'\])
    | (?P<text>'[^'\\]*'|"(?:[^"\\]|\\.)*")
    | (?P<number>-?[0-9]+)
    | (?P<known>(?:true|false)\b)
    | (?P<call>asInt|string|fromJSON|toBase64|len)\(
    | (?P<field>\)\.v\b)
    | (?P<symbol>&&|\|\||==|!=|<=|>=|matches\b|[]?:<>+%/()![-])
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.ASCII,
)
NOTHING: frozenset[str] = frozenset()


class UnprovenError(Exception):
    """The expression may read what is not there, or is not understood."""


@dataclass
class Known:
    """What an expression may read.

    outputs: of the tasks that surely succeeded. offered: of all tasks, to be read where a condition says that they did;
    empty in a tag.
    """

    inputs: Container[str]
    outputs: Mapping[str, Container[str]] = field(default_factory=dict)
    offered: Mapping[str, Container[str]] = field(default_factory=dict)
    typed: Container[str] = ()
    """The arguments of the workflow, where those may be read."""


def prove(expression: str, known: Known) -> None:
    """Raise UnprovenError where an expression may read what is not there."""
    proof = Proof(expression, known)
    proof.choice(NOTHING)
    if proof.kind != "end":
        raise proof.unknown()


class Proof:
    """One expression while it is read. A method gives the tasks that have succeeded if what it read is true."""

    def __init__(self, text: str, known: Known) -> None:
        self.text = text
        self.known = known
        self.position = 0
        self.found = self.read()

    @property
    def kind(self) -> str:
        return str(self.found.lastgroup)

    @property
    def symbol(self) -> str | None:
        return self.found["symbol"]

    def read(self) -> re.Match[str]:
        found = TOKEN.match(self.text, self.position)
        if found is None:
            raise self.unknown()
        self.position = found.end()
        return found

    def unknown(self) -> UnprovenError:
        return UnprovenError(f"the expression {self.text} is not understood at {self.position}")

    def next(self) -> re.Match[str]:
        taken, self.found = self.found, self.read()
        return taken

    def expect(self, symbol: str) -> None:
        if self.next()["symbol"] != symbol:
            raise self.unknown()

    def choice(self, succeeded: frozenset[str]) -> frozenset[str]:
        """Read `condition ? value : otherwise`, or one value."""
        implied = self.disjunction(succeeded)
        if self.symbol != "?":
            return implied
        self.next()
        self.choice(succeeded | implied)
        self.expect(":")
        self.choice(succeeded)
        return NOTHING

    def disjunction(self, succeeded: frozenset[str]) -> frozenset[str]:
        implied = self.conjunction(succeeded)
        while self.symbol == "||":
            self.next()
            self.conjunction(succeeded)
            implied = NOTHING
        return implied

    def conjunction(self, succeeded: frozenset[str]) -> frozenset[str]:
        implied = self.comparison(succeeded)
        while self.symbol == "&&":
            self.next()
            implied |= self.comparison(succeeded | implied)
        return implied

    def comparison(self, succeeded: frozenset[str]) -> frozenset[str]:
        if self.symbol == "!":
            self.next()
            self.operand(succeeded)
            return NOTHING
        left = self.found
        implied = self.sum(succeeded)
        if self.symbol not in ("==", "!=", "<", "<=", ">", ">=", "matches"):
            return implied
        compared = self.next()["symbol"]
        right = self.found
        self.sum(succeeded)
        if left["status"] and compared == "==" and right["text"] == "'Succeeded'":
            return frozenset((left["task"],))
        return NOTHING

    def sum(self, succeeded: frozenset[str]) -> frozenset[str]:
        implied = self.operand(succeeded)
        while self.symbol in ("+", "-", "%", "/"):
            self.next()
            self.operand(succeeded)
            implied = NOTHING
        return implied

    def operand(self, succeeded: frozenset[str]) -> frozenset[str]:
        found = self.next()
        if found["input"] is not None:
            if found["input"] not in self.known.inputs:
                raise UnprovenError(f"{found[0].strip()} is no input of the template")
        elif found["typed"] is not None:
            if found["typed"] not in self.known.typed:
                raise UnprovenError(f"{found[0].strip()} is no argument of the workflow that can be read here")
        elif found["failed"] is not None:
            # what a pod that failed may have said, or else a text
            if found["failed"] not in self.known.offered:
                raise UnprovenError(f"{found[0].strip()} is no task that is known here")
            self.operand(succeeded)
        elif found["task"] is not None:
            self.check_task(found, succeeded)
        elif found["call"] is not None:
            self.choice(succeeded)
            wanted = "field" if found["call"] == "fromJSON" else "symbol"
            if (self.kind, self.next()[0].strip()[:1]) != (wanted, ")"):
                raise self.unknown()
            if wanted == "field" and self.symbol == "[":
                self.next()
                self.choice(succeeded)
                self.expect("]")
        elif found["symbol"] == "(":
            implied = self.choice(succeeded)
            self.expect(")")
            return implied
        elif found["text"] is None and found["number"] is None and found["known"] is None:
            raise self.unknown()
        return NOTHING

    def check_task(self, found: re.Match[str], succeeded: frozenset[str]) -> None:
        """Check what is read of a task: its status, or an output where it succeeded."""
        name = found["task"]
        if found["status"]:
            if name not in self.known.offered:
                raise UnprovenError(f"{found[0].strip()} is no status that is known here")
            return
        outputs = self.known.outputs.get(name)
        if outputs is None and name in succeeded:
            outputs = self.known.offered[name]
        if outputs is None:
            raise UnprovenError(f"{found[0].strip()} is read, but nothing implies that {name} succeeded")
        if found["output"] not in outputs:
            raise UnprovenError(f"{found[0].strip()} is read, but {name} has no such output")
