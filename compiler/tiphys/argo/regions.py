"""What a construct runs: a region's DAG, or the only pod or call in it, which spares a node each time.

A controller's work grows with the square of the nodes of a run: it is worth it where a region runs in each round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hera.workflows import models as m

from tiphys.argo.calls import Calls, Reference, pack
from tiphys.argo.expressions import FRAME
from tiphys.argo.pods import output_name
from tiphys.argo.rounds import only_node
from tiphys.ir import Atom, Graph, Literal, Pod, Ref, Sub


class Region:
    """One call of a construct, seen through to what it really runs.

    name: by which the construct refers to it. task: that of its task in the DAG.
    """

    def __init__(self, calls: Calls, caller: str, call: Sub, reference: Reference, taken: Iterable[str] = ()) -> None:
        self.calls = calls
        self.caller = caller
        self.name = call.name
        self.reference = reference
        self.path = ""
        self.frame = call.frame and pack(reference(atom) for atom in call.frame)
        self.runs: Sub | Pod = call
        self.gives = tuple(range(calls.program.graphs[call.graph].width))
        while isinstance(self.runs, Sub) and (inner := only_node(calls.program, self.runs.graph)) is not None:
            self.enter(self.runs, inner)
        # a pod is known by its own name, where no other task of the DAG has it
        own = self.runs.name
        self.task = own if isinstance(self.runs, Pod) and own not in taken else call.name

    def enter(self, call: Sub, inner: Sub | Pod) -> None:
        """Look through a region to the only node in it."""
        named, outer = dict(call.arguments), self.reference

        def reference(atom: Atom) -> str:
            return outer(atom) if isinstance(atom, Literal) else outer(named[atom.node])

        self.reference = reference
        self.path += f"/{inner.name}"
        region = self.calls.program.graphs[call.graph]
        given = region.result.values if isinstance(region, Graph) else ()
        outputs = [ref.output for ref in given if isinstance(ref, Ref)]
        self.gives = tuple(outputs[index] for index in self.gives)
        if isinstance(inner, Sub) and inner.frame:
            self.frame = pack(reference(atom) for atom in inner.frame)
        self.runs = inner

    @property
    def template(self) -> str:
        """Name the template that runs."""
        return self.calls.plans[self.runs.plan] if isinstance(self.runs, Pod) else self.calls.names[self.runs.graph]

    def output(self, index: int) -> str:
        """Name the output of the task that is output `index` of the region."""
        return output_name(self.gives[index])

    def arguments(self, at: str, given: Mapping[str, str] | None = None) -> m.Arguments:
        """Give the arguments of the task."""
        told = dict(given or {})
        if self.frame:
            told[FRAME] = str(self.frame)
        if isinstance(self.runs, Pod):
            return self.calls.pod_arguments(self.caller, self.runs, self.reference, at=at + self.path, given=told)
        return self.calls.arguments(self.caller, self.runs, self.reference, at=at + self.path, given=told)
