"""The settings of a task, the levels that say them, and the one function that resolves them.

What was said wins: defaults < profile < environment < decorator < override < run, a whole field at a time; variables of
a run join the others. `0`, `False`, `{}` and `[]` count as said; `None` means not said, as everywhere in Flyte's
signatures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BeforeValidator, PrivateAttr, field_validator

from tiphys.authoring.cache import Cache, as_cache
from tiphys.authoring.include import Included, as_included
from tiphys.authoring.link import Placed, as_links
from tiphys.authoring.location import keyword
from tiphys.authoring.model import Setting
from tiphys.authoring.naming import as_account, as_flag, as_title
from tiphys.authoring.pod import PodTemplate, as_pod_template
from tiphys.authoring.registry import as_plugin_config
from tiphys.authoring.resources import Resources, as_resources
from tiphys.authoring.retry import RetryStrategy, Timeout, as_retries, as_timeout
from tiphys.authoring.reuse import ReusePolicy, as_reusable
from tiphys.authoring.secret import Secret, as_secrets
from tiphys.authoring.trigger import Trigger, as_triggers
from tiphys.building.addresses import IMAGE
from tiphys.diagnostics import Span

SURROGATE = re.compile("[\ud800-\udfff]")
LONGEST_VARIABLE = 128 * 1024 - 2
"""Bytes of a variable with its name: the kernel's limit for one, with its end."""
REPLACED = re.compile(r"\{\{|\$\(")
"""What Argo and Kubernetes replace: said when a program is compiled."""

if TYPE_CHECKING:
    from tiphys.authoring.image import Image

    AnyImage = str | Image | None
else:
    AnyImage = Any  # `Image` is loaded where a program has one


class Settings(Setting):
    """What one level says; a field that is `None` says nothing. `authoring/levels.py` says which level takes which."""

    image: AnyImage = None
    resources: Annotated[Resources | None, BeforeValidator(as_resources)] = None
    env_vars: dict[str, str] | None = None
    secrets: Annotated[tuple[Secret, ...] | None, BeforeValidator(as_secrets)] = None
    retries: Annotated[RetryStrategy | None, BeforeValidator(as_retries)] = None
    timeout: Annotated[Timeout | None, BeforeValidator(as_timeout)] = None
    short_name: Annotated[str | None, BeforeValidator(as_title)] = None
    cache: Annotated[Cache | None, BeforeValidator(as_cache)] = None
    pod_template: Annotated[PodTemplate | str | None, BeforeValidator(as_pod_template)] = None
    reusable: Annotated[ReusePolicy | str | None, BeforeValidator(as_reusable)] = None
    interruptible: Annotated[bool | None, BeforeValidator(as_flag)] = None
    queue: str | None = None
    service_account: Annotated[str | None, BeforeValidator(as_account)] = None
    plugin_config: Annotated[Any, BeforeValidator(as_plugin_config)] = None
    include: Annotated[Included | None, BeforeValidator(as_included)] = None
    max_inline_io_bytes: int | None = None
    links: Annotated[tuple[Placed, ...] | None, BeforeValidator(as_links)] = None
    entrypoint: Annotated[bool | None, BeforeValidator(as_flag)] = None
    produces_artifacts: Annotated[bool | None, BeforeValidator(as_flag)] = None
    report: Annotated[bool | None, BeforeValidator(as_flag)] = None
    triggers: Annotated[tuple[Trigger, ...] | None, BeforeValidator(as_triggers)] = None
    _where: dict[str, Span] = PrivateAttr(default_factory=dict)
    """Where each was said; it makes no difference to what they are."""

    def said_at(self, where: Span) -> Self:
        """Note the place of all that this level says."""
        self._where.update({name: where for name in Settings.model_fields if getattr(self, name) is not None})
        return self

    def where(self, name: str) -> Span | None:
        """Give the place where a setting was said."""
        return self._where.get(name)

    @field_validator("env_vars", mode="before")
    @classmethod
    def _texts(cls, value: object) -> object:
        if value is None:
            return None
        if not isinstance(value, dict):
            msg = "it must be a dict of texts, such as {'MODE': 'fast'}"
            raise ValueError(msg)
        for key, text in value.items():
            if not isinstance(key, str) or not key or "=" in key:
                msg = f"{key!r} is no name of a variable"
                raise ValueError(msg)
            if not isinstance(text, str):
                msg = f"the value of {key} is {text!r}; write it as text: {str(text)!r}"
                raise ValueError(msg)
            if "\0" in key + text:
                msg = f"{key} holds a zero character, which no variable can"
                raise ValueError(msg)
            if SURROGATE.search(key + text):
                msg = (
                    f"{key} holds half of a character ({text!r}), which no manifest can; decode it, or pass it as bytes"
                )
                raise ValueError(msg)
            if len(f"{key}={text}".encode()) > LONGEST_VARIABLE:
                msg = f"the value of {key} is longer than the 128 KiB that a variable can have; pass it as an input"
                raise ValueError(msg)
        return value

    @field_validator("queue", mode="before")
    @classmethod
    def _queue(cls, value: object) -> object:
        if value is None or (isinstance(value, str) and value):
            return value
        msg = "write the name of a queue of the profile, as text"
        raise ValueError(msg)

    @field_validator("max_inline_io_bytes", mode="before")
    @classmethod
    def _bytes(cls, value: object) -> object:
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
            return value
        msg = "write a number of bytes from 1 on, such as 50 * 1024 * 1024"
        raise ValueError(msg)

    @field_validator("image", mode="before")
    @classmethod
    def _image(cls, value: object) -> object:
        if value is None or (isinstance(value, str) and (IMAGE.fullmatch(value) or REPLACED.search(value))):
            return value
        from tiphys.authoring.image import Image

        if isinstance(value, Image):
            return value
        msg = "it takes an `Image`, the address of an image, or 'auto'"
        like = "; an address is in lower case, such as 'registry.example/team/base:1'"
        raise ValueError(msg + like if isinstance(value, str) else msg)


DEFAULTS = Settings(
    image="auto",
    resources=Resources(),
    env_vars={},
    secrets=(),
    retries=RetryStrategy(0),
    timeout=Timeout(),
    cache=Cache("disable"),
    entrypoint=False,
    links=(),
    produces_artifacts=False,
    report=False,
    interruptible=False,
)


@dataclass(frozen=True)
class Resolved:
    """The settings of one task call, and for each field the level that said it."""

    settings: Settings
    levels: dict[str, str]


def resolve(levels: Sequence[tuple[str, Settings]]) -> Resolved:
    """Lay the levels over the defaults, the most general first."""
    values = {name: getattr(DEFAULTS, name) for name in Settings.model_fields}
    said = dict.fromkeys(Settings.model_fields, "default")
    for level, settings in levels:
        for name in Settings.model_fields:
            value = getattr(settings, name)
            if value is not None:
                values[name] = value
                said[name] = level
    return Resolved(Settings.model_construct(**values), said)


def said_last(levels: Sequence[tuple[str, Settings]], name: str) -> tuple[Any, str]:
    """Give the value of one field, and the level that said it: as `resolve`, which looks at all fields."""
    for level, settings in reversed(levels):
        value = getattr(settings, name)
        if value is not None:
            return value, level
    return getattr(DEFAULTS, name), "default"


def laid_over(below: Settings, above: Settings) -> Settings:
    """Give what two say together; the second wins."""
    made = below.model_copy(
        update={name: said for name in Settings.model_fields if (said := getattr(above, name)) is not None}
    )
    made._where = {**below._where, **above._where}  # noqa: SLF001  its own class
    return made


def place_of(levels: Sequence[tuple[str, Settings]], name: str) -> Span | None:
    """Give the place where a setting was said that holds, the most general level first in `levels`."""
    said = [settings for _, settings in levels if getattr(settings, name) is not None]
    where = said[-1].where(name) if said else None
    return keyword(where, name) if where is not None else None
