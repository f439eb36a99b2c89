from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.objects import node, packed, report, said, status
from tiphys.cluster import Cluster, Phase, Unreachable, connect, submit, watch
from tiphys.diagnostics import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.kubernetes.server import Server
    from tiphys.cluster import Run

pytestmark = pytest.mark.kubernetes


def later(*steps: Callable[[], None]) -> threading.Thread:
    """Do the steps of a controller one after the other, beside the test."""

    def work() -> None:
        for step in steps:
            time.sleep(0.3)
            step()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def phases(run: Run) -> dict[str, str]:
    return {key: str(each.phase) for key, each in run.nodes.items()}


def test_a_run_is_followed_from_nothing_to_its_end(cluster: Cluster) -> None:
    name = submit(cluster, "flow").name
    root = node(name, type="DAG", phase="Running", children=["a"])
    worker = later(
        lambda: report(cluster, name, status("Running", root, node("a", phase="Pending", boundaryID=name))),
        lambda: report(cluster, name, status("Running", root, node("a", boundaryID=name, outputs=said(v='{"v":1}')))),
        lambda: report(cluster, name, status("Succeeded", node(name, type="DAG", outputs=said(r='{"v":2}')))),
    )
    runs = list(watch(cluster, name))
    worker.join()
    assert [run.phase for run in runs] == [Phase.NONE, Phase.RUNNING, Phase.RUNNING, Phase.SUCCEEDED]
    assert [phases(run).get("a") for run in runs] == [None, "Pending", "Succeeded", None]
    assert runs[2].nodes["a"].outputs == {"v": '{"v":1}'}
    assert runs[-1].root is not None
    assert runs[-1].root.outputs == {"r": '{"v":2}'}


def test_packed_nodes_are_unpacked(cluster: Cluster) -> None:
    name = submit(cluster, "flow").name
    report(cluster, name, packed("Failed", node(name, type="DAG", phase="Failed"), node("a", message="no")))
    (run,) = watch(cluster, name)
    assert run.phase is Phase.FAILED
    assert run.nodes["a"].message == "no"


@pytest.mark.parametrize("phase", ["Succeeded", "Failed", "Error"])
def test_a_run_that_is_over_is_given_once(cluster: Cluster, phase: str) -> None:
    name = submit(cluster, "flow").name
    report(cluster, name, status(phase))
    (run,) = watch(cluster, name)
    assert run.phase == phase


def test_a_run_that_is_not_there_is_an_error(cluster: Cluster) -> None:
    with pytest.raises(ClusterError, match=f"there is no run `none` in namespace `{cluster.namespace}`"):
        next(watch(cluster, "none"))


def test_a_run_that_is_deleted_meanwhile_is_an_error(cluster: Cluster) -> None:
    name = submit(cluster, "flow").name
    worker = later(lambda: cluster.delete("Workflow", name))
    with pytest.raises(ClusterError, match=f"the run `{name}` was deleted before it ended"):
        list(watch(cluster, name))
    worker.join()


def test_other_runs_are_not_seen(cluster: Cluster) -> None:
    name, other = submit(cluster, "flow").name, submit(cluster, "flow").name
    worker = later(
        lambda: report(cluster, other, status("Failed")),
        lambda: report(cluster, name, status("Succeeded")),
    )
    assert [run.phase for run in watch(cluster, name)] == [Phase.NONE, Phase.SUCCEEDED]
    worker.join()


class Forgetful(Cluster):
    """Asks for a history that the API server has dropped long ago, the first time."""

    asked = 0

    def events(self, kind: str, name: str, version: str, *, namespace: str | None = None) -> Iterator[dict[str, Any]]:
        self.asked += 1
        yield from super().events(kind, name, "1" if self.asked == 1 else version, namespace=namespace)


@pytest.mark.usefixtures("compacted")
def test_an_expired_watch_begins_anew(cluster: Cluster) -> None:
    forgetful = Forgetful(cluster.client, namespace=cluster.namespace)
    name = submit(cluster, "flow").name
    answers = list(forgetful.events("Workflow", name, "1"))
    assert [(answer["type"], answer["object"]["code"]) for answer in answers] == [("ERROR", 410)]

    forgetful.asked = 0
    worker = later(lambda: report(cluster, name, status("Succeeded")))
    assert [run.phase for run in watch(forgetful, name)] == [Phase.NONE, Phase.SUCCEEDED]
    worker.join()
    assert forgetful.asked > 1


@pytest.fixture
def compacted(api_server: Server) -> None:
    """Give the API server so much history that it forgets the beginning."""
    namespace = api_server.namespace()
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/workflows"
    for index in range(120):
        api_server.ask(
            "POST",
            path,
            {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"name": f"w{index}"}, "spec": {}},
        )


class Line:
    """A wire to the API server that can be cut."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.open = True
        self.pairs: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()

    def accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                if not self.open:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.target))
                self.pairs += [near, far]
                for source, sink in ((near, far), (far, near)):
                    self.threads.append(threading.Thread(target=self.carry, args=(source, sink)))
                    self.threads[-1].start()

    def carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        self.open = False
        for each in self.pairs:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.open = True

    def close(self) -> None:
        self.cut()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join()
        for each in self.pairs:
            each.close()


@pytest.fixture
def line(api_server: Server) -> Iterator[Line]:
    line = Line(api_server.port)
    yield line
    line.close()


@pytest.fixture
def far_cluster(api_server: Server, line: Line, cluster: Cluster) -> Cluster:
    """Connect through the wire that can be cut."""
    url = f"https://127.0.0.1:{line.port}"
    file: Path = api_server.write_kubeconfig("admin", namespace=cluster.namespace, url=url)
    return connect(kubeconfig=file)


def test_a_broken_connection_is_taken_up_again(cluster: Cluster, far_cluster: Cluster, line: Line) -> None:
    name = submit(cluster, "flow").name
    worker = later(
        lambda: report(cluster, name, status("Running")),
        line.cut,
        lambda: report(cluster, name, status("Running", node("a"))),  # nobody sees this one happen
        line.mend,
        lambda: None,
        lambda: None,
        lambda: report(cluster, name, status("Succeeded", node("a"), node("b"))),
    )
    runs = list(watch(far_cluster, name))
    worker.join()
    assert [(str(run.phase), sorted(run.nodes)) for run in runs] == [
        ("", []),
        ("Running", []),
        ("Running", ["a"]),
        ("Succeeded", ["a", "b"]),
    ]


def test_a_connection_that_stays_broken_is_given_up(cluster: Cluster, far_cluster: Cluster, line: Line) -> None:
    name = submit(cluster, "flow").name
    worker = later(line.cut)
    with pytest.raises(ClusterError, match=r"gave up after 1 s without an answer: cannot reach the API server"):
        list(watch(far_cluster, name, patience=1.0))
    worker.join()


def test_a_cluster_that_never_answered_is_an_error_at_once(far_cluster: Cluster, line: Line) -> None:
    line.cut()
    with pytest.raises(Unreachable):
        next(watch(far_cluster, "x"))
