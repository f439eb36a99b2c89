"""What a profile says: its keys, each with what it means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationInfo, field_validator

from tiphys.authoring.cache import check_behavior
from tiphys.authoring.naming import as_namespace
from tiphys.authoring.pod import PodTemplate
from tiphys.building.addresses import IMAGE, Wrong, repository
from tiphys.diagnostics import Span, nearest
from tiphys.profile.accelerators import Accelerators
from tiphys.profile.nodes import Interruptible, Queue
from tiphys.profile.part import ObjectName, ObjectNames, Part
from tiphys.profile.pods import Pods, Retries, Secrets
from tiphys.profile.presets import DEFAULT, laid_over_preset
from tiphys.profile.runs import Runs
from tiphys.settings import Settings


def address(text: str) -> str:
    """Check the address of an image."""
    if not IMAGE.fullmatch(text):
        msg = "it is no address of an image; write one such as 'python:3.12-slim'"
        raise ValueError(msg)
    return text


def named(value: object) -> object:
    """Check that images are named."""
    if not isinstance(value, dict):
        msg = "it is a table of names and addresses: [images] NAME = 'python:3.12-slim'"
        raise ValueError(msg)
    return value


def host(text: str) -> str:
    """Check a registry."""
    try:
        return str(repository(text, is_registry=True))
    except Wrong as error:
        msg = f"{error}. {error.mend}"
        raise ValueError(msg) from None


def as_interruptible(value: object) -> object:
    """Lay the table over its preset; `false` says that there are no such nodes."""
    if value is True:
        msg = "say which nodes: the name of a preset, or a table with node_selector and tolerations"
        raise ValueError(msg)
    if value is False:
        return {"exists": False}
    return laid_over_preset("interruptible", value)


def as_accelerators(value: object) -> object:
    """Lay the table over its preset, which is NVIDIA's operator unless it names another."""
    return laid_over_preset("accelerators", value, DEFAULT)


class Profile(Part):
    """What is said about the cluster.

    image: of tasks that name none. namespace: where objects go, unless the command says it. service_account: that pods
    run as. image_pull_secrets: names of Secrets with registry credentials. storage: the kind of store that Argo's
    artifact repository is; `none` where there is no repository. images: what `Image.from_ref_name` means. registry: of
    images that name none. queue: that of pods which name none. queues: what each puts on its pods. interruptible: the
    nodes that may be taken away; `false` says that there are none. accelerators: how devices are asked for.
    pod_templates: those that tasks name. pod_template: that of pods which name none. cache: what becomes of caches:
    `auto` does as the tasks say, `override` runs all that they would find and replaces it, `disable` does without.
    """

    image: Annotated[str, AfterValidator(address)] | None = None
    images: Annotated[dict[str, Annotated[str, AfterValidator(address)]], BeforeValidator(named)] = Field(
        default_factory=dict
    )
    registry: Annotated[str, AfterValidator(host)] | None = None
    namespace: Annotated[str, AfterValidator(as_namespace)] | None = None
    service_account: ObjectName | None = None
    image_pull_secrets: ObjectNames = Field(default=())
    storage: Literal["s3", "gcs", "oss", "azure", "none"] = "s3"
    pods: Pods = Field(default=Pods())
    runs: Runs = Field(default=Runs())
    retries: Retries = Field(default=Retries())
    secrets: Secrets = Field(default=Secrets())
    pod_templates: dict[str, PodTemplate] = Field(default={})
    pod_template: str | None = None
    queues: dict[ObjectName, Queue] = Field(default={})
    queue: str | None = None
    interruptible: Annotated[Interruptible | None, BeforeValidator(as_interruptible)] = None
    cache: Annotated[Literal["auto", "override", "disable"], BeforeValidator(check_behavior)] = "auto"
    accelerators: Annotated[Accelerators | None, BeforeValidator(as_accelerators)] = None
    _place: Callable[[Sequence[str]], Span] | None = PrivateAttr(default=None)

    @field_validator("queue")
    @classmethod
    def _declared(cls, name: str | None, info: ValidationInfo) -> str | None:
        queues = info.data.get("queues", {})
        if name is not None and name not in queues:
            msg = f"there is no such queue. {nearest(name, list(queues)) or '[queues.NAME] declares one'}"
            raise ValueError(msg)
        return name

    @field_validator("pod_template")
    @classmethod
    def _is_there(cls, name: str | None, info: ValidationInfo) -> str | None:
        known = info.data.get("pod_templates", {})
        if name is not None and name not in known:
            msg = f"there is no such pod template. {nearest(name, list(known)) or '[pod_templates.NAME] declares one'}"
            raise ValueError(msg)
        return name

    def read_from(self, place: Callable[[Sequence[str]], Span]) -> Self:
        """Note what gives the line of a key."""
        self._place = place
        return self

    def where(self, *path: str) -> Span | None:
        """Give the line of the file that says a key, where it was read from one."""
        return self._place(path) if self._place is not None else None

    @property
    def settings(self) -> Settings:
        """What the profile says as the level below environments."""
        return Settings(service_account=self.service_account, queue=self.queue, pod_template=self.pod_template)

    @cached_property
    def devices(self) -> Accelerators:
        """The accelerators; where nothing is said of them, as NVIDIA's operator labels nodes."""
        return self.accelerators or Accelerators.model_validate(as_accelerators({}))
