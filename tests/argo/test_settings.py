"""What the settings of a task become in its pod."""

from __future__ import annotations

import json
import zipfile
from base64 import b64decode
from io import BytesIO
from typing import Any

import pytest

from tests.argo.conftest import Load, Lower, Lowered
from tiphys.compiling import compile_task
from tiphys.diagnostics import ProgramError


def one(lower: Lower, *, env: str = "", task: str = "", **options: Any) -> Any:
    """Compile one task under settings, and give its template."""
    made = lower(
        f"x = tiphys.TaskEnvironment('x', {env})\n@x.task({task})\nasync def main() -> int: return 1", **options
    )
    return made["x-main-2"]


def test_a_task_that_says_nothing_asks_for_nothing(lower: Lower) -> None:
    template = one(lower)
    assert "resources" not in template["container"]
    assert "retryStrategy" not in template
    assert "activeDeadlineSeconds" not in template
    own = [{"name": "PYTHONHASHSEED", "value": "0"}, {"name": "TIPHYS_RUN", "value": "{{workflow.name}}"}]
    assert template["container"]["env"] == own


@pytest.mark.parametrize(
    ("said", "requests", "limits"),
    [
        ("cpu=1", {"cpu": "1"}, None),
        ("cpu=0.5, memory='1Gi'", {"cpu": "0.5", "memory": "1Gi"}, None),
        ("cpu=(1, 2), memory=('1Gi', '2Gi')", {"cpu": "1", "memory": "1Gi"}, {"cpu": "2", "memory": "2Gi"}),
        ("disk='10Gi'", {"ephemeral-storage": "10Gi"}, None),
        ("gpu=2", {"nvidia.com/gpu": "2"}, {"nvidia.com/gpu": "2"}),
        ("cpu='500m', gpu=1", {"cpu": "500m", "nvidia.com/gpu": "1"}, {"nvidia.com/gpu": "1"}),
        ("gpu=0", None, None),
    ],
)
def test_resources_are_requests_and_pairs_are_limits_too(
    lower: Lower, said: str, requests: dict[str, str] | None, limits: dict[str, str] | None
) -> None:
    container = one(lower, env=f"resources=tiphys.Resources({said})")["container"]
    wanted = {name: value for name, value in (("requests", requests), ("limits", limits)) if value}
    assert container.get("resources", {}) == wanted


@pytest.mark.parametrize(
    ("shm", "folder"), [("'auto'", {"medium": "Memory"}), ("'2Gi'", {"medium": "Memory", "sizeLimit": "2Gi"})]
)
def test_shared_memory_is_a_folder_in_memory(lower: Lower, shm: str, folder: dict[str, str]) -> None:
    template = one(lower, env=f"resources=tiphys.Resources(shm={shm})")
    assert {"name": "shm", "emptyDir": folder} in template["volumes"]
    assert {"name": "shm", "mountPath": "/dev/shm"} in template["container"]["volumeMounts"]


def test_retries_are_by_exit_code(lower: Lower) -> None:
    template = one(lower, task="retries=3")
    strategy = template["retryStrategy"]
    assert {"name": "TIPHYS_ATTEMPT", "value": "{{retries}}"} in template["container"]["env"]
    assert strategy == {
        "limit": "3",
        "retryPolicy": "Always",
        "expression": "lastRetry.status == 'Error' || "
        "!(lastRetry.message matches '^(main: |Pod was active on the node longer)') || "
        "lastRetry.exitCode in ['1','4','75','137','143']",
    }


@pytest.mark.parametrize(
    ("backoff", "wanted"),
    [
        ("timedelta(seconds=1)", {"duration": "1s", "factor": "1"}),
        ("timedelta(days=30)", {"duration": "2592000s", "factor": "1"}),
        ("timedelta(milliseconds=1500)", {"duration": "1500000us", "factor": "1"}),
        ("timedelta(seconds=2), 2, timedelta(minutes=5)", {"duration": "2s", "factor": "2", "cap": "300s"}),
    ],
)
def test_backoff_is_written_as_go_reads_it(lower: Lower, backoff: str, wanted: dict[str, str]) -> None:
    text = backoff.replace("timedelta", "__import__('datetime').timedelta").split(", ")
    named = ", ".join(f"{name}={value}" for name, value in zip(("base", "factor", "cap"), text, strict=False))
    assert (
        one(lower, task=f"retries=tiphys.RetryStrategy(2, tiphys.Backoff({named}))")["retryStrategy"]["backoff"]
        == wanted
    )


@pytest.mark.parametrize(("timeout", "deadline"), [("60", 120), ("0.5", 61), ("0", None), ("None", None)])
def test_argos_deadline_is_a_minute_behind_the_shims(lower: Lower, timeout: str, deadline: int | None) -> None:
    assert one(lower, task=f"timeout={timeout}").get("activeDeadlineSeconds") == deadline


def test_secrets_come_from_the_cluster(lower: Lower) -> None:
    env = one(
        lower, env="secrets=['plain', tiphys.Secret('token', group='api'), tiphys.Secret('a.b', 'g', as_env_var='AB')]"
    )
    found = {item["name"]: item["valueFrom"]["secretKeyRef"] for item in env["container"]["env"] if "valueFrom" in item}
    assert found == {
        "PLAIN": {"name": "plain", "key": "value"},
        "API_TOKEN": {"name": "api", "key": "token"},
        "AB": {"name": "g", "key": "a.b"},
    }


def entry_of(made: Lowered, name: str) -> Any:
    """Read an entry of the bundle."""
    archive = zipfile.ZipFile(BytesIO(b64decode(made.config["binaryData"]["tiphys.zip"])))
    return json.loads(archive.read("bundle.json"))["entries"][name]


def test_variables_that_would_be_changed_on_the_way_are_set_by_the_shim(lower: Lower) -> None:
    variables = {"A": "1", "B": "{{workflow.name}}", "C": "$(A)", "D": "$$", "E": "a $b"}
    made = lower(f"x = tiphys.TaskEnvironment('x', env_vars={variables})\n@x.task\nasync def main() -> int: return 1")
    assert {item["name"]: item["value"] for item in made["x-main-2"]["container"]["env"]} == {
        "PYTHONHASHSEED": "0",
        "TIPHYS_RUN": "{{workflow.name}}",
        "A": "1",
        "E": "a $b",
    }
    assert entry_of(made, "x-main-2")["env"] == {"B": "{{workflow.name}}", "C": "$(A)", "D": "$$"}


def test_the_image_is_the_tasks_or_the_commands_or_a_slim_python(lower: Lower) -> None:
    assert one(lower, env="image='a/b:1'", image="c/d:2")["container"]["image"] == "a/b:1"
    assert one(lower, env="image='auto'", image="c/d:2")["container"]["image"] == "c/d:2"
    assert one(lower)["container"]["image"].startswith("python:3.")


def test_calls_that_differ_in_settings_have_templates_of_their_own(lower: Lower) -> None:
    made = lower("""
@env.task
async def f(i: int) -> int: return i
@env.task
async def main() -> None:
    await f(1)
    await f.override(retries=2)(2)
    await f.override(retries=2)(3)
    await f(4)
""")
    assert [task["template"] for task in made.tasks().values()] == ["e-f", "e-f-2", "e-f-2", "e-f"]
    assert made["e-f-2"]["retryStrategy"]["limit"] == "2"


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ("image='a:{{workflow.name}}'", "the image 'a:{{workflow.name}}' holds"),
        ("env_vars={'a b': '1'}", "'a b' is no name of an environment variable"),
        ("env_vars={'{{x}}': '1'}", "'{{x}}' is no name of an environment variable"),
        ("env_vars={'TIPHYS_POD': '1'}", "variables that start with `TIPHYS_` are tiphys' own"),
        ("env_vars={'PYTHONHASHSEED': '1'}", "`PYTHONHASHSEED` is always 0 in a pod"),
        ("secrets=tiphys.Secret('k', 'Group_1')", "'Group_1' is no name of a Kubernetes Secret"),
        ("secrets='API_KEY'", "Name the Secret that holds it"),
        ("secrets=tiphys.Secret('{{x}}', 'g', as_env_var='A')", "'{{x}}' is no key in a Kubernetes Secret"),
        ("env_vars={'A': '1'}, secrets=tiphys.Secret('a')", "the variable `A` is set twice"),
    ],
)
def test_what_would_be_refused_once_a_pod_is_made_is_refused_now(load: Load, env: str, message: str) -> None:
    text = f"x = tiphys.TaskEnvironment('x', {env})\n@x.task\nasync def main() -> int: return 1"
    with pytest.raises(ProgramError) as refused:
        compile_task(load(text))
    assert message in str(refused.value)
    assert refused.value.mistakes[0].where is not None


def test_pods_of_glue_run_where_their_orchestrator_would(lower: Lower) -> None:
    made = lower("""
inner_env = tiphys.TaskEnvironment('inner', image='a/inner:1', service_account='inner', env_vars={'A': '1'})
outer_env = tiphys.TaskEnvironment('outer', image='a/outer:1', resources=tiphys.Resources(cpu=4))

@env.task
async def f(i: int) -> int: return i

@inner_env.task
async def inner(n: int) -> int:
    return await f(sum(await asyncio.gather(*[f(i + 1) for i in range(n)])))

@outer_env.task
async def main(n: int = 2) -> int:
    return await inner(n * 2) + await f(len([await f(i) for i in range(n)]))
""")
    glue = [item for item in made.spec["templates"] if "container" in item and "glue" in item["name"]]
    found = {(item["name"].split("-")[0], item["container"]["image"], item.get("serviceAccountName")) for item in glue}
    assert found == {("inner", "a/inner:1", "inner"), ("outer", "a/outer:1", None)}
    assert all("resources" not in item["container"] for item in glue)
    assert all(variable["name"] != "A" for item in glue for variable in item["container"]["env"])
