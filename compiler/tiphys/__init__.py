"""Argo Workflows, programmable in plain async Python.

    import tiphys

    env = tiphys.TaskEnvironment(name="hello")

    @env.task
    async def greet(name: str) -> str:
        return f"Hello, {name}"

    @env.task
    async def main(name: str = "Argo") -> str:
        return (await greet(name)).upper()

`await main()` is plain Python; `tiphys run FILE main` runs the compiled manifest on this computer, and
`tiphys compile FILE main --submit` runs it in the cluster. Names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiphys import durable as durable
    from tiphys import errors as errors
    from tiphys import extend as extend
    from tiphys import extras as extras
    from tiphys import report as report
    from tiphys.authoring.cache import Cache as Cache
    from tiphys.authoring.condition import new_condition as new_condition
    from tiphys.authoring.context import custom_context as custom_context
    from tiphys.authoring.context import group as group
    from tiphys.authoring.devices import AMD_GPU as AMD_GPU
    from tiphys.authoring.devices import APPLE_SILICON as APPLE_SILICON
    from tiphys.authoring.devices import GPU as GPU
    from tiphys.authoring.devices import HABANA_GAUDI as HABANA_GAUDI
    from tiphys.authoring.devices import TPU as TPU
    from tiphys.authoring.devices import Device as Device
    from tiphys.authoring.devices import Neuron as Neuron
    from tiphys.authoring.environment import TaskEnvironment as TaskEnvironment
    from tiphys.authoring.functions import AsyncFunctionTaskTemplate as AsyncFunctionTaskTemplate
    from tiphys.authoring.image import Image as Image
    from tiphys.authoring.link import Link as Link
    from tiphys.authoring.mapping import map as map
    from tiphys.authoring.pod import PodTemplate as PodTemplate
    from tiphys.authoring.resources import Resources as Resources
    from tiphys.authoring.retry import Backoff as Backoff
    from tiphys.authoring.retry import RetryStrategy as RetryStrategy
    from tiphys.authoring.retry import Timeout as Timeout
    from tiphys.authoring.reuse import ReusePolicy as ReusePolicy
    from tiphys.authoring.secret import Secret as Secret
    from tiphys.authoring.task import Documentation as Documentation
    from tiphys.authoring.task import TaskTemplate as TaskTemplate
    from tiphys.authoring.trigger import Cron as Cron
    from tiphys.authoring.trigger import Event as Event
    from tiphys.authoring.trigger import EventData as EventData
    from tiphys.authoring.trigger import FixedRate as FixedRate
    from tiphys.authoring.trigger import OnArtifact as OnArtifact
    from tiphys.authoring.trigger import Trigger as Trigger
    from tiphys.authoring.trigger import TriggerTime as TriggerTime
    from tiphys.runs import Run as Run
    from tiphys.runs import run as run
    from tiphys.runs import with_runcontext as with_runcontext
    from tiphys_runtime.context import ctx as ctx

__version__ = "0.1.0"

_HOMES = {
    "AMD_GPU": "tiphys.authoring.devices",
    "APPLE_SILICON": "tiphys.authoring.devices",
    "AsyncFunctionTaskTemplate": "tiphys.authoring.functions",
    "Backoff": "tiphys.authoring.retry",
    "Cache": "tiphys.authoring.cache",
    "Device": "tiphys.authoring.devices",
    "Cron": "tiphys.authoring.trigger",
    "Documentation": "tiphys.authoring.task",
    "Event": "tiphys.authoring.trigger",
    "EventData": "tiphys.authoring.trigger",
    "FixedRate": "tiphys.authoring.trigger",
    "OnArtifact": "tiphys.authoring.trigger",
    "Trigger": "tiphys.authoring.trigger",
    "TriggerTime": "tiphys.authoring.trigger",
    "GPU": "tiphys.authoring.devices",
    "HABANA_GAUDI": "tiphys.authoring.devices",
    "Image": "tiphys.authoring.image",
    "Neuron": "tiphys.authoring.devices",
    "Link": "tiphys.authoring.link",
    "PodTemplate": "tiphys.authoring.pod",
    "Resources": "tiphys.authoring.resources",
    "RetryStrategy": "tiphys.authoring.retry",
    "ReusePolicy": "tiphys.authoring.reuse",
    "Run": "tiphys.runs",
    "Secret": "tiphys.authoring.secret",
    "TPU": "tiphys.authoring.devices",
    "TaskEnvironment": "tiphys.authoring.environment",
    "TaskTemplate": "tiphys.authoring.task",
    "Timeout": "tiphys.authoring.retry",
    "ctx": "tiphys_runtime.context",
    "custom_context": "tiphys.authoring.context",
    "group": "tiphys.authoring.context",
    "map": "tiphys.authoring.mapping",
    "new_condition": "tiphys.authoring.condition",
    "run": "tiphys.runs",
    "with_runcontext": "tiphys.runs",
}
_MODULES = ("durable", "errors", "extend", "extras", "report")
_LATER = frozenset("Checkpoint init io notify trace".split())
__all__ = ["__version__", *_MODULES, *sorted(_HOMES)]  # noqa: PLE0604


def __getattr__(name: str) -> object:
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    elif name in _MODULES:
        value = import_module(f"tiphys.{name}")
    elif name == "task":
        msg = "there is no `tiphys.task`: write env = tiphys.TaskEnvironment('name'), and then @env.task"
        raise AttributeError(msg)
    elif name in _LATER:
        msg = f"`tiphys.{name}` is not supported yet"
        raise AttributeError(msg)
    else:
        msg = f"module 'tiphys' has no attribute {name!r}"
        raise AttributeError(msg if name.startswith("_") else msg + _nearest(name))
    globals()[name] = value
    return value


def _nearest(name: str) -> str:
    """Name what was probably meant; nothing where no name is like it."""
    import difflib

    close = difflib.get_close_matches(name, __all__, n=3, cutoff=0.7)
    return f". Did you mean {', '.join(f'`{each}`' for each in close)}?" if close else ""


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_MODULES})
