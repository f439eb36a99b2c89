"""Every object that is emitted is accepted by a real API server with Argo's definitions, strictly."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.argo.conftest import Lower
from tiphys.argo.emit import to_yaml
from tiphys.authoring.task import TaskTemplate
from tiphys.compiling import compile_task
from tiphys.loading import load_module, tasks_of
from tiphys.tracing.reach import is_orchestrator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kubernetes.server import Server

REPOSITORY = Path(__file__).parents[2]
FILES = sorted(
    file
    for folder in ("examples", "tests/programs")
    for file in (REPOSITORY / folder).glob("*.py")
    if not file.name.startswith(("test_", "conftest", "_"))
)
ANNOTATION = 262_144
"""What `kubectl apply` keeps of an object, in an annotation, may have so many bytes."""

pytestmark = pytest.mark.kubernetes


def orchestrators(file: Path) -> Iterator[TaskTemplate[..., Any]]:
    """Give the tasks of a file that are run: those that its cases name, or all orchestrators."""
    module = load_module(file)
    cases = dict.fromkeys(case[0] for case in getattr(module, "CASES", ()))
    tasks = tasks_of(module)
    yield from (tasks[name] for name in cases or tasks if cases or is_orchestrator(tasks[name]))


def accept(server: Server, namespace: str, item: dict[str, Any]) -> None:
    """Let the API server validate an object, as `kubectl create --dry-run=server --validate=strict` does."""
    kinds = {
        "ConfigMap": "api/v1/namespaces/{}/configmaps",
        "WorkflowTemplate": "apis/argoproj.io/v1alpha1/namespaces/{}/workflowtemplates",
    }
    path = kinds[item["kind"]].format(namespace)
    answer = server.ask("POST", f"/{path}?dryRun=All&fieldValidation=Strict", item)
    assert answer["metadata"]["name"] == item["metadata"]["name"]
    if item["kind"] == "WorkflowTemplate":
        assert answer["spec"] == item["spec"], "the API server dropped or changed something"


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_object_of_every_program_is_accepted(api_server: Server, namespace: str, file: Path) -> None:
    bundle_seen = False
    for task in orchestrators(file):
        config, template = compile_task(task).objects
        accept(api_server, namespace, template)
        if not bundle_seen:
            accept(api_server, namespace, config)
            bundle_seen = True


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_kubectl_can_keep_every_object_in_an_annotation(file: Path) -> None:
    for task in list(orchestrators(file))[:3]:
        for item in compile_task(task).objects:
            size = len(json.dumps({**item, "metadata": {**item["metadata"], "annotations": {}, "namespace": "x" * 63}}))
            assert size < ANNOTATION, f"{task.name}: {item['kind']} has {size} bytes"


SETTINGS = """
from datetime import timedelta
both = tiphys.TaskEnvironment(
    "both", image="a/b:1", env_vars={"y": "on", "N": "1e3", "B": "{{x}}"},
    secrets=["plain", tiphys.Secret("token", group="api")],
    resources=tiphys.Resources(cpu=(0.5, 1), memory="1Gi", gpu=2, disk=("1Gi", "2Gi"), shm="1Gi"),
)
backoff = tiphys.Backoff(base=timedelta(seconds=1.5), factor=2, cap=timedelta(minutes=5))
@both.task(retries=tiphys.RetryStrategy(3, backoff), timeout=90.5)
async def f(y: str, at: str) -> str:
    \"\"\"Has {{braces}}.\"\"\"
    return y
@env.task
async def empty(x: str) -> str:
    if False:
        await f(x, x)
    return x
@env.task
async def main(n: str = "no", on: int = 1) -> str:
    \"\"\"Has {{{{braces}} too: é ☃.\"\"\"
    xs = await asyncio.gather(*(f(n, "a{{b}}$(x)") for _ in range(20)))
    return await f(await empty(xs[0]), "".join(xs))
"""


def test_every_setting_is_accepted(api_server: Server, namespace: str, lower: Lower) -> None:
    for item in lower(SETTINGS).manifest.objects:
        accept(api_server, namespace, item)


@pytest.mark.slow
def test_a_wide_program_is_accepted(api_server: Server, namespace: str, lower: Lower) -> None:
    made = lower("""
@env.task
async def f(i: int) -> int: return i
@env.task
async def main() -> None:
    xs = await asyncio.gather(*(f(i) for i in range(500)))
    await asyncio.gather(*(f(x) for x in xs))
""")
    accept(api_server, namespace, made.template)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_applies_the_stream_twice(api_server: Server, namespace: str, lower: Lower) -> None:
    text = to_yaml(lower(SETTINGS).manifest.objects)
    command = [
        "kubectl",
        "--kubeconfig",
        str(api_server.kubeconfig),
        "--namespace",
        namespace,
        "apply",
        "--filename",
        "-",
    ]
    for said in ("created", "unchanged"):
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count(said) == 2
