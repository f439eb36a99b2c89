"""Tracebacks that travel: the user's frames of an exception as data, the same frames again elsewhere, their text."""

from __future__ import annotations

import os
import re
import traceback
from types import TracebackType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import CodeType
    from typing import Any

    Frame = tuple[str, str, int, int, int, int]
    """File, function, first and last line, first and last column."""

LONGEST_TEXT = 16_000
KEPT_FRAMES = 40  # at each end
OURS = os.path.dirname(__file__) + os.sep
LINE = re.compile(r'^  File "(.+)", line (\d+), in (.+)$', re.MULTILINE)
HEAD = "Traceback (most recent call last):\n"


def text_of(error: BaseException, longest: int = LONGEST_TEXT) -> str:
    """Print an exception with the frames of the user and of what the user calls."""
    from tiphys_runtime.errors import InternalError

    told = traceback.TracebackException(type(error), error, error.__traceback__, compact=True)
    if not isinstance(error, InternalError):
        trim(told, set())
    text = "".join(told.format())
    return text if len(text) <= longest else f"...{text[-longest:]}"


def trim(told: traceback.TracebackException, seen: set[int]) -> None:
    """Leave out our frames, in the causes too."""
    if id(told) in seen:
        return
    seen.add(id(told))
    told.stack[:] = [told.stack[at] for at in users([frame.filename for frame in told.stack])]
    for inner in (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())):
        if inner is not None:
            trim(inner, seen)


def users(files: list[str]) -> list[int]:
    """Say which frames are the user's, given the file of each, the outermost first."""
    others = [at for at, file in enumerate(files) if not file.startswith(OURS)]
    first = next((at for at, frame in enumerate(others) if not leads_in(files[frame])), len(others))
    return others[first:]


def leads_in(filename: str) -> bool:
    """Whether a frame is of asyncio's own loop, or of what runs the archive."""
    folder, name = os.path.split(filename)
    return filename.startswith("<frozen ") or os.path.basename(folder) == "asyncio" or name == "selectors.py"


def show_sources(sources: Mapping[str, str], read: Any) -> None:
    """Let tracebacks show lines of files that are only in the bundle."""
    import linecache

    for name, member in sources.items():
        if name not in linecache.cache:
            text = read(member).decode()
            linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)


def frames_of(error: BaseException) -> list[Frame]:
    """Give the user's frames of an exception, the outermost first; of very many only those at both ends."""
    found: list[Frame] = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        found.append((code.co_filename, code.co_name, *position(code, step)))
        step = step.tb_next
    kept = [found[at] for at in users([frame[0] for frame in found])]
    return kept if len(kept) <= 2 * KEPT_FRAMES else [*kept[:KEPT_FRAMES], *kept[-KEPT_FRAMES:]]


def position(code: CodeType, step: TracebackType) -> tuple[int, int, int, int]:
    """Give the lines and columns of what a frame was doing; columns are -1 where they are not known."""
    from itertools import islice

    line, end, start, stop = next(islice(code.co_positions(), step.tb_lasti // 2, None), (None, None, None, None))
    if line is None or line != step.tb_lineno or end is None or start is None or stop is None:
        return step.tb_lineno, step.tb_lineno, -1, -1
    return line, end, start, stop


def frames_in(text: str) -> list[Frame]:
    """Read the frames of the exception that a text tells of: those of its last traceback."""
    _, _, last = text.rpartition(HEAD)
    return [(file, name, int(line), int(line), -1, -1) for file, line, name in LINE.findall(last)]


class Reached(Exception):
    """Raised to have a frame."""


def made_of(frames: Iterable[Frame]) -> TracebackType | None:
    """Make a traceback of frames that are elsewhere: they show where the code was, and hold no variables."""
    made: TracebackType | None = None
    for frame in reversed(list(frames)):
        found = raised_at(frame)
        if found is not None:
            made = TracebackType(made, found.tb_frame, found.tb_lasti, found.tb_lineno)
    return made


def raised_at(frame: Frame) -> TracebackType | None:
    """Raise something in a frame with this file, function and position."""
    import ast

    file, name, line, end, start, stop = frame
    place = {"lineno": line, "end_lineno": end, "col_offset": max(start, 0), "end_col_offset": max(stop, 0)}
    statement = ast.Raise(ast.Name("reached", ast.Load(), **place), None, **place)
    code = compile(ast.Module([statement], []), file, "exec").replace(co_name=name, co_qualname=name)
    if start < 0:
        code = code.replace(co_linetable=without_columns(len(code.co_code) // 2), co_firstlineno=line)
    try:
        exec(code, {"reached": Reached, "__name__": name})  # noqa: S102  (our own statement)
    except Reached as error:
        here = error.__traceback__
        return here.tb_next if here is not None else None
    return None


def without_columns(count: int) -> bytes:
    """Give the table of positions of so many instructions, all on the first line; 13 is its kind without columns."""
    return b"".join(bytes((0x80 | 13 << 3 | min(8, count - at) - 1, 0)) for at in range(0, count, 8))
