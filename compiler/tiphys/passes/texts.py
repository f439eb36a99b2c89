"""Which values may be texts that people have typed: the entry's inputs and answers, wherever they go unread.

A text is read where it is used. The result of a run is read by a client, which does not know how: there it has to be
read by a pod before.
"""

from __future__ import annotations

from tiphys.ir import Atom, Attempt, Graph, Literal, Loop, Map, Program, Reading, Ref, Sub, Switch, Unit, Wait


def may_be_text(program: Program, unit: Unit, atom: Atom, texts: frozenset[str], depth: int = 0) -> bool:
    """Say whether a value of a unit may be a text. texts: the inputs that are."""
    if not isinstance(atom, Ref) or depth > len(program.graphs):
        return False
    if atom.node in {item.name for item in unit.inputs}:
        return atom.node in texts
    sub = next((call for call in unit.calls if call.name == atom.node), None)
    if sub is None:
        return False
    callee = program.graphs[sub.graph]
    if isinstance(callee, Wait):
        return True
    given = frozenset(
        name for name, argument in sub.arguments if may_be_text(program, unit, argument, texts, depth + 1)
    )
    return any(may_be_text(program, callee, one, given, depth + 1) for one in given_by(callee, sub, atom.output))


def runs_once(loop: Loop) -> bool:
    """Say whether there is a first round in any case."""
    begins = isinstance(loop.start, Literal) and loop.start.value == 0
    if isinstance(loop.count, Literal):
        return begins and isinstance(loop.count.value, int) and loop.count.value > 0
    return begins and loop.count is None


def given_by(callee: Unit, sub: Sub, output: int) -> tuple[Atom, ...]:
    """List what an output of a unit may be."""
    match callee:
        case Graph(result=result):
            return (result.values[output],) if output < len(result.values) else ()
        case Switch(outputs=outputs):
            return outputs[output]
        case Attempt(outputs=pairs):
            return pairs[output]
        case Loop(carried=carried, next=after):
            if output == 0:
                return ()
            first = () if runs_once(callee) else (Ref(carried[output - 1]),)
            return (*first, after[output - 1])
        case Map() | Reading() | Wait():
            return ()
    raise AssertionError(sub)
