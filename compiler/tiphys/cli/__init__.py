"""The command line: every command parses, calls the library, prints."""

from __future__ import annotations

import gc
import sys

from tiphys.cli.failures import told

__all__ = ["main"]


def main() -> None:
    """Run the command line, and exit with its code."""
    gc.disable()  # until a run begins: collecting while modules are loaded costs more than it frees
    sys.exit(told(lambda: command(sys.argv[1:]), "--json" in sys.argv))


def command(words: list[str]) -> None:
    """Run one command. `run` reads its words itself, as its flags are those of the task, and so needs no typer."""
    if words[:1] == ["run"]:
        from tiphys.cli.running import run_here

        run_here(words[1:])
    else:
        from tiphys.cli.app import app

        app(words, prog_name="tiphys")
