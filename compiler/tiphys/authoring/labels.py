"""Labels and annotations of pods, as people write them."""

from __future__ import annotations

import re

NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?", re.ASCII)
DOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", re.ASCII)
LONGEST = 63
OWN = ("tiphys.dev/", "workflows.argoproj.io/")


def as_labels(value: object) -> dict[str, str] | None:
    """Check labels. Raises ValueError."""
    found = as_annotations(value)
    for key, text in (found or {}).items():
        if text and (NAME.fullmatch(text) is None or len(text) > LONGEST):
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
    domain, slash, name = str(key).rpartition("/")
    good = isinstance(key, str) and NAME.fullmatch(name) is not None and len(name) <= LONGEST
    if not good or (slash and DOMAIN.fullmatch(domain) is None):
        msg = f"{key!r} is no key of a label or an annotation; write one such as 'team' or 'example.com/team'"
        raise ValueError(msg)
    if str(key).startswith(OWN) and not str(key).startswith("tiphys.dev/capability-"):
        msg = f"`{key}` is set by tiphys or by Argo; choose another key"
        raise ValueError(msg)
