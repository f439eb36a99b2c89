"""Kept results: where a task's pod finds the result of an equal call, and where it keeps its own."""

from __future__ import annotations

import hashlib

from hera.workflows import models as m

from tiphys.argo.expressions import cache_key, parameter_of
from tiphys.argo.pods import ROOT
from tiphys.argo.storing import artifact
from tiphys.diagnostics import InternalError
from tiphys.ir import Plan, Slot
from tiphys.settings import Settings
from tiphys.tracing.versions import version_of

KEPT = "kept"
"""The name of the artifact, and of its file."""


def key_of(plan: Plan, settings: Settings) -> str | None:
    """Give the key of a plan's results; None where they are not kept."""
    cache, task = settings.cache, plan.task
    if plan.keyed is None or cache is None or task is None or not cache.is_on:
        return None
    files = settings.include.digest if settings.include is not None else ""
    image = str(settings.image) if task.beside is not None else ""  # no code: the image does the work
    version = cache.version_override or version_of(task.code) + files + image
    code = hashlib.sha256(repr((task.name, version, cache.salt, sorted(cache.ignored_inputs))).encode()).hexdigest()
    return cache_key(code[:32], tuple(parameter_of(operand_at(plan, slot)) for slot in plan.keyed))


def operand_at(plan: Plan, slot: Slot) -> str:
    """Name the operand that holds a value."""
    number = slot[0] if isinstance(slot, tuple) else slot
    if not isinstance(number, int) or number >= len(plan.operands) or plan.operands[number].items is not None:
        message = f"the plan {plan.name} is to be found by a value that it computes itself"
        raise InternalError(message)
    return plan.operands[number].name


def artifacts_of(key: str | None, settings: Settings, store: str) -> tuple[list[m.Artifact], list[m.Artifact]]:
    """Give the artifact that is read, and the one that is written."""
    if key is None:
        return [], []
    written = [artifact(KEPT, f"{ROOT}/out/{KEPT}", key, store)]
    if settings.cache is not None and settings.cache.behavior == "override":
        return [], written
    return [artifact(KEPT, f"{ROOT}/in/{KEPT}", key, store)], written


def locks_of(key: str | None, settings: Settings) -> list[m.Mutex]:
    """Let equal calls wait for each other, where that was asked for."""
    if key is None or settings.cache is None or not settings.cache.serialize:
        return []
    return [m.Mutex(name=key.removesuffix("/_").removeprefix("tiphys/").replace("/", "-"))]
