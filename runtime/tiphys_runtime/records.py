"""Enums, named tuples, dataclasses and pydantic models as tagged JSON."""

from __future__ import annotations

from tiphys_runtime.codec import decode, listed, pickled, tagged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

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
    if kind.__new__ is not object.__new__:
        return False
    own = (getattr(kind, name, None) for name in PLAIN_STATE if getattr(kind, name, None) is not getattr(object, name, None))
    # a dataclass with slots brings its own pair, which says nothing more
    return all(getattr(hook, "__name__", "") in ("_dataclass_getstate", "_dataclass_setstate") for hook in own)


def of_class(inner: Callable[[object, str, World, set[int]], object]) -> Encoder:
    """Write a form that names the class, or a pickle where nothing finds the class by a name."""

    def write(value: object, world: World, active: set[int]) -> object:
        name = world.name_class(type(value))
        form = inner(value, name, world, active) if name is not None else None
        return pickled(value, world) if form is None else form

    return write


def of_enum(value: object, name: str, world: World, active: set[int]) -> object:
    plain = value.__class__.__members__.get(value._name_) is value  # type: ignore[attr-defined]
    return {"$en": [name, value._name_ if plain else None, tagged(value._value_, world, active)]}  # type: ignore[attr-defined]


def enum(inner: object, world: World) -> object:
    """Read an Enum member: by its name, else (a combination of flags) by its value."""
    kind, name, value = inner  # type: ignore[misc]
    found = world.find_class(kind)
    members: dict[str, object] = found.__members__  # type: ignore[attr-defined]
    return members[name] if name in members else found(decode(value, world))


def of_namedtuple(value: object, name: str, world: World, active: set[int]) -> object:
    if getattr(value, "__dict__", None):
        return None
    return {"$nt": [name, [tagged(item, world, active) for item in value]]}  # type: ignore[attr-defined]


def namedtuple(inner: object, world: World) -> object:
    """Read a named tuple."""
    kind, values = inner  # type: ignore[misc]
    return world.find_class(kind)._make(listed(values, world))  # type: ignore[attr-defined, no-any-return]


def of_dataclass(value: object, name: str, world: World, active: set[int]) -> object:
    fields = value.__dataclass_fields__  # type: ignore[attr-defined]
    names = [each for each, field in fields.items() if field._field_type.name == "_FIELD"]
    if not set(getattr(value, "__dict__", ())) <= set(names) or not all(hasattr(value, each) for each in names):
        return None
    return {"$dc": [name, {each: tagged(getattr(value, each), world, active) for each in names}]}


def dataclass(inner: object, world: World) -> object:
    """Read a dataclass, field by field: its constructor does not run again."""
    kind, fields = inner  # type: ignore[misc]
    made = object.__new__(world.find_class(kind))
    for name, form in fields.items():
        object.__setattr__(made, name, decode(form, world))
    return made


def of_model(value: object, name: str, world: World, active: set[int]) -> object:
    state = value.__getstate__()  # type: ignore[attr-defined]
    fields = state.get("__dict__", {})
    declared = type(value).__pydantic_fields__  # type: ignore[attr-defined]
    if state.get("__pydantic_extra__") or state.get("__pydantic_private__") or not set(fields) <= set(declared):
        return None
    form = [name, {each: tagged(item, world, active) for each, item in fields.items()}]
    unset = sorted(set(fields) - set(state.get("__pydantic_fields_set__", ())))
    return {"$pm": [*form, unset] if unset else form}


def model(inner: object, world: World) -> object:
    """Read a pydantic model: nothing is validated again."""
    kind, forms, *unset = inner  # type: ignore[misc]
    found = world.find_class(kind)
    fields = {name: decode(form, world) for name, form in forms.items()}
    config = getattr(found, "model_config", {})
    made: object = found.__new__(found)
    made.__setstate__({  # type: ignore[attr-defined]
        "__dict__": fields,
        "__pydantic_fields_set__": set(fields) - set(unset[0] if unset else ()),
        "__pydantic_extra__": {} if config.get("extra") == "allow" else None,
        "__pydantic_private__": None,
    })
    return made
