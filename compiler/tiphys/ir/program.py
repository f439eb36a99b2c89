"""All graphs of one compiled program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tiphys.ir.atoms import Leaf
from tiphys.ir.constructs import Unit
from tiphys.ir.nodes import Graph
from tiphys.ir.plans import Plan
from tiphys.ir.printing import print_graph


@dataclass(frozen=True, slots=True)
class Program:
    """All graphs of one compiled program, callees first, and the plans of their pods."""

    entry: str
    graphs: dict[str, Unit]
    plans: Mapping[str, Plan] = field(default_factory=dict)
    owners: Mapping[str, Leaf] = field(default_factory=dict)
    """The orchestrator of each graph's name, and of its own."""
    is_storeless: bool = False
    """The cluster has no artifact repository: all that pods receive and give travels in parameters."""

    @property
    def main(self) -> Graph:
        main = self.graphs[self.entry]
        assert isinstance(main, Graph)
        return main

    def __str__(self) -> str:
        shown = (graph for graph in reversed(self.graphs.values()) if isinstance(graph, Graph) and not graph.is_region)
        return "\n\n".join(print_graph(graph, self.graphs) for graph in shown)
