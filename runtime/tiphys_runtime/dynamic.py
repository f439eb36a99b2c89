"""Pickles of what plain pickle refuses: lambdas, local functions and classes. The only importer of cloudpickle."""

from __future__ import annotations

import io

import cloudpickle

from tiphys_runtime.errors import apart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


Base: Any = cloudpickle.Pickler


class DynamicPickler(Base):  # type: ignore[misc]  # cloudpickle has no types
    """Writes a value with the code that it needs, and things of the program by their names."""

    def __init__(self, target: io.BytesIO, pid_of: Callable[[object], str | None]) -> None:
        super().__init__(target, 5)
        self._pid_of = pid_of

    def persistent_id(self, value: object) -> str | None:
        """Give the persistent id of what lives in the bundle; None for everything else."""
        return self._pid_of(value)

    def reducer_override(self, value: object) -> object:
        """Write exceptions so that no constructor is called when they are read."""
        reduced = apart(value, traced=True) if isinstance(value, BaseException) else None
        return super().reducer_override(value) if reduced is None else reduced


def dumps(value: object, pid_of: Callable[[object], str | None]) -> bytes:
    """Pickle a value by value."""
    target = io.BytesIO()
    DynamicPickler(target, pid_of).dump(value)
    return target.getvalue()
