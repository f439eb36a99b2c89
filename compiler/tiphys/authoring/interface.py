"""The inputs and outputs of a task, and what a plugin is asked with when its task is compiled."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from tiphys.authoring.location import caller, keyword
from tiphys.diagnostics import AuthoringError, Mistake, shown

EMPTY = inspect.Parameter.empty


def check_names(side: str, types: object) -> None:
    """Refuse types that are not by name. Raises AuthoringError at the user's line."""
    is_name = str.isidentifier if side == "inputs" else bool
    if isinstance(types, Mapping) and all(isinstance(name, str) and is_name(name) for name in types):
        return
    text = f"`{side}` of an interface are types by name, not {shown(types)}"
    raise AuthoringError(Mistake(text, keyword(caller(), side), f'Write `{side}={{"x": int}}`.'))


@dataclass(frozen=True)
class NativeInterface:
    """Types by name. inputs: a type, or a type and a default."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for side in ("inputs", "outputs"):
            check_names(side, getattr(self, side))

    @classmethod
    def from_types(cls, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> Self:
        """Make an interface of types."""
        return cls(dict(inputs), dict(outputs))

    @classmethod
    def of(cls, signature: inspect.Signature) -> Self:
        """Read the interface of a function."""
        result = signature.return_annotation
        outputs = {} if result in (None, EMPTY) else {"o0": result}
        return cls({item.name: (item.annotation, item.default) for item in signature.parameters.values()}, outputs)

    @property
    def signature(self) -> inspect.Signature:
        """The same as a signature: inputs by name, several outputs as a tuple."""
        kinds = tuple(self.outputs.values())
        result = None if not kinds else kinds[0] if len(kinds) == 1 else tuple[kinds]  # type: ignore[valid-type]  # made of types that run time knows
        parameters = []
        for name, said in self.inputs.items():
            kind, default = said if isinstance(said, tuple) else (said, EMPTY)
            parameters.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default))
        return inspect.Signature(parameters, return_annotation=result)


@dataclass(frozen=True)
class SerializationContext:
    """What is known when a task is compiled. Its code travels by content, so there is no version to name."""

    version: str | None = None
    root_dir: str | None = None


@dataclass(frozen=True)
class DataLoadingConfig:
    """Where a raw container finds its inputs, and leaves its outputs."""

    input_path: str = "/var/inputs"
    output_path: str = "/var/outputs"
    enabled: bool = True


def dressed(body: Any, name: str, signature: inspect.Signature) -> Any:
    """Let an object look like a function with a signature."""
    body.__signature__ = signature
    body.__annotations__ = {
        **{item.name: item.annotation for item in signature.parameters.values()},
        "return": signature.return_annotation,
    }
    body.__name__ = name
    return body


def schema_of(signature: inspect.Signature) -> dict[str, Any]:
    """Write the inputs as a JSON schema; what has none may be anything."""
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError

    properties: dict[str, Any] = {}
    for item in signature.parameters.values():
        try:
            properties[item.name] = TypeAdapter(Any if item.annotation is EMPTY else item.annotation).json_schema()
        except (PydanticSchemaGenerationError, PydanticUserError):
            properties[item.name] = {}
    required = [item.name for item in signature.parameters.values() if item.default is EMPTY]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
