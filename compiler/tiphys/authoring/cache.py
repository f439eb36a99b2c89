"""`Cache`: a task that was called before with the same arguments is not run again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, field_validator

from tiphys.authoring.durations import duration
from tiphys.authoring.location import caller, keyword
from tiphys.authoring.model import Setting
from tiphys.authoring.naming import as_flag
from tiphys.diagnostics import AuthoringError, Mistake, nearest

Behavior = Literal["auto", "override", "disable"]
BEHAVIORS = ("auto", "override", "disable")
ALIASES = {
    **dict.fromkeys(("on", "enable", "enabled", "yes", "true"), "auto"),
    **dict.fromkeys(("off", "disabled", "no", "none", "false"), "disable"),
}


def check_behavior(value: object) -> object:
    """Check what becomes of caches; raises ValueError with what there is."""
    if value not in BEHAVIORS:
        msg = f"{value!r} is no way to cache. {nearest(str(value), list(BEHAVIORS))}"
        raise ValueError(msg)
    return value


class Cache(Setting):
    """Whether and how results are kept.

    behavior: `auto` looks a result up, and keeps a new one; `override` runs anyway, and replaces what is kept;
    `disable` does neither. version_override: stands for the code of the task; by default the source of the function, of
    the helpers it uses and of their constants tells. salt: keeps results apart that are otherwise the same.
    ignored_inputs: parameters that make no difference. serialize: of equal calls at the same time, one runs and the
    others wait for its result. max_age: seconds or a `timedelta` after which a result counts no more.
    """

    behavior: Behavior
    version_override: str | None = None
    serialize: Annotated[bool, BeforeValidator(as_flag)] = False
    ignored_inputs: tuple[str, ...] = ()
    salt: str = ""
    max_age: timedelta | None = None

    def __init__(
        self,
        behavior: str = "auto",
        version_override: str | None = None,
        serialize: bool = False,  # noqa: FBT001, FBT002  Flyte's own order
        ignored_inputs: str | Sequence[str] = (),
        salt: str = "",
        policies: object = None,
        max_age: float | timedelta | None = None,
        **unknown: Any,
    ) -> None:
        if "version" in unknown:
            message = "`Cache` has no field `version`"
            raise AuthoringError(Mistake(message, keyword(caller(), "version"), "It is called `version_override`."))
        if policies is not None:
            message = "`policies` are not supported: the version of a task is the source of what it runs"
            raise AuthoringError(Mistake(message, keyword(caller(), "policies"), "Use `version_override=` or `salt=`."))
        super().__init__(
            behavior=behavior, version_override=version_override, serialize=serialize, ignored_inputs=ignored_inputs,
            salt=salt, max_age=max_age, **unknown,
        )  # fmt: skip

    @field_validator("behavior", mode="before")
    @classmethod
    def _behavior(cls, value: object) -> object:
        return check_behavior(ALIASES.get(value.lower(), value.lower()) if isinstance(value, str) else value)

    @field_validator("version_override", mode="before")
    @classmethod
    def _version(cls, value: object) -> object:
        if value is not None and (not isinstance(value, str) or not value):
            msg = f"{value!r} is no version; write a text, such as '2'"
            raise ValueError(msg)
        return value

    @field_validator("ignored_inputs", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        names = (value,) if isinstance(value, str) else value
        if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
            msg = f"{value!r} are no names of parameters; write a tuple of texts"
            raise ValueError(msg)
        return tuple(names)

    @field_validator("max_age", mode="before")
    @classmethod
    def _age(cls, value: object) -> object:
        return None if value is None else duration(value)

    @property
    def is_on(self) -> bool:
        """Whether results are kept at all."""
        return self.behavior != "disable"


def as_cache(value: object) -> object:
    """Let a text stand for a `Cache`. Raises ValueError."""
    if value is None or isinstance(value, Cache):
        return value
    if isinstance(value, str):
        return Cache(value)
    like = {True: "auto", False: "disable"}.get(value) if isinstance(value, bool) else None
    msg = f"write {like!r}" if like else "it takes 'auto', 'override', 'disable', or a `tiphys.Cache`"
    raise ValueError(msg)
