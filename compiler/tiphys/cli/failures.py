"""How the command line ends when something went wrong: one clear text, no frames of ours, an exit code.

0 ok · 1 the run failed · 2 bad program or usage · 3 the cluster refused · 70 our own bug · 130 interrupted by the user
"""

from __future__ import annotations

import json
import os
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
    except Exception:  # noqa: BLE001  the outermost frame
        import traceback

        traceback.print_exc()
        print("error: this is a bug in tiphys; please report it with the program that shows it", file=sys.stderr)
        return InternalError.exit_code
    return 0


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
