"""A run is followed until it has ended, through expired watches and lost connections."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tiphys.cluster.nodes import Run, run_of
from tiphys.cluster.refusals import Refused, Unreachable
from tiphys.diagnostics import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiphys.cluster.connection import Cluster

PATIENCE_SECONDS = 300.0
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
GONE = 410


class Expired(Exception):
    """The API server no longer has the history since the version that was asked for."""


def watch(
    cluster: Cluster, name: str, *, namespace: str | None = None, patience: float = PATIENCE_SECONDS
) -> Iterator[Run]:
    """Yield the run as it is now and at each change; the last one has ended.

    A cluster that does not answer is an error at once the first time, and later after `patience` seconds.
    """
    run = read(cluster, name, namespace)
    yield run
    heard, pause, is_known = time.monotonic(), FIRST_PAUSE_SECONDS, True
    while not run.is_over:
        try:
            for found in news(cluster, run) if is_known else [read(cluster, name, run.namespace)]:
                if found.uid != run.uid:
                    raise deleted(run)
                heard, pause, is_known = time.monotonic(), FIRST_PAUSE_SECONDS, True
                if found.version != run.version:
                    run = found
                    yield run
                if run.is_over:
                    return
            heard = time.monotonic()
        except Expired:
            is_known = False
        except Unreachable as lost:
            if time.monotonic() - heard > patience:
                raise ClusterError(f"gave up after {patience:.0f} s without an answer: {lost}") from lost
            is_known = False
        # the stream ended, or the connection broke
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def read(cluster: Cluster, name: str, namespace: str | None) -> Run:
    """Give the run as it is now."""
    workflow = cluster.read("Workflow", name, namespace=namespace)
    if workflow is None:
        raise ClusterError(f"there is no run `{name}` in namespace `{namespace or cluster.namespace}`")
    return run_of(workflow)


def news(cluster: Cluster, run: Run) -> Iterator[Run]:
    """Yield what becomes of a run, until the API server ends the stream."""
    try:
        for event in cluster.events("Workflow", run.name, run.version, namespace=run.namespace):
            match event["type"]:
                case "ADDED" | "MODIFIED":
                    yield run_of(event["object"])
                case "DELETED":
                    raise deleted(run)
                case "ERROR":
                    raise broken_off(event["object"])
    except Refused as error:
        if error.code == GONE:
            raise Expired from error
        raise


def broken_off(status: dict[str, Any]) -> Exception:
    """Tell why a stream ended with an error."""
    if status.get("code") == GONE:
        return Expired()
    return Unreachable(f"the API server broke off: {status.get('message')}")


def deleted(run: Run) -> ClusterError:
    """Build the error for a run that someone removed while it was followed."""
    return ClusterError(f"the run `{run.name}` was deleted before it ended")
