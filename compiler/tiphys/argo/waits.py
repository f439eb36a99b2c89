"""Waiting without a pod: a `suspend` template, for a while or until a person answers."""

from __future__ import annotations

from collections.abc import Iterator

from hera.workflows import models as m

from tiphys.answers import ANSWER, CONDITION, DATA_TYPE, DESCRIPTION, PROMPT, PROMPT_TYPE
from tiphys.argo.calls import Calls
from tiphys.argo.constructs import Inside, dag, task
from tiphys.argo.expressions import answer_of, choice, defused, input_of, milliseconds_of, output_in, parameter_of, text
from tiphys.argo.packing import ASK
from tiphys.ir import NOBODY, Ask, Literal, Sleep, Wait

CHOICES = ["true", "false"]


def wait_templates(calls: Calls, unit: Wait) -> Iterator[m.Template]:
    """Make the templates of a wait."""
    if isinstance(unit.pause, Sleep):
        duration = milliseconds_of(parameter_of(unit.pause.milliseconds.node))
        yield m.Template(
            name=calls.names[unit.name],
            inputs=m.Inputs(parameters=calls.inputs(unit.name)),
            suspend=m.SuspendTemplate(duration=duration),
        )
        return
    yield asking(calls, unit, unit.pause)
    yield ask_template(calls.parts[unit.name, ASK], unit.pause)


def asking(calls: Calls, unit: Wait, asked: Ask) -> m.Template:
    """Make the template that wraps the answer: what a person has written must never be read by Argo again."""
    inside = Inside(calls, unit)
    prompt = asked.prompt.value if isinstance(asked.prompt, Literal) else None
    given = {
        "at": input_of("at"),
        PROMPT: defused(str(prompt)) if prompt is not None else inside.reference(asked.prompt),
    }
    arguments = m.Arguments(parameters=[m.Parameter(name=name, value=value) for name, value in given.items()])
    answer = output_in(ASK, ANSWER)
    value = answer_of(answer, calls.answers[asked.kind])
    if asked.otherwise is not None:
        value = choice((f"{answer} == '{NOBODY}'", text(calls.envelope(asked.otherwise.value))), otherwise=value)
    tasks = [task(ASK, calls.parts[unit.name, ASK], arguments)]
    return dag(calls.names[unit.name], calls.inputs(unit.name), tasks, {ANSWER: value})


def ask_template(name: str, asked: Ask) -> m.Template:
    """Make the template that waits: its output is what the person says, its input of that name lists the choices."""
    notes = {CONDITION: asked.name, DATA_TYPE: asked.kind.__name__, PROMPT_TYPE: asked.prompt_type}
    if asked.description:
        notes[DESCRIPTION] = defused(asked.description)
    about = str(asked.prompt.value) if isinstance(asked.prompt, Literal) else asked.name
    choices = CHOICES if asked.kind is bool else None
    offered = m.Parameter(name=ANSWER, value="", enum=choices, description=defused(about))
    is_timed = asked.otherwise is not None
    supplied = m.ValueFrom(supplied=m.SuppliedValueFrom(), default=NOBODY if is_timed else None)
    return m.Template(
        name=name,
        metadata=m.Metadata(annotations=notes),
        inputs=m.Inputs(parameters=[m.Parameter(name="at"), m.Parameter(name=PROMPT), offered]),
        outputs=m.Outputs(parameters=[m.Parameter(name=ANSWER, value_from=supplied)]),
        suspend=m.SuspendTemplate(duration=f"{round((asked.seconds or 0) * 1000)}ms" if is_timed else None),
    )
