"""Programs as they are after all passes, made by hand: constructs around pods."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

import tiphys
from tiphys.argo.manifest import lower
from tiphys.argo.packing import pack_program
from tiphys.argo.report import Manifest
from tiphys.diagnostics import Span
from tiphys.engine import LocalRun, execute
from tiphys.ir import (
    Atom,
    Code,
    Graph,
    Input,
    Literal,
    Node,
    Operand,
    Plan,
    Pod,
    Program,
    Ref,
    Slot,
    Step,
    Sub,
    Unit,
    Yield,
)

HERE = Span("flow.py", 12)
env = tiphys.TaskEnvironment(name="e")


def inputs(*names: str) -> tuple[Input, ...]:
    return tuple(Input(name, object, HERE) for name in names)


def atom(value: object) -> Atom:
    return value if isinstance(value, Literal | Ref) else Literal(value)


def ref(name: str, output: int = 0) -> Ref:
    return Ref(name, output)


def sub(
    name: str, graph: str, frame: tuple[Atom, ...] = (), after: tuple[str, ...] = (), /, **arguments: object
) -> Sub:
    named = tuple((key, atom(value)) for key, value in arguments.items())
    return Sub(name, graph, named, object, after, HERE, frame)


def pod(name: str, plan: str, *operands: object, after: tuple[str, ...] = (), item: str | None = None) -> Pod:
    return Pod(name, plan, tuple(atom(value) for value in operands), after, HERE, item)


def graph(name: str, takes: tuple[str, ...], nodes: tuple[Node, ...], *values: object, is_region: bool = True) -> Graph:
    end = Yield(tuple(atom(value) for value in values), (), HERE)
    return Graph(name, inputs(*takes), nodes, end, is_region=is_region)


def code_of(name: str, function: Callable[..., object]) -> Code:
    """Make a piece of glue of a function."""
    assert isinstance(function, FunctionType)
    return Code(name, function, pure=True, total=False)


def glue(name: str, *functions: Callable[..., object], takes: tuple[str, ...], **more: Any) -> Plan:
    """Plan a pod of glue: each function is called with all operands, and what it gives is an output."""
    operands = tuple(range(len(takes)))
    steps = tuple(Step(code_of(name, made), operands, HERE) for made in functions)
    outputs: tuple[Slot, ...] = tuple(len(takes) + index for index in range(len(functions)))
    return planned(name, takes, before=steps, outputs=outputs, **more)


def body(task: Any, *functions: Callable[..., object], takes: tuple[str, ...], **more: Any) -> Plan:
    """Plan a pod of a task; each function is called with its value, and gives an output more."""
    steps = tuple(Step(code_of(task.name, made), ("v",), HERE) for made in functions)
    outputs: tuple[Slot, ...] = ("v", *(len(takes) + index for index in range(len(functions))))
    return planned(task.name, takes, task=task, after=steps, outputs=outputs, **more)


def planned(
    name: str, takes: tuple[str, ...], *, outputs: tuple[Slot, ...], task: Any = None, before: tuple[Step, ...] = (),
    after: tuple[Step, ...] = (), large: bool = False, **more: Any,
) -> Plan:  # fmt: skip
    operands = tuple(Operand(item, small=not large) for item in takes)
    keywords = tuple((item, index) for index, item in enumerate(takes)) if task is not None else ()
    types = tuple(object if large else int for _ in outputs)
    return Plan(name, task, operands, before, keywords, after, outputs, types, HERE, **more)


def program(entry: Graph, *units: Unit, plans: tuple[Plan, ...]) -> Program:
    """Put a program together; `units` callees first."""
    return Program(entry.name, {unit.name: unit for unit in (*units, entry)}, {plan.name: plan for plan in plans})


def lowered(made: Program, *, image: str | None = None) -> Manifest:
    return lower(pack_program(made, root=Path(__file__).parent, image=image))


def ran(manifest: Manifest, **arguments: object) -> LocalRun:
    """Run a manifest here, each pod in this process."""
    texts = {name: json.dumps(value) for name, value in arguments.items()}
    return execute(manifest.objects, texts, executor="in-process")


def result(run: LocalRun) -> Any:
    """Give the result of a run, as tagged JSON."""
    assert run.phase == "Succeeded", run.message
    return json.loads(run.outputs["r"])["v"]


def phases(run: LocalRun) -> Mapping[str, str]:
    """Give how each node ended, by the names on the way to it."""
    return {name.partition(".")[2]: str(node["phase"]) for name, node in run.nodes.items()}


def pods(run: LocalRun) -> list[str]:
    """Name the pods of a run."""
    return [name.partition(".")[2] for name, node in run.nodes.items() if node["kind"] in ("Pod", "Retry")]
