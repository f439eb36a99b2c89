"""`ctx()`: what a task may know of its run, and the texts that the program gave it with `custom_context`."""

from __future__ import annotations

import os
from contextvars import ContextVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

GIVEN: ContextVar[Mapping[str, str]] = ContextVar("custom_context", default={})  # noqa: B039  never changed
DATA: ContextVar[Mapping[str, Any]] = ContextVar("data", default={})  # noqa: B039  never changed
RUNNING: ContextVar[Context | None] = ContextVar("context", default=None)


class Action:
    """Which call this is. name: its place in the program, such as `sub/train-2`. run_name, run_uid: the run's."""

    def __init__(self, name: str, run_name: str, run_uid: str) -> None:
        self.name = name
        self.run_name = run_name
        self.run_uid = run_uid
        self.project = self.domain = self.org = None

    def __repr__(self) -> str:
        return f"<action {self.name} of {self.run_name}>"


class Context:
    """What a task knows of its call. Outside of a run it is false, and all but `custom_context` and `data` is None.

    version: the digest of the program. mode: `local` or `remote`. attempt_number: from 0. custom_context: texts.
    """

    def __init__(
        self, action: Action | None = None, version: str | None = None, mode: str | None = None,
        attempt_number: int | None = None, custom_context: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.action = action
        self.version = version
        self.mode = mode
        self.attempt_number = attempt_number
        self.custom_context = dict(custom_context or {})

    @property
    def data(self) -> Mapping[str, Any]:
        """What the `pre` of the task that runs here has given."""
        return DATA.get()

    def __bool__(self) -> bool:
        return self.action is not None

    def __repr__(self) -> str:
        return f"<context of {self.action}>" if self else "<no context>"

    def is_in_cluster(self) -> bool:
        """Say whether the task runs in a cluster."""
        return self.mode == "remote"


def ctx() -> Context:
    """Give the context of the task that asks."""
    running = RUNNING.get()
    return running if running is not None else Context(custom_context=GIVEN.get())


def given(values: Mapping[str, str]) -> Iterator[None]:
    """Give texts to the calls inside; those of the same name around are hidden."""
    token = GIVEN.set({**GIVEN.get(), **values})
    try:
        yield
    finally:
        GIVEN.reset(token)


class In:
    """The context of a pod's task, while its body runs."""

    def __init__(self, *, place: str, uid: str, version: str, given: Mapping[str, str]) -> None:
        action = Action(place, os.environ.get("TIPHYS_RUN", ""), uid)
        mode = os.environ.get("TIPHYS_MODE", "remote")
        number = os.environ.get("TIPHYS_ATTEMPT", "")
        attempt = int(number) if number.isdigit() else 0
        self.context = Context(action, version, mode, attempt, given)

    def __enter__(self) -> Context:
        self.token = RUNNING.set(self.context)
        return self.context

    def __exit__(self, *_exception: object) -> None:
        RUNNING.reset(self.token)
