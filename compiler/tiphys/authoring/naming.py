"""Names that Kubernetes, Argo and people read: checked where they are said."""

from __future__ import annotations

import re

from tiphys.authoring.location import keyword
from tiphys.diagnostics import Mistake, Span
from tiphys.diagnostics import report as complain

OBJECT = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", re.ASCII)
NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", re.ASCII)
LONGEST_OBJECT = 253
LONGEST_NAMESPACE = 63
LONGEST_TITLE = 63
LONGEST_DESCRIPTION = 255
MOST_PODS = 2**31 - 1


def as_account(value: object) -> object:
    """Check the name of a ServiceAccount. Raises ValueError."""
    if value is None:
        return None
    if not isinstance(value, str) or OBJECT.fullmatch(value) is None or len(value) > LONGEST_OBJECT:
        msg = "it is no name of a ServiceAccount: lower-case letters, digits, `-` and `.`, such as 'runner'"
        raise ValueError(msg)
    return value


def as_namespace(value: object) -> str:
    """Check the name of a namespace: a label of RFC 1123. Raises ValueError."""
    if isinstance(value, str) and NAMESPACE.fullmatch(value) and len(value) <= LONGEST_NAMESPACE:
        return value
    near = re.sub(r"[^a-z0-9]+", "-", str(value).lower()).strip("-")[:LONGEST_NAMESPACE].strip("-") or "argo"
    msg = (
        f"{value!r} is no name of a namespace: up to {LONGEST_NAMESPACE} lower-case letters, digits and `-`, "
        f"such as {near!r}"
    )
    raise ValueError(msg)


def as_run_name(value: object) -> str:
    """Check the name of a Workflow, which Argo puts into a label. Raises ValueError."""
    if isinstance(value, str) and NAMESPACE.fullmatch(value) and len(value) <= LONGEST_NAMESPACE:
        return value
    msg = f"{value!r} is no name of a run: up to {LONGEST_NAMESPACE} lower-case letters, digits and `-`"
    raise ValueError(msg)


def as_title(value: object) -> object:
    """Check a name that is shown. Raises ValueError."""
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        msg = "it must be one line of text that can be read"
        raise ValueError(msg)
    if len(value) > LONGEST_TITLE:
        msg = f"it has {len(value)} characters, and {LONGEST_TITLE} are shown"
        raise ValueError(msg)
    return value


def as_count(value: object) -> object:
    """Check a number of pods. Raises ValueError."""
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_PODS):
        msg = f"it must be a whole number from 1 to {MOST_PODS:,}"
        raise ValueError(msg)
    return value


def as_flag(value: object) -> object:
    """Check a yes or no. Raises ValueError."""
    if value is not None and not isinstance(value, bool):
        msg = "write True or False"
        raise ValueError(msg)
    return value


def check_description(description: object, where: Span) -> None:
    """Report a description of an environment that is no text, or too long to be shown."""
    place = keyword(where, "description")
    if description is None:
        return
    if not isinstance(description, str):
        complain(Mistake(f"`description` is a text, not {description!r}", place))
    elif len(description) > LONGEST_DESCRIPTION:
        text = f"the description has {len(description)} characters, and {LONGEST_DESCRIPTION} are kept"
        complain(Mistake(text, place, "Say the rest in the docstrings of the tasks."))
