"""Where in the user's source an authoring call stands."""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from pathlib import Path

from tiphys.diagnostics import Span

PACKAGE = str(Path(__file__).resolve().parent.parent)


_standing: ContextVar[Span | None] = ContextVar("standing", default=None)


@contextmanager
def standing(where: Span) -> Iterator[None]:
    """Take the calls made inside for calls at this place: their source is interpreted, so no frame is there."""
    token = _standing.set(where)
    try:
        yield
    finally:
        _standing.reset(token)


def caller() -> Span:
    """Give the span of the call, in the nearest frame outside this package, that led here."""
    if (where := _standing.get()) is not None:
        return where
    frame = sys._getframe(1)  # noqa: SLF001  the documented way to one frame, without reading all sources
    while frame.f_back is not None and is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    code = frame.f_code
    line, end_line, column, end_column = next(islice(code.co_positions(), frame.f_lasti // 2, None))
    return Span(code.co_filename, line or frame.f_lineno, column or 0, end_line, end_column)


def is_ours(file: str) -> bool:
    """Say whether a file belongs to this package, or to pydantic and the standard library between us and the user."""
    return file.startswith((PACKAGE, "<")) or "pydantic" in Path(file).parts


def keyword(where: Span, name: str) -> Span:
    """Narrow the span of a call down to its argument `name`, where the source shows it."""
    try:
        tree = ast.parse("".join(linecache.getlines(where.file)))
    except SyntaxError:
        return where
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.lineno <= where.line <= (node.end_lineno or node.lineno):
            continue
        for item in node.keywords:
            if item.arg == name and node.lineno >= where.line - 1:
                return Span(where.file, item.lineno, item.col_offset, item.end_lineno, item.end_col_offset)
    return where
