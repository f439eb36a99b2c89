"""`new_condition`: a question to a person, which the program waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, field_validator

from tiphys.answers import Asked, ask, given_here, value_from
from tiphys.authoring.durations import duration
from tiphys.authoring.location import caller
from tiphys.authoring.model import Setting
from tiphys.diagnostics import AuthoringError, Mistake, counted
from tiphys_runtime.durable import is_async_code
from tiphys_runtime.errors import ConditionTimedoutError

KINDS = (bool, int, float, str)


class Condition(Setting):
    """A question to a person. Made by `new_condition`; `await condition.wait()` gives the answer.

    name: by which it is answered: `tiphys signal RUN NAME VALUE`. prompt: the question. prompt_type: how it is written.
    data_type: the class of the answer. timeout: seconds or a timedelta; when it is over, `wait` raises
    `errors.ConditionTimedoutError`.
    """

    name: str = Field(min_length=1)
    prompt: str = "Approve?"
    prompt_type: Literal["text", "markdown"] = "text"
    data_type: type = bool
    description: str = ""
    timeout: timedelta | None = None

    @field_validator("name")
    @classmethod
    def _plain(cls, value: str) -> str:
        if "=" in value or "{{" in value or not value.isprintable() or len(value) > 63:
            msg = "a name has at most 63 printable characters, and none of them is `=` or `{{`"
            raise ValueError(msg)
        return value

    @field_validator("data_type", mode="before")
    @classmethod
    def _scalar(cls, value: object) -> object:
        if value not in KINDS:
            msg = "it must be bool, int, float or str"
            raise ValueError(msg)
        return value

    @field_validator("timeout", mode="before")
    @classmethod
    def _duration(cls, value: object) -> object:
        if value is None:
            return None
        found = duration(value)
        if not found:
            msg = "a timeout must be longer than nothing"
            raise ValueError(msg)
        return found

    @property
    def seconds(self) -> float | None:
        """How long it waits; None for ever."""
        return None if self.timeout is None else self.timeout.total_seconds()

    @property
    def wait(self) -> Waiter:
        """Wait for the answer: `await condition.wait()`, in sync code `condition.wait()`."""
        return Waiter(self)

    @property
    def asked(self) -> Asked:
        """What the person is asked."""
        return Asked(self.name, self.data_type, self.prompt, self.description)


class Waiter:
    """What `condition.wait` is."""

    def __init__(self, condition: Condition) -> None:
        self.condition = condition

    def __call__(self) -> Any:
        """Wait: in async code a coroutine, in sync code the answer itself."""
        return self.aio() if is_async_code(1) else answered(self.condition)

    def aio(self) -> Coroutine[Any, Any, Any]:
        """Do the same, from async code."""
        return asyncio.to_thread(answered, self.condition)


def answered(condition: Condition) -> Any:
    """Take the answer that was given beforehand, or ask on the terminal. Raises ConditionTimedoutError, UsageError."""
    given = given_here()
    if given is not None and condition.name in given:
        text = given.next(condition.asked)
    else:
        text = ask(condition.asked, condition.seconds)
    if text is None:
        raise timed_out(condition.name, condition.seconds)
    return value_from(text, condition.data_type)


def timed_out(name: str, seconds: float | None) -> ConditionTimedoutError:
    """Make the exception of a condition that nobody has answered."""
    within = "" if seconds is None else f" within {counted(seconds, 'second')}"
    return ConditionTimedoutError(f"the condition `{name}` was not answered{within}")


class NewCondition:
    """What `tiphys.new_condition` is: called, or awaited as `.aio(...)`."""

    def __call__(
        self,
        name: str,
        prompt: str = "Approve?",
        prompt_type: str = "text",
        data_type: type = bool,
        description: str = "",
        timeout: float | timedelta | None = None,
        webhook: object = None,
        **unknown: Any,
    ) -> Condition:
        """Make a condition; see `Condition`. Raises AuthoringError at the line that says a wrong value."""
        if webhook is not None:
            text = "a condition has no `webhook` here: nothing in the cluster would call it"
            mend = "Let a task tell people before the wait."
            raise AuthoringError(Mistake(text, caller(), mend))
        said: dict[str, Any] = {"prompt_type": prompt_type, "timeout": timeout, **unknown}
        return Condition(name=name, prompt=prompt, data_type=data_type, description=description, **said)

    def aio(self, *args: Any, **kwargs: Any) -> Coroutine[Any, Any, Condition]:
        """Do the same, from async code."""

        async def make() -> Condition:
            return self(*args, **kwargs)

        return make()


new_condition = NewCondition()
