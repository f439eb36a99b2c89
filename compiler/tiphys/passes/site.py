"""One graph while its pods are made: which glue rides where, and what is read together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tiphys.ir import Atom, Call, Catch, Glue, Graph, Node, Ref, operands_of
from tiphys.passes.place_glue import is_fixed
from tiphys.passes.plans import Plans

Host = Call | Catch | Glue
"""What a pod is made of: glue that stands for its own pod, or what other glue rides with."""


@dataclass
class Site:
    """One graph while its pods are made.

    moved: glue that a pod gives, as output of that pod. hosted: by pod, the glue that it gives. groups: what is read
    together as a directory. items: by pod, the item of such a directory that it writes. item: the value that is
    written as the item of the map around. places: the order of glue in the program. is_storeless: nothing is written
    to or read from an artifact repository. shares: its pods run for each item of a list, and share the room for values.
    """

    graph: Graph
    plans: Plans
    is_entry: bool
    records: bool
    item: Ref | None
    glue: dict[str, Glue]
    nodes: dict[str, Node]
    inputs: dict[str, object]
    moved: dict[Ref, Ref] = field(default_factory=dict)
    hosted: dict[str, list[Glue]] = field(default_factory=dict)
    groups: dict[tuple[Ref, ...], str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    is_storeless: bool = False
    shares: bool = False

    def type_of(self, ref: Ref) -> object:
        """Give the annotated type of a value."""
        if ref.node in self.inputs:
            return self.inputs[ref.node]
        match self.nodes[ref.node]:
            case Glue(type=kind) | Call(type=kind):
                return kind
            case Catch(types=types):
                return types[ref.output]
            case _:
                return object

    def written_by(self, pod: str) -> tuple[str, int] | tuple[None, None]:
        """Say which item a pod writes, if one, and which of its outputs that is."""
        if pod in self.items:
            return self.items[pod], 0
        return ("@", self.item.output) if self.item is not None and self.item.node == pod else (None, None)

    def reached(self, after: Iterable[str]) -> tuple[str, ...]:
        """Name the pods that are done at a point of the order, glue that rides with its users skipped."""
        found: dict[str, None] = {}
        stack = list(reversed(list(after)))
        while stack:
            name = stack.pop()
            made = self.glue.get(name)
            if made is None:
                found[name] = None
            elif made.place:
                found[made.place] = None
            else:
                stack.extend(reversed(made.after))
        return tuple(found)

    def outer(self, atom: Atom) -> Atom:
        """Give an operand as seen from outside the pods: the output of the pod that computes it."""
        return self.moved.get(atom, atom) if isinstance(atom, Ref) else atom

    def outers(self, atoms: Iterable[Atom]) -> tuple[Atom, ...]:
        """Give several operands as seen from outside."""
        return tuple(self.outer(atom) for atom in atoms)


def survey(
    graph: Graph, plans: Plans, *, is_entry: bool, records: bool, item: Ref | None, is_storeless: bool = False
) -> Site:
    """Look at a graph whose glue is placed."""
    glue = {node.name: node for node in graph.nodes if isinstance(node, Glue)}
    nodes = {node.name: node for node in graph.nodes}
    inputs = {item.name: item.type for item in graph.inputs}
    site = Site(graph, plans, is_entry, records, item, glue, nodes, inputs, is_storeless=is_storeless)
    for piece in glue.values():
        if piece.place:
            position = len(site.hosted.setdefault(piece.place, []))
            site.hosted[piece.place].append(piece)
            site.moved[Ref(piece.name)] = Ref(piece.place, own_outputs(nodes[piece.place]) + position)
    if item is not None:
        site.item = site.moved.get(item, item)
    site.places.update((name, place) for place, name in enumerate(glue))
    return site


def own_outputs(host: Node) -> int:
    """Count the outputs of a pod that are not those of glue."""
    match host:
        case Call():
            return 1
        case Catch(types=types):
            return len(types)
        case _:
            return 0


def is_host(node: Node) -> bool:
    """Say whether a node becomes a pod."""
    return isinstance(node, Call | Catch) or (isinstance(node, Glue) and node.place == node.name)


def riding(site: Site, host: Host) -> tuple[list[Glue], list[Glue]]:
    """List the glue that a pod evaluates before its body, and after it, each in the order of the program."""
    if not site.glue:
        return [], []
    before = closure(site, [host] if isinstance(host, Call) else [], (), own=host.name)
    done = {item.name for item in before}
    after = [item for item in site.hosted.get(host.name, []) if item.name not in done]
    return before, closure(site, after, before) if after else []


def closure(site: Site, roots: Iterable[Node], known: Iterable[Glue], own: str | None = None) -> list[Glue]:
    """List the glue that `roots` need or come after, and that rides with its users; roots that are glue included.

    own: the pod that is looked at; of what it gives, its body may need some.
    """
    found: dict[str, None] = {}
    done = {item.name for item in known}
    stack: list[Node] = list(roots)
    while stack:
        node = stack.pop()
        if isinstance(node, Glue):
            found[node.name] = None
        order = node.after if not isinstance(node, Glue) or is_fixed(node) else ()
        for name in (*order, *(atom.node for atom in operands_of(node) if isinstance(atom, Ref))):
            made = site.glue.get(name)
            rides = made is not None and (not made.place or made.place == own)
            if made is not None and rides and name not in found and name not in done:
                stack.append(made)
    return [site.glue[name] for name in sorted(found, key=site.places.__getitem__)]
