"""Mutexes of this computer: of the pods that need one, in all runs of the user, a single one has it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

FILES = 4096
"""Names share files, so that these are bounded: names of one file wait for each other more than they need to."""
UNLOCKED = -1


class Locks:
    """The mutexes that the pods of one run hold. folder: where their files are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[int, int] = {}

    def take(self, names: Iterable[str]) -> frozenset[int] | None:
        """Take mutexes, all of them or none; gives what to give back, or None where another pod has one."""
        wanted = frozenset(number_of(name) for name in names)
        if not wanted.isdisjoint(self._held):
            return None
        taken: set[int] = set()
        for number in sorted(wanted):
            file = self._locked(number)
            if file is None:
                self.give_back(taken)
                return None
            self._held[number] = file
            taken.add(number)
        return wanted

    def give_back(self, taken: Iterable[int]) -> None:
        """Let others have them."""
        for number in taken:
            if (file := self._held.pop(number)) != UNLOCKED:
                os.close(file)

    def close(self) -> None:
        """Give back all."""
        self.give_back(list(self._held))

    def _locked(self, number: int) -> int | None:
        """Lock a file; None where another run has it, `UNLOCKED` where files cannot be locked."""
        try:
            import fcntl
        except ImportError:  # on Windows a run heeds its own pods alone
            return UNLOCKED
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = os.open(self._folder / f"{number:03x}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:  # nothing can be kept here, so there is nothing that runs could share
            return UNLOCKED
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        except OSError:  # a file system without locks
            os.close(file)
            return UNLOCKED
        return file


def number_of(name: str) -> int:
    """Give the number of the file that stands for a name."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % FILES
