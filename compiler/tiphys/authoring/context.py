"""Context managers around calls of tasks: a name for a group of them, a context for what they run in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tiphys_runtime.context import given


@contextmanager
def group(name: str) -> Iterator[None]:
    """Name the calls inside, for people. Raises TypeError where the name is no text."""
    if not isinstance(name, str):
        msg = "the name of a group is a text"
        raise TypeError(msg)
    yield


@contextmanager
def custom_context(**values: str) -> Iterator[None]:
    """Give texts to the calls inside: a task reads them with `tiphys.ctx().custom_context`.

    Raises TypeError where a value is no text.
    """
    for key, value in values.items():
        if not isinstance(value, str):
            msg = f"`{key}` of a custom context is a text"
            raise TypeError(msg)
    yield from given(values)
