"""How a pydantic model of the program is taken apart: into what its class statement said.

Its compiled schema cannot travel: it holds addresses of this process.
"""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any

from tiphys_runtime import remake

from tiphys.bundling.classes import AUTOMATIC

if TYPE_CHECKING:
    from tiphys.bundling.pickler import Shape
    from tiphys.bundling.things import Things

COMPUTED = frozenset(
    "__abstractmethods__ __annotations__ __class_vars__ __private_attributes__ __signature__ model_config model_fields "
    "model_computed_fields __hash__ __slots__ __parameters__".split()
)


def shape_of_model(kind: Any, things: Things) -> Shape:
    """Take a model apart."""
    own = own_annotations(kind)
    space: dict[str, object] = {}
    for name, value in sorted(kind.__dict__.items()):
        if name.startswith("__pydantic_") or name in COMPUTED or name in AUTOMATIC or name == "_abc_impl":
            continue
        space[name] = value
    space["model_config"] = dict(kind.model_config)
    fields = kind.__pydantic_fields__
    annotations: dict[str, object] = {}
    late = False
    for name, hint in own.items():
        field = fields.get(name)
        if field is None or name in kind.__class_vars__:
            annotations[name] = hint
            continue
        if things.mentions(field.annotation, kind):
            late = True
            annotations[name] = kind.__annotations__.get(name, field.annotation)
        else:
            annotations[name] = field.annotation
        space[name] = field
    for name, private in kind.__private_attributes__.items():
        space[name] = private
        annotations.setdefault(name, typing.Any)
    space["__annotations__"] = annotations
    if "__hash__" in kind.__dict__ and not kind.model_config.get("frozen"):
        space["__hash__"] = kind.__dict__["__hash__"]
    rest = None
    if late or not kind.__pydantic_complete__:
        rest = (remake.model_state, {kind.__name__: kind}, None, None)
    return remake.model_class, (type(kind), kind.__name__, kind.__bases__, space, decorated(kind)), rest


def own_annotations(kind: Any) -> dict[str, object]:
    """Give the annotations of the class statement itself, resolved where they can be."""
    raw = dict(getattr(kind, "__annotations__", {})) if "__annotations__" in kind.__dict__ else {}
    try:
        hints = typing.get_type_hints(kind, include_extras=True)
    except (NameError, TypeError):
        return raw
    return {name: hints.get(name, value) for name, value in raw.items()}


def decorated(kind: Any) -> dict[str, tuple[object, object]]:
    """Give what pydantic knows of the decorated methods of the class itself."""
    found: dict[str, tuple[object, object]] = {}
    infos = kind.__pydantic_decorators__
    for group in ("validators", "field_validators", "root_validators", "field_serializers", "model_serializers",
                  "model_validators", "computed_fields"):  # fmt: skip
        for name, decorator in getattr(infos, group).items():
            if name in kind.__dict__:
                found[name] = (decorator.info, decorator.shim)
    return dict(sorted(found.items()))
