"""Runs a program as it is after any pass, here and now: a small model of what pods, shim and Argo do together."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tiphys.answers import Answers, Asked, value_from
from tiphys.ir import (
    CONTEXT,
    Ask,
    Atom,
    Attempt,
    Call,
    Catch,
    Directory,
    Display,
    Entry,
    Glue,
    Graph,
    Join,
    Literal,
    Loop,
    Map,
    Node,
    Operand,
    Pack,
    Plan,
    Pod,
    Program,
    Question,
    Reading,
    Ref,
    Step,
    Sub,
    Switch,
    Wait,
    predecessors,
)
from tiphys.passes.specialise_tasks import positional_only
from tiphys_runtime.context import In
from tiphys_runtime.copies import apart

Values = dict[tuple[str, int], Any]


class RunError(Exception):
    """Something in a unit failed."""


@dataclass
class Record:
    """How a call failed: its exception, and the values of its frame."""

    error: BaseException
    frame: list[Any]


@dataclass
class Context:
    """What constructs around a unit say to it.

    records: of the innermost attempt. frame: of the innermost call that has one. caught: what a catch finds. written:
    the items of the map around.
    """

    records: list[Record] = field(default_factory=list)
    frame: list[Any] = field(default_factory=list)
    caught: Record | None = None
    written: list[Any] = field(default_factory=list)


@dataclass
class Ended:
    """The result, or the exception, and how many pods there were."""

    value: Any
    pods: int


class Evaluation:
    """One run of a program."""

    def __init__(self, program: Program, answers: Mapping[str, Any] | None = None) -> None:
        self.program = program
        self.answers = Answers(answers or {})
        self.pods = 0
        self.inputs: dict[str, Any] = {}
        self.items: dict[str, Any] = {}
        """What was written as an item of a directory, by its place: graphs run one after another."""

    def main(self, inputs: Mapping[str, Any]) -> Ended:
        """Run the entry."""
        main = self.program.main
        given = {item.name: inputs[item.name] if item.name in inputs else item.default.value for item in main.inputs}  # type: ignore[union-attr]
        self.inputs = given
        context = Context()
        try:
            values = self.graph(main, given, context)
        except RunError:
            return Ended(context.records[0].error, self.pods)
        display = main.result.display
        return Ended(values[0] if display is None else built(display, values), self.pods)

    def unit(self, name: str, given: dict[str, Any], context: Context) -> list[Any]:
        """Run a unit."""
        unit = self.program.graphs[name]
        if isinstance(unit, Graph):
            return self.graph(unit, given, context)
        known: Values = {(name, 0): value for name, value in given.items()}
        match unit:
            case Switch():
                number = read(known, unit.test)
                assert type(number) is int
                arm = unit.arms[number]
                if arm is not None:
                    self.region(arm, known, context)
                return [read(known, row[number]) for row in unit.outputs]
            case Loop():
                return self.loop(unit, known, context)
            case Map():
                return [self.map(unit, known, context)]
            case Attempt():
                inner = Context(frame=[], written=context.written)
                try:
                    self.region(unit.body, known, inner)
                except RunError:
                    outer = Context(context.records, context.frame, inner.records[0], context.written)
                    self.region(unit.catch, known, outer)
                    return [read(known, failed) for _, failed in unit.outputs]
                return [read(known, done) for done, _ in unit.outputs]
            case Reading(otherwise=otherwise):
                number = self.number(unit, known)
                if number is not None:
                    return [number]
                self.region(otherwise, known, context)
                return [known[otherwise.name, 0]]
            case Wait(pause=Ask(name=asked, kind=kind, otherwise=nobody)):
                text = self.answers.next(Asked(asked, kind))
                if text is not None:
                    return [value_from(text, kind)]
                assert nobody is not None
                return [nobody.value]
            case Wait():
                return []

    def number(self, unit: Reading, known: Values) -> int | None:
        """Give what Argo reads, as far as it can."""
        match unit.number:
            case Entry(numbers=numbers, index=index):
                listed, place = read(known, numbers), read(known, index)
                return listed[place] if place < len(listed) and listed[place] >= 0 else None
            case Question() as question:
                return question.answer(self.inputs)

    def region(self, call: Sub, known: Values, context: Context) -> None:
        """Run a region of a construct; what it gives is known from then on."""
        frame = [read(known, atom) for atom in call.frame] or context.frame
        context = Context(context.records, frame, context.caught, context.written)
        values = self.unit(call.graph, {name: read(known, atom) for name, atom in call.arguments}, context)
        known |= {(call.name, number): value for number, value in enumerate(values)}

    def loop(self, unit: Loop, known: Values, context: Context) -> list[Any]:
        """Run a region until its exit is not 0."""
        ended = read(known, unit.start)
        many = None if unit.count is None else read(known, unit.count)
        for index in count():
            if ended != 0 or (many is not None and index >= many):
                break
            if unit.index is not None:
                known[unit.index, 0] = index
            self.region(unit.body, known, context)
            ended, following = read(known, unit.exit), [read(known, atom) for atom in unit.next]
            known |= {(name, 0): value for name, value in zip(unit.carried, following, strict=True)}
        return [ended, *(known[name, 0] for name in unit.carried)]

    def map(self, unit: Map, known: Values, context: Context) -> list[Any]:
        """Run a region for each number; the others are run although one fails."""
        found: list[Any] = []
        has_failed = False
        for index in range(read(known, unit.count)):
            inner = Context(context.records, context.frame, context.caught)
            values = {**known, (unit.index, 0): index}
            try:
                self.region(unit.body, values, inner)
            except RunError:
                has_failed = True
                found.append(inner.records[-1].error)
                continue
            found.append(values[unit.body.name, 0])
            if self.program.plans:
                assert repr(inner.written[-1]) == repr(found[-1])
        if has_failed and not unit.keeps_errors:
            raise RunError
        return found

    def graph(self, graph: Graph, given: dict[str, Any], context: Context) -> list[Any]:
        """Run the nodes of a graph; what comes after one that failed does not run, the others do."""
        known: Values = {(name, 0): value for name, value in given.items()}
        inputs = frozenset(given)
        dead: set[str] = set()
        for node in graph.nodes:
            if not dead.isdisjoint(predecessors(node, inputs)):
                dead.add(node.name)
                continue
            try:
                values = self.node(node, known, context)
            except RunError:
                dead.add(node.name)
                continue
            known |= {(node.name, number): value for number, value in enumerate(values)}
        if dead:
            raise RunError
        return [read(known, atom) for atom in graph.result.values]

    def node(self, node: Node, known: Values, context: Context) -> list[Any]:
        """Run one node; gives its outputs."""
        match node:
            case Call(task=task, arguments=named):
                self.pods += 1
                unnamed = positional_only(task.function)
                positional = tuple(read(known, atom) for name, atom in named if name in unnamed)
                given = next((read(known, atom) for name, atom in named if name == CONTEXT), {})
                named = tuple(pair for pair in named if not pair[0].startswith("!"))
                arguments = {name: read(known, atom) for name, atom in named if name not in unnamed}
                return [
                    self.tried(lambda: body(work_of(task), positional, arguments, given), known, node.frame, context)
                ]
            case Glue(code=code, operands=named):
                operands = [read(known, atom) for _, atom in named]
                return [self.tried(lambda: code.function(*copied(operands)), known, node.frame, context)]
            case Sub(graph=callee, arguments=named):
                frame = [read(known, atom) for atom in node.frame] or context.frame
                inner = Context(context.records, frame, context.caught, context.written)
                return self.unit(callee, {name: read(known, atom) for name, atom in named}, inner)
            case Catch(types=types):
                self.pods += 1
                assert context.caught is not None
                assert len(context.caught.frame) == len(types) - 1
                return [context.caught.error, *context.caught.frame]
            case Pod():
                self.pods += 1
                return self.pod(node, known, context)
            case Join():
                return []

    def tried(self, work: Any, known: Values, frame: tuple[Atom, ...], context: Context) -> Any:
        """Do what may fail; a failure leaves a record."""
        try:
            return copied(work())
        except Exception as error:  # noqa: BLE001 - a task may raise anything
            values = [known.get((atom.node, atom.output)) if isinstance(atom, Ref) else atom.value for atom in frame]
            context.records.append(Record(error, values or context.frame))
            raise RunError from error

    def pod(self, pod: Pod, known: Values, context: Context) -> list[Any]:
        """Do what a plan says."""
        plan = self.program.plans[pod.plan]
        operands = zip(plan.operands, pod.operands, strict=True)
        values: dict[Any, Any] = dict(enumerate(self.received(item, value, known) for item, value in operands))
        if plan.catch is not None:
            assert context.caught is not None
            assert len(context.caught.frame) == plan.catch
            values["v"] = context.caught.error
            values |= {("f", number): value for number, value in enumerate(context.caught.frame)}
        for work, frame in works(plan, values, len(plan.operands)):
            try:
                work()
            except Exception as error:  # noqa: BLE001 - a task may raise anything
                found = [place(values, slot) for slot in frame]
                context.records.append(Record(error, found or context.frame))
                if pod.item == "@":
                    context.written.append(error)
                raise RunError from error
        given = [copied(place(values, slot)) for slot in plan.outputs]
        if pod.item == "@":
            assert plan.item is not None
            context.written.append(given[plan.item])
        elif pod.item is not None:
            self.items[pod.item] = given[0]
        return given

    def received(self, operand: Operand, value: Atom | Pack | Directory, known: Values) -> Any:
        """Give what a pod receives."""
        match value:
            case Pack(atoms=atoms):
                return [read(known, atom) for atom in atoms]
            case Directory(group=group):
                assert operand.items is not None
                return [self.items[f"{group}/{index}"] for index in range(operand.items)]
            case Literal() | Ref():
                return read(known, value)


def works(plan: Plan, values: dict[Any, Any], first: int) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """List what a pod does, each with the frame that belongs to it."""
    numbers = count(first)

    def evaluate(step: Step) -> None:
        assert all(not (isinstance(slot, tuple) and slot[0] == "f") for slot in step.operands)
        function: Any = step.code.function
        values[next(numbers)] = copied(function(*copied([place(values, slot) for slot in step.operands])))

    def run() -> None:
        assert plan.task is not None
        positional = tuple(place(values, slot) for slot in plan.positional)
        named = {name: place(values, slot) for name, slot in plan.keywords}
        given = place(values, plan.context) if plan.context is not None else {}
        values["v"] = copied(body(work_of(plan.task), positional, named, given))

    yield from (((lambda step=step: evaluate(step)), step.frame) for step in plan.before)
    if plan.task is not None:
        yield run, plan.frame
    yield from (((lambda step=step: evaluate(step)), step.frame) for step in plan.after)


def place(values: dict[Any, Any], slot: Any) -> Any:
    """Read a value of a pod; one that was not computed is nothing."""
    if isinstance(slot, tuple) and slot[0] != "f":
        return values[slot[0]][slot[1]]
    return values.get(slot)


def read(known: Values, atom: Atom) -> Any:
    """Give the value of an atom."""
    return atom.value if isinstance(atom, Literal) else known[atom.node, atom.output]


def work_of(task):
    """Give what a task does here: a container's command is a process of this computer."""
    return task.function if task.beside is None else task.forward


def body(function: Any, positional: tuple[Any, ...], named: dict[str, Any], given: dict[str, str]) -> Any:
    """Call a task's function with copies of its arguments. given: what `custom_context` holds."""
    with In(place="", uid="", version="", given=given):
        value = function(*copied(positional), **copied(named))
        return asyncio.run(value) if inspect.iscoroutine(value) else value


def copied(value: Any) -> Any:
    """Copy a value, as travelling does."""
    try:
        return apart(value)
    except TypeError:
        return value


def built(display: Display, values: list[Any]) -> Any:
    """Put a result together."""
    parts = [
        built(item, values) if isinstance(item, Display) else values[item] if isinstance(item, int) else item.value
        for item in display.items
    ]
    if display.cls is dict:
        return dict(zip(display.keys, parts, strict=True))
    if display.cls in (list, tuple):
        return display.cls(parts)
    return display.cls(**dict(zip(display.keys, parts, strict=True)))
