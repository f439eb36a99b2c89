"""The interpreter's state as data: boxes with contents, a journal of what changed, the order reached so far.

Everything that an orchestrator can change while it is interpreted lives in the content of a `Box`, or in `State`. A
content is written only through `State.write`, which keeps the old one in the journal; so a stretch of interpretation
can be undone (`rollback`), and what it changed can be listed (`changes`), compared and merged.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tiphys.ir import Node
    from tiphys.tracing.completions import Exit
    from tiphys.tracing.values import Unknown


class Content:
    """What a box holds at one time. `epoch` tells whether it was made since the last mark."""

    __slots__ = ("epoch",)
    epoch: int

    def copy(self) -> Content:
        """Give a copy that may be written without touching this one."""
        raise NotImplementedError  # no ABC: those make `isinstance` slower, and tracing asks it everywhere


class Box:
    """The identity of something that can change: a container, an object, a frame, a coroutine. Aliases share it."""

    __slots__ = ("content",)

    def __init__(self, content: Content) -> None:
        self.content: Any = content


@dataclass(frozen=True, slots=True)
class Kind:
    """Of which class of Python's own a container is. given: its `maxlen`, or what makes a value that is missing."""

    cls: type
    given: Any = None


LIST, DICT = Kind(list), Kind(dict)


class ListC(Content):
    """A list, or a `deque`."""

    __slots__ = ("items", "kind")

    def __init__(self, items: list[Any], kind: Kind = LIST) -> None:
        self.items = items
        self.kind = kind

    def copy(self) -> ListC:
        return self.like(self.items.copy())

    def like(self, items: list[Any]) -> ListC:
        """Give a container of the same class with other items."""
        return ListC(items, self.kind)

    def shell(self) -> Any:
        """Give a real list or deque of the items, which are the interpreter's values."""
        return list(self.items) if self.kind.cls is list else self.kind.cls(self.items, self.kind.given)

    @property
    def is_plain(self) -> bool:
        return self.kind == LIST


class DictC(Content):
    """A dict, an `OrderedDict`, a `defaultdict` or a `Counter`."""

    __slots__ = ("entries", "kind")

    def __init__(self, entries: dict[Any, Any], kind: Kind = DICT) -> None:
        self.entries = entries
        self.kind = kind

    def copy(self) -> DictC:
        return self.like(self.entries.copy())

    def like(self, entries: dict[Any, Any]) -> DictC:
        """Give a container of the same class with other entries."""
        return DictC(entries, self.kind)

    def shell(self) -> Any:
        """Give a real dict of the entries, with the methods of its class that look at keys only."""
        return OrderedDict(self.entries) if self.kind.cls is OrderedDict else dict(self.entries)

    @property
    def is_plain(self) -> bool:
        return self.kind == DICT

    @property
    def is_counter(self) -> bool:
        return self.kind.cls is Counter


class SetC(Content):
    """A set of known values."""

    __slots__ = ("items",)

    def __init__(self, items: set[Any]) -> None:
        self.items = items

    def copy(self) -> SetC:
        return SetC(self.items.copy())


class ObjectC(Content):
    """An instance that the orchestrator constructed."""

    __slots__ = ("cls", "fields")

    def __init__(self, cls: type, fields: dict[str, Any]) -> None:
        self.cls = cls
        self.fields = fields

    def copy(self) -> ObjectC:
        return ObjectC(self.cls, self.fields.copy())


class OpaqueC(Content):
    """A runtime value that may be changed in place; `value` is what it is now."""

    __slots__ = ("value",)

    def __init__(self, value: Unknown) -> None:
        self.value = value

    def copy(self) -> OpaqueC:
        return OpaqueC(self.value)


class ChoiceC(Content):
    """One of several contents, known at run time: `number` counts them."""

    __slots__ = ("contents", "number")

    def __init__(self, number: Unknown, contents: tuple[Content, ...]) -> None:
        self.number = number
        self.contents = contents

    def copy(self) -> ChoiceC:
        return ChoiceC(self.number, self.contents)


class LeftC(Content):
    """How the code inside a context manager has completed, while the manager's own code goes on.

    code: where it goes on, known or not. exits: which codes there may be. seen: those of all ways, traced so far.
    """

    __slots__ = ("code", "exits", "seen", "value")

    def __init__(self, code: Any, exits: frozenset[Exit], value: Any, seen: set[Exit]) -> None:
        self.code = code
        self.exits = exits
        self.value = value
        self.seen = seen

    def copy(self) -> LeftC:
        return LeftC(self.code, self.exits, self.value, self.seen)


class FrameC(Content):
    """The local variables of a call."""

    __slots__ = ("names",)

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names

    def copy(self) -> FrameC:
        return FrameC(self.names.copy())


class IteratorC(Content):
    """An iterator: what it walks over, and how far it is."""

    __slots__ = ("items", "position")

    def __init__(self, items: tuple[Any, ...], position: int = 0) -> None:
        self.items = items
        self.position = position

    def copy(self) -> IteratorC:
        return IteratorC(self.items, self.position)


class CountC(Content):
    """An `itertools.count`, or a `cycle` of items: the number that comes next."""

    __slots__ = ("at", "items", "step")

    def __init__(self, at: Any, step: Any = 1, items: tuple[Any, ...] | None = None) -> None:
        self.at = at
        self.step = step
        self.items = items

    def copy(self) -> CountC:
        return CountC(self.at, self.step, self.items)


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment to which the state can be rolled back, or from which its changes are counted."""

    journal: int
    epoch: int
    own: int
    """The epoch that begins here."""
    frontier: tuple[str, ...]
    ready: tuple[Box, ...]
    nodes: int
    notes: int
    pending: int


class State:
    """All that interpretation changes.

    frontier: the nodes that are known to be done, nearest only. ready: scheduled tasks that have not begun.
    nodes: what was recorded so far. pending: every coroutine made, so that a forgotten one is found.
    """

    __slots__ = ("_epochs", "epoch", "frontier", "journal", "nodes", "notes", "pending", "ready")

    def __init__(self) -> None:
        self.epoch = self._epochs = 0
        self.journal: list[tuple[Box, Content]] = []
        self.frontier: tuple[str, ...] = ()
        self.ready: tuple[Box, ...] = ()
        self.nodes: list[Node] = []
        self.notes: list[str] = []
        self.pending: list[Box] = []

    def coming(self) -> Mark:
        """Describe the mark that is about to be made here."""
        return Mark(len(self.journal), self.epoch, self._epochs + 1, self.frontier, self.ready, len(self.nodes),
                    len(self.notes), len(self.pending))  # fmt: skip

    @property
    def next_epoch(self) -> int:
        """What is made after the next mark is not older than this."""
        return self._epochs + 1

    def box(self, content: Content) -> Box:
        """Make a new box."""
        content.epoch = self.epoch
        return Box(content)

    def write(self, box: Box) -> Any:
        """Give the content of a box, to be changed; what it was at the last mark stays in the journal."""
        content = box.content
        if content.epoch != self.epoch:
            self.journal.append((box, content))
            content = content.copy()
            content.epoch = self.epoch
            box.content = content
        return content

    def replace(self, box: Box, content: Content) -> None:
        """Put another content into a box."""
        if box.content.epoch != self.epoch:
            self.journal.append((box, box.content))
        content.epoch = self.epoch
        box.content = content

    def mark(self) -> Mark:
        """Remember this moment."""
        self._epochs += 1
        mark = Mark(len(self.journal), self.epoch, self._epochs, self.frontier, self.ready, len(self.nodes),
                    len(self.notes), len(self.pending))  # fmt: skip
        self.epoch = self._epochs
        return mark

    def keep(self, mark: Mark) -> None:
        """Let everything since the mark stand: the mark is no longer needed."""
        self.epoch = mark.epoch

    def rollback(self, mark: Mark) -> None:
        """Undo everything since the mark."""
        while len(self.journal) > mark.journal:
            box, content = self.journal.pop()
            if content.epoch < mark.own:  # what was made since the mark stays as it was left: a way may give it
                box.content = content
        self.epoch = mark.epoch
        self.frontier, self.ready = mark.frontier, mark.ready
        del self.nodes[mark.nodes :]
        del self.notes[mark.notes :]
        del self.pending[mark.pending :]

    def changes(self, mark: Mark) -> dict[Box, tuple[Content, Content]]:
        """Give every box that there was at the mark, and that was changed since: its content then, and now."""
        first: dict[Box, Content] = {}
        for box, content in self.journal[mark.journal :]:
            if content.epoch < mark.own:
                first.setdefault(box, content)
        return {box: (before, box.content) for box, before in first.items() if before is not box.content}
