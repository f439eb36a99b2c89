"""Tasks that are not Python functions, under Flyte's names for them."""

from __future__ import annotations

from tiphys.authoring.container import ContainerTask
from tiphys.extras import shell

__all__ = ["ContainerTask", "shell"]
