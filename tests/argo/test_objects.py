"""Tasks that create an object of Kubernetes: what Argo is told, and what a run makes of it."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.argo.conftest import Load, Lower, parameters
from tiphys.compiling import compile_task
from tiphys.diagnostics import ProgramError, UsageError
from tiphys.profile import Profile
from tiphys.runs import RunContext
from tiphys_runtime import resource
from tiphys_runtime.errors import NonRecoverableError, ResourceError

PROGRAM = """
from tiphys.extend import KubernetesResource, ResourceTask
jobs = tiphys.TaskEnvironment("jobs", plugin_config=KubernetesResource({config}))

@jobs.task{decorator}
async def job(n: int) -> dict:
    return {{"apiVersion": "batch/v1", "kind": "Job", "spec": {{"parallelism": n}}}}

@env.task
async def main(n: int) -> dict:
    return await job{override}(n=n)
"""
CONFIG = 'success="status.succeeded > 0", failure="status.failed > 0"'


def program(config: str = CONFIG, decorator: str = "", override: str = "") -> str:
    return PROGRAM.format(config=config, decorator=decorator, override=override)


def test_a_pod_makes_the_manifest_argo_creates_the_object_a_pod_reads_it(lower: Lower) -> None:
    made = lower(program())

    tasks = made.tasks()
    assert list(tasks) == ["job", "job-object", "job-end"]
    assert tasks["job-object"]["depends"] == "job.Succeeded"
    assert tasks["job-end"]["depends"] == "job-object.Succeeded"
    guard = made[tasks["job-object"]["template"]]
    assert guard["dag"]["tasks"][0]["continueOn"] == {"failed": True, "error": True}
    assert parameters(guard["dag"]["tasks"][0]["arguments"]) == {
        "manifest": "{{=fromJSON(inputs.parameters['manifest']).v}}"
    }
    inner = made[guard["dag"]["tasks"][0]["template"]]
    assert inner["resource"] == {
        "action": "create", "manifest": "{{inputs.parameters.manifest}}",
        "successCondition": "status.succeeded > 0", "failureCondition": "status.failed > 0",
    }  # fmt: skip


SETTINGS = """.override(
    resources=tiphys.Resources(cpu=4, gpu=1), secrets="token", env_vars={"A": "1"}, produces_artifacts=True,
)"""


def test_what_the_code_needs_is_for_the_pod_that_runs_it_and_the_result_is_the_other_ones(lower: Lower) -> None:
    made = lower(program(override=SETTINGS))

    first, last = (made[made.tasks()[name]["template"]] for name in ("job", "job-end"))
    assert first["container"]["resources"]["requests"] == {"cpu": "4", "nvidia.com/gpu": "1"}
    assert {"A", "TOKEN"} < {item["name"] for item in first["container"]["env"]}
    assert "resources" not in last["container"]
    assert not {"A", "TOKEN"} & {item["name"] for item in last["container"]["env"]}
    kept = ["tiphys.dev/artifact" in each["metadata"]["annotations"] for each in (first, last)]
    assert kept == [False, True]


def test_the_object_is_what_is_tried_again_and_has_a_timeout(lower: Lower) -> None:
    made = lower(program(decorator="(retries=2, timeout=60, service_account='jobs')"))

    templates = [item for item in made.spec["templates"] if "dag" not in item]
    pods, objects = ([item for item in templates if (kind in item)] for kind in ("container", "resource"))
    assert all("retryStrategy" not in item and "activeDeadlineSeconds" not in item for item in pods)
    assert objects[0]["retryStrategy"] == {"limit": "2", "retryPolicy": "Always"}
    assert objects[0]["activeDeadlineSeconds"] == 60
    assert objects[0]["serviceAccountName"] == "jobs"


PLACED = """
shape = tiphys.PodTemplate(
    {"containers": [{"name": "primary", "image": "x:1"}], "tolerations": [{"operator": "Exists"}], "hostNetwork": True},
    labels={"team": "ml"},
)
"""
AROUND = """.override(
    queue="database", interruptible=True, pod_template=shape, short_name="The job", resources=tiphys.Resources(gpu=1),
)"""
CLUSTER = {
    "pods": {"labels": {"all": "pods"}, "annotations": {"a": "b"}},
    "interruptible": "gke",
    "queues": {"database": {"kueue": "team-ml", "mutex": "database", "priority_class": "low"}},
}


def test_argos_pod_is_placed_as_any_pod_of_the_task_and_asks_for_no_device(load: Load) -> None:
    profile = Profile.model_validate(CLUSTER)

    manifest = compile_task(load(PLACED + program(override=AROUND)), profile=profile)

    templates = manifest.objects[1]["spec"]["templates"]
    found = next(item for item in templates if "resource" in item)
    assert found["metadata"]["labels"] == {"all": "pods", "team": "ml", "kueue.x-k8s.io/queue-name": "team-ml"}
    assert found["metadata"]["annotations"].items() >= {"a": "b", "tiphys.dev/task": "jobs.job-object"}.items()
    assert found["annotations"] == {"workflows.argoproj.io/display-name": "The-job"}
    assert found["synchronization"] == {"mutexes": [{"name": "database"}]}
    assert found["priorityClassName"] == "low"
    assert found["nodeSelector"] == {"cloud.google.com/gke-spot": "true"}
    assert {"operator": "Exists"} in found["tolerations"]
    assert "nvidia.com/gpu" not in [item.get("key") for item in found["tolerations"]]
    assert json.loads(found["podSpecPatch"]) == {"hostNetwork": True}
    assert not {"container", "sidecars", "volumes"} & set(found)
    told = {one.task: set(one.settings) for one in manifest.report.tasks}
    assert told["jobs.job-object"] == {"short_name", "pod_template", "interruptible", "queue", "plugin_config"}
    notes = [note for note in manifest.notes if "`jobs.job-object` is interruptible" in note]
    assert len(notes) == 1
    assert "say `retries=`" in notes[0]


def test_what_is_left_for_others_is_called_as_the_task_is(lower: Lower) -> None:
    made = lower(program(override=SETTINGS))

    last = made[made.tasks()["job-end"]["template"]]
    key = "tiphys/artifacts/{{workflow.namespace}}/jobs.job/{{workflow.name}}/{{inputs.parameters.at}}/_"
    assert last["metadata"]["annotations"]["tiphys.dev/artifact"] == key
    assert key in [item.get("s3", {}).get("key") for item in last["outputs"]["artifacts"]]


def test_the_object_is_tried_again_after_pauses(lower: Lower) -> None:
    made = lower(program(decorator="(retries=tiphys.RetryStrategy(2, tiphys.Backoff(5)))"))

    found = next(item for item in made.spec["templates"] if "resource" in item)
    assert found["retryStrategy"]["backoff"] == {"duration": "5s", "factor": "1"}


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("retries=tiphys.RetryStrategy(2, on=KeyError)", r"`RetryStrategy\(on=...\)`"),
        ("retries=tiphys.RetryStrategy(2, lost=3)", r"`RetryStrategy\(lost=...\)`"),
        ("retries=tiphys.RetryStrategy(2, grow_memory=2)", r"`RetryStrategy\(grow_memory=...\)`"),
        ("timeout=tiphys.Timeout(deadline=60)", r"`Timeout\(deadline=...\)`"),
        ("timeout=tiphys.Timeout(max_queued_time=60)", r"`Timeout\(max_queued_time=...\)`"),
    ],
)
def test_what_only_a_pod_can_keep_is_refused(lower: Lower, said: str, what: str) -> None:
    with pytest.raises(ProgramError, match=rf"{what} speaks of a pod, and the task creates an object"):
        lower(program(decorator=f"({said})"))


def test_an_override_has_another_condition(lower: Lower) -> None:
    made = lower(program(override=".override(plugin_config=KubernetesResource(owned=False))"))

    found = next(item["resource"] for item in made.spec["templates"] if "resource" in item)
    assert "successCondition" not in found
    assert "setOwnerReference" not in found


def test_a_limit_of_run_time_is_refused(lower: Lower) -> None:
    with pytest.raises(ProgramError, match=r"a limit that only run time knows cannot end the object of `jobs\.job`"):
        lower(program(override=".override(timeout=n)"))


def test_an_orchestrator_of_a_plugin_is_refused(load: Load) -> None:
    text = program() + "\n@jobs.task\nasync def outer(n: int) -> dict: return await job(n=n)\n"
    text += "@env.task\nasync def around(n: int) -> dict: return await outer(n=n)\n"

    for name in ("outer", "around"):
        with pytest.raises(ProgramError, match=r"`jobs\.outer` calls tasks, so it is traced, and the plugin"):
            compile_task(load(text, name))


def test_inputs_in_yaml_need_quotes(load: Load) -> None:
    text = "apiVersion: v1\\nkind: X\\nn: {{.inputs.n}}"

    with pytest.raises(ProgramError, match="Put quotes around"):
        load(f"from tiphys.extend import ResourceTask\nResourceTask('t', '{text}', {{'n': int}})")


def test_the_results_cannot_be_kept(lower: Lower) -> None:
    with pytest.raises(ProgramError, match="creates an object, so its results cannot be kept"):
        lower(program(decorator='(cache="auto")'))


def test_a_computer_without_a_cluster_says_so(load: Load, tmp_path: Path) -> None:
    manifest = compile_task(load(program()))

    with pytest.raises(UsageError, match="creates an object of Kubernetes, for which there is no cluster"):
        RunContext(workdir=tmp_path).here(manifest, {"n": "3"})


def test_a_plain_call_says_so_and_forward_gives_the_manifest(load: Load) -> None:
    task = load(program() + "\nconfig = ResourceTask('conf', 'apiVersion: v1\\nkind: ConfigMap', {'a': int})", "config")

    with pytest.raises(NonRecoverableError, match="the task `conf` creates an object of Kubernetes"):
        task(a=3)
    assert task.forward(a=3) == {"apiVersion": "v1", "kind": "ConfigMap"}


MISTAKES = {
    "condition": ('KubernetesResource(success="yes")', "it must compare fields of the object with values"),
    "braces": ('KubernetesResource(success="a > {{x}}")', "it must compare fields of the object with values"),
    "unknown field": ('KubernetesResource(sucess="a > 1")', "`KubernetesResource` has no field `sucess`"),
    "no manifest": ('ResourceTask("t", "a: 1")', "the manifest needs `apiVersion` and `kind`"),
    "no YAML": ('ResourceTask("t", "a: [")', "the manifest is no YAML"),
    "unknown input": (
        'ResourceTask("t", {"apiVersion": "v1", "kind": "X", "a": "{{.inputs.nme}}"}, {"name": str})', "names no input",
    ),
    "setting": ('ResourceTask("t", "apiVersion: v1\\nkind: X", retry=3)', "`ResourceTask` has no parameter `retry`"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_reported_where_it_is_made(case: str, load: Load) -> None:
    text, message = MISTAKES[case]

    with pytest.raises(ProgramError) as caught:
        load(f"from tiphys.extend import KubernetesResource, ResourceTask\n{text}")

    assert message in str(caught.value)
    assert ".py:5:" in str(caught.value)


def test_values_are_put_into_a_manifest_and_never_read_as_one() -> None:
    form = {"a": "{{.inputs.n}}", "b": ["<{{ .inputs.text }}>", 3], "{{.inputs.text}}": None, "c": "{{x}}"}

    found = resource.filled(form, {"n": 7, "text": "{{.inputs.n}}"})

    assert found == {"a": 7, "b": ["<{{.inputs.n}}>", 3], "{{.inputs.n}}": None, "c": "{{x}}"}


def test_a_manifest_travels_with_nothing_in_it_that_argo_would_replace() -> None:
    given = {"apiVersion": "v1", "kind": "X", "data": {"text": "{{workflow.name}} {{{{=1}}}} $(x)"}}

    text = resource.written("e.My_task", given)

    assert "{{" not in text
    assert json.loads(text) == {**given, "metadata": {"generateName": "e-my-task-"}}


@pytest.mark.parametrize(
    ("given", "message"),
    [("x", "gives a str, not a dict"), ({"kind": "X"}, "it needs `apiVersion` and `kind`"),
     ({"apiVersion": "v1", "kind": "X", "a": object()}, "is no plain data")],
)  # fmt: skip
def test_what_is_no_manifest_is_refused(given: object, message: str) -> None:
    with pytest.raises(NonRecoverableError, match=message):
        resource.written("t", given)


def test_the_finished_object_is_read_at_some_places_or_as_a_whole() -> None:
    given = {"status": {"succeeded": 1, "list": [{"a": "x"}]}}
    outcome = base64.b64encode(json.dumps(given).encode()).decode()

    assert resource.read(outcome, "t", ()) == given
    assert resource.read(outcome, "t", [("", "status.list.0.a")]) == "x"
    assert resource.read(outcome, "t", [("", "status.succeeded"), ("", "status.list.0.a")]) == (1, "x")
    with pytest.raises(ResourceError, match=r"the object of the task t has no `status\.failed`"):
        resource.read(outcome, "t", [("", "status.failed")])
    with pytest.raises(ResourceError, match="failed, or could not be created"):
        resource.read(None, "t", ())
