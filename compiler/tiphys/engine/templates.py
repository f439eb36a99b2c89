"""The templates of a manifest, compiled before anything runs: texts cut into pieces, conditions parsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tiphys.answers import Asked, asked_by
from tiphys.diagnostics import UsageError, nearest
from tiphys.engine.ancestry import Ancestry
from tiphys.engine.container_sets import as_container
from tiphys.engine.containers import Container, compile_container
from tiphys.engine.depends import Depends, all_done, parse_depends
from tiphys.engine.expressions import Expression, parse
from tiphys.engine.phases import Phase
from tiphys.engine.tags import Text, compile_text

Object = Mapping[str, Any]
Key = tuple[str, str]
"""The name of a WorkflowTemplate and of a template in it."""

_RESULTS = {Phase.FAILED: "Failed", Phase.ERROR: "Errored"}
_REFUSED_IN_TASKS = ("hooks", "onExit", "inline")
_OTHER_KINDS = frozenset({"steps", "script", "resource", "http", "plugin", "data"})


@dataclass(frozen=True, slots=True)
class Input:
    """An input parameter; without a default it must be supplied."""

    name: str
    default: Text | None


@dataclass(frozen=True, slots=True)
class Output:
    """An output parameter of a DAG: a reference or an expression, and what stands in for it."""

    name: str
    source: Text | Expression
    default: str | None


@dataclass(frozen=True, slots=True)
class FanOut:
    """What a task is repeated over: a sequence, a JSON list, or known items."""

    count: Text | None = None
    start: Text | None = None
    end: Text | None = None
    form: str | None = None
    parameter: Text | None = None
    items: tuple[object, ...] | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One task of a DAG. `sees` are the mentioned tasks that are ancestors, the only ones in scope."""

    name: str
    template: Key
    arguments: tuple[tuple[str, Text], ...]
    when: Text | None
    depends: Depends | None
    fan_out: FanOut | None
    forgives: frozenset[Phase]
    sees: frozenset[str]

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Name the tasks that must have ended first."""
        return () if self.depends is None else self.depends.tasks


@dataclass(frozen=True, slots=True)
class Template:
    """What all templates have. `declared` gives each output's default: what a skipped task shows."""

    key: Key
    inputs: tuple[Input, ...]
    declared: Mapping[str, str | None]

    @property
    def name(self) -> str:
        """Its name within its WorkflowTemplate."""
        return self.key[1]


@dataclass(frozen=True, slots=True)
class Dag(Template):
    """A template of tasks."""

    tasks: Mapping[str, Task]
    targets: tuple[str, ...]
    needed: frozenset[str]
    dependents: Mapping[str, tuple[str, ...]]
    outputs: tuple[Output, ...]
    fail_fast: bool
    parallelism: int | None


@dataclass(frozen=True, slots=True)
class Pod(Template):
    """A template that runs a container."""

    container: Container


@dataclass(frozen=True, slots=True)
class Suspend(Template):
    """A template that waits, a while or for a person. asked: what that is asked; supplied: the output that it gives."""

    duration: Text | None
    asked: Asked | None = None
    supplied: str | None = None


@dataclass(frozen=True, slots=True)
class _Head:
    """What is read first of any template."""

    key: Key
    inputs: tuple[Input, ...]
    declared: Mapping[str, str | None]
    where: str = field(compare=False)


def compile_template(body: Object, *, library: str) -> Template:
    """Compile one template; what the engine cannot run is a `UsageError`."""
    head = _compile_head(body, library)
    if "dag" in body:
        return _compile_dag(body, head)
    if "containerSet" in body:
        body = as_container(body, head.where)
    if "container" in body:
        container = compile_container(body, where=head.where)
        return Pod(head.key, head.inputs, head.declared, container)
    if "suspend" in body:
        duration = (body["suspend"] or {}).get("duration")
        text = None if duration is None else compile_text(duration, where=f"{head.where}, duration")
        given = [item["name"] for item in parameters_of(body.get("outputs")) if "supplied" in item.get("valueFrom", {})]
        asked = asked_by(body) if text is None or given else None
        return Suspend(head.key, head.inputs, head.declared, text, asked, next(iter(given), None))
    if "resource" in body:
        message = f"{head.where} creates an object of Kubernetes, for which there is no cluster on this computer"
        raise UsageError(message)
    kinds = sorted(_OTHER_KINDS.intersection(body))
    kind = f"of kind `{kinds[0]}`" if kinds else "without a known kind"
    message = f"{head.where} is {kind}; only `dag`, `container` and `suspend` templates run on this computer"
    raise UsageError(message)


def parameters_of(section: Object | None) -> list[Object]:
    """Give the parameters of an `inputs`, `outputs` or `arguments` section."""
    return list((section or {}).get("parameters") or ())


def _compile_head(body: Object, library: str) -> _Head:
    name = str(body["name"])
    where = f"template `{name}`"
    inputs = tuple(Input(str(item["name"]), _default_of(item, where)) for item in parameters_of(body.get("inputs")))
    declared = {
        str(item["name"]): _fixed((item.get("valueFrom") or {}).get("default"), where)
        for item in parameters_of(body.get("outputs"))
    }
    return _Head((library, name), inputs, declared, where)


def _default_of(item: Object, where: str) -> Text | None:
    if "valueFrom" in item:
        message = f"{where}: input `{item['name']}` is read with valueFrom, which does not run on this computer"
        raise UsageError(message)
    value = item.get("value", item.get("default"))
    return None if value is None else compile_text(value, where=f"{where}, input `{item['name']}`")


def _fixed(value: object, where: str) -> str | None:
    if value is None:
        return None
    text = compile_text(value, where=f"{where}, a default")
    if text.constant is None:
        message = f"{where}: the default of an output holds a tag, which does not run on this computer"
        raise UsageError(message)
    return text.constant


def _compile_dag(body: Object, head: _Head) -> Dag:
    dag = body["dag"]
    bodies = _tasks_by_name(dag, head)
    conditions = _compile_conditions(bodies, head)
    waits_for = {name: condition.tasks if condition else () for name, condition in conditions.items()}
    ancestry = Ancestry(waits_for, where=head.where)
    targets = str(dag.get("target") or "").split() or sorted(name for name in bodies if not ancestry.dependents[name])
    for name in targets:
        _check_known(name, bodies, f"{head.where}: the target")
    parallelism = body.get("parallelism")
    return Dag(
        key=head.key,
        inputs=head.inputs,
        declared=head.declared,
        tasks={name: _compile_task(task, head, conditions[name], ancestry) for name, task in bodies.items()},
        targets=tuple(targets),
        needed=ancestry.needed_for(targets),
        dependents=ancestry.dependents,
        outputs=tuple(_compile_output(item, head) for item in parameters_of(body.get("outputs"))),
        fail_fast=dag.get("failFast", True) is not False,
        parallelism=None if parallelism is None else int(parallelism),
    )


def _tasks_by_name(dag: Object, head: _Head) -> dict[str, Object]:
    bodies: dict[str, Object] = {}
    for task in dag.get("tasks") or ():
        name = str(task["name"])
        if name in bodies:
            message = f"{head.where} has two tasks named `{name}`"
            raise UsageError(message)
        bodies[name] = task
    if not bodies:
        message = f"{head.where} is a DAG without tasks, which Argo refuses"
        raise UsageError(message)
    return bodies


def _compile_conditions(bodies: Mapping[str, Object], head: _Head) -> dict[str, Depends | None]:
    forgiven = {name: _forgiven(task) for name, task in bodies.items()}

    def allowed(name: str) -> tuple[str, ...]:
        return tuple(_RESULTS[phase] for phase in forgiven.get(name, ()))

    conditions: dict[str, Depends | None] = {}
    for name, task in bodies.items():
        place = f"{head.where}, task `{name}`"
        condition: Depends | None = None
        if task.get("depends"):
            if any(forgiven.values()):
                message = f"{head.where}: `continueOn` and `depends` cannot be in the same DAG"
                raise UsageError(message)
            condition = parse_depends(task["depends"], where=place)
        elif task.get("dependencies"):
            condition = all_done(list(task["dependencies"]), allowed=allowed)
        for other in condition.tasks if condition else ():
            _check_known(other, bodies, f"{place} depends on")
        conditions[name] = condition
    return conditions


def _check_known(name: str, bodies: Mapping[str, Object], phrase: str) -> None:
    if name not in bodies:
        message = f"{phrase} `{name}`, which is no task of this template. {nearest(name, list(bodies))}"
        raise UsageError(message)


def _forgiven(task: Object) -> frozenset[Phase]:
    rule = task.get("continueOn") or {}
    return frozenset(
        phase for phase, word in ((Phase.FAILED, "failed"), (Phase.ERROR, "error")) if rule.get(word) is True
    )


def _compile_task(body: Object, head: _Head, depends: Depends | None, ancestry: Ancestry) -> Task:
    name = str(body["name"])
    place = f"{head.where}, task `{name}`"
    for word in _REFUSED_IN_TASKS:
        if word in body:
            message = f"{place} uses `{word}`, which does not run on this computer"
            raise UsageError(message)
    if (body.get("arguments") or {}).get("artifacts"):
        message = f"{place} passes artifacts as arguments; only artifacts with keys of their own run on this computer"
        raise UsageError(message)
    arguments = tuple(
        (str(item["name"]), compile_text(item["value"], where=f"{place}, argument `{item['name']}`"))
        for item in parameters_of(body.get("arguments"))
        if item.get("value") is not None
    )
    when = compile_text(body["when"], where=f"{place}, when") if body.get("when") else None
    fan_out = _compile_fan_out(body, place)
    mentioned = {task for text in _texts(arguments, when, fan_out) for task in text.tasks()}
    reference = body.get("templateRef")
    return Task(
        name=name,
        template=(reference["name"], reference["template"]) if reference else (head.key[0], str(body.get("template"))),
        arguments=arguments,
        when=when,
        depends=depends,
        fan_out=fan_out,
        forgives=_forgiven(body),
        sees=ancestry.ancestors_among(name, mentioned) if mentioned else frozenset(),
    )


def _texts(arguments: tuple[tuple[str, Text], ...], when: Text | None, fan_out: FanOut | None) -> list[Text]:
    texts = [text for _, text in arguments]
    if when is not None:
        texts.append(when)
    if fan_out is not None:
        texts.extend(text for text in (fan_out.count, fan_out.start, fan_out.end, fan_out.parameter) if text)
    return texts


def _compile_fan_out(body: Object, place: str) -> FanOut | None:
    if body.get("withItems") is not None:
        return FanOut(items=tuple(body["withItems"]))
    if body.get("withParam") is not None:
        return FanOut(parameter=compile_text(body["withParam"], where=f"{place}, withParam"))
    sequence = body.get("withSequence")
    if sequence is None:
        return None

    def text(word: str) -> Text | None:
        return None if sequence.get(word) is None else compile_text(sequence[word], where=f"{place}, {word}")

    return FanOut(count=text("count"), start=text("start"), end=text("end"), form=sequence.get("format"))


def _compile_output(body: Object, head: _Head) -> Output:
    name = str(body["name"])
    place = f"{head.where}, output `{name}`"
    source = body.get("valueFrom") or {}
    default = head.declared[name]
    if source.get("expression"):
        return Output(name, parse(source["expression"], where=place), default)
    if source.get("parameter"):
        return Output(name, compile_text(source["parameter"], where=place), default)
    message = f"{place} has neither `parameter` nor `expression`"
    raise UsageError(message)
