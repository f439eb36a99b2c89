"""Arguments by which kept results are found: their envelopes have to tell the value, so each has one of its own."""

from __future__ import annotations

from dataclasses import replace

from tiphys.ir import Atom, Call, Graph, Map, Node, Program, Ref, Sub, Unit
from tiphys.passes.handing_on import handing_on
from tiphys.passes.texts import given_by


def with_contents(program: Program, graph: Graph) -> Graph:
    """Let a pod of glue make one value of each list of files that a kept result is found by.

    The envelope of such a list holds where its files are, in this run, and nothing of what they hold.
    """
    made: list[Node] = []
    whole: dict[Ref, Ref] = {}
    for node in graph.nodes:
        if isinstance(node, Call) and node.keyed is not None:
            arguments: list[tuple[str, Atom]] = []
            for name, atom in node.arguments:
                if name in node.keyed and isinstance(atom, Ref) and is_list_of_files(program, graph, atom):
                    if atom not in whole:
                        known = replace(
                            graph, nodes=(*graph.nodes, *(item for item in made if item not in graph.nodes))
                        )
                        glue = replace(handing_on(known, atom, name), after=(), where=node.where)
                        made.append(glue)
                        whole[atom] = Ref(glue.name)
                    arguments.append((name, whole[atom]))
                else:
                    arguments.append((name, atom))
            made.append(replace(node, arguments=tuple(arguments)))
        else:
            made.append(node)
    return replace(graph, nodes=tuple(made)) if whole else graph


def is_list_of_files(program: Program, unit: Unit, atom: Atom, depth: int = 0) -> bool:
    """Say whether a value may be the list that a map gives."""
    if not isinstance(atom, Ref) or depth > len(program.graphs):
        return False
    sub = next((call for call in unit.calls if call.name == atom.node), None)
    if not isinstance(sub, Sub):
        return False
    callee = program.graphs[sub.graph]
    if isinstance(callee, Map):
        return True
    return any(is_list_of_files(program, callee, one, depth + 1) for one in given_by(callee, sub, atom.output))
