"""The registry of plugins: which class of task the type of a `plugin_config` asks for."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tiphys.authoring.location import caller
from tiphys.diagnostics import AuthoringError, Mistake, nearest

if TYPE_CHECKING:
    from tiphys.authoring.functions import AsyncFunctionTaskTemplate

_SHIPPED = {"tiphys.authoring.resource:KubernetesResource": "tiphys.authoring.resource:ResourceFunctionTask"}
_known: dict[type, type[AsyncFunctionTaskTemplate[..., Any]]] = {}
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def register_plugin(config: type, plugin: type[AsyncFunctionTaskTemplate[..., Any]]) -> None:
    """Have tasks whose `plugin_config` is exactly of a type be of a class.

    Saying the same again changes nothing. Raises AuthoringError where the type has another class already, or the class
    is no `tiphys.extend.AsyncFunctionTaskTemplate`.
    """
    from tiphys.authoring.functions import AsyncFunctionTaskTemplate

    where = caller()
    if not isinstance(config, type):
        text = f"a plugin is registered for a type, not {config!r}"
        raise AuthoringError(Mistake(text, where, "Name the class of the `plugin_config`."))
    if not (isinstance(plugin, type) and issubclass(plugin, AsyncFunctionTaskTemplate)):
        text = f"{getattr(plugin, '__qualname__', plugin)!s} is no class of tasks"
        raise AuthoringError(Mistake(text, where, "Derive it from `tiphys.extend.AsyncFunctionTaskTemplate`."))
    before = _known.get(config)
    if before is not None and (before.__module__, before.__qualname__) != (plugin.__module__, plugin.__qualname__):
        text = f"`{config.__qualname__}` has the plugin `{before.__qualname__}` already"
        raise AuthoringError(Mistake(text, where, "Use a type of your own."))
    _known[config] = plugin


class TaskPluginRegistry:
    """Flyte's name for the registry."""

    @staticmethod
    def register(config_type: type, plugin: type[AsyncFunctionTaskTemplate[..., Any]]) -> None:
        """See `register_plugin`."""
        register_plugin(config_type, plugin)

    @staticmethod
    def find(config_type: type) -> type[AsyncFunctionTaskTemplate[..., Any]] | None:
        """Give the class of tasks for a type, if one is registered."""
        return plugin_of(config_type)


def plugin_of(config: type) -> type[AsyncFunctionTaskTemplate[..., Any]] | None:
    """Give the class of tasks for a type, if one is registered."""
    shipped = _SHIPPED.get(f"{config.__module__}:{config.__qualname__}")
    if shipped is not None and config not in _known:
        home, _, name = shipped.partition(":")
        _known[config] = getattr(import_module(home), name)
    return _known.get(config)


def as_plugin_config(value: object) -> object:
    """Check a `plugin_config`. Raises ValueError where no plugin takes it."""
    if value is None:
        return value
    kind = type(value)
    if plugin_of(kind) is None:
        names = sorted({*(known.__qualname__ for known in _known), *(key.rpartition(":")[2] for key in _SHIPPED)})
        near = nearest(kind.__qualname__, names)
        msg = f"no plugin is registered for `{kind.__qualname__}`. {near} Register it: `tiphys.extend.register_plugin`"
        raise ValueError(msg)
    if _ADDRESS.search(repr(value)):
        msg = "its `repr` does not say what it holds, so equal ones could not be told; make it a dataclass"
        raise ValueError(msg)
    return value
