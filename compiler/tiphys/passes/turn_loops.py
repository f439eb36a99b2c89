"""Let the round of a loop give what the next round begins with.

A round that begins with a test of what is carried would need a pod for that each time. The pod that ends the round
before makes what the test reads: it computes the test too, and the loop carries it. For the first round the graph
around computes it. What can raise is computed only where there is a next round.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from types import CodeType, FunctionType

from tiphys.ir import (
    Atom,
    Attempt,
    Call,
    Code,
    Glue,
    Graph,
    Input,
    Literal,
    Loop,
    Node,
    Reading,
    Ref,
    Sub,
    Switch,
    Unit,
)
from tiphys.passes.branches import atoms_of, substituted
from tiphys.passes.callers import Callers, Step, names_of, passed
from tiphys.passes.handing_on import free_name
from tiphys.passes.picking import folded
from tiphys.passes.place_glue import edges, is_fixed, place
from tiphys.passes.places import Known
from tiphys.passes.read_numbers import may_be_read


def turn_one(graphs: dict[str, Unit], known: Known) -> bool:
    """Turn one loop."""
    callers = Callers(graphs)
    for loop in list(graphs.values()):
        step = callers.steps.get(loop.name)
        if not isinstance(loop, Loop) or step is None or not isinstance(step.caller, Graph):
            continue
        region = graphs[loop.body.graph]
        if isinstance(region, Graph) and region.name in callers.steps:
            turn = Turn(graphs, loop, region, step)
            pieces = turn.pieces(known)
            if pieces:
                turn.make(pieces)
                return True
    return False


@dataclass
class Turn:
    """One loop whose rounds begin with glue."""

    graphs: dict[str, Unit]
    loop: Loop
    region: Graph
    step: Step

    # ---- what is moved

    def pieces(self, known: Known) -> list[Glue]:
        """List the glue that rounds begin with, of a pod that rounds can do without, in the order of the region."""
        if not any(isinstance(node, Call | Sub) for node in self.region.nodes):
            return []
        placed = {node.name: node.place for node in place(self.region).nodes if isinstance(node, Glue)}
        places = known.of(self.region)
        for name in (name for name, pod in placed.items() if pod == name):
            hosted = [self.as_written(places.made_of(one)) for one, pod in placed.items() if pod == name]
            moving = [made for made in hosted if self.can_move(made)]
            rest = [made for made in hosted if made not in moving]
            needs_a_pod = any(self.reads_carried(made) or not may_be_read(made) for made in rest)
            if moving and not needs_a_pod and self.is_begun_with(hosted):
                names = {piece.name for made in moving for piece in made}
                return self.as_written([piece for piece in places.glue.values() if piece.name in names])
        return []

    def as_written(self, made: list[Glue]) -> list[Glue]:
        """Give glue as it was before Argo read a number of this round, which showed that it raises nothing in that."""
        readings = [unit for call in self.region.calls if isinstance(unit := self.graphs[call.graph], Reading)]
        nodes = [node for unit in readings for node in self.nodes_of(unit.otherwise.graph)]
        raising = [node.code.function for node in nodes if isinstance(node, Glue) and not node.code.total]
        return [
            replace(piece, code=replace(piece.code, total=False)) if piece.code.function in raising else piece
            for piece in made
        ]

    def nodes_of(self, name: str) -> tuple[Node, ...]:
        """List the nodes of a graph."""
        unit = self.graphs[name]
        return unit.nodes if isinstance(unit, Graph) else ()

    def is_begun_with(self, hosted: list[list[Glue]]) -> bool:
        """Say whether something in the round waits for glue; what only its end reads is for the next one."""
        names = {piece.name for made in hosted for piece in made}
        return any(not names.isdisjoint(edges(node)) for node in self.region.nodes if node.name not in names)

    def can_move(self, made: list[Glue]) -> bool:
        """Say whether glue reads what is carried, and nothing that a pod of the round makes, and whose end is known."""
        own = {piece.name for piece in made}
        begins = all(edges(piece) <= own | names_of(self.region) for piece in made)
        is_simple = all(piece.code.pure and (piece.code.total or not piece.frame) for piece in made)
        if not begins or not is_simple or not self.reads_carried(made):
            return False
        ends = [self.at_end(name) for name in self.read(made)]
        ends.append(self.given(self.loop.exit))
        return self.is_made_by_a_pod({atom.node for atom in ends if isinstance(atom, Ref)} - names_of(self.region))

    def read(self, made: Iterable[Glue]) -> list[str]:
        """Name the inputs of a round that glue reads."""
        atoms = dict.fromkeys(atom for piece in made for _, atom in piece.operands)
        return [atom.node for atom in atoms if isinstance(atom, Ref) and atom.node in names_of(self.region)]

    def reads_carried(self, made: list[Glue]) -> bool:
        """Say whether glue reads what changes from round to round, beside the number of the round."""
        sources = [self.source(name) for name in self.read(made)]
        return any(isinstance(atom, Ref) and atom.node in self.loop.carried for atom in sources)

    def is_made_by_a_pod(self, names: set[str]) -> bool:
        """Say whether some pod makes the last of these values."""
        nodes = {node.name: node for node in self.region.nodes}
        glue = {name for name in names if isinstance(nodes[name], Glue)}
        while glue:
            names = (names | {other for name in glue for other in edges(nodes[name])}) - glue - names_of(self.region)
            glue = {name for name in names if isinstance(nodes[name], Glue)}
        if not names:
            return any(isinstance(node, Call) for node in self.region.nodes)
        last = max((nodes[name] for name in names), key=self.region.nodes.index)
        return isinstance(last, Call) or (
            isinstance(last, Sub) and isinstance(self.graphs[last.graph], Switch | Attempt)
        )

    # ---- what a value of the round is elsewhere

    def source(self, name: str) -> Atom:
        """Give what an input of a round is in the loop: an input of that, the number of the round, or a known value."""
        return dict(self.loop.body.arguments)[name]

    def given(self, atom: Atom) -> Atom:
        """Give what the loop reads of a round, as it is in that."""
        if isinstance(atom, Ref) and atom.node == self.loop.body.name:
            return self.region.result.values[atom.output]
        return atom if isinstance(atom, Literal) else self.inside(atom)

    def inside(self, atom: Ref) -> Ref:
        """Give what an input of the loop, or the number of the round, is in a round; itself if no round reads it."""
        return next((Ref(name) for name, found in self.loop.body.arguments if found == atom), atom)

    def at_end(self, name: str) -> Atom | None:
        """Give what an input of a round is in the next one; nothing for the number of the round."""
        atom = self.source(name)
        if isinstance(atom, Literal):
            return atom
        if atom.node == self.loop.index:
            return None
        if atom.node not in self.loop.carried:
            return Ref(name)
        return self.given(self.loop.next[self.loop.carried.index(atom.node)])

    # ---- moving it

    def make(self, pieces: list[Glue]) -> None:
        """Move glue to the end of the round and to where the loop is called; the loop carries what is read of it."""
        own = {piece.name for piece in pieces}
        rest = [node for node in self.region.nodes if node.name not in own]
        wanted = {atom.node for atom in atoms_of(replace(self.region, nodes=tuple(rest))) if isinstance(atom, Ref)}
        order = {piece.name: tuple(name for name in piece.after if name not in own) for piece in pieces}
        first, start = self.at_start(pieces)
        last, end = self.behind(pieces)
        region = self.graphs[self.region.name]
        assert isinstance(region, Graph)
        kept = substituted(region, lambda atom: atom, order)
        carried = [piece for piece in pieces if piece.name in wanted]
        inputs = tuple(Input(piece.name, piece.type, piece.where) for piece in carried)
        fixed = tuple(node.name for node in last if is_fixed(node))
        result = replace(
            kept.result,
            values=(*kept.result.values, *(end[piece.name] for piece in carried)),
            after=fixed[-1:] or kept.result.after,
        )
        self.graphs[region.name] = replace(
            kept, inputs=(*kept.inputs, *inputs), nodes=(*kept.nodes, *last), result=result
        )
        self.carry(carried, kept.width)
        self.start_with(first, [start[piece.name] for piece in carried])

    def carry(self, pieces: list[Glue], width: int) -> None:
        """Let the loop carry values. width: how many a round gave before."""
        loop = self.graphs[self.loop.name]
        assert isinstance(loop, Loop)
        for number, piece in enumerate(pieces):
            taken = {*names_of(loop), loop.body.name, *([loop.index] if loop.index else [])}
            label = free_name(piece.name, taken)
            body = replace(loop.body, arguments=(*loop.body.arguments, (piece.name, Ref(label))))
            loop = replace(
                loop,
                inputs=(*loop.inputs, Input(label, piece.type, piece.where)),
                carried=(*loop.carried, label),
                next=(*loop.next, Ref(body.name, width + number)),
                body=body,
            )
        self.graphs[loop.name] = loop

    def start_with(self, made: list[Glue], values: list[Atom]) -> None:
        """Compute glue before the loop, and give what it begins with."""
        around, loop = self.graphs[self.step.caller.name], self.graphs[self.loop.name]
        assert isinstance(around, Graph)
        labels = [item.name for item in loop.inputs[len(loop.inputs) - len(values) :]]
        nodes: list[Node] = []
        for node in around.nodes:
            if isinstance(node, Sub) and node.name == self.step.call.name:
                fixed = tuple(piece.name for piece in made if is_fixed(piece))
                given = (*node.arguments, *zip(labels, values, strict=True))
                nodes.extend((*made, replace(node, arguments=given, after=fixed[-1:] or node.after)))
            else:
                nodes.append(node)
        self.graphs[around.name] = replace(around, nodes=tuple(nodes))

    def at_start(self, pieces: list[Glue]) -> tuple[list[Glue], dict[str, Atom]]:
        """Make the glue for the first round: gives it, and the value of each piece."""
        around, call = self.step.caller, self.step.call
        assert isinstance(around, Graph)
        given = dict(call.arguments)

        def outer(atom: Atom) -> Atom:
            return given[atom.node] if isinstance(atom, Ref) else atom

        def seen(name: str) -> Atom:
            atom = self.source(name)
            return Literal(0) if atom == Ref(self.loop.index or "") else outer(atom)

        when = (
            outer(self.loop.start),
            Literal(-1),
            Literal(None) if self.loop.count is None else outer(self.loop.count),
        )
        taken = {*names_of(around), *(node.name for node in around.nodes)}
        return made_of(pieces, seen, when, taken, call.after)

    def behind(self, pieces: list[Glue]) -> tuple[list[Glue], dict[str, Atom]]:
        """Make the glue for the next round: gives it, and the value of each piece."""
        index: Atom = Literal(0)
        count: Atom = Literal(None)
        step = Step(self.loop, self.loop.body)
        is_counted = self.loop.count is not None
        if self.loop.index is not None:
            reads_index = any(self.source(name) == Ref(self.loop.index) for name in self.read(pieces))
            if is_counted or reads_index:
                index = passed(self.graphs, step, Ref(self.loop.index), "index", int)
        if is_counted:
            assert self.loop.count is not None
            count = self.loop.count
            if isinstance(count, Ref):
                count = passed(self.graphs, step, count, count.node, int)
        ends = {name: self.at_end(name) for name in self.read(pieces)}
        for name, atom in ends.items():
            if isinstance(atom, Ref) and atom.node in names_of(self.loop) and not self.is_seen(atom):
                kind = next(item.type for item in self.loop.inputs if item.name == atom.node)
                ends[name] = passed(self.graphs, step, atom, atom.node, kind)
        region = self.graphs[self.region.name]
        assert isinstance(region, Graph)
        taken = {*names_of(region), *(node.name for node in region.nodes)}
        number = Glue(free_name("next", taken), NEXT, (("i", index),), int, (), pieces[0].where)
        taken.add(number.name)

        def seen(name: str) -> Atom:
            atom = ends[name]
            return Ref(number.name) if atom is None else atom

        when = (self.given(self.loop.exit), index, count)
        made, values = made_of(pieces, seen, when, taken, region.result.after)
        is_read = any(atom == Ref(number.name) for piece in made for _, atom in piece.operands)
        return [*([number] if is_read else []), *made], values

    def is_seen(self, atom: Ref) -> bool:
        """Say whether a value stands in the round."""
        return atom.node in names_of(self.region) or any(node.name == atom.node for node in self.region.nodes)


def made_of(
    pieces: list[Glue], seen: Callable[[str], Atom], when: tuple[Atom, Atom, Atom], taken: set[str],
    order: tuple[str, ...],
) -> tuple[list[Glue], dict[str, Atom]]:  # fmt: skip
    """Make glue anew where other values are read.

    when: how the loop goes on (0), the number of the round and their count; without a next round nothing is computed.
    """
    made: list[Glue] = []
    values: dict[str, Atom] = {}

    def there(atom: Atom) -> Atom:
        if not isinstance(atom, Ref):
            return atom
        return values[atom.node] if atom.node in values else seen(atom.node)

    for piece in pieces:
        operands = tuple((label, there(atom)) for label, atom in piece.operands)
        code = piece.code
        if (value := folded(code, (atom for _, atom in operands))) is not None:
            values[piece.name] = value
            continue
        if is_fixed(piece) or when[2] != Literal(None):  # behind the last round there is no item to read
            operands = (("which", when[0]), ("index", when[1]), ("count", when[2]), *operands)
            code = guarded(code, COUNTED)
        elif when[0] != Literal(0):
            operands = (("which", when[0]), *operands)
            code = guarded(code, GOING_ON)
        if (value := folded(code, (atom for _, atom in operands))) is not None:
            values[piece.name] = value
            continue
        name = free_name(piece.name, taken)
        taken.add(name)
        values[piece.name] = Ref(name)
        made.append(replace(piece, name=name, code=code, operands=operands, after=order))
        order = (name,) if is_fixed(piece) else order
    return made, values


def guarded(code: Code, guard: CodeType) -> Code:
    """Give code that is computed only where there is a next round."""
    names: dict[str, object] = {"__builtins__": builtins, "compute": code.function}
    return Code(code.text, FunctionType(guard, names, code.function.__name__), pure=code.pure, total=code.total)


def code_of(text: str) -> CodeType:
    """Compile a function; its frame is left out of tracebacks, as those of frozen modules are."""
    whole = compile(text, "<frozen guard>", "eval", dont_inherit=True)
    return next(item for item in whole.co_consts if isinstance(item, CodeType))


GOING_ON = code_of("lambda which, *values: compute(*values) if which == 0 else None")
COUNTED = code_of(
    "lambda which, index, count, *values: "
    "compute(*values) if which == 0 and (count is None or index + 1 < count) else None"
)
NEXT = Code("i + 1", FunctionType(code_of("lambda i: i + 1"), {}, "following"), pure=True, total=True)
