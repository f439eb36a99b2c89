"""Decide where each piece of glue is computed; its meaning never changes.

In order of preference: in the pods that use it; in the pod that makes the last of the values it needs, after the body;
in a pod of glue, which several pieces at one place share. Only the first is open to glue that one pod needs; a value
that a sub-graph, or what the graph gives, is made of has to be an output of some pod.

Glue that can raise stays where it was: it is part of the order (`after`), and the calls that come next evaluate it
before their body. Glue that is not pure is computed once, at its place. Other glue may be computed wherever its
operands are there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tiphys.ir import RESOURCE, Atom, Call, Catch, Glue, Graph, Node, Program, Ref, Sub, Unit, operands_of
from tiphys.passes.handing_on import handing_on
from tiphys.passes.keyed import with_contents
from tiphys.passes.texts import may_be_text


def place_glue(program: Program) -> Program:
    """Give every glue node its place."""
    graphs: dict[str, Unit] = {}
    for name, unit in program.graphs.items():
        if isinstance(unit, Graph):
            whole = with_contents(program, unit)
            graphs[name] = place(whole if name != program.entry else name_result(program, whole))
        else:
            graphs[name] = unit
    return replace(program, graphs=graphs)


def name_result(program: Program, graph: Graph) -> Graph:
    """Let glue compute the run's result where it may be a text that people have typed: the client cannot read one."""
    inputs = frozenset(item.name for item in graph.inputs)
    values: list[Atom] = []
    for atom in graph.result.values:
        if may_be_text(program, graph, atom, inputs):
            glue = handing_on(graph, atom, "result")
            graph = replace(graph, nodes=(*graph.nodes, glue))
            values.append(Ref(glue.name))
        else:
            values.append(atom)
    return replace(graph, result=replace(graph.result, values=tuple(values)))


def is_fixed(glue: Glue) -> bool:
    """Say whether glue has its place in the order: it can raise, or gives something else each time."""
    return not (glue.code.pure and glue.code.total)


@dataclass
class Users:
    """Who needs the value of a piece of glue, or its place in the order."""

    pods: set[str]
    outside: bool = False
    """A sub-graph, or the graph's own result, needs it: some pod has to give it as an output."""
    early: bool = False
    """Something needs it before the end of the graph that no pod of ours computes: a sub-graph."""


def place(graph: Graph) -> Graph:
    """Place the glue of one graph."""
    if not any(isinstance(node, Glue) for node in graph.nodes):
        return graph
    graph = replace(graph, nodes=tuple(unframed(node) for node in graph.nodes))
    glue = {node.name: node for node in graph.nodes if isinstance(node, Glue)}
    kept, users = needs(graph, glue)
    places = Placing(graph, glue, users).places(kept)
    nodes = tuple(replace(node, place=places[node.name]) if isinstance(node, Glue) else node for node in graph.nodes)
    return replace(graph, nodes=nodes)


def unframed(node: Node) -> Node:
    """Drop the frame of glue that cannot raise."""
    return replace(node, frame=()) if isinstance(node, Glue) and node.code.total and node.frame else node


def needs_output(graph: Graph, glue: dict[str, Glue]) -> set[str]:
    """Name the glue that some pod has to give as an output."""
    return needs(graph, glue)[0]


def needs(graph: Graph, glue: dict[str, Glue]) -> tuple[set[str], dict[str, Users]]:
    """Name the glue that some pod has to give as an output, and who needs each piece."""
    users: dict[str, Users] = defaultdict(lambda: Users(set()))
    for name in (*graph.result.after, *(atom.node for atom in graph.result.values if isinstance(atom, Ref))):
        users[name].outside = True
    kept: set[str] = set()
    for node in reversed(graph.nodes):
        if isinstance(node, Glue):
            mine = users[node.name]
            if mine.outside or not mine.pods or (len(mine.pods) > 1 and not node.code.pure):
                kept.add(node.name)
                pods = {node.name}
            else:
                pods = mine.pods
        else:
            pods = {node.name}
        keyed = keyed_nodes(node)
        for name in edges(node):
            if name not in glue:
                continue
            if isinstance(node, Sub) or name in keyed:
                users[name].outside = users[name].early = True
            else:
                users[name].pods |= pods
    return kept, users


def keyed_nodes(node: Node) -> set[str]:
    """Name the nodes whose values Argo looks at before a pod begins: to find a kept result, to ask for resources."""
    if not isinstance(node, Call):
        return set()
    keyed = node.keyed or ()
    return {
        atom.node
        for name, atom in node.arguments
        if (name in keyed or name.startswith(RESOURCE)) and isinstance(atom, Ref)
    }


def edges(node: Node) -> set[str]:
    """Name what a node reads, or has to come after."""
    is_free = isinstance(node, Glue) and not is_fixed(node)
    return {*(() if is_free else node.after), *(atom.node for atom in operands_of(node) if isinstance(atom, Ref))}


class Placing:
    """The choice of pods for the glue of one graph that needs one."""

    def __init__(self, graph: Graph, glue: dict[str, Glue], users: dict[str, Users] | None = None) -> None:
        self.glue = glue
        self.users = users
        self.nodes = {node.name: node for node in graph.nodes}
        self.position = {name: index for index, name in enumerate(self.nodes)}
        self.hosts: dict[str, str] = {}
        self.needs: dict[str, frozenset[str]] = {}
        self.pods: dict[frozenset[str], str] = {}
        self.nearest_before: dict[str, frozenset[str]] = {}
        self.kept: set[str] = set()

    def places(self, kept: set[str]) -> dict[str, str]:
        """Give the place of each piece. kept: those that some pod has to give as an output."""
        self.kept = kept
        for name, node in self.glue.items():
            self.needs[name] = self.done_at(edges(node))
            self.hosts[name] = self.host(node) if name in kept else ""
        return self.hosts

    def host(self, node: Glue) -> str:
        """Choose the pod of one piece."""
        needed = self.needs[node.name]
        found = self.last(node, needed)
        if found is None and not is_fixed(node):
            found = self.nearest(node, needed)
        if found is None:
            found = self.later(node, needed)
        if found is None and not is_fixed(node):
            found = self.beside(node, needed)
        return found if found is not None else self.pods.setdefault(needed, node.name)

    def last(self, node: Glue, needed: frozenset[str]) -> str | None:
        """Find, of all that a piece needs, the pod that runs after all the others."""
        found = max(needed, key=self.position.__getitem__, default=None)
        is_last = found is not None and self.is_pod_for(found, node) and self.is_after(found, needed)
        return found if is_last else None

    def nearest(self, node: Glue, needed: frozenset[str]) -> str | None:
        """Find the last pod before a piece that may be computed anywhere, in which all that it needs is there."""
        floor = max((self.position[name] for name in needed), default=0)
        known = self.done_at(node.after)
        while waiting := [name for name in known if self.position[name] >= floor]:
            name = max(waiting, key=self.position.__getitem__)
            if self.is_pod_for(name, node) and self.is_after(name, needed):
                return name
            known = (known - {name}) | self.before(name)
        return None

    def later(self, node: Glue, needed: frozenset[str]) -> str | None:
        """Find the first pod behind a piece that only the end of the graph needs, before all that also use it.

        What has its place in the order can only be computed by a call that waits for it: before its body.
        """
        if self.users is None or self.users[node.name].early:
            return None
        for name, host in self.nodes.items():
            if not isinstance(host, Call) or self.position[name] < self.position[node.name]:
                continue
            if is_fixed(node) and (host.keyed is not None or name not in self.waiting(node.name)):
                continue
            if not all(self.follows(name, other) for other in needed | self.needed_beside(node.name, name)):
                continue
            if self.is_first(name, node.name):
                return name
        return None

    def needed_beside(self, glue: str, name: str) -> frozenset[str]:
        """Name what outputs of glue need that read a piece, and stand before its pod: they go there, too."""
        assert self.users is not None
        users = [one for one in self.kept if self.position[one] < self.position[name] and glue in edges(self.glue[one])]
        return self.done_at(name for user in users for name in edges(self.glue[user]) - {glue})

    def is_first(self, name: str, glue: str) -> bool:
        """Say whether a pod is, or comes before, all that needs a piece; glue among that rides with it, or behind."""
        return all(user == name or self.follows(user, name) for user in self.waiting(glue))

    def waiting(self, glue: str) -> set[str]:
        """Name the calls that need a piece of glue, by whatever other glue."""
        assert self.users is not None
        found: set[str] = set()
        stack, seen = [glue], {glue}
        while stack:
            for user in self.users[stack.pop()].pods:
                if user not in self.glue:
                    found.add(user)
                elif user not in seen:
                    seen.add(user)
                    stack.append(user)
        return found

    def beside(self, node: Glue, needed: frozenset[str]) -> str | None:
        """Find a pod of glue that needs more, for a piece that only the end of the graph needs."""
        if self.users is None or self.users[node.name].early or self.users[node.name].pods:
            return None
        return next((name for others, name in self.pods.items() if needed <= others), None)

    def follows(self, name: str, other: str) -> bool:
        """Say whether a node comes after another, by the edges as they were traced."""
        stack, seen = [name], {name}
        while stack:
            for before in edges(self.nodes[stack.pop()]):
                if before == other:
                    return True
                if before in self.nodes and before not in seen:
                    seen.add(before)
                    stack.append(before)
        return False

    def done_at(self, names: Iterable[str]) -> frozenset[str]:
        """Name the pods and sub-graphs that are done where these nodes are; of glue, those it needs."""
        found: set[str] = set()
        stack = list(names)
        seen: set[str] = set()
        while stack:
            name = stack.pop()
            if name in seen:
                continue
            seen.add(name)
            if name not in self.glue:
                found |= {name} & self.nodes.keys()
            elif self.hosts.get(name):
                found.add(self.hosts[name])
            elif name in self.needs:
                found |= self.needs[name]
            else:  # a pod that comes later gives a piece, and needs others that have no place yet
                stack.extend(edges(self.glue[name]))
        return frozenset(found)

    def before(self, name: str) -> frozenset[str]:
        """Name the pods and sub-graphs that a pod or a sub-graph comes after, nearest only."""
        if name in self.glue:
            return self.needs[name]
        if name in self.nearest_before:
            return self.nearest_before[name]
        found = self.done_at(edges(self.nodes[name]))
        if name in found:  # it gives a piece that it reads itself
            own = (self.needs[piece] for piece, host in self.hosts.items() if host == name)
            found = found.union(*own) - {name}
        if all(other in self.hosts for other in edges(self.nodes[name]) if other in self.glue):
            self.nearest_before[name] = found
        return found

    def is_after(self, name: str, others: frozenset[str]) -> bool:
        """Say whether a node comes after all the others."""
        missing = others - {name}
        floor = min((self.position[other] for other in missing), default=0)
        stack, seen = [name], {name}
        while missing and stack:
            for before in self.before(stack.pop()):
                if before not in seen and self.position[before] >= floor:
                    seen.add(before)
                    stack.append(before)
            missing -= seen
        return not missing

    def is_pod_for(self, name: str, node: Glue) -> bool:
        """Say whether glue can ride in the pod of a node: what a catch hands on unread is not known in its own pod."""
        host = self.nodes[name]
        if isinstance(host, Catch):
            return not any(atom.node == name and atom.output for atom in self.reads(node))
        return isinstance(host, Call | Glue)

    def reads(self, node: Glue) -> set[Ref]:
        """List what glue reads from pods, itself and by the glue that rides with it: what it reads or comes after."""
        found: set[Ref] = set()
        stack: list[Node] = [node]
        seen: set[str] = set()
        while stack:
            one = stack.pop()
            if one.name in seen:
                continue
            seen.add(one.name)
            stack.extend(self.glue[name] for name in one.after if name in self.glue and not self.hosts[name])
            for atom in operands_of(one):
                if isinstance(atom, Ref) and atom not in found:
                    found.add(atom)
                    if atom.node in self.glue and not self.hosts[atom.node]:
                        stack.append(self.glue[atom.node])
        return found
