"""Measure everything that has a budget, beside what others need: `make benchmark`, or `make benchmark ARGS=shim`."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable

import compiling
import peers
import running
import starting
from clock import IN_PROCESSOR_TIME
from report import Row, table

SUBJECTS: dict[str, tuple[Callable[[int], list[Row]], int]] = {
    "import": (starting.imports, 15),
    "help": (starting.help_page, 10),
    "shim": (starting.shim, 15),
    "second-run": (starting.second_run, 7),
    "thousand": (compiling.thousand, 5),
    "ten-thousand": (compiling.ten_thousand, 3),
    "sizes": (compiling.sizes, 1),
    "engine": (running.engine, 5),
}


def main() -> int:
    """Print a table; with --strict, exit with 1 where a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subject", nargs="*", metavar="SUBJECT", help=f"of: {', '.join(SUBJECTS)}; all by default")
    parser.add_argument("--turns", type=int, help="how often each case is measured")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a budget is missed")
    parser.add_argument("--processor", action="store_true", help="measure processor time, not the clock's")
    given = parser.parse_args()
    if given.processor:
        os.environ[IN_PROCESSOR_TIME] = "1"
    if unknown := set(given.subject) - SUBJECTS.keys():
        parser.error(f"no such subject: {', '.join(sorted(unknown))}")
    rows: list[Row] = []
    for name in given.subject or SUBJECTS:
        measure, turns = SUBJECTS[name]
        print(f"measuring: {name}", file=sys.stderr)
        rows.extend(measure(given.turns or turns))
    others = ", ".join(f"{name} {peers.version_of(name)}" for name in ("flyte", "kfp"))
    load = os.getloadavg()[0]
    clock = "processor time" if given.processor else "time by the clock"
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {load:.1f}; {others}; {clock}\n")
    print(table(rows))
    return int(given.strict and any(row.is_kept is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
