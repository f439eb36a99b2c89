"""Links of a task: addresses that its pods show. A word stands for what only the run knows, until Argo fills it in."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from tiphys.authoring.model import Setting

RUN, POD, NODE, NAMESPACE = "tiphysrunname", "tiphyspodname", "tiphysnodename", "tiphysnamespace"
"""Words that stand for what is not known yet: letters only, so that quoting an address leaves them as they are."""
GIVEN: Mapping[str, object] = {
    "run_name": RUN,
    "project": NAMESPACE,
    "domain": "",
    "context": {},
    "parent_action_name": "",
    "action_name": NODE,
    "pod_name": POD,
}
"""What `get_link` is called with."""
LONGEST = 2048


class Link(Protocol):
    """Something that gives the address of a page about a task's run. Any object with these two will do."""

    name: str

    def get_link(
        self,
        run_name: str,
        project: str,
        domain: str,
        context: dict[str, str],
        parent_action_name: str,
        action_name: str,
        pod_name: str,
    ) -> str:
        """Give the address. It is called when the task is written: its arguments are words that Argo replaces later.

        run_name: the Workflow's name. project: its namespace. action_name: the node's name. pod_name: the pod's.
        domain and parent_action_name are empty, as Argo has neither. Parameters that it does not have are not given.
        """
        ...


class Placed(Setting):
    """A link whose address is known but for those words."""

    name: str
    url: str

    @property
    def key(self) -> str:
        """Its name, as a part of an annotation's key."""
        return re.sub(r"[^A-Za-z0-9]+", "-", self.name).strip("-")[:63].strip("-")


def as_links(value: object) -> object:
    """Ask links for their addresses. Raises ValueError."""
    if value is None:
        return None
    items = value if isinstance(value, tuple | list) else (value,)
    found = tuple(item if isinstance(item, Placed) else placed(item) for item in items)
    keys = [item.key for item in found]
    for item in found:
        if not item.key or keys.count(item.key) > 1:
            msg = f"the link {item.name!r} has no name of its own"
            raise ValueError(msg)
    return found


def placed(link: Any) -> Placed:
    """Ask a link for its address. Raises ValueError."""
    name, function = getattr(link, "name", None), getattr(link, "get_link", None)
    if not callable(function) or not isinstance(name, str):
        msg = f"{link!r} is no link: it needs a `name`, and a method `get_link`"
        raise ValueError(msg)
    try:
        url = function(**arguments_of(function))
    except Exception as error:  # whatever the method of the user's link raises
        msg = f"the link {name!r} has no address: {type(error).__name__}: {error}"
        raise ValueError(msg) from error
    if not isinstance(url, str) or not url.isprintable() or not 0 < len(url) <= LONGEST:
        msg = f"the address of the link {name!r} is {url!r}, and must be a text of at most {LONGEST} characters"
        raise ValueError(msg)
    if "{{" in url:
        msg = f"the address of the link {name!r} holds `{{{{`; take names from the parameters of `get_link`"
        raise ValueError(msg)
    return Placed(name=name, url=url)


def arguments_of(function: Callable[..., Any]) -> dict[str, object]:
    """Give those arguments that a `get_link` has parameters for."""
    parameters = inspect.signature(function).parameters
    takes_all = any(item.kind is item.VAR_KEYWORD for item in parameters.values())
    return {name: value for name, value in GIVEN.items() if takes_all or name in parameters}
