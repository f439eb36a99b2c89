"""The numbered values of an entry: operands, each read when it is first needed, and what the glue computes."""

from __future__ import annotations

import os

from tiphys_runtime import envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tiphys_runtime.loading import Bundle


class Operand:
    """One operand of an entry: its envelope, and where its file may be."""

    def __init__(self, described: dict[str, Any], text: str, world: Bundle, root: str) -> None:
        self.name = str(described["name"])
        self.world = world
        self.path = os.path.join(root, "in", self.name)
        self.envelope = envelope.parse(text)
        self.count: Any = described.get("directory", self.envelope.get("c"))
        """How many items it has, where each is a file."""
        self.is_directory = "directory" in described
        self._value: Any = None
        self._is_read = False
        self._items: dict[int, Any] = {}

    def value(self) -> Any:
        """Give the value. Raises ValueError, naming the operand."""
        if not self._is_read:
            if self.count is not None:
                self._value = [self.item(index) for index in range(int(self.count))]
            else:
                self._value = self._told(lambda: envelope.value_of(self.envelope, self.world, self.source()))
            self._is_read = True
        return self._value

    def item(self, index: int) -> Any:
        """Give one element; of a pack, or of a list whose items are files, without reading the others."""
        if self.count is None and "l" not in self.envelope and "a" not in self.envelope:
            return self.value()[index]
        if self.count is not None and not 0 <= index < int(self.count):
            raise IndexError("list index out of range")
        if index not in self._items:
            self._items[index] = self._told(lambda: self._item(index))
        return self._items[index]

    def envelope_of(self, index: int | None) -> dict[str, Any] | None:
        """Give its envelope, or that of an element; None where only the value is known."""
        if index is None:
            return None if self.is_directory else self.envelope
        if "l" in self.envelope or "a" in self.envelope:
            return envelope.inner(self.envelope, index)
        if "c" not in self.envelope:
            return None
        data = self._item_file(index)
        if data is None:
            return {}
        return envelope.spilled(f"{self.envelope['k']}/{index}/_", data)

    def source(self) -> envelope.Source:
        """Say where the parts of the envelope are."""
        return envelope.Source(self._file, self.blob, self._typed)

    def blob(self, digest: str) -> bytes:
        """Read a value that travels in the bundle."""
        return self.world.member(f"blobs/{digest}")

    def _item(self, index: int) -> Any:
        if self.count is None:
            inner = envelope.inner(self.envelope, index)
            return envelope.value_of(inner, self.world, envelope.Source(blob=self.blob, typed=self._typed))
        return envelope.item_of(self._item_file(index), index, self.world)

    def _item_file(self, index: int) -> bytes | None:
        path = os.path.join(self.path, str(index), "_")
        if not os.path.isfile(path):
            return None
        with open(path, "rb") as file:
            return file.read()

    def _file(self) -> bytes:
        if not os.path.isfile(self.path):
            raise ValueError(f"its file is missing at {self.path}: was it deleted from the artifact storage?")
        with open(self.path, "rb") as file:
            return file.read()

    def _typed(self, text: str, kind: int) -> Any:
        from tiphys_runtime.convert import from_text

        kinds: list[bytes] = self.world.load(str(self.world.manifest["types"]))
        if kind >= len(kinds):
            raise ValueError(f"the bundle has no type {kind}")
        return from_text(text, self.world.loads(kinds[kind]), self.world)

    def _told(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except Exception as error:  # whatever the user's types raise when they are made
            raise ValueError(f"the value of `{self.name}` cannot be read: {error}") from error


ABSENT: Any = object()


class Values:
    """The numbered values of one call."""

    def __init__(self, operands: list[Operand]) -> None:
        self.operands = operands
        self.computed: list[Any] = []
        self.body: Any = ABSENT

    def at(self, place: Any) -> Any:
        """Give value `n`, element `[n, j]`, or what the body returned (`"v"`)."""
        if place == "v":
            if self.body is ABSENT:
                raise LookupError("the task has not returned yet")
            return self.body
        if isinstance(place, list):
            number, index = place
            if number < len(self.operands):
                return self.operands[number].item(index)
            return self.computed[number - len(self.operands)][index]
        behind = int(place) - len(self.operands)
        return self.operands[behind].value() if behind < 0 else self.computed[behind]

    def envelope_at(self, place: Any) -> dict[str, Any] | None:
        """Give the envelope in which a value came; None for one that is computed here."""
        number, index = place if isinstance(place, list) else (place, None)
        if number == "v" or number >= len(self.operands):
            return None
        return self.operands[number].envelope_of(index)
