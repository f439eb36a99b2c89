"""A call of a template: what the caller says, and the inputs that come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiphys.engine.functions import Unevaluable
from tiphys.engine.scope import Scope
from tiphys.engine.templates import Key, Template

if TYPE_CHECKING:
    from tiphys.engine.nodes import Node, Owner

MAX_DEPTH = 100
"""How many templates may be nested, the entrypoint included; Argo's own limit."""


@dataclass(frozen=True, slots=True)
class Call:
    """A template that is to run, and for whom. An argument None is absent: the input's default steps in."""

    template: Key
    name: str
    owner: Owner
    boundary: Node | None
    arguments: Mapping[str, str | None]
    depth: int
    incoming: int

    @property
    def path(self) -> str:
        """Give the node's unique name."""
        return self.name if self.boundary is None else f"{self.boundary.id}.{self.name}"


def inputs_of(template: Template, call: Call, workflow: dict[str, object]) -> dict[str, str]:
    """Give every input of a template its value: the argument, else the default."""
    inputs: dict[str, str] = {}
    for item in template.inputs:
        text = call.arguments.get(item.name)
        if text is None and item.default is not None:
            text = item.default.render(Scope(workflow, inputs))
        if text is None:
            message = f"inputs.parameters.{item.name} was not supplied"
            if item.name in call.arguments:
                message = f"inputs.parameters.{item.name}: the argument is an output of a skipped task without default"
            raise Unevaluable(message)
        inputs[item.name] = text
    return inputs
