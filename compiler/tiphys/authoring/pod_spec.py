"""Pod specs as people give them: plain, with the keys of YAML, and every key known.

The keys are data, `tiphys_templates/pod_spec.json`: the fields of each type of the Kubernetes API in a pod.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tiphys.authoring.pod_rules import check_rules, with_numbers
from tiphys.authoring.quantities import amount
from tiphys.diagnostics import nearest

Fields = Mapping[str, str]


@cache
def types() -> Mapping[str, Fields]:
    """Read the fields of each type: `[X]` is a list, `{X}` a table of texts to X, `a|b` one of these words."""
    import tiphys_templates

    file = Path(tiphys_templates.__file__).with_name("pod_spec.json")
    found: Mapping[str, Fields] = json.loads(file.read_text(encoding="utf-8"))
    return found


def plain(value: Any) -> Any:
    """Write a pod spec, or a part of one, as plain data. It may be a model of the Kubernetes client, or one of hera's.

    What is None is left out. Raises ValueError for anything else.
    """
    names = getattr(value, "attribute_map", None)
    if isinstance(names, Mapping) and hasattr(value, "openapi_types"):
        parts = {key: getattr(value, attribute) for attribute, key in names.items()}
        return {key: plain(part) for key, part in parts.items() if part is not None}
    if hasattr(value, "model_dump"):
        return plain(value.model_dump(by_alias=True, exclude_none=True, mode="json"))
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    msg = f"it holds {type(value).__name__} {value!r}, which is no part of a pod spec"
    raise ValueError(msg)


def checked(value: Any, kind: str, path: str) -> Any:
    """Check plain data against a type. Gives it with its quantities as texts. Raises ValueError naming the place."""
    if kind.startswith("["):
        if not isinstance(value, list):
            raise wrong(path, "a list", value)
        return [checked(item, kind[1:-1], f"{path}[{number}]") for number, item in enumerate(value)]
    if kind.startswith("{"):
        for key in table(value, path):
            text(key, path)
        return {key: checked(item, kind[1:-1], f"{path}.{key}") for key, item in value.items()}
    if kind in types():
        fields = types()[kind]
        for key in table(value, path):
            if key not in fields:
                msg = f"`{path}` has no field {key!r}. {nearest(str(key), sorted(fields))}"
                raise ValueError(msg)
        found = {key: checked(item, fields[key], f"{path}.{key}") for key, item in value.items()}
        check_rules(kind, found, path)
        return with_numbers(found) if kind == "Container" else found
    return scalar(value, kind, path)


def table(value: Any, path: str) -> Mapping[Any, Any]:
    """Check that something has keys."""
    if not isinstance(value, dict):
        raise wrong(path, "a table of fields", value)
    return value


def scalar(value: Any, kind: str, path: str) -> Any:
    """Check a value without parts."""
    if kind == "quantity":
        try:
            return quantity(value)
        except ValueError as error:
            msg = f"`{path}`: {error}"
            raise ValueError(msg) from None
    if "|" in kind and value not in kind.split("|"):
        msg = f"`{path}` is one of {kind.replace('|', ', ')}, not {value!r}"
        raise ValueError(msg)
    if kind == "str":
        return text(value, path)
    if kind == "bool" and not isinstance(value, bool):
        raise wrong(path, "true or false", value)
    if kind == "int" and (not isinstance(value, int) or isinstance(value, bool)):
        raise wrong(path, "a whole number", value)
    if isinstance(value, str):
        return text(value, path)
    return value


def quantity(value: object) -> str:
    """Check a quantity of anything, extended resources too: a number or a text. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        msg = f"{value!r} is not a quantity; write a number or a text such as '500m'"
        raise ValueError(msg)
    amount(str(value))
    return str(value)


def text(value: Any, path: str) -> str:
    """Check a text: Argo would replace what stands in braces."""
    if not isinstance(value, str):
        raise wrong(path, "a text", value)
    if "{{" in value:
        msg = f"`{path}` holds `{{{{`, which Argo would replace: write it without"
        raise ValueError(msg)
    return value


def wrong(path: str, wanted: str, value: object) -> ValueError:
    """Say that something has another type."""
    return ValueError(f"`{path}` is {wanted}, not {value!r}")
