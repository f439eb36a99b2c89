"""Loops: templates that call themselves, level upon level (argo/rounds.py says why).

Each template of a loop takes what the loop takes, the number of the next round and the exit so far, and gives what
they have become. On the lowest level it runs one round, then itself; on the others a chunk of rounds, then itself.
Where it stops depends on the number of the round alone: the lowest level stops when that is a multiple of the chunk.
"""

from __future__ import annotations

from collections.abc import Iterator

from hera.workflows import models as m

from tiphys.argo.calls import Calls, counts_exit
from tiphys.argo.constructs import TOO_MANY, Inside, dag, task
from tiphys.argo.expressions import (
    EXIT,
    ROUND,
    choice,
    counter,
    evaluated,
    has_succeeded,
    input_of,
    is_number,
    output_in,
    output_of,
    parameter_of,
    pass_on,
    text,
    whole,
)
from tiphys.argo.pods import output_name
from tiphys.argo.rounds import may_be_stopped
from tiphys.ir import Atom, Literal, Loop, Ref

AGAIN = "r"
"""Short: the names of nodes grow by it with each round."""
CHUNK = "chunk"


class Looping:
    """One loop while its templates are made."""

    def __init__(self, calls: Calls, unit: Loop) -> None:
        self.calls = calls
        self.unit = unit
        self.inside = Inside(calls, unit)
        self.rounds = calls.rounds[unit.name]
        self.exits = counts_exit(unit)
        self.name = calls.names[unit.name]

    def inputs(self) -> list[m.Parameter]:
        """Declare what each of the templates takes."""
        own = [ROUND, EXIT] if self.exits else [ROUND]
        return [*self.calls.inputs(self.unit.name), *(m.Parameter(name=name) for name in own)]

    def template(self, level: int) -> str:
        """Name the template of a level; the highest is the loop's own."""
        return self.name if level == self.rounds.levels else self.calls.parts[self.unit.name, str(level)]

    def goes_on(self, number: str, exit_: str) -> list[str]:
        """List what must hold for another round, the one with this number."""
        found = [is_number(exit_, 0)] if self.exits else []
        match self.unit.count:
            case Literal(value=int(count)):
                found.append(f"{number} < {count}")
            case Ref(node=name):
                found.append(f"{number} < {whole(pass_on(parameter_of(name)))}")
        return found

    def repeated(self, after: str, values: dict[str, str], level: int, going: list[str], number: str) -> m.DAGTask:
        """Make the task that runs the template itself once more."""
        arguments = {item.name: input_of(item.name) for item in self.inputs()} | values
        inner = self.rounds.chunk**level
        return task(
            AGAIN,
            self.template(level),
            m.Arguments(parameters=[m.Parameter(name=name, value=value) for name, value in arguments.items()]),
            after=after,
            when=" && ".join([*going, f"{number} % {inner} != 0"]),
        )

    def stopped(self, after: str, going: list[str], number: str) -> Iterator[m.DAGTask]:
        """Make the task that fails where the loop would go on and cannot."""
        if may_be_stopped(self.unit):
            yield self.inside.stop(" && ".join([*going, f"{number} % {self.rounds.bound} == 0"]), after=after)


def loop_templates(calls: Calls, unit: Loop) -> Iterator[m.Template]:
    """Make the templates of a loop, the highest first."""
    made = Looping(calls, unit)
    for level in range(made.rounds.levels, 1, -1):
        yield chunk_template(made, level)
    yield round_template(made)


def round_template(made: Looping) -> m.Template:
    """Make the template of the lowest level: a round, then itself."""
    unit, body = made.unit, made.unit.body
    number = counter(pass_on(ROUND))
    following = f"({number} + 1)"

    def reference(atom: Atom) -> str:
        if isinstance(atom, Ref) and atom.node == unit.index:
            return f'{{"v":{input_of(ROUND)}}}'
        return made.inside.reference(atom)

    region = made.inside.region(body, reference=reference, taken=(AGAIN, TOO_MANY))
    name = region.task if region.task != AGAIN else "body"

    def argument(atom: Atom) -> str:
        if isinstance(atom, Ref) and atom.node == body.name:
            return output_of(name, region.output(atom.output))
        return made.inside.reference(atom)

    def value(atom: Atom) -> str:
        if isinstance(atom, Ref) and atom.node == body.name:
            return output_in(name, region.output(atom.output))
        return made.inside.given(atom)

    first = task(
        name,
        region.template,
        region.arguments(f"{input_of('at')}/{input_of(ROUND)}"),
        when=" && ".join(made.goes_on(number, pass_on(EXIT))) or None,
    )
    values = {parameter_of(item): argument(atom) for item, atom in zip(unit.carried, unit.next, strict=True)}
    values[ROUND] = evaluated(f"string({following})")
    if made.exits:
        values[EXIT] = argument(unit.exit)
    going = made.goes_on(following, value(unit.exit))
    tasks = [first, made.repeated(name, values, 1, going, following)]
    if made.rounds.levels == 1:
        tasks.extend(made.stopped(name, going, following))
    outputs: dict[str, str] = {}

    def give(output: str, after: str, before: str) -> None:
        cases = [(has_succeeded(AGAIN), output_in(AGAIN, output))]
        if first.when is not None:
            cases.append((has_succeeded(name), after))
        outputs[output] = choice(*cases, otherwise=before if first.when is not None else after)

    give("v", *((value(unit.exit), pass_on(EXIT)) if made.exits else (text('{"v":0}'),) * 2))
    for index, (item, atom) in enumerate(zip(unit.carried, unit.next, strict=True), 1):
        give(output_name(index), value(atom), pass_on(parameter_of(item)))
    give(ROUND, f"string({following})", pass_on(ROUND))
    return dag(made.template(1), made.inputs(), tasks, outputs)


def chunk_template(made: Looping, level: int) -> m.Template:
    """Make the template of a higher level: a chunk of rounds, then itself."""
    unit = made.unit
    number = counter(output_in(CHUNK, ROUND))
    passed = m.Arguments(parameters=[m.Parameter(name=item.name, value=input_of(item.name)) for item in made.inputs()])
    values = {parameter_of(item): output_of(CHUNK, output_name(index)) for index, item in enumerate(unit.carried, 1)}
    values[ROUND] = output_of(CHUNK, ROUND)
    if made.exits:
        values[EXIT] = output_of(CHUNK, "v")
    going = made.goes_on(number, output_in(CHUNK, "v"))
    tasks = [task(CHUNK, made.template(level - 1), passed), made.repeated(CHUNK, values, level, going, number)]
    if level == made.rounds.levels:
        tasks.extend(made.stopped(CHUNK, going, number))
    given = [*(output_name(index) for index in range(unit.width)), ROUND]
    outputs = {
        output: choice((has_succeeded(AGAIN), output_in(AGAIN, output)), otherwise=output_in(CHUNK, output))
        for output in given
    }
    return dag(made.template(level), made.inputs(), tasks, outputs)
