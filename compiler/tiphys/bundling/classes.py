"""How a class of the program is taken apart: what it must be born with, and what it is given afterwards."""

from __future__ import annotations

import abc
import enum
import types
from typing import TYPE_CHECKING, Any, cast

from tiphys.bundling.standing import STANDS_FOR
from tiphys_runtime import remake_classes

if TYPE_CHECKING:
    from tiphys.bundling.pickler import Shape
    from tiphys.bundling.things import Things

BORN = ("__module__", "__qualname__", "__slots__", "__orig_bases__", "__type_params__")
AUTOMATIC = frozenset(
    "__dict__ __weakref__ __firstlineno__ __static_attributes__ __annotate_func__ __annotate__ __annotations_cache__ "
    "_abc_registry _abc_cache _abc_negative_cache _abc_negative_cache_version".split()
)
ENUM_PARTS = frozenset(
    "_generate_next_value_ _member_names_ _member_map_ _member_type_ _value2member_map_ _unhashable_values_ "
    "_unhashable_values_map_ _hashable_values_ _value_repr_ _use_args_ _boundary_ _flag_mask_ _singles_mask_ "
    "_all_bits_ _inverted_ _new_member_ __new_member__ __new__".split()
)


ENUM_GIVEN = ("__reduce_ex__", "__format__", "__repr__", "__str__", "__hash__")


COMPILED = frozenset(
    "__init__ __post_init__ __dataclass_fields__ __dataclass_params__ __match_args__ __replace__ __eq__ __hash__ "
    "__repr__ config custom_config container_args data_loading_config sql override forward".split()
)
"""Of a class of tasks: what runs where the program is compiled, and what would need it."""


def shape_of_class(kind: type, things: Things) -> Shape:
    """Take a class apart."""
    if isinstance(kind, enum.EnumMeta):
        return shape_of_enum(kind, things)
    if (
        getattr(kind, "__pydantic_decorators__", None) is not None
        and "__pydantic_fields__" in kind.__dict__
        and ("__pydantic_generic_metadata__" in kind.__dict__)
    ):
        from tiphys.bundling.models import shape_of_model

        return shape_of_model(kind, things)
    born = {name: kind.__dict__[name] for name in BORN if name in kind.__dict__}
    state = members(kind)
    if is_typed_dict(kind):
        return (
            remake_classes.typed_dict,
            (type(kind), kind.__name__, born),
            (remake_classes.class_state, state, None, None),
        )
    meta: Any = type(kind)
    maker = next(each for each in meta.__mro__ if not things.is_by_value(each))
    return (
        remake_classes.plain_class,
        (meta, maker, kind.__name__, kind.__bases__, born),
        (remake_classes.class_state, state, None, None),
    )


def is_typed_dict(kind: type) -> bool:
    """Tell a TypedDict, that of `typing_extensions` included: its class statement makes something else than it says."""
    meta = type(kind)
    return meta.__name__ == "_TypedDictMeta" and meta.__module__ in ("typing", "typing_extensions")


def is_task(kind: type) -> bool:
    """Whether a class is one of tasks: a part of it is for the compiler alone."""
    return any(f"{each.__module__}.{each.__qualname__}" in STANDS_FOR for each in kind.__mro__)


def members(kind: type) -> dict[str, object]:
    """Give what a class is given after its birth, sorted by name."""
    state: dict[str, object] = {}
    compiled = COMPILED if is_task(kind) else ()
    for name in sorted(kind.__dict__):
        value = kind.__dict__[name]
        if name in compiled or name in AUTOMATIC or name in BORN or isinstance(value, types.MemberDescriptorType):
            continue
        if name == "__doc__" and is_written_by_dataclass(kind, value):
            continue
        if name == "_abc_impl":
            if registered := registered_with(kind):
                state[name] = registered
        else:
            state[name] = value
    if "__annotations__" not in state and (found := annotations_of(kind)):
        state["__annotations__"] = found
    return state


def is_written_by_dataclass(kind: type, doc: object) -> bool:
    """Tell a docstring that `dataclass` made of the signature: a default that is a set makes it differ each time."""
    return "__dataclass_fields__" in kind.__dict__ and isinstance(doc, str) and doc.startswith(f"{kind.__name__}(")


def annotations_of(kind: type) -> dict[str, object]:
    """Give the annotations that Python 3.14 keeps as code."""
    if not ({"__annotate_func__", "__annotate__"} & set(kind.__dict__)):
        return {}
    try:
        return dict(kind.__annotations__)
    except NameError:
        return {}


def registered_with(kind: type) -> list[type]:
    """List the classes registered with an abstract class, in an order that does not depend on hashes."""
    if not isinstance(kind, abc.ABCMeta):
        return []
    registry = cast("Any", abc)._get_dump(kind)[0]
    living = [each() for each in registry]
    return sorted((each for each in living if each is not None), key=lambda each: (each.__module__, each.__qualname__))


def shape_of_enum(kind: Any, things: Things) -> Shape:
    """Take an Enum apart: its members belong to its birth."""
    meta = type(kind)
    born: dict[str, object] = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    given = {*ENUM_PARTS, *kind.__members__}
    state = {name: value for name, value in members(kind).items() if name not in given}
    for name in list(state):
        if (isinstance(state[name], enum.property) or name in ENUM_GIVEN) and is_given(kind, name):
            del state[name]
    if not hand_made(kind):
        plain = [(name, member._value_) for name, member in kind.__members__.items()]
        return (
            remake_classes.enum_class,
            (meta, kind.__name__, kind.__bases__, born, plain, kind_of_flags(kind)),
            rest(state),
        )
    new = kind.__dict__.get("__new_member__")
    packed = [(name, pack(kind, member)) for name, member in kind.__members__.items()]
    state["_new_member_"] = kind.__dict__["_new_member_"]
    if new is not None:
        state["__new_member__"] = new
    return remake_classes.made_enum_class, (meta, kind.__name__, kind.__bases__, born, packed), rest(state)


def rest(state: dict[str, object]) -> tuple[object, object, object, object]:
    return remake_classes.class_state, state, None, None


def is_given(kind: type[enum.Enum], name: str) -> bool:
    """Whether the enum machinery itself puts a method into each class."""
    value = kind.__dict__[name]
    return (isinstance(value, enum.property) and name in kind.__members__) or any(
        value is above.__dict__.get(name) for above in kind.__mro__[1:]
    )


def kind_of_flags(kind: type[enum.Enum]) -> Any:
    """Give what a Flag does with bits that no member has."""
    return getattr(kind, "_boundary_", None) if issubclass(kind, enum.Flag) else None


def hand_made(kind: type[enum.Enum]) -> bool:
    """Whether a constructor of the program makes the members."""
    for above in kind.__mro__:
        if above.__module__ == "enum" or above in (object, int, str, float):
            continue
        if (
            "__new_member__" in above.__dict__
            or "__init__" in above.__dict__
            or (not issubclass(above, enum.Enum) and above.__module__ != "builtins")
        ):
            return True
    return False


def pack(kind: type[enum.Enum], member: enum.Enum) -> tuple[object, ...]:
    """Give all that a member is: its data, its value, its attributes."""
    data: Any = kind._member_type_  # type: ignore[attr-defined]  # every enum has it; typeshed leaves it out
    plain = None if data.__new__ is object.__new__ else data
    inner = None if plain is None else plain.__new__(plain, member)
    own = {
        name: value
        for name, value in vars(member).items()
        if name not in ("_value_", "_name_", "__objclass__", "_sort_order_")
    }
    return plain, inner, member._value_, own
