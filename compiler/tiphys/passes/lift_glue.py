"""Move what a called graph computes first out to its callers.

An orchestrator that begins with a test of its arguments would need a pod for that; its caller has a pod that makes the
arguments, which computes the test too. So a graph that calls itself needs no pod to find that it has to stop.
"""

from __future__ import annotations

from dataclasses import replace

from tiphys.ir import Atom, Glue, Graph, Input, Node, Ref, Sub, Unit, operands_of
from tiphys.passes.branches import substituted, without_unread
from tiphys.passes.handing_on import free_name
from tiphys.passes.place_glue import is_fixed


def is_liftable(graph: Graph, entry: str) -> bool:
    """Say whether a graph is one that others call by its name."""
    return not graph.is_region and not graph.is_part and graph.name != entry


def may_gain(graphs: dict[str, Unit], graph: Graph, moved: list[Glue]) -> bool:
    """Say whether some caller may have a pod that makes what the glue reads."""
    read = {atom.node for piece in moved for atom in operands_of(piece) if isinstance(atom, Ref)}
    for caller in graphs.values():
        inputs = {item.name for item in caller.inputs}
        for call in caller.calls:
            if call.graph != graph.name:
                continue
            if not isinstance(caller, Graph):
                return False
            given = [atom for name, atom in call.arguments if name in read and isinstance(atom, Ref)]
            if any(atom.node not in inputs or caller.is_region for atom in given):
                return True
    return False


def lift(graphs: dict[str, Unit], graph: Graph, root: Glue, moved: list[Glue]) -> None:
    """Let each caller compute a piece of glue, and what rides with it, and pass the value."""
    own = {piece.name for piece in moved}
    before = tuple(name for name in root.after if name not in own)
    inner = without_unread(substituted(graph, lambda atom: atom, {root.name: before}), own)
    graphs[graph.name] = replace(inner, inputs=(*inner.inputs, Input(root.name, root.type, root.where)))
    for caller in list(graphs.values()):
        if isinstance(caller, Graph) and any(call.graph == graph.name for call in caller.calls):
            graphs[caller.name] = with_pieces(caller, graph.name, root, moved)


def with_pieces(caller: Graph, callee: str, root: Glue, moved: list[Glue]) -> Graph:
    """Compute the pieces before each call."""
    taken = {*(item.name for item in caller.inputs), *(node.name for node in caller.nodes)}
    nodes: list[Node] = []
    for node in caller.nodes:
        if not isinstance(node, Sub) or node.graph != callee:
            nodes.append(node)
            continue
        made, value, order = pieces_at(node, root, moved, taken)
        arguments = (*node.arguments, (root.name, value))
        nodes.extend((*made, replace(node, arguments=arguments, after=order)))
    return replace(caller, nodes=tuple(nodes))


def pieces_at(
    call: Sub, root: Glue, moved: list[Glue], taken: set[str]
) -> tuple[list[Glue], Atom, tuple[str, ...]]:  # fmt: skip
    """Make the pieces for one call: gives them, the value of the last, and the order of the call."""
    given = dict(call.arguments)
    names: dict[str, str] = {}
    order, made = call.after, list[Glue]()

    def seen(atom: Atom) -> Atom:
        if not isinstance(atom, Ref):
            return atom
        return Ref(names[atom.node]) if atom.node in names else given[atom.node]

    for piece in moved:
        name = names[piece.name] = free_name(piece.name, taken)
        taken.add(name)
        operands = tuple((label, seen(atom)) for label, atom in piece.operands)
        frame = () if piece.code.total else call.frame
        made.append(replace(piece, name=name, operands=operands, after=order, frame=frame))
        if is_fixed(piece):
            order = (name,)
    return made, Ref(names[root.name]), order
