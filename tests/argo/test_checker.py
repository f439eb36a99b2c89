"""The checker finds what would hang in Argo for ever: each test breaks one thing of a sound manifest."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from tests.argo.conftest import Lower
from tiphys.argo.checker import check_manifest
from tiphys.argo.expressions import bounded
from tiphys.argo.pods import ARGUMENT
from tiphys.diagnostics import InternalError

# a branch, a loop and a try as argo/constructs.py and argo/loops.py write them
LAST = "(a.Succeeded || a.Failed || a.Errored || a.Skipped || a.Omitted)"
OUTPUT = {"name": "v", "valueFrom": {"path": "/v", "default": "{}"}}
CONSTRUCTS = {
    "metadata": {},
    "spec": {
        "entrypoint": "program",
        "templates": [
            {
                "name": "program",
                "dag": {
                    "tasks": [
                        {
                            "name": "start",
                            "template": "pod",
                            "arguments": {"parameters": [{"name": "at", "value": "a"}]},
                        },
                        {
                            "name": "next",
                            "template": "branch",
                            "depends": "start.Succeeded",
                            "arguments": {
                                "parameters": [
                                    {
                                        "name": "at",
                                        "value": "{{=string(asInt(tasks['start'].outputs.parameters['v']) + 1)}}",
                                    }
                                ]
                            },
                        },
                    ]
                },
            },
            {
                "name": "branch",
                "inputs": {"parameters": [{"name": "at"}]},
                "outputs": {
                    "parameters": [
                        {
                            "name": "v",
                            "valueFrom": {
                                "expression": "tasks['b'].status == 'Succeeded' ? tasks['b'].outputs.parameters['v'] : "
                                "inputs.parameters['at']",
                                "default": "{}",
                            },
                        }
                    ]
                },
                "dag": {
                    "tasks": [
                        {
                            "name": "a",
                            "template": "pod",
                            "when": "{{=inputs.parameters['at'] == '{\"v\":0}'}}",
                            "arguments": {"parameters": [{"name": "at", "value": "{{inputs.parameters.at}}/a"}]},
                        },
                        {
                            "name": "b",
                            "template": "branch",
                            "depends": "a.Succeeded",
                            "when": "{{=asInt(fromJSON(tasks['a'].outputs.parameters['v']).v) % 3 != 0}}",
                            "arguments": {"parameters": [{"name": "at", "value": "{{tasks.a.outputs.parameters.v}}"}]},
                        },
                    ]
                },
            },
            {
                "name": "guard",
                "outputs": {
                    "parameters": [
                        {
                            "name": "ok",
                            "valueFrom": {"expression": "string(tasks['c'].status == 'Succeeded')", "default": "false"},
                        }
                    ]
                },
                "dag": {
                    "tasks": [
                        {
                            "name": "c",
                            "template": "pod",
                            "continueOn": {"failed": True, "error": True},
                            "withSequence": {"count": "{{=string(3)}}"},
                            "arguments": {"parameters": [{"name": "at", "value": "{{item}}"}]},
                        }
                    ]
                },
            },
            {
                "name": "tried",
                "outputs": {
                    "parameters": [
                        {
                            "name": "record",
                            "valueFrom": {
                                "expression": "(tasks['a'].status == 'Failed' || tasks['a'].status == 'Error') ? "
                                "'-' + (tasks['a'].outputs?.parameters?.record ?? '') : ''",
                                "default": "-",
                            },
                        }
                    ]
                },
                "dag": {
                    "tasks": [
                        {
                            "name": "a",
                            "template": "pod",
                            "arguments": {"parameters": [{"name": "at", "value": "a"}]},
                        },
                        {"name": "end", "template": "guard", "depends": LAST},
                    ]
                },
            },
            {
                "name": "pod",
                "inputs": {"parameters": [{"name": "at"}]},
                "outputs": {"parameters": [OUTPUT]},
                "retryStrategy": {"limit": "1"},
                "container": {
                    "args": ["{{inputs.parameters.at}}"],
                    "env": [{"name": "L", "value": "{{lastRetry.status}} {{lastRetry.exitCode}}"}],
                },
            },
        ],
    },
}
BRANCH = "templates.branch.dag.tasks"
RECORD = "templates.tried.outputs.parameters.record.valueFrom.expression"
VALUE = "templates.branch.outputs.parameters.v.valueFrom.expression"
BREAKS = [
    # a task that may have been skipped is read without asking
    (VALUE, "tasks['b'].outputs.parameters['v']", "nothing implies that b succeeded"),
    (VALUE, "tasks['a'].outputs.parameters['v']", "nothing implies that a succeeded"),
    # the condition asks of another, or asks the wrong thing
    (VALUE, "tasks['a'].status == 'Succeeded' ? tasks['b'].outputs.parameters['v'] : 'x'", "nothing implies"),
    (VALUE, "tasks['b'].status != 'Succeeded' ? tasks['b'].outputs.parameters['v'] : 'x'", "nothing implies"),
    (VALUE, "tasks['b'].status == 'Failed' ? tasks['b'].outputs.parameters['v'] : 'x'", "nothing implies"),
    (VALUE, "tasks['b'].status == 'Succeeded' ? 'x' : tasks['b'].outputs.parameters['v']", "nothing implies"),
    (VALUE, "tasks['b'].status == 'Succeeded' ? tasks['b'].outputs.parameters['w'] : 'x'", "no such output"),
    (VALUE, "tasks['z'].status == 'Succeeded' ? 'x' : 'y'", "no status that is known"),
    (VALUE, "inputs.parameters['z']", "is no input"),
    # nothing but what is written elsewhere is understood
    (VALUE, "tasks.b.outputs.parameters.v", "is not understood"),
    (VALUE, "sprig.env('HOME')", "is not understood"),
    (VALUE, "fromJSON(inputs.parameters['at']).x", "is not understood"),
    (VALUE, "'a' ?? 'b'", "is not understood"),
    (VALUE, "('a'", "is not understood"),
    (VALUE, "'a' 'b'", "is not understood"),
    (VALUE, "'{{workflow.uid}}'", "holds braces"),
    # a condition is evaluated as a tag: all that it names must be there
    (f"{BRANCH}.b.when", "{{=tasks['b'].outputs.parameters['v'] == 'x'}}", "nothing implies"),
    (f"{BRANCH}.b.when", "{{=tasks['a'].status == 'Succeeded'}}", "no status that is known"),
    (f"{BRANCH}.b.when", "{{inputs.parameters.at}} == 1", "is no condition of ours"),
    (f"{BRANCH}.b.when", "true", "is no condition of ours"),
    (f"{BRANCH}.a.arguments", {"parameters": [{"name": "at", "value": "{{item}}"}]}, "has no place there"),
    (f"{BRANCH}.a.continueOn", {"failed": True, "error": True}, "only where no task has `depends`"),
    (f"{BRANCH}.a.withSequence", {"count": "3"}, "is no count of ours"),
    ("templates.guard.dag.tasks.c.continueOn", {"failed": True}, "is not what a guard says"),
    (
        "templates.guard.outputs.parameters.ok.valueFrom.expression",
        "tasks['c'].outputs.parameters['v']",
        "nothing implies that c succeeded",
    ),
    ("templates.pod.retryStrategy", None, "has no place there"),
    ("templates.pod.container.args", [bounded("y", ARGUMENT)], "is no input of the template"),
    ("templates.pod.container.args", [bounded("at", 5)], "has no place there"),
    # a task that comes last whatever becomes of the others: that the DAG succeeded says nothing of them
    (RECORD, "tasks['a'].outputs.parameters['v']", "nothing implies that a succeeded"),
    (RECORD, "tasks['z'].outputs?.parameters?.record ?? ''", "no task that is known here"),
    (RECORD, "tasks['a'].outputs?.parameters?.record", "is not understood"),
    ("templates.tried.dag.tasks.end.depends", "(a.Succeeded || a.Failed)", "says more than what has to succeed"),
    ("templates.tried.dag.tasks.end.depends", LAST.replace("a.", "z."), "depends on z, which does not come before it"),
]


@pytest.mark.parametrize(("path", "value", "message"), BREAKS, ids=[f"{path}={value}" for path, value, _ in BREAKS])
def test_what_a_construct_may_not_read_is_found(path: str, value: Any, message: str) -> None:
    made = copy.deepcopy(CONSTRUCTS)
    check_manifest(made)
    held, key = part(made, path)
    if value is None:
        del held[key]
    else:
        held[key] = value
    with pytest.raises(InternalError, match=message):
        check_manifest(made)


def test_a_template_that_calls_itself_without_a_condition_is_found() -> None:
    made = copy.deepcopy(CONSTRUCTS)
    held, _ = part(made, f"{BRANCH}.b.when")
    held["when"] = "{{='a' == 'a'}}"
    check_manifest(made)
    del held["when"]
    with pytest.raises(InternalError, match="no condition ends that"):
        check_manifest(made)


PROGRAM = """
@env.task
async def f(i: str) -> str: return i
@env.task
async def sub(x: str) -> str: return await f(x)
@env.task
async def main(n: str) -> str:
    a = await f(n)
    b, c = await asyncio.gather(f(a), f("x"))
    return await f(await sub(b) + c)
"""


@pytest.fixture
def sound(lower: Lower) -> Any:
    """Compile a program to a manifest that the checker accepts."""
    template = copy.deepcopy(lower(PROGRAM).template)
    check_manifest(template)
    return template


def named(items: Any, name: str) -> Any:
    return next(item for item in items if item["name"] == name)


def part(manifest: Any, path: str) -> tuple[Any, Any]:
    """Find the place of a path such as `templates.e-main.dag.tasks.f`; gives the holder and the last key."""
    keys = path.split(".")
    held = manifest["spec"]
    for key in keys[:-1]:
        held = named(held, key) if isinstance(held, list) else held[key]
    return held, keys[-1]


CHANGES = [
    ("templates.e-main.dag.tasks.f-2.depends", "f-3.Succeeded", "depends on f-3, which does not come before it"),
    ("templates.e-main.dag.tasks.f-4.depends", "f.Succeeded", r"tasks\.sub\..* is read, but `depends` does not imply"),
    ("templates.e-main.dag.tasks.f-2.depends", "f.Succeeded || f.Failed", "says more than what has to succeed"),
    ("templates.e-main.dag.tasks.f-2.depends", "f", "says more than what has to succeed"),
    ("templates.e-main.dag.tasks.f-2.template", "nothing", "the template nothing is missing"),
    ("templates.e-main.dag.tasks.f-2.name", "f", "two tasks are called f"),
    ("templates.e-main.dag.tasks.f-2.when", "{{workflow.uid}}", "is no condition of ours"),
    ("templates.e-main.dag.tasks.f-2.hooks", {}, "what .'hooks'. mean is not known"),
    (
        "templates.e-main.outputs.parameters.r.valueFrom",
        {"parameter": "{{tasks.f-4.outputs.parameters.r}}"},
        "no default",
    ),
    ("templates.e-sub.outputs.parameters.v.valueFrom.parameter", "{{tasks.g.outputs.parameters.v}}", "does not imply"),
    ("templates.e-sub.outputs.parameters.v.valueFrom.parameter", "{{tasks.f.outputs.parameters.p9}}", "no such output"),
    ("templates.e-main.name", "e-sub", "two templates are called e-sub"),
    ("templates.e-f.container.image", "python:{{workflow.uid}}", "has no place there"),
    ("templates.e-f.container.image", "python:{{x}}", "braces that are no reference of ours"),
    ("templates.e-f.container.args", ["{{inputs.parameters.y}}"], "is no input of the template"),
    ("templates.e-f.container.args", ["{{tasks.f.outputs.parameters.v}}"], "has no place there"),
    ("templates.e-f.container.args", ["{{=1+1}}"], "has no place there"),
    ("templates.e-f.container.args", ["{{{{workflow.uid}}"], "braces that are no reference of ours"),
    ("templates.e-f.container.env", [{"name": "A", "value": "{{workflow.uid}}"}], "has no place there"),
    ("templates.e-f.inputs.parameters.i.name", "j", "too much and"),
    ("templates.e-f.container.env", [{"name": "A", "value": "{{retries}}"}], "has no place there"),
    ("entrypoint", "nothing", "the entrypoint nothing is missing"),
    ("arguments.parameters.n.value", "{{workflow.uid}}", "has no place there"),
    ("arguments.parameters.n.name", "m", "is no argument of the workflow"),
]


@pytest.mark.parametrize(("path", "value", "message"), CHANGES, ids=[f"{path}={value}" for path, value, _ in CHANGES])
def test_what_argo_cannot_resolve_is_found(sound: Any, path: str, value: Any, message: str) -> None:
    held, key = part(sound, path)
    held[key] = value
    with pytest.raises(InternalError, match=message):
        check_manifest(sound)


@pytest.mark.parametrize(
    "expression", ["inputs.parameters['y']", "tasks.f.outputs.parameters.v", '"a" + b', '"{{x}}"', '"']
)
def test_output_expressions_read_what_is_there(sound: Any, expression: str) -> None:
    held, key = part(sound, "templates.e-sub.outputs.parameters.v.valueFrom")
    held[key] = {"expression": expression, "default": "{}"}
    with pytest.raises(InternalError):
        check_manifest(sound)


def test_success_is_implied_through_others(sound: Any) -> None:
    last = named(named(sound["spec"]["templates"], "e-main")["dag"]["tasks"], "f-4")
    assert re.fullmatch(r"sub\.Succeeded", last["depends"])
    last["arguments"]["parameters"][1]["value"] = "{{tasks.f.outputs.parameters.v}}"
    check_manifest(sound)


def test_braces_of_the_users_never_reach_argo(lower: Lower) -> None:
    made = lower('''
@env.task
async def f(i: str, j: dict) -> str:
    """Do {{workflow.name}}."""
    return i
@env.task
async def main(n: str = "{{=1+1}}") -> str:
    """Run {{inputs.parameters.x}} and {{{{ this."""
    return await f("{{workflow.uid}}" + n, {"{{a}}": "{{{{b}}"}) + "}}{{c"
''')
    assert (
        "{\u200b{inputs.parameters.x}}" in made.template["metadata"]["annotations"]["workflows.argoproj.io/description"]
    )
    assert made.spec["arguments"]["parameters"] == [{"name": "n", "value": r'"{\u007b=1+1}}"'}]
