"""The interpreter's values. A value is a native Python object that is known, a `Box` (see state), or one of these."""

from __future__ import annotations

import ast
import datetime
import decimal
import enum
import pathlib
import types
import typing
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tiphys.diagnostics import ProgramError, Span
from tiphys.ir import Atom, Numbers, Ref
from tiphys.tracing.state import Box
from tiphys_runtime.quantities import Quantity


class Captured:
    """A known object that glue refers to by name: a function, a class, a module, a module's constant."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class Hole(ast.expr):
    """A place in a glue expression that is filled at run time: by an operand, or by a captured object."""

    _fields = ()

    def __init__(self, value: Atom | Captured, hint: str, where: ast.AST | None = None) -> None:
        super().__init__()
        self.value = value
        self.hint = hint
        self.lineno = getattr(where, "lineno", 1)
        self.col_offset = getattr(where, "col_offset", 0)
        self.end_lineno = getattr(where, "end_lineno", self.lineno)
        self.end_col_offset = getattr(where, "end_col_offset", self.col_offset)


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """A value known only at run time: an expression over holes. With a bare hole it is an atom: a node's own result.

    pure and total are those of `ir.Code`.
    """

    tree: ast.expr
    type: Any = Any
    pure: bool = True
    total: bool = True

    @property
    def ref(self) -> Ref | None:
        """The node this is the result of; nothing for an expression."""
        if isinstance(self.tree, Hole) and isinstance(self.tree.value, Ref):
            return self.tree.value
        return None

    @property
    def key(self) -> object:
        """What tells this value apart from others: its node, or itself."""
        return self.ref or self


@dataclass(frozen=True, slots=True, eq=False)
class TupleV:
    """A tuple with parts that are not native; `cls` is its class, for a NamedTuple."""

    items: tuple[Any, ...]
    cls: type = tuple


WENT = TupleV((0, None))
"""How a task ended that did not raise."""


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function, lambda or generator whose body is interpreted.

    frame is what its free names are looked up in. defaults and kw_defaults are values. native is the function object it
    stands for, when there is one. wraps is the function that `functools.wraps` lets it look like.
    """

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    frame: Frame
    defaults: tuple[Any, ...] = ()
    kw_defaults: tuple[Any, ...] = ()
    native: types.FunctionType | None = None
    wraps: Any = None

    @property
    def name(self) -> str:
        return getattr(self.node, "name", "<lambda>")

    @property
    def title(self) -> str:
        """The name that the program sees, as `__name__`."""
        seen = self.wraps
        if seen is None:
            return self.name
        return seen.title if isinstance(seen, Closure) else getattr(seen, "__name__", self.name)


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A method, not yet called, of a value that is not native."""

    receiver: Any
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A closure bound to its first argument."""

    function: Closure
    receiver: Any


@dataclass(frozen=True, slots=True, eq=False)
class Parent:
    """What `super()` gives: an object, or a class, as the classes behind `cls` see it."""

    cls: type
    receiver: Any


@dataclass(frozen=True, slots=True, eq=False)
class Special:
    """A callable of the interpreter's own, such as a partial application or `Task.aio`."""

    title: str
    call: Callable[[tuple[Any, ...], dict[str, Any], ast.Call], Any]
    parts: tuple[Any, ...] = ()
    """What a call of it calls, or passes on."""


class Posed:
    """A condition of which only run time knows the prompt."""

    def __init__(self, condition: Any, prompt: Any) -> None:
        self.condition = condition
        self.prompt = prompt


class PosedWaiter:
    """Its `wait`."""

    def __init__(self, posed: Posed) -> None:
        self.posed = posed

    def __call__(self) -> None:
        """Stand for a call: the interpreter knows better."""

    def aio(self) -> None:
        """Stand for a call too."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One of several values that are no data: functions, tasks, coroutines, or nothing at all (`UNBOUND`).

    number: which one, an `int` known at run time.
    """

    number: Unknown
    options: tuple[Any, ...]


class Manager:
    """A context manager that the interpreter runs code inside of: no data."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Lost:
    """What a variable holds that is no data, where that cannot be followed: reading it is refused, and says why."""

    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """`*value` or `**value` of a runtime value, in a call or display that is computed at run time."""

    value: Any
    pairs: bool = False


@dataclass(slots=True, eq=False)
class Scope:
    """What the names of a function body mean, found once per function."""

    node: ast.AST
    locals: frozenset[str]
    globals: frozenset[str]
    nonlocals: frozenset[str]
    is_generator: bool


@dataclass(slots=True, eq=False)
class Frame:
    """One call of an interpreted function: its variables (a box) and where other names are found."""

    box: Box
    scope: Scope
    parent: Frame | None
    globals: dict[str, Any]
    cells: dict[str, Any]
    file: str
    title: str
    notes: dict[str, Any] = field(default_factory=dict)
    on_yield: Callable[[Any, ast.AST], Any] | None = None
    here: ast.stmt | None = None
    """The statement that is being interpreted."""

    def span(self, node: ast.AST) -> Span:
        """Give the place of a node in the user's source."""
        line = getattr(node, "lineno", 1)
        return Span(
            self.file, line, getattr(node, "col_offset", 0), getattr(node, "end_lineno", line),
            getattr(node, "end_col_offset", None),
        )  # fmt: skip


@dataclass(eq=False)
class Generator:
    """A generator that was called and not begun: its body runs inside whoever iterates over it."""

    closure: Closure
    frame: Frame
    begun: bool = False
    forks: bool = False
    """It calls tasks, or yields on ways that only run time chooses: its items are no list that is known now."""


SCALARS = (
    type(None), bool, int, float, datetime.datetime, datetime.date, datetime.time, datetime.timedelta, Numbers,
    Quantity,
)  # fmt: skip
IMMUTABLE = (*SCALARS, str, bytes, complex, decimal.Decimal, uuid.UUID, pathlib.PurePath, enum.Enum, frozenset, range)


class SmallText(str):
    """The type of a text that always travels in a parameter; values of it are plain texts."""

    __slots__ = ()


def is_scalar(annotation: Any) -> bool:
    """Say whether values of this type are always small: their edges need no artifact."""
    if annotation is None:
        return True
    if isinstance(annotation, type):
        return issubclass(annotation, (*SCALARS, enum.Enum, SmallText))
    if is_union(annotation):
        return all(is_scalar(part) for part in typing.get_args(annotation))
    if typing.get_origin(annotation) is typing.Annotated:
        return is_scalar(typing.get_args(annotation)[0])
    return typing.get_origin(annotation) is typing.Literal and len(repr(annotation)) < 1000


def is_immutable(annotation: Any) -> bool:
    """Say whether a value of this type can never change in place."""
    if annotation is None:
        return True
    if isinstance(annotation, type):
        return issubclass(annotation, IMMUTABLE) or is_frozen(annotation)
    if is_union(annotation):
        return all(is_immutable(part) for part in typing.get_args(annotation))
    if typing.get_origin(annotation) is tuple:
        return all(part is ... or is_immutable(part) for part in typing.get_args(annotation))
    return typing.get_origin(annotation) is typing.Literal


def is_frozen(cls: type) -> bool:
    """Say whether a class is a frozen dataclass."""
    return bool(getattr(getattr(cls, "__dataclass_params__", None), "frozen", False))


def is_union(annotation: Any) -> bool:
    """Say whether an annotation is `A | B`, `Optional[A]` or `Union[A, B]`."""
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


class Raised(Exception):
    """An exception of the user's program that is raised while it is interpreted."""

    def __init__(self, error: BaseException, where: Span) -> None:
        super().__init__(str(error))
        self.error = error
        self.where = where


class Undecided(Exception):
    """A statement needs to know which of its options a value is: it is interpreted once for each."""

    def __init__(self, number: Unknown, count: int) -> None:
        super().__init__()
        self.number = number
        self.count = count


class NeedsKnown(Exception):
    """Interpretation needs the values of these inputs: the graph is traced again with them known."""

    def __init__(self, inputs: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(inputs)))
        self.inputs = inputs


class NotKnown(Exception):
    """A value has a part that is known only at run time."""


class Poisoned(Exception):
    """An earlier mistake, reported already, stands in the way."""


class Poison:
    """Stands for a value whose computation was refused."""


POISON = Poison()


class NotTraceable(ProgramError):
    """The program steers by a value that is known only at run time, in a way that is not supported."""
