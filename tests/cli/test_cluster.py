"""Commands against a real API server. In the place of Argo's controller stands one that runs the engine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import Command
from tiphys.cluster import Unreachable, connect
from tiphys.engine import execute

if TYPE_CHECKING:
    from tests.kubernetes.server import Server
    from tiphys.cluster import Cluster

pytestmark = pytest.mark.kubernetes
OURS = "app.kubernetes.io/managed-by=tiphys"


@pytest.fixture
def cluster(api_server: Server, namespace: str) -> Cluster:
    return connect(kubeconfig=api_server.kubeconfig, namespace=namespace)


@pytest.fixture
def controller(cluster: Cluster, tmp_path: Path) -> Iterator[list[str]]:
    """Run each Workflow by the engine, from the objects that are in the cluster; gives the names of those it ran."""
    done: list[str] = []
    stop = threading.Event()

    def reconcile() -> None:
        while not stop.wait(0.1):
            try:
                found = cluster.find("Workflow", labels=OURS)
            except Unreachable:  # the server is still starting to serve them
                continue
            for workflow in found:
                name = workflow["metadata"]["name"]
                if name not in done:
                    done.append(name)
                    try:
                        status = status_of(cluster, workflow, tmp_path / name)
                    except Exception as error:  # noqa: BLE001  whoever watches must not wait for ever
                        status = {"phase": "Error", "message": f"{type(error).__name__}: {error}"}
                    cluster.replace({**workflow, "status": status})

    thread = threading.Thread(target=reconcile, daemon=True)
    thread.start()
    yield done
    stop.set()
    thread.join()


def status_of(cluster: Cluster, workflow: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Run a Workflow and describe it as Argo would."""
    template = cluster.read("WorkflowTemplate", workflow["spec"]["workflowTemplateRef"]["name"])
    assert template is not None
    configs = {
        volume["configMap"]["name"]
        for item in template["spec"]["templates"]
        for volume in item.get("volumes", ())
        if "configMap" in volume
    }
    objects = [template, *(cluster.read("ConfigMap", name) for name in configs)]
    arguments = {item["name"]: item["value"] for item in workflow["spec"]["arguments"].get("parameters", ())}
    ran = execute([item for item in objects if item], arguments, executor="in-process", workdir=folder)
    nodes = {key: node_of(raw) for key, raw in ran.nodes.items()}
    root = next(iter(nodes))
    nodes[root]["name"] = nodes[root]["displayName"] = workflow["metadata"]["name"]
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "phase": str(ran.phase), "message": ran.message, "startedAt": now, "finishedAt": now, "nodes": nodes,
        "storedWorkflowTemplateSpec": template["spec"],
    }  # fmt: skip


def node_of(raw: dict[str, Any]) -> dict[str, Any]:
    """Describe a node of the engine as Argo would."""

    def parameters(held: dict[str, str] | None) -> dict[str, Any]:
        return {"parameters": [{"name": name, "value": value} for name, value in (held or {}).items()]}

    def moment(seconds: float | None) -> str | None:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else None

    return {
        "id": raw["id"], "name": raw["id"], "displayName": raw["name"], "type": raw["kind"], "phase": str(raw["phase"]),
        "templateName": raw["template"], "boundaryID": raw["boundary"] or "", "startedAt": moment(raw["started"]),
        "finishedAt": moment(raw["finished"]), "inputs": parameters(raw["inputs"]),
        "outputs": parameters(raw["outputs"]), "message": raw["message"] or "",
    }  # fmt: skip


@pytest.fixture
def compile_here(tiphys: Command, api_server: Server, namespace: str, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `tiphys compile` and the like against the test server."""
    monkeypatch.setenv("KUBECONFIG", str(api_server.kubeconfig))

    def command(*words: str) -> Any:
        split = words.index("--") if "--" in words else len(words)
        return tiphys(*words[:split], "--namespace", namespace, *words[split:])

    return command


@pytest.mark.usefixtures("controller")
def test_submit_and_watch_end_with_the_result(compile_here: Command, flow: str) -> None:
    done = compile_here("compile", flow, "main", "--submit", "--watch", "--json", "--", "--item", "tea", "--count", "3")
    told = json.loads(done.out)

    assert done.code == 0, done.err
    assert told["status"] == "succeeded"
    assert told["result"] == {"one": 4.5, "many": 13.5, "gift": False}
    assert told["pods"] == 3
    assert f"submitted {told['run']}" in done.err
    assert "[3/3]" in done.err


@pytest.mark.usefixtures("controller")
def test_a_failed_run_ends_with_the_traceback_and_one(compile_here: Command, flow: str) -> None:
    done = compile_here("compile", flow, "broken", "--submit", "--watch")

    assert done.code == 1
    assert done.out == ""
    assert done.err.endswith("ValueError: no tea\n  in shop.refuse\n")


@pytest.mark.usefixtures("controller")
def test_result_reads_what_an_earlier_run_returned(compile_here: Command, flow: str) -> None:
    name = compile_here("compile", flow, "main", "--submit", "--", "--item", "tea").out.strip()
    told = json.loads(compile_here("result", name, "--json").out)

    assert told["run"] == name
    assert told["result"] == {"one": 4.5, "many": 9.0, "gift": False}
    assert compile_here("result", name).out == "{'one': 4.5, 'many': 9.0, 'gift': False}\n"


def test_an_unchanged_program_makes_no_second_template(compile_here: Command, flow: str, cluster: Cluster) -> None:
    for _ in range(2):
        assert compile_here("compile", flow, "main", "--submit", "--", "--item", "tea").code == 0

    assert len(cluster.find("WorkflowTemplate", labels=OURS)) == 1
    assert len([item for item in cluster.find("ConfigMap", labels=OURS) if "bundle" in item["metadata"]["name"]]) == 1
    assert len(cluster.find("Workflow", labels=OURS)) == 2


def test_an_object_that_is_not_ours_is_left_alone(
    compile_here: Command, flow: str, cluster: Cluster, tmp_path: Path
) -> None:
    compile_here("compile", flow, "main", "-o", str(tmp_path / "out"), "--format", "json")
    template = json.loads((tmp_path / "out" / "shop-main.workflowtemplate.json").read_text())
    template["metadata"]["labels"] = {}
    cluster.create(template)
    done = compile_here("compile", flow, "main", "--submit", "--", "--item", "tea")

    assert done.code == 3
    assert template["metadata"]["name"] in done.err
    assert cluster.find("Workflow", labels=OURS) == []
    assert [item for item in cluster.find("ConfigMap", labels=OURS) if "bundle" in item["metadata"]["name"]] == []


def test_a_run_that_is_not_there(compile_here: Command) -> None:
    done = compile_here("result", "gone")

    assert done.code == 3
    assert "there is no run `gone` in the namespace" in done.err
