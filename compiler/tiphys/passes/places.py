"""The places that the glue of a graph would have, while passes still move it."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType

from tiphys.ir import Code, Glue, Graph, Ref, operands_of
from tiphys.passes.place_glue import Placing, edges, needs_output


@dataclass
class Places:
    """A graph, with the places that its glue would have."""

    graph: Graph

    def __post_init__(self) -> None:
        self.glue = {node.name: node for node in self.graph.nodes if isinstance(node, Glue)}
        self.placing = Placing(self.graph, self.glue)
        self.chosen = self.placing.places(needs_output(self.graph, self.glue))

    def costly(self) -> Iterator[Glue]:
        """List the glue that has a pod of its own."""
        return (node for name, node in self.glue.items() if self.chosen[name] == name)

    def riding_with(self, root: Glue) -> list[Glue]:
        """List a piece of glue and what rides with it, in the order of the graph."""
        found = {root.name}
        stack = [root]
        while stack:
            for name in edges(stack.pop()):
                if name in self.glue and not self.chosen[name] and name not in found:
                    found.add(name)
                    stack.append(self.glue[name])
        return [node for name, node in self.glue.items() if name in found]

    def made_of(self, root: str) -> list[Glue]:
        """List a piece of glue and all that it is made of, in the order of the graph."""
        found = {root}
        stack = [root]
        while stack:
            for name in edges(self.glue[stack.pop()]):
                if name in self.glue and name not in found:
                    found.add(name)
                    stack.append(name)
        return [node for name, node in self.glue.items() if name in found]

    def are_there(self, moved: list[Glue], call: str) -> bool:
        """Say whether all that glue reads stands before a call, or is given by it."""
        own = {piece.name for piece in moved}
        read = {atom.node for piece in moved for atom in operands_of(piece) if isinstance(atom, Ref)} - own
        position = self.placing.position
        return all(position.get(name, 0) <= position[call] for name in read)


@dataclass
class Known:
    """The places in graphs that were looked at, as long as those are the same."""

    places: dict[str, Places]

    def of(self, graph: Graph) -> Places:
        """Place the glue of a graph."""
        found = self.places.get(graph.name)
        if found is None or found.graph is not graph:
            found = self.places[graph.name] = Places(graph)
        return found


def guarded(piece: Glue, number: int) -> Code:
    """Give glue that is computed if a branch takes an arm; its first operand is the number of the one that is taken."""
    names: dict[str, object] = {"__builtins__": builtins, "compute": piece.code.function, "number": number}
    function = FunctionType(GUARD, names, piece.code.function.__name__)
    return Code(piece.code.text, function, pure=piece.code.pure, total=piece.code.total)


def guard_code() -> CodeType:
    """Compile the guard; its frame is left out of tracebacks, as those of frozen modules are."""
    text = "lambda which, *values: compute(*values) if which == number else None"
    whole = compile(text, "<frozen guard>", "eval", dont_inherit=True)
    return next(item for item in whole.co_consts if isinstance(item, CodeType))


GUARD = guard_code()
