"""Tasks that are not Python functions, under Flyte's name for them."""

from __future__ import annotations

from tiphys.authoring.container import ContainerTask

__all__ = ["ContainerTask"]
