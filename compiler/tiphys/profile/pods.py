"""What every pod of a program carries, and what its secrets and retries default to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tiphys.profile.part import Annotations, Labels, ObjectName, Part


class Pods(Part):
    """Every pod's labels and annotations."""

    labels: Labels = Field(default={})
    annotations: Annotations = Field(default={})


class Retries(Part):
    """lost: how often a pod is started again whose node was lost or that was evicted, besides a task's own retries."""

    lost: Annotated[int, Field(ge=0, le=100)] | None = None


class Secrets(Part):
    """default: the Kubernetes Secret that holds the keys of secrets which name no group."""

    default: ObjectName | None = None
