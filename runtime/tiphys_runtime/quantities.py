"""Quantities as Kubernetes writes them: `500m`, `2Gi`; and what was probably meant where a text is none."""

from __future__ import annotations

import math
import re
from decimal import Decimal

QUANTITY = re.compile(
    r"(?P<number>\d+(\.\d+)?|\.\d+)(?P<suffix>m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][-+]?\d+)?", re.ASCII
)
WRITTEN = re.compile(r"\s*(?P<number>\d+(\.\d+)?|\.\d+)\s*(?P<unit>[A-Za-z]*)\s*", re.ASCII)
SMALL = {"": Decimal(1), "m": Decimal("0.001"), "k": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9)}
LARGE = {"T": Decimal(10**12), "P": Decimal(10**15), "E": Decimal(10**18)}
BINARY = {f"{letter}i": Decimal(1024**power) for power, letter in enumerate("KMGTPE", start=1)}
FACTORS = {**SMALL, **LARGE, **BINARY}
LEAST_BYTES = 1024**2
MOST = Decimal(2**63 - 1)  # Kubernetes takes any more for this
MOST_CORES = Decimal(10**6)
LONGEST, LARGEST_POWER = 40, 100
LEAST_CORES = Decimal("0.001")


def amount(text: str) -> Decimal:
    """Read a Kubernetes quantity, such as `500m` or `2Gi`, as a plain number."""
    found = QUANTITY.fullmatch(text)
    if found is None:
        msg = f"{text!r} is not a quantity; write a number and a unit, such as '500m' or '2Gi'"
        raise ValueError(msg)
    suffix = found["suffix"] or ""
    if suffix[:1] in ("e", "E") and len(suffix) > 1 and suffix not in FACTORS:
        power = max(-LARGEST_POWER, min(int(suffix[1:]), LARGEST_POWER))
        return Decimal(found["number"]) * Decimal(10) ** power
    return Decimal(found["number"]) * FACTORS[suffix]


def cores(value: object) -> str:
    """Check a number of cores; plain numbers are written as Kubernetes wants them, to a thousandth."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        msg = f"{value!r} is no number of cores; write a number or a text, such as 2, 0.5 or '500m'"
        raise ValueError(msg)
    if isinstance(value, float) and not math.isfinite(value):
        msg = f"{value!r} is no number of cores"
        raise ValueError(msg)
    if isinstance(value, int) and value > MOST_CORES:
        msg = "no node has that many cores"
        raise ValueError(msg)
    text = f"{round(value, 3):f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    refuse_negative(value, text)
    refuse_long(text)
    if QUANTITY.fullmatch(text) is None:
        meant = WRITTEN.fullmatch(text)
        mend = f"write {meant['number']!r}" if meant else "write a number of cores, such as '2' or '500m'"
        msg = f"{value!r} is not a quantity; {mend}"
        raise ValueError(msg)
    if (0 < amount(text) < LEAST_CORES) or (amount(text) == 0 and isinstance(value, float) and value):
        msg = f"{value!r} is less than a thousandth of a core, which is the least there is"
        raise ValueError(msg)
    if amount(text) > MOST_CORES:
        msg = f"{value!r}: no node has that many cores"
        raise ValueError(msg)
    return text


def size(value: object) -> str:
    """Check a quantity of bytes: a bare number would mean bytes, and is surely a slip."""
    if isinstance(value, bool) or not isinstance(value, str):
        mend = f"'{value}Mi'" if isinstance(value, int) and not isinstance(value, bool) else "'512Mi'"
        msg = f"{value!r} has no unit; write a text such as {mend}"
        raise ValueError(msg)
    refuse_negative(value, value)
    refuse_long(value)
    found = QUANTITY.fullmatch(value)
    if found is None:
        msg = f"{value!r} is not a quantity; {meant_size(value)}"
        raise ValueError(msg)
    if 0 < amount(value) < LEAST_BYTES:
        unit = (
            f"`{found['suffix']}` is no unit of sizes" if found["suffix"] == "m" else "that is too little to be meant"
        )
        msg = (
            f"{value!r} is {float(amount(value)):g} bytes: {unit}; write '{found['number']}Mi' or '{found['number']}Gi'"
        )
        raise ValueError(msg)
    if amount(value) > MOST:
        msg = f"{value!r} is more than Kubernetes counts to, which is almost '8Ei'"
        raise ValueError(msg)
    return value


def refuse_long(text: str) -> None:
    """Refuse a text of more digits than any quantity has: to compute with it may take long."""
    if len(text) > LONGEST:
        msg = f"{text[:20] + '...'!r} is not a quantity: it has {len(text)} characters"
        raise ValueError(msg)


def refuse_negative(value: object, text: str) -> None:
    """Refuse what is below nothing."""
    if text.startswith("-"):
        msg = f"{value!r} is negative"
        raise ValueError(msg)


def meant_size(text: str) -> str:
    """Say what may have been meant by a text that is no quantity: units are spelled in many ways."""
    found = WRITTEN.fullmatch(text)
    letter = found["unit"][:1].upper() if found else ""
    if found and letter and letter in "KMGTPE" and found["unit"][1:].lower() in ("", "i", "b", "ib"):
        decimal = letter.lower() if letter == "K" else letter
        return f"write '{found['number']}{letter}i', or '{found['number']}{decimal}' for powers of ten"
    return "write a number and a unit, such as '512Mi' or '2Gi'"


class Quantity(str):
    """The type of a quantity that only run time knows: a short text."""

    __slots__ = ()


def requested(kind: str, value: object) -> str:
    """Check a quantity that only run time knows: of `cpu`, or of bytes. Raises ValueError."""
    if isinstance(value, tuple):
        message = f"`Resources({kind}={value!r})`: write a pair as one, where it stands: `{kind}=(request, limit)`"
        raise ValueError(message)
    try:
        return cores(value) if kind == "cpu" else size(value)
    except ValueError as error:
        message = f"`Resources({kind}={value!r})`: {error}"
        raise ValueError(message) from None


def one_of_pair(kind: str, request: object, limit: object, index: int) -> str:
    """Check a request and a limit, and give one of them. Raises ValueError."""
    pair = requested(kind, request), requested(kind, limit)
    if amount(pair[0]) > amount(pair[1]):
        msg = f"`Resources({kind}=({request!r}, {limit!r}))`: the request is above the limit"
        raise ValueError(msg)
    return pair[index]
