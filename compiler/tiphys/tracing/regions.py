"""Regions: stretches of an orchestrator that may run or not, more than once, or fail on their own.

A region is interpreted (`explore`), which leaves the state as it was before and gives a `Way`: what was recorded, what
changed, how it ended. The way is then spliced into the code around it (`resume`), or closed into a graph of its own
(`close`), whose inputs are what it reads from outside.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tiphys.ir import Atom, Call, Glue, Graph, Input, Literal, Named, Node, Ref, Sub, Yield, operands_of
from tiphys.tracing.completions import Ended
from tiphys.tracing.concurrency import start_ready
from tiphys.tracing.glue import replaced
from tiphys.tracing.pending import BatchC
from tiphys.tracing.state import Box, Content
from tiphys.tracing.values import Raised

if TYPE_CHECKING:
    from tiphys.diagnostics import Span
    from tiphys.tracing.tracer import Tracer


@dataclass(eq=False)
class Way:
    """One way through the program: the nodes it recorded, the order it reached, how it ended, what it changed."""

    nodes: list[Node]
    frontier: tuple[str, ...]
    done: Any
    raised: Raised | None
    changes: dict[Box, Content]
    pending: list[Box]
    begun: tuple[str, ...]
    """The order reached when it began."""
    epoch: int
    """What was made on it is not older."""
    is_ended: bool = False
    """All that it leads to raises."""

    def continues(self, before: Way) -> None:
        """Take along what was made on the way that this one has gone on with: nobody else knows of it."""
        self.epoch = before.epoch
        for box in [box for box in self.changes if box not in before.changes and box.content.epoch >= before.epoch]:
            box.content = self.changes.pop(box)

    @property
    def names(self) -> set[str]:
        return {node.name for node in self.nodes}

    @property
    def is_light(self) -> bool:
        """Say whether it holds nothing but glue that may as well be computed when it is not taken."""
        return all(is_free(node) for node in self.nodes)

    @property
    def is_glue(self) -> bool:
        """Say whether it holds no call."""
        return all(isinstance(node, Glue) for node in self.nodes)


def is_free(node: Node) -> bool:
    """Say whether a node may as well be computed when nobody needs it."""
    return isinstance(node, Glue) and node.code.pure and node.code.total


def explore(t: Tracer, work: Callable[[], Any]) -> Way:
    """Interpret a stretch of the program, and undo it. Scheduled tasks have to be begun before."""
    state = t.state
    mark = state.mark()
    outer, state.nodes = state.nodes, []
    raised, done, is_ended = None, None, False
    t.exploring += 1
    t.regions += 1
    try:
        try:
            done = work()
            start_ready(t)
        except Raised as error:
            raised = error
        except Ended:
            is_ended = True
        changes = {box: after for box, (_, after) in state.changes(mark).items()}
        way = Way(
            state.nodes, state.frontier, done, raised, changes, state.pending[mark.pending :], mark.frontier, mark.own,
            is_ended,
        )  # fmt: skip
        notes = state.notes[mark.notes :]
    finally:
        t.regions -= 1
        state.nodes = outer
        state.rollback(mark)
    state.notes.extend(notes)
    return way


def resume(t: Tracer, way: Way) -> Any:
    """Let a way be the one that is taken, here and now; gives how it ended."""
    t.state.nodes.extend(way.nodes)
    t.state.frontier = moved(t.state.frontier, way)
    t.state.pending.extend(way.pending)
    for box, content in way.changes.items():
        t.state.replace(box, content)
    if way.raised is not None:
        raise way.raised
    if way.is_ended:
        raise Ended
    return way.done


def moved(frontier: tuple[str, ...], way: Way) -> tuple[str, ...]:
    """Give the order reached after a way that is taken from `frontier` on."""
    if way.frontier == way.begun:
        return frontier
    kept = [name for name in frontier if name not in way.begun] if frontier != way.begun else []
    return tuple(dict.fromkeys((*kept, *way.frontier)))


@contextmanager
def inside(t: Tracer, way: Way) -> Iterator[None]:
    """Record nodes at the end of a way."""
    state = t.state
    outer = state.nodes, state.frontier
    state.nodes, state.frontier = way.nodes, way.frontier
    try:
        yield
    finally:
        way.nodes, way.frontier = state.nodes, state.frontier
        state.nodes, state.frontier = outer


@contextmanager
def standing(way: Way) -> Iterator[None]:
    """Let the state be, for a moment, as a way has left it: what it gives can be computed at its end."""
    before = [(box, box.content) for box in way.changes]
    for box, content in way.changes.items():
        box.content = content
    try:
        yield
    finally:
        for box, old in before:
            box.content = old


@dataclass
class Closed:
    """A way as a graph of its own: what it reads from outside, and what it comes after."""

    graph: Graph
    reads: dict[str, Ref]
    after: tuple[str, ...]


def note_awaited(t: Tracer, way: Way) -> None:
    """Keep in mind what coroutines a region awaits that were made before it."""
    for box, content in way.changes.items():
        if isinstance(content, BatchC) and content.taken and isinstance(box.content, BatchC):
            t.state.write(box).taken = True


def close(
    t: Tracer, name: str, way: Way, values: tuple[Atom, ...], where: Span, *, given: dict[str, Any] | None = None
) -> Closed:
    """Make the graph of a way. given: names that it finds as inputs beside what it captures, with their types."""
    nodes = pruned(with_clones(t, way.nodes, values), values)
    own = {node.name for node in nodes}
    reads: dict[str, Ref] = {}
    types: dict[str, Any] = {}

    def local(atom: Atom) -> Atom:
        if isinstance(atom, Literal) or atom.node in own:
            return atom
        label = label_of(atom)
        reads[label] = atom
        types[label] = t.types.get(atom, Any)
        return Ref(label)

    after: dict[str, None] = {}
    kept: list[Node] = []
    for node in nodes:
        after.update(dict.fromkeys(name for name in node.after if name not in own))
        kept.append(localised(node, local, own))
    end = Yield(tuple(local(atom) for atom in values), tuple(item for item in way.frontier if item in own), where)
    after.update(dict.fromkeys(item for item in way.frontier if item not in own))
    for label, kind in (given or {}).items():
        reads.setdefault(label, Ref(label))
        types[label] = kind
    inputs = tuple(Input(label, types[label], where) for label in reads)
    graph = Graph(name, inputs, tuple(kept), end, task=t.title, is_region=True)
    t.program.graphs[name] = graph
    return Closed(graph, reads, tuple(after))


def pruned(nodes: Sequence[Node], values: tuple[Atom, ...]) -> list[Node]:
    """Drop glue that nobody reads and that cannot raise."""
    read = {atom.node for atom in values if isinstance(atom, Ref)}
    kept: list[Node] = []
    for node in reversed(nodes):
        if isinstance(node, Glue) and node.name not in read and node.code.pure and node.code.total:
            continue
        kept.append(node)
        read.update(atom.node for atom in operands_of(node) if isinstance(atom, Ref))
    return kept[::-1]


def label_of(ref: Ref) -> str:
    """Name the input by which a graph receives a value from outside."""
    return f"{ref.node}--{ref.output}" if ref.output else ref.node


def localised(node: Node, local: Callable[[Atom], Atom], own: set[str]) -> Node:
    """Give a node as it stands inside its graph: what comes from outside is an input."""

    def named(pairs: Named) -> Named:
        return tuple((name, local(atom)) for name, atom in pairs)

    after = tuple(name for name in node.after if name in own)
    match node:
        case Call() | Sub():
            frame = tuple(local(atom) for atom in node.frame)
            return replace(node, arguments=named(node.arguments), after=after, frame=frame)
        case Glue():
            frame = tuple(local(atom) for atom in node.frame)
            return replace(node, operands=named(node.operands), after=after, frame=frame)
        case _:
            return replace(node, after=after)


def with_clones(t: Tracer, nodes: list[Node], values: tuple[Atom, ...]) -> list[Node]:
    """Take along the glue from outside that may be computed anywhere: it needs no pod to travel in."""
    own = {node.name for node in nodes}
    cloned: dict[str, Glue] = {}
    wanted = [atom for node in nodes for atom in operands_of(node)] + list(values)
    while wanted:
        atom = wanted.pop()
        if not isinstance(atom, Ref) or atom.node in own or atom.node in cloned:
            continue
        made = t.made.get(atom.node)
        if made is not None and made.code.pure and made.code.total:
            cloned[atom.node] = replace(made, after=(), frame=())
            wanted.extend(operands_of(made))
    return [*(made for name, made in t.made.items() if name in cloned), *nodes] if cloned else list(nodes)


def expression_tree(t: Tracer, way: Way, last: ast.expr) -> ast.expr:
    """Write a way that holds only glue as one expression: each piece once, in order, and `last` as its value."""
    names = {node.name: f"_{node.name.replace('-', '_')}" for node in way.nodes}

    def read(ref: Ref, _kind: Any) -> ast.expr:
        from tiphys.tracing.values import Hole

        if ref.node in names:
            return ast.Name(id=names[ref.node], ctx=ast.Load(), lineno=1, col_offset=0)
        return Hole(ref, "v")

    made: ast.expr = replaced(last, read, None)
    nodes = way.nodes
    if nodes and isinstance(last, ast.Tuple) and not last.elts:
        made = replaced(t.glue[nodes[-1].name].tree, read, None)
        nodes = nodes[:-1]
    for node in reversed(nodes):
        value = t.glue[node.name]
        tree = replaced(value.tree, read, None)
        arguments = ast.arguments(
            posonlyargs=[], args=[ast.arg(arg=names[node.name])], kwonlyargs=[], kw_defaults=[], defaults=[]
        )
        bound = ast.copy_location(ast.Lambda(args=arguments, body=made), tree)
        made = ast.copy_location(ast.Call(func=bound, args=[tree], keywords=[]), tree)
    return made
