"""Measuring on a machine that does other things too: cases take turns, and the minimum stands beside the median."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
IN_PROCESSOR_TIME = "BENCHMARK_PROCESSOR_TIME"
"""The variable that is set where processor time is measured instead of the clock's: a busy machine disturbs it less."""
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Modules are compiled once, as for any user."""


def now() -> float:
    """Give the time that is measured, that of ended children included."""
    if IN_PROCESSOR_TIME not in os.environ:
        return time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


@dataclass(frozen=True)
class Times:
    """What one case needed: the least, which is nearest to an idle machine, and the median."""

    least: float
    median: float

    def over(self, bare: Times) -> Times:
        """Take off what another case needed in the same turns."""
        return Times(self.least - bare.least, self.median - bare.median)


def times_of(numbers: Sequence[float]) -> Times:
    """Sum up repetitions."""
    return Times(min(numbers), statistics.median(numbers))


def take_turns(cases: Mapping[str, Callable[[], float]], times: int) -> dict[str, Times]:
    """Measure every case in turn, again and again: what disturbs one disturbs all. The first turn is dropped."""
    found: dict[str, list[float]] = {name: [] for name in cases}
    if times > 1:
        for measure in cases.values():
            measure()
    for _ in range(times):
        for name, measure in cases.items():
            found[name].append(measure())
    return {name: times_of(seconds) for name, seconds in found.items()}


def command(*words: str | Path, env: Mapping[str, str] | None = None, folder: str | None = None) -> Callable[[], float]:
    """Measure a command from its start to its end. It has to succeed."""

    def measure() -> float:
        begun = now()
        made = subprocess.run(words, cwd=folder, env={**ENVIRONMENT, **(env or {})}, capture_output=True, check=False)
        seconds = now() - begun
        if made.returncode:
            raise RuntimeError(f"{' '.join(map(str, words))}\n{made.stdout.decode()}{made.stderr.decode()}")
        return seconds

    return measure


def child(name: str, *words: object, python: str | Path = sys.executable) -> dict[str, float]:
    """Run a script of `children/` in a process of its own; it measures itself, and prints its numbers as JSON."""
    texts: Sequence[str] = [str(python), str(HERE / "children" / f"{name}.py"), *map(str, words)]
    paths = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH"))))
    made = subprocess.run(texts, env={**ENVIRONMENT, "PYTHONPATH": paths}, capture_output=True, check=False, text=True)
    if made.returncode:
        raise RuntimeError(f"{' '.join(texts)}\n{made.stdout}{made.stderr}")
    numbers: dict[str, float] = json.loads(made.stdout.splitlines()[-1])
    return numbers
