"""The traced program: atoms, the few node kinds, graphs, and how they print. Imports only diagnostics.

    graph diamond.main(seed):
      %a  = call top(seed=%seed)                             diamond.py:12
      %b  = call left(x=%a)                                  diamond.py:13
      %c  = call right(x=%a)                                 diamond.py:13
      %s  = glue "b + c" (b=%b, c=%c)                        diamond.py:14
      return %s

Node kinds. Each has a unique `name` in its graph, the source `where` it came from, and `after`: the nodes that were
awaited before it (happens-before edges, apart from the data edges that its operands make).

    Input   a parameter of the graph
    Call    a task that runs in a pod: a value per parameter of the function
    Glue    plain Python of the orchestrator that needs a runtime value
    Sub     a call of another orchestrator's graph, which several calls may share
    Catch   the exception that a region raised, read from the records of the calls in it
    Pod     made by the pass `specialise_tasks` of a Call and the glue that rides in its pod, or of glue alone

A graph ends in one `Yield`: the values it gives, and the nodes that have to be done before it may end.

Control flow that depends on runtime values is made of four constructs. Each stands in `Program.graphs` beside the
graphs, has inputs as they have, and is called by a `Sub`; its own regions are graphs with `is_region`, called by the
`Sub`s it holds, whose arguments are its inputs (or its `index`).

    Switch   one of several regions, or none
    Loop     a region again and again, with values that each round replaces
    Map      a region per item of a list, side by side
    Attempt  a region whose exception becomes a value

Two have no part in that. `Wait` waits without a pod, a while or for a person's answer, and has no region. `Reading` is
made by a pass: a number that Argo itself can read, so that no pod has to compute it.
"""

from __future__ import annotations

from tiphys.ir.atoms import Atom, Code, Leaf, Literal, Named, Ref, spell
from tiphys.ir.constructs import (
    EXITS,
    NOBODY,
    PLAIN,
    Ask,
    Attempt,
    Construct,
    Entry,
    Loop,
    Map,
    Numbers,
    Question,
    Reading,
    Sleep,
    Switch,
    Unit,
    Wait,
)
from tiphys.ir.nodes import (
    CONTEXT,
    RESOURCE,
    RETRIES,
    VARIABLES,
    WITHIN,
    Call,
    Catch,
    Display,
    Glue,
    Graph,
    Input,
    Join,
    Node,
    Pod,
    Sub,
    Yield,
    operands_of,
    predecessors,
)
from tiphys.ir.plans import Directory, Operand, Pack, Plan, Slot, Step
from tiphys.ir.printing import print_graph
from tiphys.ir.program import Program

__all__ = [
    "CONTEXT",
    "EXITS",
    "NOBODY",
    "PLAIN",
    "RESOURCE",
    "RETRIES",
    "VARIABLES",
    "WITHIN",
    "Ask",
    "Atom",
    "Attempt",
    "Call",
    "Catch",
    "Code",
    "Construct",
    "Directory",
    "Display",
    "Entry",
    "Glue",
    "Graph",
    "Input",
    "Join",
    "Leaf",
    "Literal",
    "Loop",
    "Map",
    "Named",
    "Node",
    "Numbers",
    "Operand",
    "Pack",
    "Plan",
    "Pod",
    "Program",
    "Question",
    "Reading",
    "Ref",
    "Sleep",
    "Slot",
    "Step",
    "Sub",
    "Switch",
    "Unit",
    "Wait",
    "Yield",
    "operands_of",
    "predecessors",
    "print_graph",
    "spell",
]
