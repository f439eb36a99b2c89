"""Labels and annotations of pods, as people write them."""

from __future__ import annotations

import re

NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?", re.ASCII)
DOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", re.ASCII)
LONGEST = 63
OWN = ("tiphys.dev/", "workflows.argoproj.io/")


def is_key(text: str) -> bool:
    """Say whether a text is the key of a label: a name, perhaps with a domain before it."""
    domain, slash, name = text.rpartition("/")
    good = NAME.fullmatch(name) is not None and len(name) <= LONGEST
    return good and (not slash or DOMAIN.fullmatch(domain) is not None)


def is_value(text: str) -> bool:
    """Say whether a text is the value of a label."""
    return not text or (NAME.fullmatch(text) is not None and len(text) <= LONGEST)


def as_labels(value: object) -> dict[str, str] | None:
    """Check labels. Raises ValueError."""
    found = as_annotations(value)
    for key, text in (found or {}).items():
        if not is_value(text):
            msg = f"{text!r} of `{key}` is no value of a label: at most {LONGEST} letters, digits, `-`, `_` and `.`"
            raise ValueError(msg)
    return found


def as_annotations(value: object) -> dict[str, str] | None:
    """Check annotations: their values are any text. Raises ValueError."""
    if value is None:
        return None
    if not isinstance(value, dict):
        msg = f"it is a dict of texts, not {value!r}"
        raise ValueError(msg)
    for key, text in value.items():
        check_key(key)
        if not isinstance(text, str):
            msg = f"the value of `{key}` is {text!r}; write it as text: {str(text)!r}"
            raise ValueError(msg)
        if "{{" in text:
            msg = f"the value of `{key}` holds `{{{{`, which Argo would replace: write it without"
            raise ValueError(msg)
    return dict(value)


def check_key(key: object) -> None:
    """Check the key of a label or an annotation. Raises ValueError."""
    if not isinstance(key, str) or not is_key(key):
        msg = f"{key!r} is no key of a label or an annotation; write one such as 'team' or 'example.com/team'"
        raise ValueError(msg)
    if str(key).startswith(OWN) and not str(key).startswith("tiphys.dev/capability-"):
        msg = f"`{key}` is set by tiphys or by Argo; choose another key"
        raise ValueError(msg)
