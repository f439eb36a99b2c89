"""One round of what goes over runtime values, tried out: what it does, and as an expression of its number."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tiphys.diagnostics import ProgramError
from tiphys.ir import Glue, Ref
from tiphys.tracing.completions import Ended, Exit, exits_of
from tiphys.tracing.fan_out import Lanes
from tiphys.tracing.glue import at, replaced
from tiphys.tracing.regions import Way, expression_tree
from tiphys.tracing.state import Box, Content
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Hole, NotKnown, Poisoned, Raised, Undecided, Unknown

ROUND = Ref("round of a batch")
"""Stands for the number of the round that is tried out."""


@dataclass
class Probe:
    """What one round of a loop has done when it was tried out."""

    nodes: list[Any]
    changes: dict[Box, tuple[Content, Content]]
    glue: dict[str, Unknown]
    """The expressions of its nodes, which are forgotten with it."""

    @property
    def computes(self) -> bool:
        """Whether it calls no task."""
        return all(isinstance(node, Glue) for node in self.nodes)


def try_round(t: Tracer, work: Callable[[Unknown], Any], index: Unknown) -> Probe | None:
    """Interpret one round and undo it; nothing where it does not simply go on to the next."""
    mark, names = t.state.mark(), t.names.mark()
    nodes, ready = len(t.state.nodes), t.state.ready
    t.lanes.append(Lanes(t.state.epoch, []))
    t.guards += 1
    t.holding += 1
    try:
        done = work(index)
        if done is not None and not exits_of(done) <= {Exit.NEXT, Exit.CONTINUE}:
            return None
        made = t.state.nodes[nodes:]
        return Probe(
            made, t.state.changes(mark), {node.name: t.glue[node.name] for node in made if node.name in t.glue}
        )
    except (ProgramError, Poisoned, Raised, Ended, Undecided, NotKnown):
        return None
    finally:
        t.lanes.pop()
        t.guards -= 1
        t.holding -= 1
        t.state.rollback(mark)
        t.state.ready = ready
        t.undo_names(names)


ROW = "row_"
"""What the number of a round is called in glue over all rounds."""


def name_of_round(node: ast.AST) -> ast.expr:
    """Refer to the number of a round, in glue over all rounds."""
    return at(ast.Name(id=ROW, ctx=ast.Load()), node)


def of_round(t: Tracer, probe: Probe, last: ast.expr, index: Ref, node: ast.AST) -> ast.expr:
    """Write what a round computes as an expression of its number, of which `last` is the value."""

    def named(ref: Ref, _kind: Any) -> ast.expr:
        return name_of_round(node) if ref == index else Hole(ref, "v", node)

    t.glue.update(probe.glue)
    way = Way(probe.nodes, (), None, None, {}, [], (), 0)
    made: ast.expr = replaced(expression_tree(t, way, last), named, None)
    for name in probe.glue:
        del t.glue[name]
    return made


def rounds(t: Tracer, count: Unknown | int, node: ast.AST, *tests: ast.expr) -> ast.comprehension:
    """Write the `for` of a comprehension over the numbers of rounds."""
    size = t.tree(count, node, "n", constant=True)
    every = at(ast.Call(func=t.capture(range, "range", node), args=[size], keywords=[]), node)
    return ast.comprehension(target=at(ast.Name(id=ROW, ctx=ast.Store()), node), iter=every, ifs=[*tests], is_async=0)
