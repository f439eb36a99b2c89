"""Text with `{{tags}}`: compiled once to a list of pieces, rendered against a scope at each use.

Argo scans what it has substituted again and again. So a rendered text that still holds `{{` would be
evaluated there; here it ends the run with an error, since the compiler promises that it never happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiphys.diagnostics import InternalError, UsageError
from tiphys.engine.expressions import Constant, Expression, Member, Name, Unevaluable, UnknownName, parse
from tiphys.engine.gotext import json_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiphys.engine.scope import Scope

OPEN, CLOSE = "{{", "}}"
MISSING = object()
"""What a path stands for that is not in scope."""

_ROOTS = frozenset({"inputs", "workflow", "tasks", "item", "retries", "lastRetry", "pod", "node"})


class AbsentValueError(Unevaluable):
    """A plain reference to an output of a skipped task that declares no default."""


@dataclass(frozen=True, slots=True)
class Reference:
    """`{{tasks.a.outputs.parameters.v}}` and the like."""

    path: tuple[str, ...]
    source: str

    def render(self, scope: Scope) -> str:
        value = scope.find(self.path)
        if value is MISSING:
            raise _never(self.source) if self.path[0] == "tasks" else _unknown(self.source)
        if value is None:
            message = f"unable to substitute {self.source}: the task was skipped and its output has no default"
            raise AbsentValueError(message)
        if isinstance(value, str):
            return value
        if self.path[0] == "item":
            return json_of(value)
        message = f"failed to resolve {self.source} to string"
        raise Unevaluable(message)


@dataclass(frozen=True, slots=True)
class Computed:
    """`{{= expression }}`."""

    expression: Expression
    source: str

    def render(self, scope: Scope) -> str:
        for path in self.expression.required:
            if path[0] == "tasks" and scope.find(path) is MISSING:
                raise _never("{{" + ".".join(path) + "}}", within=self.source)
        try:
            value = self.expression.value(scope.variable)
        except UnknownName as error:
            message = f"{error} in {self.source}: Argo would pass the tag on unresolved"
            raise InternalError(message) from None
        if value is None:
            message = f"failed to evaluate expression {self.source}: it is nil"
            raise Unevaluable(message)
        return value if isinstance(value, str) else json_of(value)


Piece = str | Reference | Computed


@dataclass(frozen=True, slots=True)
class Text:
    """A field of the manifest that may hold tags."""

    pieces: tuple[Piece, ...]
    where: str

    @property
    def constant(self) -> str | None:
        """Give the text if it holds no tag."""
        if not self.pieces:
            return ""
        first = self.pieces[0]
        return first if len(self.pieces) == 1 and isinstance(first, str) else None

    @property
    def is_plain_reference(self) -> bool:
        """Tell whether it is one simple tag: only then may an absent value fall to the input's default."""
        return len(self.pieces) == 1 and isinstance(self.pieces[0], Reference)

    def render(self, scope: Scope) -> str:
        """Substitute every tag."""
        parts = [piece if isinstance(piece, str) else piece.render(scope) for piece in self.pieces]
        text = parts[0] if len(parts) == 1 else "".join(parts)
        if OPEN in text:
            at = text.index(OPEN)
            message = (
                f"{self.where}: a value holds a raw `{{{{`, which Argo would evaluate: "
                f"...{text[max(0, at - 40) : at + 40]}..."
            )
            raise InternalError(message)
        return text

    def mentions(self, root: str) -> bool:
        """Tell whether a tag begins with the name `root`."""
        return any(
            piece.path[0] == root if isinstance(piece, Reference) else root in names_of(piece.expression)
            for piece in self.pieces
            if not isinstance(piece, str)
        )

    def tasks(self) -> Iterator[str]:
        """Name the tasks it mentions."""
        for piece in self.pieces:
            if isinstance(piece, Reference) and piece.path[0] == "tasks":
                yield piece.path[1]
            elif isinstance(piece, Computed):
                yield from tasks_of(piece.expression)


def compile_text(text: object, *, where: str) -> Text:
    """Cut a text into literal pieces and tags; numbers and booleans are written as Argo reads them."""
    source = text if isinstance(text, str) else json_of(text)
    pieces: list[Piece] = []
    position = 0
    while (start := source.find(OPEN, position)) >= 0:
        end = source.find(CLOSE, start)
        if end < 0:
            message = f"{where}: the tag `{source[start : start + 40]}` is not closed"
            raise UsageError(message)
        if start > position:
            pieces.append(source[position:start])
        pieces.append(_tag(source[start + 2 : end], where))
        position = end + 2
    if position < len(source):
        pieces.append(source[position:])
    return Text(tuple(pieces), where)


def tasks_of(expression: Expression) -> Iterator[str]:
    """Name the tasks that an expression mentions."""
    for node in expression.walk():
        if isinstance(node, Member) and node.target == Name("tasks") and isinstance(node.key, Constant):
            yield str(node.key.constant)


def names_of(expression: Expression) -> set[str]:
    """Collect the variables that an expression uses."""
    return {node.name for node in expression.walk() if isinstance(node, Name)}


def _tag(tag: str, where: str) -> Piece:
    source = OPEN + tag + CLOSE
    if tag.startswith("="):
        return Computed(parse(tag[1:].strip(), where=where), source)
    path = tuple(tag.strip().split("."))
    if path[0] not in _ROOTS:
        message = f"{where}: `{source}` names nothing that is known here"
        raise UsageError(message)
    return Reference(path, source)


def _unknown(source: str) -> InternalError:
    return InternalError(f"{source} names nothing that is known here: Argo would pass the tag on unresolved")


def _never(source: str, *, within: str = "") -> InternalError:
    place = f" in {within}" if within else ""
    return InternalError(
        f"{source}{place} is not an output that exists: Argo would wait for it for ever. "
        "Guard it by `depends`, or read it as `{{= tasks.x?.outputs?.parameters?.v ?? '...' }}`."
    )
