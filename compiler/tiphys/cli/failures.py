"""How the command line ends when something went wrong: one clear text, no frames of ours, an exit code.

0 ok · 1 the run failed · 2 bad program or usage · 3 the cluster refused · 70 our own bug · 130 interrupted by the user
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable
from typing import Any

from tiphys.diagnostics import InternalError, Mistake, ProgramError, TiphysError, shorten


def told(command: Callable[[], Any], as_json: bool) -> int:
    """Run a command; print its failure, and give the exit code."""
    try:
        command()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 2
    except InternalError as error:
        return told_of_bug(error, as_json=as_json)
    except TiphysError as error:
        if as_json:
            print(json.dumps({"errors": errors_of(error)}))
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  the outermost frame
        return told_of_bug(error, as_json=as_json)
    return 0


def told_of_bug(error: Exception, *, as_json: bool) -> int:
    """Say that a failure is our own, and what to report; the frames go into a file. Gives the exit code."""
    import traceback

    said = str(error) if isinstance(error, InternalError) else "".join(traceback.format_exception_only(error)).strip()
    text = f"this is a bug in tiphys, not in your program: {said}"
    frames = "".join(traceback.format_exception(error))
    place = kept(f"{versions()}\n{shlex.join(['tiphys', *sys.argv[1:]])}\n\n{frames}")
    mend = "Please report it with the program that shows it"
    if place is not None:
        mend += f", and with {place}: versions, command and traceback."
    else:
        mend += f", and with this: {versions()}; {shlex.join(['tiphys', *sys.argv[1:]])}\n{frames}"
    if as_json:
        print(json.dumps({"errors": errors_of(ProgramError(Mistake(text, mend=mend)))}))
    print(f"error: {Mistake(text, mend=mend)}", file=sys.stderr)
    return InternalError.exit_code


def versions() -> str:
    """Name what a report of a bug has to name."""
    import platform

    from tiphys import __version__

    return f"tiphys {__version__}, Python {platform.python_version()}, {platform.platform()}"


def kept(text: str) -> str | None:
    """Write a text into a new file of the temporary folder; None where that cannot be."""
    import tempfile

    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="tiphys-bug-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(text)
    except OSError:
        return None
    return file.name


def errors_of(error: TiphysError) -> list[dict[str, Any]]:
    """Give the mistakes as plain JSON."""
    mistakes = error.mistakes if isinstance(error, ProgramError) else (Mistake(str(error)),)
    return [
        {
            "file": shorten(item.where.file) if item.where else None,
            "line": item.where.line if item.where else None,
            "column": item.where.column + 1 if item.where else None,
            "message": item.message,
            "mend": item.mend,
        }
        for item in mistakes
    ]
