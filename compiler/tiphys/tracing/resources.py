"""A task that creates an object of Kubernetes.

A pod makes the manifest, Argo creates the object and waits for it, a pod reads what has become of it. That one raises
where the object failed, so a `try` is as around any call.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tiphys.authoring.resources import Resources
from tiphys.authoring.retry import RetryStrategy, Timeout
from tiphys.authoring.task import TaskTemplate
from tiphys.ir import Atom, Call, Ref
from tiphys.settings import Settings, said_last
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import SmallText
from tiphys_runtime.resource import Manifest, Reading

ONCE = ("plugin", Settings(retries=RetryStrategy(0), timeout=Timeout()))
"""The object is what is tried again, and what has a timeout."""
READS = ("plugin", Settings(resources=Resources(), secrets=(), env_vars={}, report=False, links=()))
"""The pod that reads the object, and Argo's own that waits for it, run no code of the user's."""
MAKES = ("plugin", Settings(produces_artifacts=False))
"""What the pod that makes the manifest gives is no result, and neither is what Argo's pod gives."""


@dataclass(frozen=True)
class Part:
    """A pod of such a task, or its object. whole: the task's name. resource: what is done with the manifest."""

    name: str
    whole: str
    function: Callable[..., Any]
    code: Callable[..., Any]
    levels: tuple[tuple[str, Settings], ...]
    body: Callable[..., Any]
    resource: Any = None
    beside: None = None
    keeps: bool = True
    is_own: bool = False


def read_object(outcome: Any) -> Any:
    """Stand for the function that reads an object: it tells what it takes."""
    return outcome


def call_resource(
    t: Tracer, task: TaskTemplate[..., Any], arguments: tuple[tuple[str, Atom], ...], kind: Any, node: ast.AST
) -> Any:
    """Record the parts of a call. kind: the type of what is read. Gives what stands for that."""
    cache, _ = said_last(task.levels, "cache")
    if cache is not None and cache.is_on:
        mend = 'Say `cache="disable"`, or cache the orchestrator that calls it.'
        raise t.refuse(f"`{task.name}` creates an object, so its results cannot be kept", node, mend)
    assert task.resource is not None
    outputs = tuple((path, path) for path in task.resource.outputs)
    made = emit(
        t,
        task,
        "",
        Manifest(task.name, task.body, owned=task.resource.owned),
        task.function,
        arguments,
        SmallText,
        node,
    )
    given = (("manifest", made),)
    outcome = emit(t, task, "object", read_object, read_object, given, SmallText, node, resource=task.resource)
    ended = Reading(task.name, outputs)
    return t.atom(emit(t, task, "end", ended, read_object, (("outcome", outcome),), kind, node), kind, task.title, node)


def emit(
    t: Tracer, task: TaskTemplate[..., Any], part: str, body: Callable[..., Any], function: Callable[..., Any],
    arguments: tuple[tuple[str, Atom], ...], kind: Any, node: ast.AST, *, resource: Any = None,
) -> Ref:  # fmt: skip
    """Record one part."""
    said = (READS, MAKES) if resource is not None else (ONCE, READS) if part else (ONCE, MAKES)
    name = f"{task.name}-{part}" if part else task.name
    leaf = Part(name, task.name, function, function, (*task.levels, *said), body, resource)
    label = t.names.allocate(f"{task.title}-{part}" if part else task.title)
    made = t.call(Call(label, leaf, arguments, kind, t.state.frontier, t.span(node)))
    t.types[made] = kind
    return made
