from __future__ import annotations

import hashlib
import http.server
import json
import ssl
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.objects import node, report, said, status, template
from tiphys.cluster import Cluster, Outcome, apply, outcome, submit, watch
from tiphys.cluster.nodes import run_of
from tiphys.cluster.result import (
    LARGEST_BYTES,
    LIST_READER,
    MARK,
    READER,
    culprit,
    failure,
    fetch_items,
    location,
    reader,
)
from tiphys.diagnostics import ClusterError, InternalError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kubernetes.server import Server
    from tiphys.cluster import Run

ERROR = '{"e":{"type":"builtins.ValueError","bases":["builtins.Exception"],"message":"no"}}'


def run(phase: str, *nodes: dict[str, Any], **fields: Any) -> Run:
    metadata = {"name": "run", "namespace": "n", "uid": "u"}
    return run_of({"metadata": metadata, "status": status(phase, *nodes, **fields)})


def failed(key: str = "a", **fields: Any) -> dict[str, Any]:
    return node(key, phase="Failed", boundaryID="run", **fields)


def root(phase: str = "Failed", **fields: Any) -> dict[str, Any]:
    return node("run", type="DAG", phase=phase, **fields)


def end(second: int) -> str:
    return f"2026-01-02T03:04:{second:02}Z"


class NoCluster(Cluster):
    """Stands where no request may be made."""

    def __init__(self) -> None:
        super().__init__(None, namespace="n")


def test_the_result_is_the_output_of_the_entry() -> None:
    ended = run("Succeeded", root("Succeeded", outputs=said(r='{"v":[1,2.0]}')), node("a", outputs=said(v='{"v":3}')))
    assert outcome(NoCluster(), ended) == Outcome({"v": [1, 2.0]})
    assert outcome(NoCluster(), run("Succeeded", root("Succeeded"))) == Outcome({})


def test_a_run_that_goes_on_has_no_result() -> None:
    with pytest.raises(UsageError, match="the run `run` has not ended: it is Running"):
        outcome(NoCluster(), run("Running"))


def test_nodes_in_a_database_cannot_be_read() -> None:
    with pytest.raises(ClusterError, match="in a database"):
        outcome(NoCluster(), run("Succeeded", offloadNodeStatusVersion="fnv:1"))


def test_a_result_that_is_no_envelope_is_our_bug() -> None:
    with pytest.raises(InternalError, match="no envelope: hello"):
        outcome(NoCluster(), run("Succeeded", root("Succeeded", outputs=said(r="hello"))))
    with pytest.raises(InternalError, match="no envelope: 3"):
        outcome(NoCluster(), run("Succeeded", root("Succeeded", outputs=said(r="3"))))


def test_the_error_of_a_failed_run_is_what_its_pod_recorded() -> None:
    ended = run("Failed", root(), failed(outputs={**said(v=ERROR), "exitCode": "1"}))
    found = outcome(NoCluster(), ended)
    assert not found.is_ok
    assert found.envelope["e"]["message"] == "no"
    assert found.node is ended.nodes["a"]


def test_of_two_failures_the_first_one_counts() -> None:
    ended = run("Failed", root(), failed("late", finishedAt=end(9)), failed("early", finishedAt=end(4)))
    found = culprit(ended)
    assert found is not None
    assert found.id == "early"


def named(ended: Run) -> str | None:
    found = culprit(ended)
    return found.id if found else None


def test_a_failure_inside_a_region_that_succeeded_was_handled() -> None:
    guard = node("guard", type="DAG", boundaryID="run")
    inner = node("inner", phase="Failed", boundaryID="guard", finishedAt=end(1))
    assert named(run("Failed", root(), guard, inner, failed("outer", finishedAt=end(5)))) == "outer"


def test_a_failure_that_something_ran_after_was_handled() -> None:
    tried = failed("tried", children=["orelse", "handler"], finishedAt=end(1))
    orelse = node("orelse", type="Skipped", phase="Omitted", boundaryID="run")
    handler = node("handler", boundaryID="run", finishedAt=end(2))
    assert named(run("Failed", root(), tried, orelse, handler, failed("last", finishedAt=end(5)))) == "last"
    # also behind what was left out in between
    tried = failed("tried", children=["orelse"], finishedAt=end(1))
    orelse["children"] = ["handler"]
    assert named(run("Failed", root(), tried, orelse, handler, failed("last", finishedAt=end(5)))) == "last"


def test_a_failure_after_which_everything_was_left_out_is_the_one() -> None:
    omitted = node("b", type="Skipped", phase="Omitted", boundaryID="run")
    assert named(run("Failed", root(), failed("a", children=["b"]), omitted)) == "a"


def test_a_call_that_failed_thrice_is_one_failure_with_the_last_attempts_record() -> None:
    names = ["a-0", "a-1", "a-2"]
    tries = [failed(name, name=f"a({index})", outputs=said(v="{}")) for index, name in enumerate(names)]
    retry = failed("a", type="Retry", children=names, outputs=said(v=ERROR), message="No more retries left")
    found = failure(run("Failed", root(), retry, *tries))
    assert found.node is not None
    assert found.node.id == "a"
    assert found.envelope["e"]["type"] == "builtins.ValueError"


def test_an_attempt_that_failed_before_one_that_succeeded_is_no_failure() -> None:
    tries = [failed("a-0", name="a(0)", finishedAt=end(1)), node("a-1", name="a(1)", boundaryID="run")]
    retry = node("a", type="Retry", boundaryID="run", children=["a-0", "a-1"])
    assert named(run("Failed", root(), retry, *tries, failed("b", finishedAt=end(9)))) == "b"


@pytest.mark.parametrize(
    ("fields", "kind", "says"),
    [
        (
            {"message": "OOMKilled (exit code 137)", "outputs": {"exitCode": "137"}},
            "OOMError",
            "out of memory: OOMKilled",
        ),
        ({"outputs": {"exitCode": "137"}}, "OOMError", "killed, most likely as it used more memory"),
        (
            {"message": "main: Error (exit code 9)", "outputs": {"exitCode": "9"}},
            "TaskLostError",
            "reported nothing: its process ended with exit code 9, as by `os._exit`, or in native code (main: Error",
        ),
        (
            {"message": "main: Error (exit code 139)", "outputs": {"exitCode": "139"}},
            "TaskLostError",
            "reported nothing: its process was ended by the signal SIGSEGV, exit code 139 (main: Error",
        ),
        (
            {"message": "Pod was active on the node longer than the specified deadline"},
            "TaskTimeoutError",
            "out of time: Pod was active on the node longer",
        ),
        ({"message": "pod deleted", "phase": "Error"}, "TaskLostError", "ended without a word: pod deleted"),
        (
            {"message": "The node was low on resource: memory.", "phase": "Failed"},
            "TaskLostError",
            "ended without a word: The node was low on resource",
        ),
        (
            {"message": 'ImagePullBackOff: Back-off pulling image "x"', "phase": "Error"},
            "ImagePullBackOffError",
            "the image cannot be pulled: ImagePullBackOff",
        ),
        ({"message": "boom", "outputs": {"exitCode": "70"}}, "InternalError", "boom"),
        (
            {"message": "Maximum recursion depth exceeded", "phase": "Error"},
            "RuntimeSystemError",
            "the calls nest deeper than the 100 templates that Argo allows",
        ),
        (
            {"message": "workflow shutdown with strategy:  Terminate"},
            "TaskLostError",
            "the run was stopped: workflow shutdown",
        ),
        (
            {"message": "Error (exit code 64): exec: argument list too long", "outputs": {"exitCode": "64"}},
            "TaskLostError",
            "ended without a word: Error (exit code 64): exec: argument list too long",
        ),
    ],
)
def test_a_pod_that_recorded_nothing_gets_a_record(fields: dict[str, Any], kind: str, says: str) -> None:
    ended = run("Failed", root(), {**failed(finishedAt=end(5)), **fields})
    error = failure(ended).envelope["e"]
    assert error["type"] == f"tiphys_runtime.errors.{kind}"
    assert error["message"].startswith(says)
    assert error["task"] == "a"
    assert error["time"] == "2026-01-02T03:04:05+00:00"
    assert set(error) == {"type", "bases", "message", "traceback", "task", "attempt", "time", "pickle", "where"}


def test_a_lost_call_tells_its_attempts_and_what_became_of_the_last() -> None:
    tries = [
        failed(f"a-{index}", name=f"a({index})", message="OOMKilled", outputs={"exitCode": "137"}) for index in (0, 1)
    ]
    retry = failed("a", type="Retry", children=["a-0", "a-1"], message="No more retries left")
    error = failure(run("Failed", root(), retry, *tries)).envelope["e"]
    assert (error["type"], error["attempt"]) == ("tiphys_runtime.errors.OOMError", 2)
    assert error["message"] == "out of memory: OOMKilled; No more retries left"
    assert error["bases"][0] == "tiphys_runtime.errors.RuntimeUserError"
    assert "builtins.MemoryError" in error["bases"]


def test_a_run_that_argo_could_not_start_says_why() -> None:
    error = failure(run("Error", message="invalid spec: templates.main sorting failed")).envelope["e"]
    assert error["message"] == "ended without a word: invalid spec: templates.main sorting failed"
    assert error["task"] == "run"


def test_a_region_that_argo_could_not_go_on_with_says_why() -> None:
    inner = node("loop", type="DAG", phase="Error", boundaryID="run", message="max recursion depth")
    error = failure(run("Error", root("Error"), inner)).envelope["e"]
    assert (error["task"], error["message"]) == ("loop", "ended without a word: max recursion depth")


def test_the_reader_reads_from_the_kind_of_store_the_run_wrote_to() -> None:
    def one(**store: Any) -> list[dict[str, Any]]:
        return [{"outputs": {"artifacts": [{"name": "v", **store}]}}]

    assert location(one(s3={"key": "a"}), "k/_") == {"s3": {"key": "k/_"}}
    assert location(one(azure={"blob": "a"}), "k/_") == {"azure": {"blob": "k/_", "container": "", "endpoint": ""}}
    assert location([{"name": "main"}], "k/_") == {"s3": {"key": "k/_"}}


class Kubelet:
    """The part of a node that gives logs, for pods that never ran."""

    def __init__(self, server: Server) -> None:
        logs = self.logs = dict[str, str]()

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                _, _, _, pod, container = self.path.partition("?")[0].split("/")
                text = logs.get(pod, "").encode()
                self.send_response(200 if container == "main" else 404)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        keys = server.authority.folder
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(keys / "server.crt", keys / "server.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        server.ask("POST", "/api/v1/nodes", {"metadata": {"name": "paper"}})
        there = {
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": self.server.server_port}},
        }
        server.ask("PATCH", "/api/v1/nodes/paper/status", {"status": there}, kind="application/merge-patch+json")
        self.api = server

    def close(self) -> None:
        self.api.ask("DELETE", "/api/v1/nodes/paper")
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def run(self, namespace: str, workflow: str, *, log: str) -> None:
        """Do what a controller and a node do for a Workflow of one pod."""
        pod = f"{workflow}-pod"
        self.logs[pod] = log
        labels = {"workflows.argoproj.io/workflow": workflow}
        spec = {"nodeName": "paper", "containers": [{"name": "main", "image": "x"}]}
        body = {"metadata": {"name": pod, "labels": labels}, "spec": spec}
        self.api.ask("POST", f"/api/v1/namespaces/{namespace}/pods", body)


@pytest.fixture
def kubelet(api_server: Server) -> Iterator[Kubelet]:
    kubelet = Kubelet(api_server)
    yield kubelet
    kubelet.close()


def printed(data: bytes, folder: Path) -> str:
    """Give what the reader's pod prints, with what Argo's executor prints around it."""
    file = folder / "value"
    file.write_bytes(data)
    return said_by(READER, file)


def said_by(script: str, *args: object) -> str:
    command = [sys.executable, "-c", script, *map(str, args)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return ended.stdout + 'time="2026-01-02T03:04:05 UTC" level=info msg="sub-process exited" argo=true error="<nil>"\n'


def spilled(cluster: Cluster, envelope: dict[str, Any]) -> Run:
    """Make a finished run whose result lies in the store."""
    flow = template()
    slot = {"name": "v", "path": "/tiphys/out/v.data", "archive": {"none": {}}, "s3": {"key": "tiphys/x"}}
    flow["spec"]["templates"][1]["outputs"] = {"artifacts": [slot]}
    flow["spec"]["serviceAccountName"] = "runner"
    apply(cluster, [flow])
    name = submit(cluster, "flow-main-3f2a").name
    entry = node(name, type="DAG", outputs=said(r=json.dumps(envelope)))
    report(cluster, name, status("Succeeded", entry, storedWorkflowTemplateSpec=flow["spec"]))
    (ended,) = watch(cluster, name)
    return ended


def serve(cluster: Cluster, kubelet: Kubelet, log: str, seen: list[dict[str, Any]], phase: str = "Succeeded") -> None:
    """Wait for the reader's Workflow, and run it on paper."""
    label = "app.kubernetes.io/managed-by=tiphys,!workflows.argoproj.io/workflow-template"
    end = time.monotonic() + 20
    while not (found := cluster.find("Workflow", labels=label)) and time.monotonic() < end:
        time.sleep(0.05)
    seen.extend(found)
    name = found[0]["metadata"]["name"]
    kubelet.run(cluster.namespace, name, log=log)
    report(cluster, name, status(phase, node(name, phase=phase, message="s3: access denied")))


def envelope_for(data: bytes) -> dict[str, Any]:
    return {"k": "tiphys/u/v/main/r/_", "h": hashlib.sha256(data).hexdigest(), "n": len(data)}


DATA = b"J" + json.dumps(list(range(1000))).encode()


@pytest.mark.kubernetes
def test_a_spilled_result_is_printed_by_a_pod_that_is_deleted(
    cluster: Cluster, kubelet: Kubelet, tmp_path: Path
) -> None:
    ended = spilled(cluster, envelope_for(DATA))
    seen: list[dict[str, Any]] = []
    worker = threading.Thread(target=serve, args=(cluster, kubelet, printed(DATA, tmp_path), seen))
    worker.start()
    found = outcome(cluster, ended)
    worker.join()
    assert found == Outcome(envelope_for(DATA), data=DATA)

    (reader,) = seen
    assert reader["spec"]["serviceAccountName"] == "runner"
    (read,) = reader["spec"]["templates"]
    assert read["container"]["image"] == "python:3.11-slim"
    assert read["inputs"]["artifacts"][0]["s3"] == {"key": "tiphys/u/v/main/r/_"}
    assert cluster.read("Workflow", reader["metadata"]["name"]) is None


@pytest.mark.kubernetes
def test_a_spilled_result_that_is_not_what_was_written_is_an_error(
    cluster: Cluster, kubelet: Kubelet, tmp_path: Path
) -> None:
    ended = spilled(cluster, envelope_for(DATA))
    worker = threading.Thread(target=serve, args=(cluster, kubelet, printed(DATA[:-1], tmp_path), []))
    worker.start()
    with pytest.raises(ClusterError, match="its digest differs"):
        outcome(cluster, ended)
    worker.join()


@pytest.mark.kubernetes
def test_a_spilled_result_that_cannot_be_read_says_why(cluster: Cluster, kubelet: Kubelet) -> None:
    ended = spilled(cluster, envelope_for(DATA))
    seen: list[dict[str, Any]] = []
    worker = threading.Thread(target=serve, args=(cluster, kubelet, "", seen, "Error"))
    worker.start()
    with pytest.raises(ClusterError, match=r"the result at tiphys/u/v/main/r/_ cannot be read: .*s3: access denied"):
        outcome(cluster, ended)
    worker.join()
    assert cluster.read("Workflow", seen[0]["metadata"]["name"]) is None


def test_a_spilled_result_over_what_a_log_carries_is_an_error_that_says_where_it_is() -> None:
    envelope = '{"k":"tiphys/u/v/main/r/_","h":"00","n":99999999}'
    with pytest.raises(ClusterError, match=r"99,999,999 bytes, more than .* at tiphys/u/v/main/r/_"):
        outcome(NoCluster(), run("Succeeded", root("Succeeded", outputs=said(r=envelope))))


def listed(folder: Path, *items: bytes | None) -> str:
    """Give what the pod prints that reads a list of files."""
    for index, data in enumerate(items):
        if data is not None:
            (folder / str(index)).mkdir(exist_ok=True)
            (folder / str(index) / "_").write_bytes(data)
    return said_by(LIST_READER, folder, len(items))


LISTED = {"k": "tiphys/u/m/map", "c": 3}


@pytest.mark.kubernetes
def test_a_list_of_files_is_printed_by_a_pod(cluster: Cluster, kubelet: Kubelet, tmp_path: Path) -> None:
    ended = spilled(cluster, LISTED)
    seen: list[dict[str, Any]] = []
    log = listed(tmp_path, b"J1", None, b"P\x00" * 100)
    worker = threading.Thread(target=serve, args=(cluster, kubelet, log, seen))
    worker.start()
    found = fetch_items(cluster, ended, LISTED)
    worker.join()

    assert found == [b"J1", None, b"P\x00" * 100]
    (read,) = seen[0]["spec"]["templates"]
    assert read["container"]["args"] == ["/tiphys/in/value", "3"]
    assert read["inputs"]["artifacts"][0]["s3"] == {"key": "tiphys/u/m/map"}


@pytest.mark.parametrize(
    ("items", "spoil", "said"),
    [
        ((b"J1", b"J2"), 1, "is not what the reading pod printed"),
        ((b"J1",), None, "is not what the reading pod printed"),
        ((b"x" * LARGEST_BYTES,), 0, r"have 6,990,\d+ bytes, more than .* at tiphys/u/m/map"),
    ],
)
def test_a_list_that_cannot_be_read_whole_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, items: tuple[bytes, ...], spoil: int | None, said: str
) -> None:
    lines = [line.removeprefix(MARK) for line in listed(tmp_path, *items).splitlines() if line.startswith(MARK)]
    kept = lines[spoil:] if spoil is not None else []
    monkeypatch.setattr("tiphys.cluster.result.printed", lambda *_arguments: kept)

    with pytest.raises(ClusterError, match=said):
        fetch_items(NoCluster(), run("Succeeded", root("Succeeded")), LISTED)


def test_the_reader_is_like_the_pod_that_asks_least_of_its_node() -> None:
    def pod(**more: Any) -> dict[str, Any]:
        return {"container": {"image": "python:3.11", "command": ["python3"]}, **more}

    placed = pod(nodeSelector={"gpu": "yes"}, tolerations=[{"key": "gpu"}])
    plain = pod(tolerations=[{"key": "team"}], metadata={"labels": {"team": "ml"}})
    workflow = {"apiVersion": "v1", "status": {}, "spec": {"templates": [{"dag": {}}, placed, plain]}}

    (read,) = reader(workflow, "k/_", "")["spec"]["templates"]
    assert (read["tolerations"], read["metadata"]["labels"]) == ([{"key": "team"}], {"team": "ml"})
    assert "nodeSelector" not in read
