"""Enums, named tuples, dataclasses and pydantic models as tagged JSON."""

from __future__ import annotations

from tiphys_runtime.codec import decode, listed, pickled, tagged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tiphys_runtime.codec import Encoder, World

PLAIN_STATE = ("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__getnewargs__", "__getnewargs_ex__")


def encoder_of(kind: type) -> Encoder | None:
    """Choose the form for instances of a class; None: a pickle."""
    if hasattr(kind, "__members__") and any(base.__module__ == "enum" for base in kind.__mro__):
        return of_class(of_enum)
    if "__dataclass_fields__" in kind.__dict__ and keeps_plain_state(kind):
        return of_class(of_dataclass)
    if hasattr(kind, "__pydantic_fields__") and any(base.__module__.startswith("pydantic") for base in kind.__mro__):
        return of_class(of_model)
    if issubclass(kind, tuple) and kind.__bases__ == (tuple,) and isinstance(kind.__dict__.get("_fields"), tuple):
        return of_class(of_namedtuple)
    return None


def keeps_plain_state(kind: type) -> bool:
    """Whether instances are no more than the attributes that the class itself says, as `object` keeps them."""
    new: object = kind.__new__
    if new is not object.__new__:
        return False
    hooks = ((getattr(kind, name, None), getattr(object, name, None)) for name in PLAIN_STATE)
    own = (hook for hook, plain in hooks if hook is not plain)
    # a dataclass with slots brings its own pair, which says nothing more
    return all(getattr(hook, "__name__", "") in ("_dataclass_getstate", "_dataclass_setstate") for hook in own)


def of_class(inner: Callable[[Any, str, World, set[int]], Any]) -> Encoder:
    """Write a form that names the class, or a pickle where nothing finds the class by a name."""

    def write(value: Any, world: World, active: set[int]) -> Any:
        name = world.name_class(type(value))
        form = inner(value, name, world, active) if name is not None else None
        return pickled(value, world) if form is None else form

    return write


def of_enum(value: Any, name: str, world: World, active: set[int]) -> Any:
    plain = value.__class__.__members__.get(value._name_) is value
    return {"$en": [name, value._name_ if plain else None, tagged(value._value_, world, active)]}


def enum(inner: Any, world: World) -> Any:
    """Read an Enum member: by its name, else (a combination of flags) by its value."""
    kind, name, value = inner
    found: Any = world.find_class(kind)
    members: dict[str, Any] = found.__members__
    return members[name] if name in members else found(decode(value, world))


def of_namedtuple(value: Any, name: str, world: World, active: set[int]) -> Any:
    if getattr(value, "__dict__", None):
        return None
    return {"$nt": [name, [tagged(item, world, active) for item in value]]}


def namedtuple(inner: Any, world: World) -> Any:
    """Read a named tuple."""
    kind, values = inner
    found: Any = world.find_class(kind)
    made: object = found._make(listed(values, world))
    return made


def of_dataclass(value: Any, name: str, world: World, active: set[int]) -> Any:
    fields = value.__dataclass_fields__
    names = [each for each, field in fields.items() if field._field_type.name == "_FIELD"]
    if not set(getattr(value, "__dict__", ())) <= set(names) or not all(hasattr(value, each) for each in names):
        return None
    return {"$dc": [name, {each: tagged(getattr(value, each), world, active) for each in names}]}


def dataclass(inner: Any, world: World) -> Any:
    """Read a dataclass, field by field: its constructor does not run again."""
    kind, fields = inner
    made: object = object.__new__(world.find_class(kind))
    for name, form in fields.items():
        object.__setattr__(made, name, decode(form, world))
    return made


def of_model(value: Any, name: str, world: World, active: set[int]) -> Any:
    state = value.__getstate__()
    fields = state.get("__dict__", {})
    declared = type(value).__pydantic_fields__
    if state.get("__pydantic_extra__") or state.get("__pydantic_private__") or not set(fields) <= set(declared):
        return None
    form = [name, {each: tagged(item, world, active) for each, item in fields.items()}]
    unset = sorted(set(fields) - set(state.get("__pydantic_fields_set__", ())))
    return {"$pm": [*form, unset] if unset else form}


def model(inner: Any, world: World) -> Any:
    """Read a pydantic model: nothing is validated again."""
    kind, forms, *unset = inner
    found: Any = world.find_class(kind)
    fields = {name: decode(form, world) for name, form in forms.items()}
    config = getattr(found, "model_config", {})
    made: Any = found.__new__(found)
    made.__setstate__(
        {
            "__dict__": fields,
            "__pydantic_fields_set__": set(fields) - set(unset[0] if unset else ()),
            "__pydantic_extra__": {} if config.get("extra") == "allow" else None,
            "__pydantic_private__": None,
        }
    )
    return made
