"""`cache` of an orchestrator: a pod that looks for the result of an equal call, and one that keeps a new result.

They find the result by the orchestrator's arguments and code, as the pod of a task does.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tiphys.authoring.cache import Cache
from tiphys.authoring.task import TaskTemplate
from tiphys.ir import Atom, Call
from tiphys.settings import Settings, said_last
from tiphys.tracing.glue import at
from tiphys.tracing.merging import fork_value
from tiphys.tracing.tasks import Interface, keyed_inputs
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Hole, Unknown
from tiphys.tracing.which import Which
from tiphys_runtime.keeping import kept_by, not_kept

VALUE = "result to keep"
"""The argument that brings the result to the pod that keeps it. No parameter of a function is called so."""


@dataclass(frozen=True)
class Keeper:
    """A leaf of ours. code: that of the orchestrator, whose results it keeps, or only looks for."""

    name: str
    function: Callable[..., Any]
    code: object
    levels: tuple[tuple[str, Settings], ...]
    keeps: bool
    is_own: bool = True
    beside: None = None
    resource: None = None

    @property
    def whole(self) -> str:
        """It is a leaf by itself."""
        return self.name

    @property
    def body(self) -> Callable[..., Any]:
        """What its pod calls."""
        return self.function


def is_kept(task: TaskTemplate[..., Any]) -> bool:
    """Say whether the results of an orchestrator are kept."""
    cache, _ = said_last(task.levels, "cache")
    return cache is not None and cache.is_on


def kept(
    t: Tracer, task: TaskTemplate[..., Any], interface: Interface, bound: Mapping[str, Any],
    call: Callable[[], Any], node: ast.AST,
) -> Any:  # fmt: skip
    """Call an orchestrator unless the result of an equal call was kept."""
    keyed = keyed_inputs(task, interface)
    cache, _ = said_last(task.levels, "cache")
    if keyed is None or cache is None:
        return call()
    if cache.serialize:
        t.state.notes.append(f"{t.span(node)}: equal calls of `{task.name}` do not wait for each other: it has no pod")
    arguments = tuple((name, t.to_atom(value, name, node)) for name, value in bound.items())

    def worked_out() -> Any:
        value = call()
        given = (*arguments, (VALUE, t.to_atom(value, "result", node)))
        emit(t, keeper(task, cache, keeps=True), given, keyed, f"{title}-keep", node)
        return value

    title = task.function.__name__
    if cache.behavior == "override":
        return worked_out()
    found = emit(t, keeper(task, cache, keeps=False), arguments, keyed, f"{title}-kept", node)
    is_there, value = (at(subscript(found, index, node), node) for index in range(2))
    works = [lambda: t.boxed(Unknown(value, interface.result)), worked_out]
    return fork_value(t, Which(t, Unknown(is_there, bool), node), works, node)


def keeper(task: TaskTemplate[..., Any], cache: Cache, *, keeps: bool) -> Keeper:
    """Make the leaf that looks for results, or keeps them."""
    said = cache.model_copy(update={"serialize": False, "behavior": "override" if keeps else "auto"})
    ((level, around), *_) = task.levels
    # to look for a result needs the image of the environment, and none of its accelerators
    light = around.model_copy(update=dict.fromkeys(("resources", "pod_template")))
    levels = ((level, light), ("decorator", Settings(cache=said)))
    return Keeper(task.name, kept_by if keeps else not_kept, task.code, levels, keeps)


def emit(
    t: Tracer, leaf: Keeper, arguments: tuple[tuple[str, Atom], ...], keyed: tuple[str, ...], base: str, node: ast.AST
) -> Hole:
    """Record a pod of ours; gives what stands for its result."""
    name = t.names.allocate(base)
    ref = t.call(Call(name, leaf, arguments, Any, t.state.frontier, t.span(node), keyed=keyed))
    t.types[ref] = Any
    return Hole(ref, base, node)


def subscript(value: Hole, index: int, node: ast.AST) -> ast.Subscript:
    """Write the reading of an element."""
    return ast.Subscript(value=value, slice=at(ast.Constant(index), node), ctx=ast.Load())
