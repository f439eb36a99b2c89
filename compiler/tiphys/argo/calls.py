"""What the task of a call passes on: its arguments, where it stands, and what the pods below it are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from hera.workflows import models as m

from tiphys.argo.expressions import (
    CAUGHT,
    EXIT,
    FRAME,
    ITEM_AT,
    PREFIX,
    READ,
    RECORDS_TO,
    ROUND,
    SHARE,
    directory_key,
    evaluated,
    input_of,
    parameter_of,
)
from tiphys.argo.questions import answer
from tiphys.argo.rounds import Rounds
from tiphys.ir import Atom, Directory, Literal, Loop, Map, Pack, Plan, Pod, Program, Question, Reading, Ref, Sub

Envelope = Callable[[object], str]
Reference = Callable[[Atom], str]
NOBODY = "-"
"""Stands for the catch, where none reads the records."""
NO_FRAME = '{"l":[]}'


@dataclass(frozen=True)
class Calls:
    """Knows, of the whole program, what each unit is called and what it takes."""

    program: Program
    names: Mapping[str, str]
    """The template of each unit."""
    parts: Mapping[tuple[str, str], str]
    """The further templates of a construct."""
    plans: Mapping[str, str]
    """The template of each plan."""
    needs: Mapping[str, tuple[str, ...]]
    rounds: Mapping[str, Rounds]
    answers: Mapping[type, int]
    """The numbers, in the bundle, of the types of people's answers."""
    envelope: Envelope

    @property
    def is_storeless(self) -> bool:
        """All that pods receive and give travels in parameters."""
        return self.program.is_storeless

    def inputs(self, unit: str) -> list[m.Parameter]:
        """Declare what the template of a unit takes."""
        named = (parameter_of(item.name) for item in self.program.graphs[unit].inputs)
        return [m.Parameter(name=name) for name in ("at", *self.needs[unit], *named)]

    def passed_on(self, unit: str) -> list[m.Parameter]:
        """Pass all that a unit takes on to a template that takes the same."""
        return [m.Parameter(name=item.name, value=input_of(item.name)) for item in self.inputs(unit)]

    def told(self, caller: str, needed: str) -> str:
        """Give what a unit passes on of what its pods are told."""
        if needed in self.needs[caller]:
            return input_of(needed)
        return NO_FRAME if needed == FRAME else NOBODY

    def arguments(
        self, caller: str, call: Sub, reference: Reference, *, at: str | None, given: Mapping[str, str] | None = None
    ) -> m.Arguments:  # fmt: skip
        """Give the arguments of a call.

        reference: gives the text of an atom of the caller. at: the path of the callee; None where it takes none.
        given: what the caller tells anew.
        """
        found = {} if at is None else {"at": at}
        told = dict(given or {})
        if call.frame:
            told[FRAME] = pack(reference(atom) for atom in call.frame)
        found.update((needed, told.get(needed) or self.told(caller, needed)) for needed in self.needs[call.graph])
        named = {name: reference(atom) for name, atom in call.arguments}
        found.update((parameter_of(name), text) for name, text in named.items())
        callee = self.program.graphs[call.graph]
        if isinstance(callee, Loop):
            found[ROUND] = "0"
            if counts_exit(callee):
                found[EXIT] = self.first_exit(callee, named)
        if isinstance(callee, Map) and not self.is_storeless:
            found[PREFIX] = directory_key(str(at))
        if isinstance(callee, Reading) and isinstance(callee.number, Question):
            found[READ] = evaluated(answer(callee.number))
        return m.Arguments(parameters=[m.Parameter(name=name, value=text) for name, text in found.items()])

    def pod_arguments(
        self, caller: str, pod: Pod, reference: Reference, *, at: str, given: Mapping[str, str], group: str = ""
    ) -> m.Arguments:  # fmt: skip
        """Give the arguments of a pod. group: the path before the names of the directories that it reads or writes."""
        plan = self.program.plans[pod.plan]
        texts = {"at": at}
        for operand, value in zip(plan.operands, pod.operands, strict=True):
            match value:
                case Pack(atoms=atoms):
                    text = pack(reference(atom) for atom in atoms)
                case Directory(group=name):
                    text = f"{group}{name}"
                case _:
                    text = reference(value)
            texts[parameter_of(operand.name)] = text
        if plan.item is not None and pod.item is not None and pod.item != "@":
            texts[ITEM_AT] = f"{group}{pod.item}"
        for needed in told_to(plan):
            texts[needed] = texts.get(needed) or given.get(needed) or self.told(caller, needed)
        return m.Arguments(parameters=[m.Parameter(name=name, value=text) for name, text in texts.items()])

    def first_exit(self, loop: Loop, named: Mapping[str, str]) -> str:
        """Give the exit with which a loop starts."""
        match loop.start:
            case Literal(value=value):
                return self.envelope(value)
            case Ref(node=name):
                return named[name]


def told_to(plan: Plan) -> tuple[str, ...]:
    """Name the parameters of ours that a pod takes beside `at`."""
    return (
        *((ITEM_AT,) if plan.item is not None else ()),
        *((RECORDS_TO, FRAME) if plan.records else ()),
        *((CAUGHT,) if plan.catch is not None else ()),
        *((SHARE,) if plan.shares else ()),
    )


def pack(texts: Iterable[str]) -> str:
    """Join envelopes to one."""
    return f'{{"l":[{",".join(texts)}]}}'


def counts_exit(loop: Loop) -> bool:
    """Say whether a round may end a loop; else its exit is always 0."""
    return not all(isinstance(atom, Literal) and atom.value == 0 for atom in (loop.start, loop.exit))
