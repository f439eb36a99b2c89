"""Branches and `try`: a DAG template each, with a `when` on what may not run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from hera.workflows import models as m

from tiphys.argo.calls import NO_FRAME, Calls, Reference, told_to
from tiphys.argo.expressions import (
    CAUGHT,
    FRAME,
    READ,
    RECORD,
    RECORDS_TO,
    UNKNOWN,
    choice,
    counter,
    entry_of,
    evaluated,
    has_succeeded,
    input_of,
    is_number,
    output_in,
    output_of,
    parameter_of,
    pass_on,
    text,
)
from tiphys.argo.packing import GUARD
from tiphys.argo.pods import output_name
from tiphys.argo.regions import Region
from tiphys.argo.rounds import too_many
from tiphys.diagnostics import InternalError
from tiphys.ir import Atom, Attempt, Construct, Entry, Literal, Loop, Map, Reading, Ref, Sub, Switch

TOO_MANY = "too-many"
OK = "ok"


class Inside:
    """How the parts of a construct refer to what is around them."""

    def __init__(self, calls: Calls, unit: Construct) -> None:
        self.calls = calls
        self.unit = unit
        self.inputs = frozenset(item.name for item in unit.inputs)

    def reference(self, atom: Atom) -> str:
        """Give the text of an argument: a known envelope, or one of the inputs."""
        match atom:
            case Literal(value=value):
                return self.calls.envelope(value)
            case Ref(node=name) if name in self.inputs:
                return input_of(parameter_of(name))
        message = f"{self.unit.name} has no input {atom}"
        raise InternalError(message)

    def given(self, atom: Atom, *regions: Region) -> str:
        """Give an atom as an output expression: a known envelope, an input, or what a region gave."""
        match atom:
            case Literal(value=value):
                return text(self.calls.envelope(value))
            case Ref(node=name, output=output):
                for region in regions:
                    if region.name == name:
                        return output_in(region.task, region.output(output))
                return pass_on(parameter_of(name))

    def region(self, call: Sub, *, reference: Reference | None = None, taken: Iterable[str] = ()) -> Region:
        """Give what a call of the construct runs. taken: the names of the tasks beside it."""
        return Region(self.calls, self.unit.name, call, reference or self.reference, taken)

    def stop(self, condition: str, *, after: str | None = None) -> m.DAGTask:
        """Make the task that fails where a loop or a map would have to go on, and cannot."""
        assert isinstance(self.unit, Loop | Map)
        plan = too_many(self.unit)
        wanted = told_to(self.calls.program.plans[plan])
        texts = {
            "at": f"{input_of('at')}/{TOO_MANY}",
            **{name: self.calls.told(self.unit.name, name) for name in wanted},
        }
        arguments = m.Arguments(parameters=[m.Parameter(name=name, value=value) for name, value in texts.items()])
        return task(TOO_MANY, self.calls.plans[plan], arguments, after=after, when=condition)


def dag(
    name: str, inputs: list[m.Parameter], tasks: list[m.DAGTask], outputs: dict[str, str], *, limit: int | None = None
) -> m.Template:
    """Make a template of tasks; outputs are expressions, and each has a default, or a reader could wait for ever."""
    given = [
        m.Parameter(name=output, value_from=m.ValueFrom(expression=expression, default="{}"))
        for output, expression in outputs.items()
    ]
    return m.Template(
        name=name,
        inputs=m.Inputs(parameters=inputs),
        outputs=m.Outputs(parameters=given) if given else None,
        dag=m.DAGTemplate(fail_fast=False, tasks=tasks),
        parallelism=limit,
    )


def task(
    name: str, template: str, arguments: m.Arguments, *, after: str | None = None, when: str | None = None
) -> m.DAGTask:
    """Make a task that runs after the success of another, where a condition holds."""
    return m.DAGTask(
        name=name,
        template=template,
        depends=f"{after}.Succeeded" if after else None,
        when=evaluated(when) if when else None,
        arguments=arguments,
    )


def switch_template(calls: Calls, unit: Switch, never: Callable[[], m.DAGTask]) -> m.Template:
    """Make the template of a branch: a task per arm, of which one runs."""
    inside = Inside(calls, unit)
    test = pass_on(parameter_of(unit.test.node))
    arms = regions_of(inside, unit)
    tasks = [
        task(arm.task, arm.template, arm.arguments(f"{input_of('at')}/{arm.name}"), when=is_number(test, number))
        for number, arm in enumerate(arms)
        if arm is not None
    ]
    outputs = {output_name(index): chosen(inside, arms, test, atoms) for index, atoms in enumerate(unit.outputs)}
    return dag(calls.names[unit.name], calls.inputs(unit.name), tasks or [never()], outputs)


def regions_of(inside: Inside, unit: Switch) -> list[Region | None]:
    """Give what the arms run, each under a name of its own."""
    taken = {arm.name for arm in unit.calls}
    found: list[Region | None] = []
    for arm in unit.arms:
        region = None if arm is None else inside.region(arm, taken=taken)
        if region is not None:
            taken.add(region.task)
        found.append(region)
    return found


def chosen(inside: Inside, arms: list[Region | None], test: str, atoms: tuple[Atom, ...]) -> str:
    """Give the value of the arm that ran; the others are not looked at."""
    ran: list[tuple[str, str]] = []
    others: dict[str, list[str]] = {}
    for number, (arm, atom) in enumerate(zip(arms, atoms, strict=True)):
        value = inside.given(atom, *(() if arm is None else (arm,)))
        if arm is not None and isinstance(atom, Ref) and atom.node == arm.name:
            ran.append((has_succeeded(arm.task), value))
        else:
            others.setdefault(value, []).append(is_number(test, number))
    rest = [(condition, value) for value, conditions in others.items() for condition in conditions]
    last = list(others)[-1] if others else text("{}")
    return choice(*ran, *((condition, value) for condition, value in rest if value != last), otherwise=last)


def attempt_templates(calls: Calls, unit: Attempt) -> Iterator[m.Template]:
    """Make the templates of a `try`: the catch follows a guard that succeeds, whatever becomes of the body."""
    inside = Inside(calls, unit)
    at, passed = input_of("at"), m.Arguments(parameters=calls.passed_on(unit.name))
    guard = m.DAGTask(name=GUARD, template=calls.parts[unit.name, GUARD], arguments=passed)
    caught = inside.region(unit.catch, taken=(GUARD,))
    failed, told = f"{output_in(GUARD, OK)} != 'true'", at
    if calls.is_storeless:
        failed, told = f"{output_in(GUARD, RECORD)} != ''", output_of(GUARD, RECORD)
    arguments = caught.arguments(f"{at}/{caught.name}", {CAUGHT: told})
    catch = task(caught.task, caught.template, arguments, after=GUARD, when=failed)
    outputs = {
        output_name(index): choice(
            (has_succeeded(caught.task), inside.given(after, caught)), otherwise=guarded(inside, unit.body, before)
        )
        for index, (before, after) in enumerate(unit.outputs)
    }
    yield dag(calls.names[unit.name], calls.inputs(unit.name), [guard, catch], outputs)
    yield guard_template(calls, unit)


def guarded(inside: Inside, body: Sub, atom: Atom) -> str:
    """Give the value of a body that succeeded, as its guard hands it on."""
    if isinstance(atom, Ref) and atom.node == body.name:
        return output_in(GUARD, output_name(atom.output))
    return inside.given(atom)


def guard_template(calls: Calls, unit: Attempt) -> m.Template:
    """Make the template that succeeds even if its only task fails, and says which of the two it was.

    Without an artifact repository it says what failed, too: `Reporting` adds that to it.
    """
    inside = Inside(calls, unit)
    body, at = inside.region(unit.body), input_of("at")
    inner = task(body.task, body.template, body.arguments(f"{at}/{body.name}", {RECORDS_TO: at, FRAME: NO_FRAME}))
    outputs = {}
    if not calls.is_storeless:
        inner.continue_on = m.ContinueOn(failed=True, error=True)
        outputs[OK] = f"string({has_succeeded(body.task)})"
    read = {atom.output for atom, _ in unit.outputs if isinstance(atom, Ref) and atom.node == body.name}
    for index in sorted(read):
        value = output_in(body.task, body.output(index))
        outputs[output_name(index)] = choice((has_succeeded(body.task), value), otherwise=text("{}"))
    return dag(calls.parts[unit.name, GUARD], calls.inputs(unit.name), [inner], outputs)


def reading_template(calls: Calls, unit: Reading) -> m.Template:
    """Make the template of a number that Argo reads; its only task runs where that is not known."""
    inside = Inside(calls, unit)
    match unit.number:
        case Entry(numbers=numbers, index=index):
            number, own = entry_of(pass_on(parameter_of(numbers.node)), pass_on(parameter_of(index.node))), []
        case _:
            number, own = counter(pass_on(READ)), [m.Parameter(name=READ)]
    region = inside.region(unit.otherwise)
    arguments = region.arguments(f"{input_of('at')}/{region.name}")
    otherwise = task(region.task, region.template, arguments, when=f"{number} == {UNKNOWN}")
    computed = (has_succeeded(region.task), output_in(region.task, region.output(0)))
    value = choice(computed, otherwise=f"""'{{"v":' + string({number}) + '}}'""")
    return dag(calls.names[unit.name], [*calls.inputs(unit.name), *own], [otherwise], {"v": value})
