"""The tree that is shown while a run goes on."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from tiphys.cluster import nodes
from tiphys.engine.events import Event
from tiphys.engine.phases import Phase
from tiphys.view.progress import Progress

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def event(what: str, path: str, kind: str, phase: Phase, time: float, message: str = "") -> Event:
    name = path.rpartition(".")[2]
    return Event(what, path, name, kind, name, phase, None, message, time)  # type: ignore[arg-type]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_elsewhere_than_on_a_terminal_each_ended_pod_is_a_line() -> None:
    stream = io.StringIO()
    progress = Progress(2, stream)
    progress.on_event(event("started", "run", "DAG", Phase.RUNNING, 0.0))
    progress.on_event(event("started", "run.load", "Pod", Phase.RUNNING, 1.0))
    progress.on_event(event("finished", "run.load", "Pod", Phase.SUCCEEDED, 2.5))
    progress.on_event(event("started", "run.fit", "Pod", Phase.RUNNING, 3.0))
    progress.on_event(event("finished", "run.fit", "Pod", Phase.FAILED, 4.0, "main: Error (exit code 1): ValueError"))
    progress.close()

    assert stream.getvalue() == "[1/2] + load 1.5s\n[1/2] x fit 1.0s  main: Error (exit code 1): ValueError\n"


def test_on_a_terminal_a_tree_is_drawn_over_the_last_one() -> None:
    stream = Terminal()
    progress = Progress(1, stream)
    progress.on_event(event("started", "run", "DAG", Phase.RUNNING, 0.0))
    progress.on_event(event("started", "run.load", "Pod", Phase.RUNNING, 1.0))
    progress.on_event(event("finished", "run.load", "Pod", Phase.SUCCEEDED, 2.0))
    progress.close()
    last = stream.getvalue().rpartition("\x1b[J")[2]

    assert "  + load 1.0s" in last
    assert "1/1 pod" in last
    assert "pods" not in last
    assert "\x1b[2F" in stream.getvalue()


def test_where_the_number_of_pods_depends_on_the_data_only_those_done_are_told() -> None:
    for stream, said in ((io.StringIO(), "[1] + load 1.0s\n"), (Terminal(), "1 pod done\n")):
        progress = Progress("1 + 1 a round of the loop at flow.py:3", stream)
        progress.on_event(event("started", "run.load", "Pod", Phase.RUNNING, 1.0))
        progress.on_event(event("finished", "run.load", "Pod", Phase.SUCCEEDED, 2.0))
        progress.close()

        assert stream.getvalue().endswith(said)


def test_why_a_pod_waits_is_told_once() -> None:
    stream = io.StringIO()
    progress = Progress(1, stream)
    message = 'CreateContainerConfigError: secret "api" not found'
    waiting = nodes.Node("fit", "fit", "fit", "Pod", nodes.Phase.PENDING, message=message)
    for _ in range(2):
        progress.on_state(nodes.Run("run", "n", "u", nodes.Phase.RUNNING, nodes={"fit": waiting}))

    assert stream.getvalue() == f"[0/1] . fit  {message}\n"


def test_a_state_of_the_cluster_shows_attempts_below_their_retry() -> None:
    def node(key: str, kind: str, phase: str, *children: str, boundary: str | None = "run") -> nodes.Node:
        return nodes.Node(
            key, key, key, kind, nodes.Phase(phase), children=children, boundary=boundary, started=BEGIN, finished=BEGIN
        )

    held = [
        node("run", "DAG", "Running", "fit", boundary=None),
        node("fit", "Retry", "Succeeded", "fit(0)", "fit(1)"),
        node("fit(0)", "Pod", "Failed"),
        node("fit(1)", "Pod", "Succeeded"),
        node("never", "Skipped", "Omitted"),
    ]
    progress = Progress(1, io.StringIO())
    progress.on_state(nodes.Run("run", "n", "u", nodes.Phase.RUNNING, nodes={one.id: one for one in held}))

    assert list(progress.tree()) == ["> run 0.0s", "  + fit 0.0s", "    x fit(0) 0.0s", "    + fit(1) 0.0s"]
