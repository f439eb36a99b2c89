"""What each task was told, and by which level: plain data, kept with the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from tiphys.argo.packing import Packed
from tiphys.argo.report import Said, Told
from tiphys.argo.resolving import GLUE
from tiphys.settings import Settings

ALWAYS = ("image",)
"""What matters also where nobody said it."""


def told(packed: Packed) -> tuple[Told, ...]:
    """Say what each task was told. Calls that are told the same are one, calls with an override are another."""
    found: dict[str, Told] = {}
    for name, settings in packed.settings.items():
        task = packed.program.plans[name].task
        levels = packed.levels[name]
        is_glue = task is None or task.is_own
        said = {key for key, level in levels.items() if level != "default" and (key in GLUE or not is_glue)}
        keys = [key for key in Settings.model_fields if key in ALWAYS or key in said]
        one = Told(
            "glue" if task is None or task.is_own else task.name,
            {key: Said(plain(getattr(settings, key)), levels[key]) for key in keys},
        )
        found.setdefault(repr(one), one)
    return tuple(sorted(found.values(), key=lambda one: one.task == "glue"))


def plain(value: object) -> Any:
    """Write a value as JSON can hold it; of a model what differs from its defaults."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case timedelta():
            return f"{value.total_seconds():g}s"
        case BaseModel():
            fields = type(value).model_fields
            said = {name: getattr(value, name) for name in fields}
            return {name: plain(item) for name, item in said.items() if item != fields[name].default}
        case Mapping():
            return {str(name): plain(item) for name, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case _:
            return str(value)
