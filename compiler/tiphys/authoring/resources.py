"""`Resources`: what a pod asks of its node. Quantities are checked where they are written."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, field_validator

from tiphys.authoring.model import Setting

QUANTITY = re.compile(r"(?P<number>\d+(\.\d+)?|\.\d+)(?P<suffix>m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][-+]?\d+)?")
SMALL = {"": Decimal(1), "m": Decimal("0.001"), "k": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9)}
LARGE = {"T": Decimal(10**12), "P": Decimal(10**15), "E": Decimal(10**18)}
BINARY = {f"{letter}i": Decimal(1024**power) for power, letter in enumerate("KMGTPE", start=1)}
FACTORS = {**SMALL, **LARGE, **BINARY}


def amount(text: str) -> Decimal:
    """Read a Kubernetes quantity, such as `500m` or `2Gi`, as a plain number."""
    found = QUANTITY.fullmatch(text)
    if found is None:
        msg = f"{text!r} is not a quantity; write a number and a unit, such as '500m' or '2Gi'"
        raise ValueError(msg)
    suffix = found["suffix"] or ""
    if suffix[:1] in ("e", "E") and len(suffix) > 1 and suffix not in FACTORS:
        return Decimal(found["number"]) * Decimal(10) ** int(suffix[1:])
    return Decimal(found["number"]) * FACTORS[suffix]


def quantity(value: object) -> str:
    """Check one quantity; plain numbers are written as Kubernetes wants them."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        msg = f"{value!r} is not a quantity; write a number or a text such as '500m'"
        raise ValueError(msg)
    text = str(value)
    if amount(text) < 0 or text.startswith("-"):
        msg = f"{value!r} is negative"
        raise ValueError(msg)
    return text


def sized(value: object) -> str:
    """Check a quantity of bytes: a bare number would mean bytes, and is surely a slip."""
    if not isinstance(value, str):
        msg = f"{value!r} has no unit; write a text such as '{value}Mi'"
        raise ValueError(msg)
    return quantity(value)


def pair(check: Any) -> Any:
    """Build the check of a request, or of a (request, limit) pair."""

    def checked(value: object) -> object:
        if value is None:
            return None
        if not isinstance(value, tuple):
            return check(value)
        if len(value) != 2:
            msg = f"{value!r} must be one quantity, or a (request, limit) pair"
            raise ValueError(msg)
        request, limit = check(value[0]), check(value[1])
        if amount(request) > amount(limit):
            msg = f"the request {request} is above the limit {limit}"
            raise ValueError(msg)
        return request, limit

    return BeforeValidator(checked)


class Resources(Setting):
    """What a pod asks for.

    cpu: cores, as a number or text (`1`, `0.5`, `"500m"`), or a (request, limit) pair.
    memory: bytes with a unit (`"250Mi"`), or a (request, limit) pair of them.
    gpu: how many GPUs; requests and limits are equal, as Kubernetes demands.
    disk: ephemeral storage (`"10Gi"`). shm: size of `/dev/shm`, or `"auto"` for as much as memory allows.
    """

    cpu: Annotated[str | tuple[str, str] | None, pair(quantity)] = None
    memory: Annotated[str | tuple[str, str] | None, pair(sized)] = None
    gpu: int | None = None
    disk: Annotated[str | tuple[str, str] | None, pair(sized)] = None
    shm: str | None = None

    @field_validator("gpu", mode="before")
    @classmethod
    def _count(cls, value: object) -> object:
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        msg = "only a count is supported yet; write how many GPUs the task needs, such as gpu=1"
        raise ValueError(msg)

    @field_validator("shm", mode="before")
    @classmethod
    def _size(cls, value: object) -> object:
        return value if value in (None, "auto") else sized(value)
