"""How a pydantic model of the program is taken apart: into what its class statement said.

Its compiled schema cannot travel: it holds addresses of this process.
"""

from __future__ import annotations

import ast
import copy
import sys
import typing
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticUndefined

from tiphys.bundling.classes import AUTOMATIC
from tiphys_runtime import remake_classes

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
        is_late = any(reaches(field.annotation, kind, set()))
        late = late or is_late
        annotations[name] = kind.__annotations__.get(name, field.annotation) if is_late else field.annotation
        space[name] = without_annotation(field)
    for name, private in kind.__private_attributes__.items():
        space[name] = private
        annotations.setdefault(name, typing.Any)
    space["__annotations__"] = annotations
    if "__hash__" in kind.__dict__ and not kind.model_config.get("frozen"):
        space["__hash__"] = kind.__dict__["__hash__"]
    names = names_around(kind, {}) if late or not kind.__pydantic_complete__ else {}
    rest = (remake_classes.model_state, names, None, None)
    return remake_classes.model_class, (type(kind), kind.__name__, kind.__bases__, space, decorated(kind)), rest


def without_annotation(field: Any) -> Any:
    """Copy what is known of a field beside its type."""
    made = copy.copy(field)
    made.annotation = None
    made._attributes_set = {name: value for name, value in field._attributes_set.items() if name != "annotation"}
    for name in ("_original_annotation", "_original_assignment"):
        if name in type(field).__slots__:
            setattr(made, name, PydanticUndefined)
    return made


def reaches(hint: object, sought: type, seen: set[int]) -> Iterator[bool]:
    """Yield True when a type is made of a class, directly or through the fields of other models."""
    for model in models_in(hint):
        if model is sought:
            yield True
        elif id(model) not in seen:
            seen.add(id(model))
            for field in model.__pydantic_fields__.values():
                yield from reaches(field.annotation, sought, seen)


def models_in(hint: object) -> Iterator[Any]:
    """Yield the models that a type names."""
    if isinstance(hint, type) and hasattr(hint, "__pydantic_fields__"):
        yield hint
    for part in typing.get_args(hint):
        yield from models_in(part)


def names_around(kind: Any, known: dict[str, object]) -> dict[str, object]:
    """Give what the annotations of a model mean, and those of the models that refer to each other with it."""
    if kind.__name__ in known:
        return known
    known[kind.__name__] = kind
    space = vars(sys.modules[kind.__module__]) if kind.__module__ in sys.modules else {}
    for hint in dict(getattr(kind, "__annotations__", {})).values():
        for name in names_in(hint):
            if name in space:
                known.setdefault(name, space[name])
    for field in kind.__pydantic_fields__.values():
        for model in models_in(field.annotation):
            if any(reaches(model, kind, set())):
                names_around(model, known)
    return known


def names_in(hint: object) -> Iterator[str]:
    """Yield the names that an annotation mentions as text."""
    if isinstance(hint, typing.ForwardRef):
        hint = hint.__forward_arg__
    if isinstance(hint, str):
        try:
            tree = ast.parse(hint, mode="eval")
        except SyntaxError:
            return
        yield from (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    for part in typing.get_args(hint):
        yield from names_in(part)


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
