"""Phases, and how a failure is handed down a branch to a leaf that did not run itself."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """How far a node has come, in Argo's words."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    ERROR = "Error"
    SKIPPED = "Skipped"
    OMITTED = "Omitted"

    @property
    def is_completed(self) -> bool:
        """It ran to an end, good or bad."""
        return self in _COMPLETED

    @property
    def is_failure(self) -> bool:
        """It ended badly."""
        return self is Phase.FAILED or self is Phase.ERROR


_COMPLETED = frozenset({Phase.SUCCEEDED, Phase.FAILED, Phase.ERROR})

# A branch is a set of bits: the phases of the nodes that last completed on the ways to a node.
# FROM_ROOT stands for the phase of the enclosing node, which is only known once that one ends.
FROM_ROOT = 8
_BITS = {Phase.SUCCEEDED: 1, Phase.FAILED: 2, Phase.ERROR: 4}


def branch_of(phase: Phase) -> int:
    """Give the branch that starts at a completed node."""
    return _BITS[phase]


def seen_from_outside(branch: int, phase: Phase) -> int:
    """Replace the root of a DAG's inside by the phase the DAG ended in."""
    if branch & FROM_ROOT and phase.is_completed:
        return (branch & ~FROM_ROOT) | _BITS[phase]
    return branch


def verdict_of(branch: int) -> Phase | None:
    """Deduce the phase of a leaf that did not run; None for a leaf that Argo never finds."""
    if branch & _BITS[Phase.FAILED]:
        return Phase.FAILED
    if branch & _BITS[Phase.ERROR]:
        return Phase.ERROR
    return Phase.SUCCEEDED if branch else None
