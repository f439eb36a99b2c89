"""Pod templates where no task is: the pods of glue, and those of containers beside the shim."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import tiphys
from tiphys.compiling import compile_task
from tiphys.diagnostics import ProgramError
from tiphys.extras import ContainerTask
from tiphys.profile import find_profile
from tiphys.settings import Settings

env = tiphys.TaskEnvironment("shapes")


@env.task
async def step(n: int) -> int:
    return n


@env.task
async def summed(n: int = 3) -> int:
    found = [await step(i) for i in range(n)]
    return sum(found)


def pods_of(task: Any, folder: Path, profile: str) -> list[dict[str, Any]]:
    (folder / "tiphys.toml").write_text(profile)
    manifest = compile_task(task, profile=find_profile(folder))
    template = next(item for item in manifest.objects if item["kind"] == "WorkflowTemplate")
    return [item for item in template["spec"]["templates"] if "container" in item or "containerSet" in item]


def test_the_profile_s_pod_template_is_that_of_glue_too(tmp_path: Path) -> None:
    profile = 'pod_template = "locked"\n[pod_templates.locked]\nsecurityContext = { runAsNonRoot = true }'

    found = pods_of(summed, tmp_path, profile)

    assert {item["metadata"]["annotations"]["tiphys.dev/task"] for item in found} == {"shapes.step", "glue"}
    assert all(item["securityContext"] == {"runAsNonRoot": True} for item in found)


def test_a_container_task_takes_a_pod_template(tmp_path: Path) -> None:
    spec = {
        "containers": [{"name": "primary", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
        "volumes": [{"name": "data", "emptyDir": {}}],
        "tolerations": [{"key": "a", "operator": "Exists"}],
    }
    task = ContainerTask(name="shell", image="busybox:1", command=["true"], pod_template=tiphys.PodTemplate(spec))

    (pod,) = pods_of(task, tmp_path, "")

    mounts = {item["name"]: item.get("volumeMounts", []) for item in pod["containerSet"]["containers"]}
    assert {"name": "data", "mountPath": "/data"} in mounts["user"]
    assert pod["tolerations"] == [{"key": "a", "operator": "Exists"}]


@pytest.mark.parametrize("level", ["task", "override", "environment", "profile"])
def test_a_container_task_keeps_its_image_and_tells_which_one_it_does_not_take(tmp_path: Path, level: str) -> None:
    given = tiphys.PodTemplate({"containers": [{"name": "primary", "image": "other:1"}]})
    said: dict[str, Any] = {"pod_template": given} if level == "task" else {}
    task: Any = ContainerTask(name="shell", image="busybox:1", command=["true"], **said)
    if level == "override":
        task = task.override(pod_template=given)
    if level == "environment":
        tiphys.TaskEnvironment.from_task("around", task).settings = Settings(pod_template=given)
    profile = 'pod_template = "p"\n[pod_templates.p]\ncontainers = [{ name = "primary", image = "other:1" }]'
    (tmp_path / "tiphys.toml").write_text(profile if level == "profile" else "")
    manifest = compile_task(task, profile=find_profile(tmp_path))

    template = next(item for item in manifest.objects if item["kind"] == "WorkflowTemplate")
    (pod,) = [item for item in template["spec"]["templates"] if "containerSet" in item]
    images = {item["name"]: item["image"] for item in pod["containerSet"]["containers"]}
    assert images["user"] == "busybox:1"
    assert "other:1" not in images.values()
    (note,) = [note for note in manifest.notes if "other:1" in note]
    assert note.endswith("`shell` runs busybox:1, its own image, and not that of its pod template, other:1")
    (told,) = [told for told in manifest.report.tasks if told.task == "shell"]
    assert (told.settings["image"].value, told.settings["image"].level) == ("busybox:1", "task")


def test_a_container_task_and_a_pod_template_of_one_image_are_no_note(tmp_path: Path) -> None:
    given = tiphys.PodTemplate({"containers": [{"name": "primary", "image": "busybox:1"}]})
    task = ContainerTask(name="shell", image="busybox:1", command=["true"], pod_template=given)

    assert not any("its own image" in note for note in compile_task(task, profile=find_profile(tmp_path)).notes)


def test_names_in_the_pod_of_a_container_task_are_taken(tmp_path: Path) -> None:
    spec = {"volumes": [{"name": "inputs", "emptyDir": {}}]}
    task = ContainerTask(name="shell", image="busybox:1", command=["true"], pod_template=tiphys.PodTemplate(spec))

    with pytest.raises(ProgramError, match="`inputs` is the name of something in the pod of a container task"):
        pods_of(task, tmp_path, "")


def test_a_label_of_the_queue_is_not_changed_in_silence(tmp_path: Path) -> None:
    labels = {"kueue.x-k8s.io/queue-name": "other"}
    task = ContainerTask("shell", "busybox:1", ["true"], queue="a", pod_template=tiphys.PodTemplate(labels=labels))

    with pytest.raises(ProgramError, match="is 'other', and the task's queue says 'team'"):
        pods_of(task, tmp_path, "[queues.a]\nkueue = 'team'")
