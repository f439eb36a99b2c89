"""Prove, for each WorkflowTemplate, that Argo can resolve all it is told to: what it cannot resolve hangs for ever.

A reference that does not resolve is no error to Argo: the controller tries again, and no deadline ends it. So:

- every output, of DAGs above all, has a default;
- `{{tasks.X...}}` stands only where `depends` implies that X succeeded, and names an output that X has;
- `{{inputs...}}` and `{{workflow...}}` name what exists;
- expressions read only what is there (argo/proving.py);
- a template calls itself only through a task with a condition, or one for each of some items;
- nothing else contains `{{`, wherever it came from.

One pass over the object: the time is linear in its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Never

from tiphys.argo.expressions import GROWN, QUEUED, RUN, STEPS, bounded
from tiphys.argo.pods import ARGUMENT
from tiphys.argo.proving import Known, UnprovenError, prove
from tiphys.diagnostics import InternalError

Json = Mapping[str, Any]

HASHED = r"\(fromJSON\(inputs\.parameters\['[-\w]+'\]\)\?\.h\ \?\?\ inputs\.parameters\['[-\w]+'\]\)"
"""An operand, or the digest of its file."""
COUNTED = "|".join(
    (
        re.escape(QUEUED[2:-2]),
        re.escape(GROWN[2:-2]),
        r"=string\(int\([0-9]+\ \*\ \([0-9.]+\ \*\*\ " + re.escape(STEPS) + r"\)\)\)",
    )
)
"""What an attempt is told, and the memory that it has."""
BOUNDED = re.escape(bounded("!", ARGUMENT)[2:-2]).replace("!", r"(?P<bounded>[-\w]+)", 1).replace("!", r"(?P=bounded)")
"""A parameter, or how long it is."""
TOLD = (QUEUED, RUN)
"""What every pod may be told."""
REFERENCE = re.compile(
    r"""\{\{(?:
      tasks\.(?P<task>[-a-zA-Z0-9]+)\.outputs\.parameters\.(?P<output>[-\w]+)
    | inputs\.parameters\.(?P<input>[-\w]+)
    | =fromJSON\(inputs\.parameters\['(?P<spilled>[-\w]+)'\]\)\?\.k\ \?\?\ 'tiphys/none'
    | =toBase64\(workflow\.parameters\['(?P<typed>[-\w]+)'\]\)
    | =sprig\.sha256sum\((?P<hashed>''|HASHED(?:\ \+\ '\|'\ \+\ HASHED)*)\)
    | =toBase64\(workflow\.parameters\['(?P<timed>[-\w]+)'\]\ contains\ 'workflow.scheduledTime'\ \?
      \ workflow\['scheduledTime'\]\ \?\?\ ''\ :\ workflow\.parameters\['(?P=timed)'\]\)
    | =fromJSON\(inputs\.parameters\['(?P<quantity>[-\w]+)'\]\)\.v
    | =string\(asInt\(fromJSON\(inputs\.parameters\['(?P<limit>[-\w]+)'\]\)\.v\)\ \+\ [0-9]+\)
    | (?P<retries>retries|lastRetry\.(?:status|exitCode|message)|COUNTED)
    | BOUNDED
    | =(?P<expression>(?:(?!\}\}).)+)
    | (?P<uid>workflow\.(?:uid|namespace|name))
    | (?P<pod>(?:pod|node)\.name)
    | (?P<item>item)
    )\}\}""".replace("HASHED", HASHED)
    .replace("COUNTED", COUNTED)
    .replace("BOUNDED", BOUNDED),
    re.VERBOSE | re.ASCII,
)
INPUT = re.compile(r"inputs\.parameters\['([-\w]+)'\]", re.ASCII)
CONDITION = re.compile(r"\{\{=((?:(?!\}\}).)+)\}\}")
TASK = frozenset(("name", "template", "depends", "dependencies", "when", "arguments", "withSequence", "continueOn"))
SUCCEEDED = re.compile(r"([-a-zA-Z0-9]+)\.Succeeded", re.ASCII)
ENDED = re.compile(r"\(([-a-zA-Z0-9]+)\.Succeeded(?: \|\| \1\.(?:Failed|Errored|Skipped|Omitted)){4}\)", re.ASCII)
"""However a task ended."""
FILES_IN = ("inputs", "outputs", "synchronization")
APART = frozenset(
    ("container", "containerSet", "resource", "suspend", "metadata", "podSpecPatch", "retryStrategy", *FILES_IN)
)
"""Parts of a template that each may hold other references."""
ARGUMENTS = frozenset(("task", "input", "typed", "timed", "uid", "expression", "quantity"))
FORGIVING = {"failed": True, "error": True}


@dataclass
class Scope:
    """What a text of one template may refer to."""

    place: str
    inputs: frozenset[str] = frozenset()
    typed: frozenset[str] = frozenset()
    outputs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The outputs of each task that has succeeded here."""
    kinds: frozenset[str] = frozenset()


def check_manifest(template: Json) -> None:
    """Raise InternalError where a WorkflowTemplate holds what Argo could not resolve."""
    spec = template["spec"]
    templates: dict[str, Json] = {}
    for item in spec["templates"]:
        if item["name"] in templates:
            fail("the WorkflowTemplate", f"two templates are called {item['name']}")
        templates[item["name"]] = item
    if spec["entrypoint"] not in templates:
        fail("the WorkflowTemplate", f"the entrypoint {spec['entrypoint']} is missing")
    typed = frozenset(unique("the WorkflowTemplate", names_of(spec.get("arguments"))))
    given = {name: frozenset(unique(name, names_of(item.get("outputs")))) for name, item in templates.items()}
    check_texts(Scope("the WorkflowTemplate"), {**spec, "templates": None})
    check_texts(Scope("the WorkflowTemplate"), template["metadata"])
    for item in templates.values():
        check_template(item, templates, given, typed)
    check_recursion(templates)


def check_template(
    item: Json, templates: Mapping[str, Json], given: Mapping[str, frozenset[str]], typed: frozenset[str]
) -> None:
    """Check one template."""
    name = item["name"]
    inputs = frozenset(unique(name, names_of(item.get("inputs"))))
    for output in item.get("outputs", {}).get("parameters", ()):
        # what a person supplies is waited for; the DAG around it has a default
        if "default" not in output["valueFrom"] and "supplied" not in output["valueFrom"]:
            fail(name, f"the output {output['name']} has no default")
    if "dag" in item:
        check_dag(item, templates, given, Scope(name, inputs, typed))
        return
    files = Scope(name, inputs, kinds=frozenset(("input", "spilled", "hashed", "uid")))
    for part in FILES_IN:
        check_texts(files, item.get(part))
    timed = Scope(name, inputs, kinds=frozenset(("expression",)))
    check_texts(timed, item.get("suspend"))
    check_texts(Scope(name, inputs, kinds=frozenset(("input",))), item.get("resource"))
    check_texts(Scope(name), {key: value for key, value in item.items() if key not in APART})
    check_texts(Scope(name, inputs, kinds=frozenset(("input", "uid", "pod"))), item.get("metadata"))
    check_texts(Scope(name, inputs, kinds=frozenset(("limit",))), item.get("retryStrategy"))
    counted = frozenset(("retries",)) if "retryStrategy" in item else frozenset[str]()
    check_texts(Scope(name, inputs, kinds=counted | {"quantity"}), item.get("podSpecPatch"))
    for container in item.get("containerSet", {}).get("containers", [item.get("container", {})]):
        check_texts(Scope(name, inputs, kinds=frozenset(("input", "uid", "bounded"))), container.get("args"))
        for variable in container.get("env", ()):
            if variable.get("value") not in TOLD:
                check_texts(Scope(name, kinds=counted), variable)
        check_texts(Scope(name), {key: value for key, value in container.items() if key not in ("args", "env")})


def check_dag(item: Json, templates: Mapping[str, Json], given: Mapping[str, frozenset[str]], scope: Scope) -> None:
    """Check the tasks of a DAG, in their order: each comes after all that it depends on."""
    name = item["name"]
    made: dict[str, frozenset[str]] = {}
    before: dict[str, int] = {}
    places: dict[str, int] = {}
    sure = 0
    for task in item["dag"]["tasks"]:
        place = f"{name}/{task['name']}"
        if task["name"] in made:
            fail(name, f"two tasks are called {task['name']}")
        if task["template"] not in templates:
            fail(place, f"the template {task['template']} is missing")
        if not TASK.issuperset(task):
            fail(place, f"what {sorted(set(task) - TASK)} mean is not known here")
        check_arguments(place, task, templates[task["template"]])
        earlier = 0
        succeeded, ended = needs(place, task.get("depends"))
        for needed in (*succeeded, *ended, *task.get("dependencies", ())):
            if needed not in made:
                fail(place, f"it depends on {needed}, which does not come before it")
        for needed in succeeded:
            earlier |= before[needed] | 1 << places[needed]
        check_task(task, Scope(place, scope.inputs, scope.typed, Done(made, places, earlier), ARGUMENTS))
        if ended:
            sure = 0  # the whole DAG succeeds, whatever becomes of the tasks before
        elif "when" not in task and "continueOn" not in task and not earlier & ~sure:
            # it has succeeded if the whole DAG has
            sure |= 1 << len(places)
        places[task["name"]] = len(places)
        before[task["name"]] = earlier
        made[task["name"]] = given[task["template"]]
    if any(task.get("depends") for task in item["dag"]["tasks"]) and any(
        "continueOn" in task for task in item["dag"]["tasks"]
    ):
        fail(name, "Argo takes `continueOn` only where no task has `depends`")
    certain = Done(made, places, sure)
    known = Known(scope.inputs, certain, made)
    for output in item.get("outputs", {}).get("parameters", ()):
        source = output["valueFrom"]
        if "expression" in source:
            check_expression(name, source["expression"], known)
        else:
            check_texts(Scope(name, outputs=certain, kinds=frozenset(("task",))), source["parameter"])
    rest = {key: value for key, value in item.items() if key not in ("dag", "outputs")}
    check_texts(Scope(name), rest)


def check_task(task: Json, scope: Scope) -> None:
    """Check the texts of one task, and the condition under which it runs."""
    condition = task.get("when", "false")
    found = CONDITION.fullmatch(condition)
    if found is not None:
        check_expression(scope.place, found[1], Known(scope.inputs, scope.outputs))
    elif condition != "false":
        fail(scope.place, f"`when: {condition}` is no condition of ours")
    sequence = task.get("withSequence")
    if sequence is not None:
        found = CONDITION.fullmatch(str(sequence.get("count")))
        if found is None or set(sequence) != {"count"}:
            fail(scope.place, f"`withSequence: {sequence}` is no count of ours")
        check_expression(scope.place, found[1], Known(scope.inputs, scope.outputs))
        scope.kinds |= {"item"}
    if task.get("continueOn", FORGIVING) != FORGIVING:
        fail(scope.place, f"`continueOn: {task['continueOn']}` is not what a guard says")
    check_texts(scope, task.get("arguments"))
    check_texts(Scope(scope.place), [task["name"], task["template"], task.get("depends")])


class Done(Mapping[str, frozenset[str]]):
    """The tasks of a DAG that have succeeded before one of them starts, as a view: bit `places[name]` says so."""

    def __init__(self, made: Mapping[str, frozenset[str]], places: Mapping[str, int], bits: int) -> None:
        self.made = made
        self.places = places
        self.bits = bits

    def __getitem__(self, name: str) -> frozenset[str]:
        if not self.bits >> self.places[name] & 1:
            raise KeyError(name)
        return self.made[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.made if self.bits >> self.places[name] & 1)

    def __len__(self) -> int:
        return self.bits.bit_count()


def needs(place: str, depends: str | None) -> tuple[list[str], list[str]]:
    """Name the tasks that have to succeed before, and those that have to end, in whatever way."""
    succeeded, ended = [], []
    for part in depends.split(" && ") if depends else ():
        found, over = SUCCEEDED.fullmatch(part), ENDED.fullmatch(part)
        if found is not None:
            succeeded.append(found[1])
        elif over is not None:
            ended.append(over[1])
        else:
            fail(place, f"`depends: {depends}` says more than what has to succeed")
    return succeeded, ended


def check_arguments(place: str, task: Json, callee: Json) -> None:
    """Check that a task passes what its template takes."""
    passed = set(unique(place, names_of(task.get("arguments"))))
    wanted = set(names_of(callee.get("inputs")))
    fixed = {item["name"] for item in callee.get("inputs", {}).get("parameters", ()) if "value" in item}
    if passed != wanted - fixed:
        fail(place, f"it passes {sorted(passed - wanted)} too much and {sorted(wanted - passed)} too little")


def check_expression(place: str, expression: str, known: Known) -> None:
    """Check that an expression reads only what is there."""
    if "{{" in expression:
        fail(place, f"the expression {expression} holds braces")
    try:
        prove(expression, known)
    except UnprovenError as error:
        fail(place, str(error))


def check_recursion(templates: Mapping[str, Json]) -> None:
    """Check that no template calls itself without a condition: it would never end."""
    done: dict[str, bool] = {}

    def visit(name: str) -> None:
        done[name] = False
        for task in templates[name].get("dag", {}).get("tasks", ()):
            if "when" in task or "withSequence" in task:
                continue
            if done.get(task["template"]) is False:
                fail(name, f"it calls {task['template']}, which calls it, and no condition ends that")
            if task["template"] not in done:
                visit(task["template"])
        done[name] = True

    for name in templates:
        if name not in done:
            visit(name)


def check_texts(scope: Scope, value: object) -> None:
    """Check every text, keys included."""
    if isinstance(value, str):
        if "{{" in value:
            check_text(scope, value)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if "{{" in key:
                fail(scope.place, f"the key {key!r} is no place for a reference")
            check_texts(scope, item)
    elif isinstance(value, list | tuple):
        for item in value:
            check_texts(scope, item)


def check_text(scope: Scope, text: str) -> None:
    """Check the references in one text; two braces that start none are refused."""
    rest = []
    end = 0
    for found in REFERENCE.finditer(text):
        rest.append(text[end : found.start()])
        end = found.end()
        check_reference(scope, found)
    rest.append(text[end:])
    if any("{{" in part for part in rest):
        fail(scope.place, f"{text!r} holds braces that are no reference of ours")


def check_reference(scope: Scope, found: re.Match[str]) -> None:
    """Check one reference."""
    kind = found.lastgroup if found.lastgroup != "output" else "task"
    if kind not in scope.kinds:
        fail(scope.place, f"{found[0]} has no place there")
    if kind == "task":
        outputs = scope.outputs.get(found["task"])
        if outputs is None:
            fail(scope.place, f"{found[0]} is read, but `depends` does not imply that {found['task']} succeeded")
        if found["output"] not in outputs:
            fail(scope.place, f"{found[0]} is read, but {found['task']} has no such output")
    elif kind == "expression":
        check_expression(scope.place, found["expression"], Known(scope.inputs, scope.outputs, typed=scope.typed))
    elif kind == "hashed":
        for name in INPUT.findall(found[0]):
            if name not in scope.inputs:
                fail(scope.place, f"{name}, read by {found[0]}, is no input of the template")
    elif kind in ("input", "spilled", "quantity", "limit", "bounded") and found[kind] not in scope.inputs:
        fail(scope.place, f"{found[0]} is no input of the template")
    elif kind in ("typed", "timed") and found[kind] not in scope.typed:
        fail(scope.place, f"{found[0]} is no argument of the workflow")


def names_of(section: Json | None) -> list[str]:
    """Name the parameters of a section."""
    return [item["name"] for item in (section or {}).get("parameters", ())]


def unique(place: str, names: list[str]) -> list[str]:
    """Give the names back; two of the same are refused."""
    if len(set(names)) != len(names):
        fail(place, f"a parameter is named twice: {', '.join(names)}")
    return names


def fail(place: str, text: str) -> Never:
    """Report a manifest that Argo could not run."""
    message = f"{place}: {text}"
    raise InternalError(message)
