"""What a run returned, or why it failed: an envelope of docs/wire.md. Nothing is unpickled here."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tiphys.cluster.apply import MANAGED_BY, OURS
from tiphys.cluster.nodes import Node, Phase, Run, ancestors, attempts, by_finish, calls, repeats
from tiphys.cluster.watch import watch
from tiphys.diagnostics import ClusterError, InternalError, UsageError
from tiphys_runtime import errors
from tiphys_runtime.counting import OF_MAIN, how_it_ended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiphys.cluster.connection import Cluster, Json

RESULT = "r"
VALUE = "v"
OUT_OF_MEMORY, OUR_BUG, NO_COMMAND = 137, 70, 64
SHOWN_LOG_BYTES = 10 * 1024 * 1024  # what a node keeps of a container's log
LARGEST_BYTES = SHOWN_LOG_BYTES // 2
MARK = "tiphys "  # Argo's executor prints into the same log
READER = f"""
import base64, sys
with open(sys.argv[1], "rb") as file:
    while part := file.read(48):
        print({MARK!r} + base64.b64encode(part).decode())
"""
LIST_READER = f"""
import base64, hashlib, json, os, sys
def read(index):
    path = os.path.join(sys.argv[1], str(index), "_")
    if os.path.isfile(path):
        with open(path, "rb") as file:
            return base64.b64encode(file.read()).decode()
data = json.dumps([read(index) for index in range(int(sys.argv[2]))]).encode()
for at in range(0, len(data) if len(data) <= {LARGEST_BYTES} else 0, 48):
    print({MARK!r} + base64.b64encode(data[at : at + 48]).decode())
print({MARK!r} + "=" + str(len(data)) + "=" + hashlib.sha256(data).hexdigest())
"""
"""Prints the items of a list, each a file, as one text; then its length and its digest."""
STORES = {"s3": "key", "gcs": "key", "oss": "key", "azure": "blob"}
PLACED = ("nodeSelector", "affinity", "tolerations", "schedulerName", "priorityClassName")
"""What a pod says to the scheduler."""
PENDING_TOO_LONG = "timeout"
ALL_TOO_LONG = ("Max duration limit exceeded", "Backoff would exceed max duration limit")
"""What Argo says of a pod that it did not wait for any longer, and of attempts that took too long together."""
WAITS_FOR_IMAGE = ("ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: the envelope of its value or of its error, and the spilled file that goes with it."""

    envelope: Json
    node: Node | None = None  # the call that failed
    data: bytes | None = None

    @property
    def is_ok(self) -> bool:
        return "e" not in self.envelope


def outcome(cluster: Cluster, run: Run) -> Outcome:
    """Give the result of a run that has ended."""
    if not run.is_over:
        raise UsageError(f"the run `{run.name}` has not ended: it is {run.phase or 'waiting'}")
    if run.offloaded:
        raise ClusterError(f"the nodes of the run `{run.name}` are in a database that only Argo's own server can read")
    if run.phase.is_bad:
        return failure(run)
    envelope = envelope_of(run.root, RESULT)
    return Outcome(envelope, data=fetch(cluster, run, envelope) if "n" in envelope else None)


def failure(run: Run) -> Outcome:
    """Give the error that made a run fail, as its pod recorded it or as the cluster saw it."""
    node = culprit(run)
    recorded = envelope_of(node, VALUE)
    if "e" in recorded:
        return Outcome(recorded, node)
    return Outcome({"e": record(run, node)}, node)


def culprit(run: Run) -> Node | None:
    """Find the call that made a run fail: the first failed one that nothing handled.

    A handled one lies in a region that succeeded, or something ran after it, which a failure else prevents.
    """
    failed = [call for call in calls(run) if call.phase.is_bad]
    exposed = [call for call in failed if not any(region.phase is Phase.SUCCEEDED for region in ancestors(run, call))]
    fatal = [call for call in exposed if not any(not after.phase.is_idle for after in followers(run, call))]
    candidates = fatal or exposed or failed or inner_failures(run)
    return min(candidates, key=by_failure, default=None)


def by_failure(node: Node) -> tuple[float, str, tuple[float, float, str]]:
    """Order failed calls by when they failed; Argo counts whole seconds, the pods' own records less."""
    told = envelope_of(node, VALUE).get("e") or {}
    finish = by_finish(node)
    return finish[0], str(told.get("time") or ""), finish


def followers(run: Run, call: Node) -> Iterator[Node]:
    """Yield what Argo reached after a call, and behind what it left out."""
    own = {each.id for each in repeats(run, call)}
    ends = [call, *attempts(run, call)[-1:]]
    waiting = [child for end in ends for child in end.children if child not in own]
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in seen or key not in run.nodes:
            continue
        seen.add(key)
        node = run.nodes[key]
        yield node
        if node.phase.is_idle:
            waiting.extend(node.children)


def inner_failures(run: Run) -> list[Node]:
    """Give the failed nodes that are no pods and hold no failed node: a DAG that Argo could not go on with."""
    failed = [node for node in run.nodes.values() if node.phase.is_bad]
    outer = {node.boundary for node in failed}
    return [node for node in failed if node.id not in outer]


def envelope_of(node: Node | None, output: str) -> Json:
    """Read an output of a node; `{}` where it reported nothing."""
    text = node.outputs.get(output, "{}") if node else "{}"
    try:
        envelope = json.loads(text)
    except ValueError as error:
        raise InternalError(f"output `{output}` is no envelope: {text[:200]}") from error
    if not isinstance(envelope, dict):
        raise InternalError(f"output `{output}` is no envelope: {text[:200]}")
    return envelope


def record(run: Run, node: Node | None) -> Json:
    """Write the record that the pod itself could not write."""
    kind, message = diagnosis(run, node)
    finished = (node.finished if node else None) or run.finished or datetime.fromtimestamp(0, UTC)
    return {
        "type": class_name(kind),
        "bases": [class_name(base) for base in kind.__mro__[1:-1]],
        "message": message,
        "traceback": "",
        "task": node.template if node else run.name,
        "attempt": len(attempts(run, node)) if node else 1,
        "time": finished.isoformat(),
        "pickle": None,
        "where": None,
    }


def class_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def diagnosis(run: Run, node: Node | None) -> tuple[type[errors.BaseRuntimeError], str]:
    """Tell from exit code and message what happened to a pod."""
    # the retry around the attempts says no more than that there were enough of them
    last = attempts(run, node)[-1:] if node else ()
    said = "; ".join(dict.fromkeys(each.message for each in (*last, *([node] if node else [])) if each.message))
    said = said or run.message or "no message"
    code = next((each.exit_code for each in (*last, *([node] if node else [])) if each.exit_code is not None), None)
    if "OOMKilled" in said:
        return errors.OOMError, f"out of memory: {said}"
    if code == OUT_OF_MEMORY:
        return errors.OOMError, f"killed, most likely as it used more memory than it has: {said}"
    if code is None and said == PENDING_TOO_LONG:
        return errors.MaxQueuedTimeExceeded, "its pod did not start within its `max_queued_time`, or its `deadline`"
    if any(sign in said for sign in ALL_TOO_LONG):
        return errors.DeadlineExceeded, f"its attempts took longer than its deadline: {said}"
    if "deadline" in said.lower():
        return errors.TaskTimeoutError, f"out of time: {said}"
    if any(sign in said for sign in WAITS_FOR_IMAGE):
        return errors.ImagePullBackOffError, f"the image cannot be pulled: {said}"
    if code == OUR_BUG:
        return errors.InternalError, said
    if "shutdown with strategy" in said.lower() or "stopped with strategy" in said.lower():
        return errors.TaskLostError, f"the run was stopped: {said}"
    if "maximum recursion depth exceeded" in said.lower():
        # what Argo says of a template; no pod ran, and a retry would change nothing
        return errors.RuntimeSystemError, (
            "the calls nest deeper than the 100 templates that Argo allows: what calls itself has to stop earlier; "
            "write it as a loop"
        )
    if code and code != NO_COMMAND and said.startswith(OF_MAIN):
        return errors.TaskLostError, f"reported nothing: {how_it_ended(code)} ({said})"
    shown = "" if code is None or f"exit code {code}" in said else f" (exit code {code})"
    return errors.TaskLostError, f"ended without a word: {said}{shown}"


def fetch(cluster: Cluster, run: Run, envelope: Json) -> bytes:
    """Bring a spilled value here: a pod with the storage's credentials prints it, and is deleted."""
    if envelope["n"] > LARGEST_BYTES:
        raise ClusterError(
            f"the result has {envelope['n']:,} bytes, more than the {LARGEST_BYTES:,} that a pod's log can carry; "
            f"it is in the artifact storage at {envelope['k']}"
        )
    data = b"".join(map(base64.b64decode, printed(cluster, run, envelope["k"], READER)))
    if len(data) != envelope["n"] or hashlib.sha256(data).hexdigest() != envelope["h"]:
        raise ClusterError(f"what was read at {envelope['k']} is not what the run wrote there: its digest differs")
    return data


def fetch_items(cluster: Cluster, run: Run, envelope: Json) -> list[bytes | None]:
    """Bring a list here whose items are files; None for an item that has none."""
    if not envelope["c"]:
        return []  # nothing was stored, and Argo takes a missing artifact for an error
    lines = printed(cluster, run, envelope["k"], LIST_READER, str(envelope["c"]))
    _, size, digest = lines.pop().split("=") if lines and lines[-1].startswith("=") else ("", "0", "")
    if int(size) > LARGEST_BYTES:
        raise ClusterError(
            f"the items of the result have {int(size):,} bytes, more than the {LARGEST_BYTES:,} that a pod's log can "
            f"carry; they are in the artifact storage at {envelope['k']}"
        )
    data = b"".join(map(base64.b64decode, lines))
    if hashlib.sha256(data).hexdigest() != digest:
        raise ClusterError(f"what was read at {envelope['k']} is not what the reading pod printed")
    return [None if each is None else base64.b64decode(each) for each in json.loads(data)]


def printed(cluster: Cluster, run: Run, key: str, script: str, *args: str) -> list[str]:
    """Have a pod read what is stored at a key; gives the lines that it prints, and deletes it."""
    workflow = cluster.read("Workflow", run.name, namespace=run.namespace)
    if workflow is None:
        raise ClusterError(f"the run `{run.name}` was deleted")
    name = cluster.create(reader(workflow, key, script, *args), namespace=run.namespace)["metadata"]["name"]
    try:
        *_, last = watch(cluster, name, namespace=run.namespace)
        if last.phase is not Phase.SUCCEEDED:
            said = last.message or diagnosis(last, culprit(last))[1]
            raise ClusterError(f"the result at {key} cannot be read: {said}")
        labels = f"workflows.argoproj.io/workflow={name}"
        pods = cluster.find("Pod", labels=labels, namespace=run.namespace)
        if not pods:
            raise ClusterError(f"the pod that read {key} is gone before its log was read")
        log = cluster.log(pods[0]["metadata"]["name"], namespace=run.namespace)
    finally:
        cluster.delete("Workflow", name, namespace=run.namespace)
    marked = (line.partition(MARK) for line in log.splitlines())
    return [text for before, mark, text in marked if mark and not before]


def reader(workflow: Json, key: str, script: str, *args: str) -> Json:
    """Write the Workflow of the pod that prints what is stored at a key; it looks like a pod of the run itself.

    Of those it is like the one that asks least of its node: to read needs no accelerator.
    """
    spec = {**(workflow["status"].get("storedWorkflowTemplateSpec") or {}), **workflow["spec"]}
    stored = (workflow["status"].get("storedWorkflowTemplateSpec") or workflow["spec"]).get("templates") or []
    pods = [template for template in stored if "container" in template]
    if not pods:
        raise ClusterError("the run has no pod whose image could read its result")
    like = min(pods, key=lambda template: sum(key in template for key in PLACED))
    inherited = ("serviceAccountName", "imagePullSecrets", "artifactRepositoryRef", "securityContext", "tolerations")
    path = "/tiphys/in/value"
    template = {
        "name": "read",
        "inputs": {
            "artifacts": [{"name": "value", "path": path, "archive": {"none": {}}, **location(stored, key)}],
        },
        "volumes": [{"name": "tiphys", "emptyDir": {}}],
        "container": {
            **pick(like["container"], "image", "imagePullPolicy", "securityContext"),
            "command": [*like["container"]["command"][:1], "-c", script],
            "args": [path, *args],
            "volumeMounts": [{"name": "tiphys", "mountPath": "/tiphys"}],
        },
        **pick(like, "serviceAccountName", "securityContext", *PLACED),
    }
    if marks := (like.get("metadata") or {}).get("labels"):
        template["metadata"] = {"labels": marks}
    return {
        "apiVersion": workflow["apiVersion"],
        "kind": "Workflow",
        "metadata": {"generateName": "tiphys-result-", "labels": {MANAGED_BY: OURS}},
        "spec": {
            "entrypoint": "read",
            "templates": [template],
            "activeDeadlineSeconds": 600,
            "ttlStrategy": {"secondsAfterCompletion": 600},  # should this process die before it deletes it
            **pick(spec, *inherited),
        },
    }


def location(templates: list[Json], key: str) -> Json:
    """Give the location of a key, in the kind of store that the run's own artifacts are in."""
    slots = [
        slot
        for template in templates
        for side in ("inputs", "outputs")
        for slot in (template.get(side) or {}).get("artifacts") or []
    ]
    kind = next((kind for kind in STORES if any(kind in slot for slot in slots)), "s3")
    filled = {"container": "", "endpoint": ""} if kind == "azure" else {}
    return {kind: {STORES[kind]: key, **filled}}


def pick(source: Json, *keys: str) -> dict[str, Any]:
    return {key: source[key] for key in keys if key in source}
