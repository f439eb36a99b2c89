"""Records that travel as text, where there is no artifact repository (docs/wire.md)."""

from __future__ import annotations

import binascii
import json
import re

from tiphys_runtime import codec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tiphys_runtime.shim import Call

LARGEST_PICKLE = 16_000
LONGEST = 90_000
"""Bytes of the JSON of a record: in base64 it has to be one argument of the pod that reads it."""
RECORD = re.compile("[A-Za-z0-9+/=]+")


def text_of(call: Call, record: dict[str, Any]) -> str:
    """Write a record. Where it is too long, that is the exception: without its frame it would mean something else."""
    text = codec.text_of(record)
    if len(text) > LONGEST:
        from tiphys_runtime import failure
        from tiphys_runtime.errors import NonRecoverableError

        error = NonRecoverableError(
            f"{record['e']['type']}: {record['e']['message'][:200]}; what the variables hold where it was raised takes "
            f"{len(text):,} bytes, and without an artifact repository no more than {LONGEST:,} reach the `except` "
            "around it; configure one, or let tasks return less"
        )
        told = failure.record(error, call.world, task=str(call.entry["title"]), where=record["e"]["where"])
        text = codec.text_of({**record, "e": told, "frame": []})
    return binascii.b2a_base64(text.encode(), newline=False).decode()


def records_in(text: str) -> list[dict[str, Any]]:
    """Read all records in a text. Raises ValueError."""
    return [json.loads(binascii.a2b_base64(found)) for found in RECORD.findall(text)]
