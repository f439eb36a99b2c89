"""The registry of plugins, classes of tasks, and what a task shows of itself."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from tiphys.authoring.registry import TaskPluginRegistry
from tiphys.compiling import compile_task

HEAD = """
from dataclasses import dataclass
from tiphys.extend import (
    AsyncFunctionTaskTemplate, DataLoadingConfig, NativeInterface, TaskPluginRegistry, TaskTemplate, register_plugin
)

@dataclass(frozen=True)
class Config:
    size: int = 1

class Task(AsyncFunctionTaskTemplate):
    pass

env = flyte.TaskEnvironment("e")
"""
MISTAKES = {
    "no type": ("register_plugin(Config(), Task)", "a plugin is registered for a type, not Config(size=1)", "Name the class"),
    "no class of tasks": ("register_plugin(Config, Config)", "Config is no class of tasks", "Derive it from"),
    "two plugins": (
        "register_plugin(Config, Task)\nclass Other(Task): pass\nregister_plugin(Config, Other)",
        "`Config` has the plugin `Task` already", "Use a type of your own.",
    ),
    "name": ('TaskTemplate(name="My Task")', "'My Task' is no name of a task", ""),
    "interface": ('TaskTemplate(name="t", interface={"a": int})', "`interface` takes a `NativeInterface`", "NativeInterface("),
    "unknown field": ('TaskTemplate(name="t", retry=3)', "`TaskTemplate` has no parameter `retry`", "`retries`"),
    "wrong field": ('TaskTemplate(name="t", retries="x")', "`TaskTemplate(retries='x')`", ""),
    "debuggable": ('TaskTemplate(name="t", debuggable=True)', "`debuggable` is not supported", "tiphys run"),
    "how it is called": (
        'TaskTemplate(name="t", _call_as_synchronous=True)', "`_call_as_synchronous` cannot be said", "Write `def execute`",
    ),
    "a report of a container": (
        'class C(TaskTemplate):\n    def container_args(self, sctx): return ["ls"]\nC(name="t", report=True)',
        "`C` makes no report: nothing in its container could log to one", "Let a task in Python make it.",
    ),
    "kept containers": (
        'class S(TaskTemplate):\n    def execute(self, x): ...\nS(name="t", reusable=flyte.ReusePolicy(concurrency=2))',
        "`execute` is not async, and the policy's concurrency is 2", "Write it as `async def`",
    ),
    "parent": ('TaskTemplate(name="t", parent_env_name="e")', "`parent_env_name` is 'e', and `parent_env` is not", "Pass the"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_reported_where_it_is_made(case: str, refused: Callable[[str], str]) -> None:
    program, message, mend = MISTAKES[case]

    text = refused(HEAD + program)

    assert message in text
    assert mend in text
    assert "flow.py:" in text


def test_registering_the_same_again_changes_nothing(load: Callable[[str], ModuleType]) -> None:
    made = load(HEAD + "register_plugin(Config, Task)\nTaskPluginRegistry.register(Config, Task)")

    assert TaskPluginRegistry.find(made.Config) is made.Task
    assert TaskPluginRegistry.find(int) is None


def test_the_type_counts_exactly(load: Callable[[str], ModuleType]) -> None:
    made = load(HEAD + "register_plugin(Config, Task)\nclass Sub(Config): pass")

    assert TaskPluginRegistry.find(made.Sub) is None


def test_a_task_shows_the_settings_that_hold(load: Callable[[str], ModuleType]) -> None:
    made = load(
        HEAD + 'env = flyte.TaskEnvironment("x", env_vars={"A": "1"})\n'
        "@env.task(retries=2)\nasync def f(a: int, b: str = 'x') -> float: ...\ng = f.override(retries=5)"
    )

    assert (made.f.retries.count, made.g.retries.count) == (2, 5)
    assert made.f.env_vars == {"A": "1"}
    assert made.f.parent_env() is made.env
    assert made.f.parent_env_name == "x"
    assert made.f.task_type == "python"
    assert made.f.native_interface == made.f.interface
    assert made.f.interface.inputs["b"] == (str, "x")
    assert made.f.interface.outputs == {"o0": float}
    assert made.f.json_schema == {
        "type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}, "required": ["a"],
        "additionalProperties": False,
    }  # fmt: skip


EVERY = """
class Mine(TaskTemplate):
    async def execute(self, x): return x

mine = Mine(
    name="mine", interface=NativeInterface({"x": int}, {"y": int}), short_name="Mine", task_type="own",
    task_type_version=2, image="python:3.11", resources=flyte.Resources(cpu=1), cache="disable", interruptible=False,
    retries=1, reusable=flyte.ReusePolicy(), docs=flyte.Documentation("Mine."), env_vars={"A": "1"}, secrets="s",
    timeout=5, pod_template=flyte.PodTemplate(labels={"a": "b"}), report=True, queue=None, debuggable=False,
    parent_env=None, parent_env_name=None, max_inline_io_bytes=1000, triggers=(),
)

@env.task
async def main(x: int) -> int:
    return await mine(x=x)
"""


def test_a_template_takes_every_field_of_flytes(load: Callable[[str], ModuleType]) -> None:
    module = load(HEAD + EVERY)

    manifest = compile_task(module.main, image="python:3.11")

    templates = next(item for item in manifest.objects if item["kind"] == "WorkflowTemplate")["spec"]["templates"]
    pod = next(item for item in templates if item["name"] == "mine")
    notes = pod["metadata"]["annotations"]
    assert notes["workflows.argoproj.io/title"] == "Mine"
    assert notes["workflows.argoproj.io/description"] == "Mine."
    assert notes["tiphys.dev/task-type"] == "own/2"
    assert notes["tiphys.dev/reusable"].startswith("replicas=2..2")
    assert notes["tiphys.dev/report"].endswith("/report.html")
    assert pod["metadata"]["labels"] == {"a": "b"}
    assert pod["container"]["image"] == "python:3.11"
    assert pod["container"]["resources"] == {"requests": {"cpu": "1"}}
    assert {"A", "S"} <= {each["name"] for each in pod["container"]["env"]}
    assert (pod["retryStrategy"]["limit"], pod["activeDeadlineSeconds"]) == ("1", 65)


def test_a_template_may_belong_to_an_environment(load: Callable[[str], ModuleType]) -> None:
    made = load(HEAD + "import weakref\nt = TaskTemplate(name='t', parent_env=weakref.ref(env), parent_env_name='e')")

    assert made.t.environment is made.env
    assert made.t.short_name == "t"


def test_a_template_that_does_nothing_says_so(load: Callable[[str], ModuleType]) -> None:
    made = load(HEAD + "t = TaskTemplate(name='t')")

    with pytest.raises(NotImplementedError, match="the task `t` says neither `execute` nor `forward`"):
        made.t()


def test_forward_calls_the_function_alone(load: Callable[[str], ModuleType]) -> None:
    made = load(
        HEAD + "class Loud(AsyncFunctionTaskTemplate):\n    def post(self, value): return value + '!'\n"
        "register_plugin(Config, Loud)\nenv = flyte.TaskEnvironment('x', plugin_config=Config())\n"
        "@env.task\ndef f(a: str) -> str: return a"
    )

    assert made.f("x") == "x!"
    assert made.f.forward("x") == "x"
    assert made.f.func("x") == "x"


def test_a_task_is_equal_to_itself_alone(load: Callable[[str], ModuleType]) -> None:
    made = load(
        HEAD + "@dataclass(kw_only=True)\nclass Data(AsyncFunctionTaskTemplate):\n    plugin_config: Config\n"
        "register_plugin(Config, Data)\nenv = flyte.TaskEnvironment('x', plugin_config=Config())\n"
        "@env.task\ndef f(): ...\n@env.task\ndef g(): ..."
    )

    assert made.f != made.g
    assert len({made.f, made.g}) == 2
