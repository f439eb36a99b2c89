"""What the tables of a profile have in common: frozen, no unknown keys, names that Kubernetes takes."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", re.ASCII)
WORD = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?", re.ASCII)
OWN = ("tiphys.dev/", "workflows.argoproj.io/")
"""Prefixes of keys that the compiler and Argo set themselves."""


class Part(BaseModel):
    """A table of the profile: frozen, with no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def object_name(text: str) -> str:
    """Check the name of an object of Kubernetes."""
    if not NAME.fullmatch(text) or len(text) > 253:
        msg = "a name in Kubernetes has lower-case letters, digits, `-` and `.` only, as in 'ml-runner'"
        raise ValueError(msg)
    return text


def label_key(text: object) -> str:
    """Check the key of a label, an annotation or a taint: a name, perhaps with a domain before it."""
    if not isinstance(text, str):
        msg = f"the key {text!r} is not text; write it in quotes"
        raise ValueError(msg)
    prefix, slash, name = text.rpartition("/")
    if not WORD.fullmatch(name) or len(name) > 63 or (slash and (not NAME.fullmatch(prefix) or len(prefix) > 253)):
        msg = f"{text!r} is no key of a label; write one such as 'team' or 'example.com/team'"
        raise ValueError(msg)
    return text


def label_value(key: str, value: object) -> str:
    """Check the value of the label with this key."""
    if not isinstance(value, str):
        msg = f'the value of {key} is not text; write {key} = "{str(value).lower()}"'
        raise ValueError(msg)
    return plain_value(value)


def plain_value(value: str) -> str:
    """Check the value of a label."""
    if value and (not WORD.fullmatch(value) or len(value) > 63):
        msg = f"{value!r} is no value of a label: at most 63 letters, digits, `-`, `_` and `.`"
        raise ValueError(msg)
    return value


def as_labels(value: object) -> object:
    """Check a table of labels."""
    if not isinstance(value, dict):
        msg = 'write a table, such as { team = "ml" }'
        raise ValueError(msg)
    return {label_key(key): label_value(key, text) for key, text in value.items()}


def as_annotations(value: object) -> object:
    """Check a table of annotations: their values are any text."""
    if not isinstance(value, dict):
        msg = 'write a table, such as { owner = "ml" }'
        raise ValueError(msg)
    for key, text in value.items():
        label_key(key)
        if not isinstance(text, str):
            msg = f'the value of {key} is not text; write {key} = "{str(text).lower()}"'
            raise ValueError(msg)
    return value


def not_ours(value: dict[str, str]) -> dict[str, str]:
    """Refuse the keys that are set anyway."""
    for key in value:
        if key.startswith(OWN):
            msg = f"`{key}` is set by tiphys or by Argo; choose another key"
            raise ValueError(msg)
    return value


def as_tuple(value: object) -> object:
    """TOML has lists only."""
    return tuple(value) if isinstance(value, list) else value


LabelValue = Annotated[str, AfterValidator(plain_value)]
ObjectName = Annotated[str, AfterValidator(object_name)]
Labels = Annotated[dict[str, str], BeforeValidator(as_labels), AfterValidator(not_ours)]
Annotations = Annotated[dict[str, str], BeforeValidator(as_annotations), AfterValidator(not_ours)]
ObjectNames = Annotated[tuple[ObjectName, ...], BeforeValidator(as_tuple)]
