"""Quantities where users write them: one, or a request and a limit."""

from __future__ import annotations

from typing import Any

from pydantic import BeforeValidator

from tiphys_runtime.quantities import amount, cores, size

__all__ = ["amount", "cores", "pair", "size"]


def pair(check: Any) -> Any:
    """Build the check of a request, or of a (request, limit) pair."""

    def checked(value: object) -> object:
        if value is None:
            return None
        if isinstance(value, list):
            msg = f"a request and a limit are a tuple; write ({', '.join(map(repr, value))})"
            raise ValueError(msg)
        if not isinstance(value, tuple):
            return check(value)
        if len(value) != 2:
            msg = f"{value!r} must be one quantity, or a (request, limit) pair"
            raise ValueError(msg)
        if None in value:
            msg = "a pair says both, the request and the limit; for a request alone write it alone"
            raise ValueError(msg)
        request, limit = check(value[0]), check(value[1])
        if amount(request) > amount(limit):
            msg = f"the request {request} is above the limit {limit}; write ({value[1]!r}, {value[0]!r})"
            raise ValueError(msg)
        return request, limit

    return BeforeValidator(checked)
