"""The node kinds, and graphs of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, assert_never

from tiphys.diagnostics import Span
from tiphys.ir.atoms import Atom, Code, Leaf, Literal, Named, Ref, spell
from tiphys.ir.plans import Directory, Pack


@dataclass(frozen=True, slots=True)
class Input:
    """A parameter of a graph. `type` is the annotation; `default` what is taken when nothing is passed."""

    name: str
    type: object
    where: Span
    default: Literal | None = None


WITHIN = "!within"
"""Among the arguments of a call, no argument of the function: the seconds that it may take, known at run time."""
CONTEXT = "!context"
"""The same, for the texts that the task is given by `custom_context`: a dict."""
VARIABLES = "!variables"
"""The same, for variables of its environment: a dict of texts."""


RESOURCE = "!resource "
"""What the names of hidden arguments begin with that hold a quantity which the pod asks for, known at run time; behind
it stand `requests` or `limits`, and the resource."""


RETRIES = f"{RESOURCE}retries"
"""The same, for how often the call is tried again."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a leaf task."""

    name: str
    task: Leaf
    arguments: Named
    type: object
    after: tuple[str, ...]
    where: Span
    frame: tuple[Atom, ...] = ()
    """Inside an `Attempt`: the values that its catch gives where this call is the one that failed."""
    keyed: tuple[str, ...] | None = None
    """Where results are kept: the arguments by which they are found again. Each is a value of its own, no glue."""


@dataclass(frozen=True, slots=True)
class Glue:
    """A value computed by the orchestrator's own code at run time.

    place: where, once `place_glue` has decided: "" in the pods that use it; a call's name, in that pod after its body;
    its own name, in a pod of glue; another glue's name, in that one's pod.
    """

    name: str
    code: Code
    operands: Named
    type: object
    after: tuple[str, ...]
    where: Span
    place: str | None = None
    frame: tuple[Atom, ...] = ()
    """As that of a call, where the glue raises."""


@dataclass(frozen=True, slots=True)
class Sub:
    """A call of the graph, or of the construct, `graph` of the same program."""

    name: str
    graph: str
    arguments: Named
    type: object
    after: tuple[str, ...]
    where: Span
    frame: tuple[Atom, ...] = ()
    """As that of a call: the frame of every call inside the graph, where that is not an `Attempt` with its own."""


@dataclass(frozen=True, slots=True)
class Catch:
    """The exception that ended the region of an `Attempt`.

    Output 0 is the exception; output n the value that entry n - 1 of the frame of the failed call had. Runs in a pod,
    of which the glue that follows it is a part.
    """

    name: str
    types: tuple[object, ...]
    """Of the outputs."""
    where: Span
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pod:
    """One pod: the plan it follows, and what it is given."""

    name: str
    plan: str
    operands: tuple[Atom | Pack | Directory, ...]
    after: tuple[str, ...]
    where: Span
    item: str | None = None
    """`<group>/<index>` when its value is read as an item of a directory; `@` when it is that of its map's item."""


@dataclass(frozen=True, slots=True)
class Join:
    """Waits for many nodes on behalf of many others; costs no pod."""

    name: str
    after: tuple[str, ...]
    where: Span


Node = Call | Glue | Sub | Catch | Pod | Join


@dataclass(frozen=True, slots=True, eq=False)
class Display:
    """A container around values: how a run's result is put together without a pod.

    cls: list, tuple, dict, a NamedTuple or a dataclass. keys: of a dict, or the names of the fields. An item that is a
    number counts the values of the `Yield`.
    """

    cls: type
    keys: tuple[object, ...]
    items: tuple[Display | Literal | int, ...]

    def spell(self, values: tuple[Atom, ...]) -> str:
        """Write it around its values."""
        parts = [
            item.spell(values) if isinstance(item, Display) else str(values[item] if isinstance(item, int) else item)
            for item in self.items
        ]
        if self.cls is list:
            return f"[{', '.join(parts)}]"
        if self.cls is tuple:
            return f"({', '.join(parts)}{',' * (len(parts) == 1)})"
        if self.cls is dict:
            return "{" + ", ".join(f"{spell(key)}: {part}" for key, part in zip(self.keys, parts, strict=True)) + "}"
        named = ", ".join(f"{key}={part}" for key, part in zip(self.keys, parts, strict=True))
        return f"{self.cls.__name__}({named})"


@dataclass(frozen=True, slots=True)
class Yield:
    """How a graph ends: the values it gives, and the nodes that must be done.

    display: for the entry, how its values make the result; without one the first value is the result.
    """

    values: tuple[Atom, ...]
    after: tuple[str, ...]
    where: Span
    display: Display | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """One orchestrator, traced: nodes in source order, each after all that it refers to."""

    name: str
    inputs: tuple[Input, ...]
    nodes: tuple[Node, ...]
    result: Yield
    type: object = Any
    doc: str = ""
    task: str = ""
    """The orchestrator's full name: several graphs may be made of one."""
    short_name: str = ""
    """What people are shown instead of its name, where that was said."""
    is_part: bool = False
    """Made by `split_wide_graphs`: it groups nodes of the graph around it and is no call of the user's."""
    is_region: bool = False
    """A region of a construct."""

    @property
    def width(self) -> int:
        """How many values it gives."""
        return len(self.result.values)

    @property
    def calls(self) -> tuple[Sub, ...]:
        """The calls of other graphs in it."""
        return tuple(node for node in self.nodes if isinstance(node, Sub))

    def __str__(self) -> str:
        from tiphys.ir.printing import print_graph

        return print_graph(self)


def operands_of(node: Node) -> Iterator[Atom]:
    """Give every atom that a node reads."""
    match node:
        case Call(arguments=named, frame=frame) | Sub(arguments=named, frame=frame) | Glue(operands=named, frame=frame):
            for _, atom in named:
                yield atom
            yield from frame
        case Pod(operands=operands):
            for operand in operands:
                if isinstance(operand, Pack | Directory):
                    yield from operand.atoms
                else:
                    yield operand
        case Join() | Catch():
            pass
        case _:
            assert_never(node)


def predecessors(node: Node, inputs: frozenset[str]) -> tuple[str, ...]:
    """Name the nodes that must be done before this one, by data or by order, each once, in a fixed order."""
    names = dict.fromkeys(node.after)
    for atom in operands_of(node):
        if isinstance(atom, Ref) and atom.node not in inputs:
            names[atom.node] = None
    return tuple(names)
