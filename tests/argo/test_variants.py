"""Triggers that say what is compiled into the pods start a variant of the program's template."""

from __future__ import annotations

from typing import Any

from tests.argo.conftest import Load
from tiphys.argo.report import Manifest
from tiphys.compiling import compile_task

PROGRAM = """
env = tiphys.TaskEnvironment('e')

@env.task(cache='auto')
async def leaf(n: int) -> str: return str(tiphys.ctx().custom_context)

N = tiphys.Cron('@daily')

@env.task(triggers=[{triggers}])
async def main(n: int = 1) -> str: return await leaf(n)
"""


def made(load: Load, *triggers: str) -> Manifest:
    said = ", ".join(f"tiphys.Trigger('t{number}', N, {words})" for number, words in enumerate(triggers))
    return compile_task(load(PROGRAM.format(triggers=said)))


def started(manifest: Manifest) -> list[str]:
    """Give the template that each trigger starts."""
    crons = [item for item in manifest.objects if item["kind"] == "CronWorkflow"]
    return [item["spec"]["workflowSpec"]["workflowTemplateRef"]["name"] for item in crons]


def further(manifest: Manifest, kind: str) -> dict[str, Any]:
    return {name: item for name, item in manifest.further if item["kind"] == kind}


def test_a_trigger_that_says_nothing_starts_the_template_of_the_program(load: Load) -> None:
    manifest = made(load, "inputs={'n': 2}", "interruptible=None, queue=None, overwrite_cache=False")
    assert started(manifest) == [manifest.template, manifest.template]
    assert manifest.further == ()


def test_a_context_is_given_to_every_task_of_the_runs_and_to_no_other(load: Load) -> None:
    manifest = made(load, "", "custom_context={'who': 'cron'}")
    plain, own = started(manifest)
    assert plain == manifest.template
    template = further(manifest, "WorkflowTemplate")["e-main-t1"]
    assert template["metadata"]["name"] == own != plain
    assert "cron" in str(template)
    assert "cron" not in str(manifest.objects[1])
    assert len(further(manifest, "ConfigMap")) == 1


def test_runs_that_overwrite_the_cache_look_for_no_result_and_keep_theirs(load: Load) -> None:
    manifest = made(load, "overwrite_cache=True")
    (template,) = further(manifest, "WorkflowTemplate").values()
    (pod,) = (item for item in template["spec"]["templates"] if "container" in item)
    assert "kept" not in [item["name"] for item in pod["inputs"].get("artifacts", ())]
    assert "kept" in [item["name"] for item in pod["outputs"]["artifacts"]]
    assert further(manifest, "ConfigMap") == {}  # the code is the same


def test_triggers_that_say_the_same_share_a_variant(load: Load) -> None:
    manifest = made(load, "custom_context={'a': 'b', 'c': 'd'}", "custom_context={'c': 'd', 'a': 'b'}, inputs={'n': 3}")
    first, second = started(manifest)
    assert first == second != manifest.template
    assert list(further(manifest, "WorkflowTemplate")) == ["e-main-t0"]


def test_what_makes_no_difference_needs_no_template_of_its_own(load: Load) -> None:
    source = PROGRAM.format(triggers="tiphys.Trigger('t', N, overwrite_cache=True)").replace("cache='auto'", "")
    manifest = compile_task(load(source))
    assert started(manifest) == [manifest.template]
    assert manifest.further == ()


def test_every_object_is_told_of_once(load: Load) -> None:
    manifest = made(load, "", "overwrite_cache=True", "custom_context={'a': 'b'}")
    names = [f"{item['kind']}/{item['metadata']['name']}" for item in manifest.every_object]
    assert len(set(names)) == len(names) == 8  # a bundle, a template, three triggers; a template; a bundle, a template
    assert sorted(manifest.report.bytes) == sorted(names)
