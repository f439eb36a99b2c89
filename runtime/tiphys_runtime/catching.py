"""What a catch finds: of all records of its region, the one of the error that came first."""

from __future__ import annotations

import json
import os

from tiphys_runtime import codec, envelope
from tiphys_runtime.operands import Operand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from tiphys_runtime.loading import Bundle


class Caught:
    """The error that ended a region: the exception, its envelope, and the frame of the call that failed.

    told: the records of the region as text; `{}` where they are files.
    """

    def __init__(self, root: str, world: Bundle, told: str) -> None:
        from tiphys_runtime import failure
        from tiphys_runtime.counting import UNTOLD
        from tiphys_runtime.errors import TaskLostError

        self.root = root
        self.world = world
        records: Iterable[dict[str, Any]]
        if told == "{}":
            records = records_in(os.path.join(root, "in", "records"))
        elif told.startswith("{"):
            raise ValueError(f"what failed cannot be read: {envelope.too_long(envelope.parse(told))}")
        else:
            from tiphys_runtime import telling

            records = telling.records_in(told)
        found = first_of(records)
        self.frame: list[dict[str, Any]] = []
        if found is None:
            lost = TaskLostError(f"a task ended without reporting anything: {UNTOLD}")
            self.envelope: dict[str, Any] = {"e": failure.record(lost, world, task="orchestrator")}
        else:
            self.envelope = {"e": found["e"]}
            self.frame = found["frame"]
        self.error = failure.exception_of(self.envelope["e"], world)

    def envelope_at(self, place: Any, *, described: bool = False) -> dict[str, Any] | None:
        """Give an envelope as it came: of the exception, `"v"`, or of entry `["f", n]` of the frame. None for others.

        described: for the result of a run, which has to say what it is: an envelope that does not is made again.
        """
        if place == "v":
            return None if described else self.envelope
        if not isinstance(place, list) or place[0] != "f":
            return None
        number = int(place[1])
        found = self.frame[number] if number < len(self.frame) else {}
        return self.told(found) if described and "k" not in found else found

    def told(self, found: dict[str, Any]) -> dict[str, Any]:
        """Give an envelope that holds its value, with its `repr`."""
        value = Operand({"name": "the frame"}, envelope.write(found), self.world, self.root).value()
        return {"v": codec.encode(value, self.world), "s": envelope.describe(value)}


def records_in(folder: str) -> Iterator[dict[str, Any]]:
    """Read all records below a folder, which is empty where there are none. Raises ValueError."""
    for home, _, files in os.walk(folder):
        if "_" in files:
            with open(os.path.join(home, "_"), encoding="utf-8") as file:
                yield json.load(file)


def first_of(records: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """Give the record of the exception that came first, if any was raised: by time, then by the call."""
    raised = (each for each in records if each.get("e"))
    found: dict[str, Any] | None = min(raised, key=lambda each: (str(each["time"]), str(each["at"])), default=None)
    return found
