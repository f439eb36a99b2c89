"""Leave out what a construct carries or gives and nobody reads, and the glue that was only there for it.

A variable that a loop assigns is carried from round to round as long as something of its name is read later; where
nothing really reads it, a round would need a pod only to hand it on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from tiphys.ir import (
    Atom,
    Attempt,
    Call,
    Entry,
    Glue,
    Graph,
    Input,
    Loop,
    Map,
    Node,
    Program,
    Reading,
    Ref,
    Sub,
    Switch,
    Unit,
    Wait,
    operands_of,
)


def drop_unread(program: Program) -> Program:
    """Drop the values of regions and constructs that nobody reads."""
    if len(program.graphs) == 1:
        return program
    used = Used(program)
    used.find()
    return replace(program, graphs={name: used.kept(unit) for name, unit in program.graphs.items()})


class Used:
    """Which inputs and outputs of the units are read.

    inputs: by unit, names. outputs: by unit, numbers.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.inputs: dict[str, set[str]] = defaultdict(set)
        self.outputs: dict[str, set[int]] = defaultdict(set)
        self.callers: dict[str, list[tuple[Unit, Sub]]] = defaultdict(list)
        self.nodes = {
            unit.name: {node.name: node for node in unit.nodes}
            for unit in program.graphs.values() if isinstance(unit, Graph)
        }  # fmt: skip
        self.glue: set[tuple[str, str]] = set()
        for unit in program.graphs.values():
            for call in unit.calls:
                self.callers[call.graph].append((unit, call))

    # ---- what is read

    def find(self) -> None:
        """Begin with what has an effect, and follow what that reads."""
        for unit in self.program.graphs.values():
            match unit:
                case Graph():
                    self.read_by_graph(unit)
                case Switch():
                    self.read(unit, unit.test)
                case Loop():
                    self.all(unit, [unit.start, unit.exit, *([] if unit.count is None else [unit.count])])
                case Map():
                    self.all(unit, [unit.count, Ref(unit.body.name)])
                case Reading(number=number):
                    self.read(unit, Ref(unit.otherwise.name))
                    self.all(unit, [number.numbers, number.index] if isinstance(number, Entry) else [])
                case Wait():
                    self.all(unit, unit.atoms)
                case Attempt():
                    pass
            for call in unit.calls:
                self.all(unit, call.frame)
        for name in list(self.inputs):
            self.passed(name)

    def read_by_graph(self, graph: Graph) -> None:
        """Follow what a graph reads whoever reads its values; those of a task are its result."""
        for node in graph.nodes:
            match node:
                case Call():
                    self.all(graph, operands_of(node))
                case Glue() if not (node.code.pure and node.code.total):
                    self.read(graph, Ref(node.name))
                case _:
                    pass
        for name in (*graph.result.after, *(name for node in graph.nodes for name in node.after)):
            if isinstance(self.nodes[graph.name].get(name), Glue):
                self.read(graph, Ref(name))
        if not graph.is_region and not graph.is_part:
            self.all(graph, graph.result.values)
            self.outputs[graph.name].update(range(graph.width))

    def all(self, unit: Unit, atoms: Iterable[Atom]) -> None:
        """Read several values in a unit."""
        for atom in atoms:
            self.read(unit, atom)

    def read(self, unit: Unit, atom: Atom) -> None:
        """Read a value in a unit."""
        if not isinstance(atom, Ref):
            return
        if any(item.name == atom.node for item in unit.inputs):
            self.take(unit, atom.node)
            return
        if isinstance(unit, Graph):
            node = self.nodes[unit.name][atom.node]
            if isinstance(node, Glue):
                if (unit.name, node.name) not in self.glue:
                    self.glue.add((unit.name, node.name))
                    self.all(unit, operands_of(node))
                return
            calls: Iterable[Sub] = (node,) if isinstance(node, Sub) else ()
        else:
            calls = unit.calls
        for call in calls:
            if call.name == atom.node:
                self.give(self.program.graphs[call.graph], atom.output)

    def take(self, unit: Unit, name: str) -> None:
        """Read an input of a unit, which its callers then pass."""
        if name in self.inputs[unit.name]:
            return
        self.inputs[unit.name].add(name)
        if isinstance(unit, Loop) and name in unit.carried:
            self.give(unit, 1 + unit.carried.index(name))
        self.passed(unit.name)

    def passed(self, name: str) -> None:
        """Read what the callers of a unit pass it."""
        for caller, call in self.callers[name]:
            self.all(caller, [atom for label, atom in call.arguments if label in self.inputs[name]])

    def give(self, unit: Unit, output: int) -> None:
        """Read an output of a unit."""
        if output in self.outputs[unit.name]:
            return
        self.outputs[unit.name].add(output)
        match unit:
            case Graph():
                self.read(unit, unit.result.values[output])
            case Switch() | Attempt():
                self.all(unit, unit.outputs[output])
            case Loop() if output:
                self.read(unit, unit.next[output - 1])
                self.take(unit, unit.carried[output - 1])
            case _:
                pass

    # ---- what is left

    def kept(self, unit: Unit) -> Unit:
        """Give a unit without what nobody reads."""
        outputs = sorted(self.outputs[unit.name])
        match unit:
            case Graph():
                return self.kept_graph(unit, outputs)
            case Switch():
                arms = tuple(None if arm is None else self.called(arm) for arm in unit.arms)
                rows = tuple(tuple(self.seen(atom, unit.calls) for atom in unit.outputs[number]) for number in outputs)
                return replace(unit, inputs=self.taken(unit), arms=arms, outputs=rows)
            case Attempt():
                body, catch = self.called(unit.body), self.called(unit.catch)
                pairs = [unit.outputs[number] for number in outputs]
                seen = tuple((self.seen(done, unit.calls), self.seen(failed, unit.calls)) for done, failed in pairs)
                return replace(unit, inputs=self.taken(unit), body=body, catch=catch, outputs=seen)
            case Loop():
                numbers = [number - 1 for number in outputs if number]
                return replace(
                    unit,
                    inputs=self.taken(unit),
                    body=self.called(unit.body),
                    exit=self.seen(unit.exit, unit.calls),
                    carried=tuple(unit.carried[number] for number in numbers),
                    next=tuple(self.seen(unit.next[number], unit.calls) for number in numbers),
                )
            case Map():
                return replace(unit, inputs=self.taken(unit), body=self.called(unit.body))
            case Reading():
                return replace(unit, inputs=self.taken(unit), otherwise=self.called(unit.otherwise))
            case Wait():
                return unit

    def kept_graph(self, graph: Graph, outputs: list[int]) -> Graph:
        """Give a graph without what nobody reads."""
        calls = [node for node in graph.nodes if isinstance(node, Sub)]

        def seen(atom: Atom) -> Atom:
            return self.seen(atom, calls)

        nodes: list[Node] = []
        for node in graph.nodes:
            match node:
                case Sub():
                    named = tuple((name, seen(atom)) for name, atom in self.called(node).arguments)
                    nodes.append(replace(node, arguments=named, frame=tuple(map(seen, node.frame))))
                case Call():
                    named = tuple((name, seen(atom)) for name, atom in node.arguments)
                    nodes.append(replace(node, arguments=named, frame=tuple(map(seen, node.frame))))
                case Glue() if (graph.name, node.name) in self.glue:
                    named = tuple((name, seen(atom)) for name, atom in node.operands)
                    nodes.append(replace(node, operands=named, frame=tuple(map(seen, node.frame))))
                case Glue():
                    pass
                case _:
                    nodes.append(node)
        values = tuple(seen(graph.result.values[number]) for number in outputs)
        end = replace(graph.result, values=values)
        inputs = graph.inputs if graph.name == self.program.entry else self.taken(graph)
        return replace(graph, inputs=inputs, nodes=tuple(nodes), result=end)

    def taken(self, unit: Unit) -> tuple[Input, ...]:
        """List the inputs that are read."""
        return tuple(item for item in unit.inputs if item.name in self.inputs[unit.name])

    def called(self, call: Sub) -> Sub:
        """Pass a unit only what it still takes."""
        used = self.inputs[call.graph]
        return replace(call, arguments=tuple((name, atom) for name, atom in call.arguments if name in used))

    def seen(self, atom: Atom, calls: Iterable[Sub]) -> Atom:
        """Give a value by its new number."""
        if isinstance(atom, Ref):
            for call in calls:
                if call.name == atom.node:
                    outputs = self.outputs[call.graph]
                    callee = self.program.graphs[call.graph]
                    first = {0} if isinstance(callee, Loop | Map | Reading | Wait) else set[int]()
                    return Ref(atom.node, sorted(outputs | first).index(atom.output))
        return atom
