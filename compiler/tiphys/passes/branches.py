"""A `Switch` with the graph around it and its arms, changed together: values passed in, values given, nodes moved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from tiphys.ir import Atom, Call, Catch, Glue, Graph, Input, Literal, Node, Ref, Sub, Switch, Yield, operands_of
from tiphys.passes.callers import Called, Step, passed
from tiphys.passes.handing_on import free_name


class Branch(Called):
    """A call of a `Switch` that is called once."""

    @property
    def switch(self) -> Switch:
        switch = self.graphs[self.construct]
        assert isinstance(switch, Switch)
        return switch

    @property
    def test(self) -> Atom:
        """The number of the arm, as it is around the branch."""
        return dict(self.call.arguments)[self.switch.test.node]

    def region(self, number: int) -> Graph | None:
        """Give the region of an arm, if it has one."""
        arm = self.switch.arms[number]
        region = self.graphs[arm.graph] if arm is not None else None
        return region if isinstance(region, Graph) else None

    # ---- values across its border

    def outside(self, number: int, atom: Atom) -> Atom:
        """Give what an input of an arm's region is around the branch."""
        arm = self.switch.arms[number]
        if isinstance(atom, Literal) or arm is None:
            return atom
        return self.around_switch(dict(arm.arguments)[atom.node])

    def around_switch(self, atom: Atom) -> Atom:
        """Give what an input of the switch is around the branch."""
        return dict(self.call.arguments)[atom.node] if isinstance(atom, Ref) else atom

    def taken_in(self, atom: Ref, label: str, kind: object) -> Ref:
        """Let the switch take a value from around it, once; gives its input."""
        return passed(self.graphs, Step(self.graph, self.call), atom, label, kind)

    def passed_on(self, number: int, atom: Ref, label: str | None = None) -> Ref:
        """Let an arm take an input of the switch; gives the input of its region. label: what it has to be called."""
        switch, region = self.switch, self.region(number)
        arm = switch.arms[number]
        assert arm is not None
        assert region is not None
        for name, given in arm.arguments if label is None else ():
            if given == atom:
                return Ref(name)
        taken = (*(item.name for item in region.inputs), *(node.name for node in region.nodes))
        name = label if label is not None else free_name(atom.node, taken)
        kind = next(item.type for item in switch.inputs if item.name == atom.node)
        self.graphs[region.name] = replace(region, inputs=(*region.inputs, Input(name, kind, switch.where)))
        self.replace_arm(number, replace(arm, arguments=(*arm.arguments, (name, atom))))
        return Ref(name)

    # ---- what it is made of

    def replace_arm(self, number: int, arm: Sub | None) -> None:
        """Change an arm."""
        arms = tuple(arm if index == number else other for index, other in enumerate(self.switch.arms))
        self.graphs[self.construct] = replace(self.switch, arms=arms)

    def with_region(self, number: int) -> Graph:
        """Give the region of an arm, an empty one where it has none."""
        region = self.region(number)
        if region is not None:
            return region
        switch = self.switch
        name = free_name(f"{switch.name}.{number}", self.graphs)
        arm = free_name(f"arm-{number}", (*(item.name for item in switch.inputs), *(arm.name for arm in switch.calls)))
        end = Yield((), (), switch.where)
        made = Graph(name, (), (), end, task=self.graph.task, is_region=True)
        self.graphs[name] = made
        self.replace_arm(number, Sub(arm, name, (), object, (), switch.where))
        return made

    # ---- tidying

    def tidy(self) -> None:
        """Give only what is read, and have no region in which nothing happens."""
        read = sorted(
            {atom.output for atom in atoms_of(self.graph) if isinstance(atom, Ref) and atom.node == self.name}
        )
        self.graphs[self.construct] = replace(self.switch, outputs=tuple(self.switch.outputs[index] for index in read))
        numbers = {old: new for new, old in enumerate(read)}

        def seen(atom: Atom) -> Atom:
            return Ref(self.name, numbers[atom.output]) if isinstance(atom, Ref) and atom.node == self.name else atom

        self.graphs[self.around] = substituted(self.graph, seen)
        for number in range(len(self.switch.arms)):
            self.tidy_arm(number)

    def tidy_arm(self, number: int) -> None:
        """Let a region give only what the switch gives; one without nodes is none."""
        switch, region, arm = self.switch, self.region(number), self.switch.arms[number]
        if region is None or arm is None:
            return
        column = [row[number] for row in switch.outputs]
        read = sorted({atom.output for atom in column if isinstance(atom, Ref) and atom.node == arm.name})
        numbers = {old: new for new, old in enumerate(read)}

        def seen(atom: Atom) -> Atom:
            if not (isinstance(atom, Ref) and atom.node == arm.name):
                return atom
            if region.nodes:
                return Ref(arm.name, numbers[atom.output])
            given = region.result.values[atom.output]
            return dict(arm.arguments)[given.node] if isinstance(given, Ref) else given

        rows = tuple(
            tuple(seen(atom) if index == number else atom for index, atom in enumerate(row)) for row in switch.outputs
        )
        end = replace(region.result, values=tuple(region.result.values[index] for index in read))
        self.graphs[region.name] = without_unread(replace(region, result=end))
        self.graphs[switch.name] = replace(switch, outputs=rows)
        if not region.nodes:
            self.replace_arm(number, None)


def atoms_of(graph: Graph) -> Iterable[Atom]:
    """List all that is read in a graph."""
    for node in graph.nodes:
        yield from operands_of(node)
    yield from graph.result.values


def substituted(graph: Graph, seen: Callable[[Atom], Atom], moved: dict[str, tuple[str, ...]] | None = None) -> Graph:
    """Give a graph that reads other atoms. moved: what stands for a node in the order, where it is gone."""
    gone = moved or {}

    def ordered(after: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for old in after for name in gone.get(old, (old,)))) if gone else after

    def named(pairs: tuple[tuple[str, Atom], ...]) -> tuple[tuple[str, Atom], ...]:
        return tuple((name, seen(atom)) for name, atom in pairs)

    nodes: list[Node] = []
    for node in graph.nodes:
        after = ordered(node.after)
        match node:
            case _ if node.name in gone:
                pass
            case Call() | Sub():
                frame = tuple(seen(atom) for atom in node.frame)
                nodes.append(replace(node, arguments=named(node.arguments), after=after, frame=frame))
            case Glue():
                frame = tuple(seen(atom) for atom in node.frame)
                nodes.append(replace(node, operands=named(node.operands), after=after, frame=frame))
            case _:
                nodes.append(replace(node, after=after))
    values = tuple(seen(atom) for atom in graph.result.values)
    end = replace(graph.result, values=values, after=ordered(graph.result.after))
    return replace(graph, nodes=tuple(nodes), result=end)


def without_unread(graph: Graph, also: Collection[str] = ()) -> Graph:
    """Leave out glue that nobody reads and that cannot raise; of `also`, what nobody comes after."""
    kept: list[Node] = []
    read = {atom.node for atom in graph.result.values if isinstance(atom, Ref)} | set(graph.result.after)
    for node in reversed(graph.nodes):
        is_idle = isinstance(node, Glue) and (node.name in also or (node.code.pure and node.code.total))
        if is_idle and node.name not in read:
            continue
        kept.append(node)
        read.update(atom.node for atom in operands_of(node) if isinstance(atom, Ref))
        read.update(node.after)
    return graph if len(kept) == len(graph.nodes) else replace(graph, nodes=tuple(reversed(kept)))


def types_in(graph: Graph) -> dict[Atom, object]:
    """Give the types of what a graph's nodes yield, as far as they are known."""
    found: dict[Atom, object] = {Ref(item.name): item.type for item in graph.inputs}
    for node in graph.nodes:
        match node:
            case Call(type=kind) | Glue(type=kind):
                found[Ref(node.name)] = kind
            case Catch(types=types):
                found |= {Ref(node.name, index): kind for index, kind in enumerate(types)}
            case _:
                pass
    return found
