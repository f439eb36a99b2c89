"""Presets: how the usual clusters spell things, as files that are shipped."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from tiphys.diagnostics import nearest

DEFAULT = "gpu-operator"
NONE = "none"


@cache
def presets() -> dict[str, dict[str, Any]]:
    """Read all presets, by name."""
    folder = files("tiphys_templates") / "presets"
    found = [item for item in folder.iterdir() if item.name.endswith(".toml")]
    return {item.name.removesuffix(".toml"): tomllib.loads(item.read_text("utf-8")) for item in found}


def laid_over_preset(key: str, value: object, default: str | None = None) -> object:
    """Give a table with what it says laid over its preset, unless that is `none`. A text is the name of a preset.

    Raises ValueError for a preset that does not exist, or that says nothing of `key`.
    """
    if isinstance(value, str):
        value = {"preset": value}
    if not isinstance(value, Mapping):
        return value
    name = value.get("preset", default)
    if name is None or name == NONE:
        return value
    having = {preset: tables[key] for preset, tables in presets().items() if key in tables}
    if not isinstance(name, str) or name not in having:
        msg = f"there is no preset {name!r} for `{key}`. {nearest(str(name), [*sorted(having), NONE])}"
        raise ValueError(msg)
    return merged(having[name], value)


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay tables over tables: what the second says wins, key by key."""
    found = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(found.get(key), Mapping)
        found[key] = merged(found[key], value) if both else value
    return found
