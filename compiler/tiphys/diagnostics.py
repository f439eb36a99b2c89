"""The compiler's own errors: one tree, and how a located one is printed.

What a user's program may catch at run time lives in `tiphys.errors` (the runtime), not here.

    TiphysError                 everything below; the command line prints it without a traceback
      ProgramError              one or more located mistakes in the user's program (exit 2)
        AuthoringError          ... in an environment, a decorator or a setting; also a ValueError
      UsageError                a wrong command, argument or setting, not at a source line (exit 2)
      ManifestError             the compiled objects break a limit of Kubernetes or Argo (exit 2)
      ClusterError              the cluster refused or cannot be reached (exit 3)
      BuildFailed               a tool could not build or push an image (exit 1)
      RunFailed                 a run ended in failure and its exception cannot be rebuilt here (exit 1)
      InternalError             our own bug (exit 70)

A mistake has four parts: what is wrong, where, the line, and how to mend it:

    `score` is called without `row`
      flow.py:11:9
        s = await score()
                  ^^^^^^^
      Pass it: `score(row=...)`.
"""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

WIDEST = 120
"""Characters of a value that an error repeats."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of user source: lines count from 1, columns from 0 (as in `ast`)."""

    file: str
    line: int
    column: int = 0
    end_line: int | None = None
    end_column: int | None = None

    def __str__(self) -> str:
        return f"{shorten(self.file)}:{self.line}:{self.column + 1}"

    def __contains__(self, other: Span) -> bool:
        """Say whether another stretch begins inside of this one."""
        begin, end = (self.line, self.column), (self.end_line or self.line, self.end_column or 0)
        return self.file == other.file and begin <= (other.line, other.column) < end

    @property
    def place(self) -> str:
        """`file:line`, with no folder: the same on every computer, so that graphs can be compared."""
        return f"{Path(self.file).name}:{self.line}"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing the user must change: what is wrong, where, and how to mend it."""

    message: str
    where: Span | None = None
    mend: str | None = None

    def __str__(self) -> str:
        parts = [self.message]
        if self.where is not None:
            parts.append(f"  {self.where}")
            parts.extend(f"    {line}" for line in excerpt(self.where))
        if self.mend:
            parts.append(f"  {self.mend}")
        return "\n".join(parts)


class TiphysError(Exception):
    """Any error that tiphys reports about a program, a command or a cluster."""

    exit_code = 2


class ProgramError(TiphysError):
    """One or more mistakes in the user's program, reported together."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("\n\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class AuthoringError(ProgramError, ValueError):
    """A mistake in an environment, a decorator or a setting, raised at the line that says it."""


_collected: ContextVar[list[Mistake] | None] = ContextVar("collected", default=None)


@contextmanager
def collecting() -> Iterator[list[Mistake]]:
    """Gather the authoring mistakes made inside, instead of stopping at the first."""
    found: list[Mistake] = []
    token = _collected.set(found)
    try:
        yield found
    finally:
        _collected.reset(token)


def report(found: Mistake) -> None:
    """Raise an authoring mistake, or keep it for later inside `collecting`."""
    collector = _collected.get()
    if collector is None:
        raise AuthoringError(found)
    collector.append(found)


@contextmanager
def together() -> Iterator[None]:
    """Report all authoring mistakes of one call together, at its end, instead of stopping at the first."""
    with collecting() as found:
        try:
            yield
        except AuthoringError as error:
            raise AuthoringError(*found, *error.mistakes) from None
    outer = _collected.get()
    if outer is not None:
        outer.extend(found)
    elif found:
        raise AuthoringError(*found)


class UsageError(TiphysError):
    """A command, argument or setting that is wrong, with what would be right."""


class ManifestError(TiphysError):
    """The compiled objects would be refused by the API server or by Argo."""


class ClusterError(TiphysError):
    """The cluster refused a request or cannot be reached."""

    exit_code = 3


class RunFailed(TiphysError):
    """A run ended in failure, and the exception of its task cannot be rebuilt in this process."""

    exit_code = 1


class BuildFailed(TiphysError):
    """The tool that builds images failed; what it said stands on standard error."""

    exit_code = 1


class InternalError(TiphysError):
    """A bug in tiphys: please report it with the program that shows it."""

    exit_code = 70


def mistake(message: str, where: Span | None = None, *, mend: str | None = None) -> ProgramError:
    """Build the error for a single mistake."""
    return ProgramError(Mistake(message, where, mend))


def excerpt(where: Span) -> list[str]:
    """Give the source line and a line of carets under the span; nothing where the source cannot be read."""
    line = linecache.getline(where.file, where.line).rstrip("\n")
    if not line.strip():
        return []
    text = line.expandtabs(1)
    indent = len(text) - len(text.lstrip())
    # `ast` counts columns in utf-8 bytes
    start = len(line.encode()[: where.column].decode(errors="ignore"))
    if where.end_line == where.line and where.end_column is not None:
        end = len(line.encode()[: where.end_column].decode(errors="ignore"))
    elif where.end_line is None:
        start, end = indent, len(text)
    else:
        end = len(text)
    carets = " " * (start - indent) + "^" * max(1, end - start)
    return [text.strip(), carets.rstrip()]


def shown(value: object) -> str:
    """Write a value into an error, and no more of it than people read."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no whole number of more than some thousand digits
        return "<a number of thousands of digits>"
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 3]}..."


def counted(count: float, noun: str) -> str:
    """Write how many of something there are: `1 pod`, `2 pods`."""
    number = f"{count:,}" if isinstance(count, int) else f"{count:g}"
    return f"{number} {noun}{'' if count == 1 else 's'}"


def shorten(file: str) -> str:
    """Show a path relative to the working folder when it lies below it."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file


def nearest(word: str, candidates: list[str]) -> str:
    """Give a sentence naming the candidates that look like `word`, or all of them if none does."""
    import difflib

    close = difflib.get_close_matches(word, candidates, n=3, cutoff=0.5)
    names = ", ".join(f"`{name}`" for name in (close or candidates[:10]))
    if not names:
        return ""
    rest = len(candidates) - 10
    more = f", and {rest} more" if rest > 0 else ""
    return f"Did you mean {names}?" if close else f"There is {names}{more}."
