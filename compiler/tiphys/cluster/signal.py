"""A person's answer reaches a run: the node that waits for it is ended, with the answer as its output."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tiphys.answers import ANSWER, CONDITION, PROMPT, Asked, answer_from, asked_by
from tiphys.cluster.nodes import phase_of
from tiphys.cluster.refusals import Conflict, lines
from tiphys.diagnostics import ClusterError, UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiphys.cluster.connection import Cluster, Json

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that a run waits with.

    place: where in the run, such as `map/it/2/approve`. default: what Argo takes for an answer when the time is over.
    """

    node: str
    place: str
    asked: Asked
    default: str | None


def signal(cluster: Cluster, run: str, condition: str, text: str, *, everywhere: bool = False) -> list[str]:
    """Answer a condition of a run; gives the places that were answered.

    condition: its name, or the place of one of several that wait. everywhere: answer all of that name.

    Raises UsageError for what is no answer or no condition of the run, ClusterError where nothing waits for it now.
    """
    for _ in range(ATTEMPTS - 1):
        with contextlib.suppress(Conflict):
            return answer(cluster, run, condition, text, everywhere=everywhere)
    return answer(cluster, run, condition, text, everywhere=everywhere)


def answer(cluster: Cluster, run: str, condition: str, text: str, *, everywhere: bool) -> list[str]:
    """Answer once; a run that has changed in between raises Conflict."""
    workflow = read(cluster, run)
    found = chosen(run, waits_of(workflow), conditions_of(workflow), condition, everywhere=everywhere)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    nodes: dict[str, Any] = {}
    for each in found:
        value = answer_from(text, each.asked)
        if value == each.default:
            message = f"{text!r} stands for no answer at all: answer `{each.asked.name}` in other words"
            raise UsageError(message)
        outputs = {"parameters": [{"name": ANSWER, "value": value}]}
        nodes[each.node] = {"phase": "Succeeded", "finishedAt": now, "outputs": outputs}
    version = workflow["metadata"]["resourceVersion"]
    cluster.merge("Workflow", run, {"metadata": {"resourceVersion": version}, "status": {"nodes": nodes}})
    return [each.place for each in found]


def waiting(cluster: Cluster, run: str) -> list[Waiting]:
    """List the questions that a run waits with. Raises ClusterError."""
    return waits_of(read(cluster, run))


def read(cluster: Cluster, run: str) -> Json:
    """Read a run that may wait. Raises ClusterError where it cannot be answered."""
    workflow = cluster.read("Workflow", run)
    if workflow is None:
        message = f"there is no run `{run}` in the namespace `{cluster.namespace}`"
        raise ClusterError(message)
    status = workflow.get("status") or {}
    if (phase := phase_of(status)).is_final:
        message = f"the run `{run}` is over ({phase.lower()}), and waits for nothing"
        raise ClusterError(message)
    if status.get("compressedNodes") or status.get("offloadNodeStatusVersion"):
        text = (
            f"the run `{run}` is so large that Argo keeps its state packed, and only Argo's own server can change that"
        )
        mend = (
            f"Use Argo's user interface, or `argo node set {run} --output-parameter {ANSWER}=VALUE ...; argo resume`."
        )
        raise ClusterError(lines(text, mend=mend))
    return workflow


def waits_of(workflow: Mapping[str, Any]) -> list[Waiting]:
    """List the questions of a run that nobody has answered yet."""
    status = workflow.get("status") or {}
    templates = templates_of(workflow)
    found = []
    for key, node in (status.get("nodes") or {}).items():
        template = templates.get(node.get("templateName"), {})
        is_ours = CONDITION in template.get("metadata", {}).get("annotations", {})
        if node.get("type") != "Suspend" or node.get("phase") != "Running" or not is_ours:
            continue
        inputs = {item["name"]: item.get("value", "") for item in (node.get("inputs") or {}).get("parameters", ())}
        outputs = {item["name"]: item.get("valueFrom", {}) for item in template["outputs"]["parameters"]}
        asked = asked_by(template, inputs.get(PROMPT, ""))
        found.append(Waiting(key, inputs.get("at", key), asked, outputs.get(ANSWER, {}).get("default")))
    return sorted(found, key=lambda each: each.place)


def templates_of(workflow: Mapping[str, Any]) -> dict[str, Any]:
    """Give the templates that a run is made of, by name."""
    stored = ((workflow.get("status") or {}).get("storedWorkflowTemplateSpec") or {}).get("templates") or ()
    return {each["name"]: each for each in (*stored, *(workflow["spec"].get("templates") or ()))}


def conditions_of(workflow: Mapping[str, Any]) -> list[str]:
    """List the conditions that a run may come to, whether it waits for them now or not."""
    marks = (each.get("metadata", {}).get("annotations", {}) for each in templates_of(workflow).values())
    return sorted({found[CONDITION] for found in marks if CONDITION in found})


def chosen(run: str, waits: list[Waiting], known: list[str], condition: str, *, everywhere: bool) -> list[Waiting]:
    """Choose the questions that are meant. known: the names of all conditions that the run may come to."""
    found = [each for each in waits if condition in (each.place, each.node)]
    found = found or [each for each in waits if each.asked.name == condition]
    if not found and known and condition not in known and "/" not in condition:
        message = f"the run `{run}` has no condition `{condition}`"
        raise UsageError(lines(message, mend=nearest(condition, known)))
    if not found and not waits:
        message = f"the run `{run}` waits for no condition now"
        raise ClusterError(message)
    if not found:
        held = ", ".join(f"`{each.asked.name}` at {each.place}" for each in waits)
        message = f"the run `{run}` does not wait for `{condition}` now: it waits for {held}"
        raise ClusterError(message)
    if len(found) > 1 and not everywhere:
        places = ", ".join(each.place for each in found)
        message = f"`{condition}` is asked at {len(found)} places of the run `{run}`: {places}"
        raise ClusterError(lines(message, mend="Name one of the places, or answer them all with `--all`."))
    return found
