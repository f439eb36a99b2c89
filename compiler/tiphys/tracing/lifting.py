"""What a value is to native Python, to the interpreter, and to glue; and the passage between the three."""

from __future__ import annotations

import ast
import itertools
from abc import ABC, abstractmethod
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable
from typing import Any

from tiphys.diagnostics import Mistake, ProgramError, Span
from tiphys.ir import Literal, Ref
from tiphys.tracing.glue import at
from tiphys.tracing.natives import MUTATORS
from tiphys.tracing.pending import BatchC, PendingC
from tiphys.tracing.state import DICT, LIST, Box, CountC, DictC, IteratorC, Kind, ListC, ObjectC, OpaqueC, SetC, State
from tiphys.tracing.values import (
    Bound,
    Captured,
    Choice,
    Closure,
    Frame,
    Generator,
    Hole,
    Lost,
    Method,
    NotKnown,
    NotTraceable,
    Poison,
    Poisoned,
    Special,
    Spread,
    TupleV,
    Unknown,
)
from tiphys_runtime.objects import rebuild

Given = dict[int, tuple[object, Box]]
"""Native copies, by identity, and the boxes that they are copies of."""
DATA = (bool, int, float, complex, str, bytes, type(None))
"""What may be written out in glue: these very types, as a `str` may also be an enum's member, which is more."""


class Lifting(ABC):
    """Passes values between native Python, what is tracked while a graph is traced, and the expressions of glue."""

    def __init__(self) -> None:
        self.state = State()
        self.frame: Frame = None  # type: ignore[assignment]  # set by the first call
        self.lifted: dict[int, tuple[object, Box]] = {}
        self.is_async = False
        """The orchestrator is an async function."""
        self.outside: set[Box] = set()

    # ---- mistakes

    def span(self, node: ast.AST) -> Span:
        """Give the place of a node of the function being interpreted."""
        return self.frame.span(node)

    def refuse(self, message: str, node: ast.AST, mend: str | None = None) -> ProgramError:
        """Build the error for something that can never be compiled."""
        return ProgramError(Mistake(message, self.span(node), mend))

    def untraceable(self, message: str, node: ast.AST, mend: str | None = None) -> NotTraceable:
        """Build the error for something that cannot be traced, though it could run in a pod."""
        return NotTraceable(Mistake(message, self.span(node), mend))

    # ---- what is unknown

    def unknown(self, value: object) -> Unknown | None:
        """Give the expression behind a runtime value; nothing for anything else."""
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Box) and isinstance(value.content, OpaqueC):
            found: Unknown = value.content.value
            return found
        return None

    def expression(self, value: object) -> Unknown:
        """Give the expression behind what is known to be a runtime value."""
        found = self.unknown(value)
        assert found is not None
        return found

    # ---- native values

    def lift(self, value: Any) -> Any:
        """Take a native value in: lists, dicts and sets become tracked, so that changes to them are seen and undone."""
        content = content_of(value)
        if content is None:
            return value
        found = self.lifted.get(id(value))
        if found is not None:
            return found[1]
        box = self.state.box(content)
        self.lifted[id(value)] = (value, box)
        return box

    def lift_outside(self, value: Any) -> Any:
        """Take in a value of the module, or of a library: the orchestrator may read it, and not change it."""
        box = self.lift(value)
        if isinstance(box, Box) and box not in self.outside:
            self.outside.add(box)
            match box.content:
                case ListC(items=items):
                    box.content.items = [self.lift_outside(item) for item in items]
                case DictC(entries=entries):
                    box.content.entries = {key: self.lift_outside(item) for key, item in entries.items()}
        return box

    def fresh(self, value: Any, given: Given | None = None) -> Any:
        """Take in what native evaluation has just made, with all that is inside: nothing else refers to it.

        given: what the evaluation was given as copies; where its result holds one of those, the original is meant.
        """
        known: dict[int, Any] = {key: box for key, (_, box) in (given or {}).items()}

        def taken(item: Any) -> Any:
            if id(item) in known:
                return known[id(item)]
            if isinstance(item, tuple) and type(item).__module__ != "builtins" and not hasattr(item, "_fields"):
                return item
            if isinstance(item, tuple):
                is_open = any(is_container(one) or id(one) in known for one in item)
                return self.tuple(map(taken, item), type(item)) if is_open else item
            content = content_of(item)
            if content is None:
                return item
            box = known[id(item)] = self.state.box(content)
            if isinstance(content, ListC):
                content.items = [taken(one) for one in content.items]
            elif isinstance(content, DictC):
                content.entries = {key: taken(one) for key, one in content.entries.items()}
            return box

        return taken(value)

    def native(self, value: Any, given: Given | None = None) -> Any:
        """Give the native object for a value, as a copy where it can change. Raises NotKnown.

        given: is told which object is the copy of which box.
        """
        made = self.copied_natively(value, given)
        if given is not None and isinstance(value, Box):
            given[id(made)] = (made, value)
        return made

    def copied_natively(self, value: Any, given: Given | None) -> Any:
        """Give the native object for a value, with all that is inside."""
        match value:
            case Box(content=ListC(items=items, kind=kind)):
                return made_natively(kind, [self.native(item, given) for item in items], self.native(kind.given))
            case Box(content=DictC(entries=entries, kind=kind)):
                natives = {key: self.native(item, given) for key, item in entries.items()}
                return made_natively(kind, natives, self.native(kind.given))
            case Box(content=SetC(items=items)):
                return set(items)
            case Box(content=ObjectC(cls=cls, fields=fields)):
                return rebuild(cls, {name: self.native(item, given) for name, item in fields.items()})
            case Box(content=IteratorC(items=items, position=position)):
                return iter([self.native(item, given) for item in items[position:]])
            case TupleV(items=items, cls=cls):
                made = [self.native(item, given) for item in items]
                return tuple(made) if cls is tuple else cls(*made)
            case Poison():
                raise Poisoned
            case Closure(native=function) if function is not None:
                return function
            case Box() | Unknown() | Closure() | Bound() | Method() | Special() | Spread() | Choice() | Lost():
                raise NotKnown
            case Generator():
                raise NotKnown
            case _:
                return value

    def is_known(self, value: Any) -> bool:
        """Say whether nothing of a value is left to run time."""
        try:
            self.native(value)
        except NotKnown:
            return False
        return True

    def tuple(self, items: Iterable[Any], cls: type = tuple) -> Any:
        """Make a tuple; a native one where all is native."""
        made = tuple(items)
        if any(
            isinstance(item, Box | Unknown | TupleV | Closure | Bound | Method | Special | Choice | Poison)
            for item in made
        ):
            return TupleV(made, cls)
        return made if cls is tuple else cls(*made)

    def native_items(self, value: Any) -> list[Any]:
        """Give the items of a tracked list or tuple, as they are."""
        match value:
            case Box(content=ListC(items=items)):
                return list(items)
            case TupleV(items=items):
                return list(items)
        return list(self.native(value))

    # ---- expressions of glue

    def tree(self, value: Any, node: ast.AST, hint: str = "v", *, constant: bool = False) -> ast.expr:
        """Give the glue expression for a value. `constant`: a known one is captured, not passed as an operand."""
        unknown = self.unknown(value)
        if unknown is not None:
            return unknown.tree
        made = self.tree_of_known(value, node, hint, constant=constant)
        if isinstance(value, Box):
            vars(made)["box"] = value  # sharing.py looks for it
            self.embed(value)
        return made

    def tree_of_known(self, value: Any, node: ast.AST, hint: str, *, constant: bool) -> ast.expr:
        """Give the glue expression for a value that is no expression itself."""
        match value:
            case Box(content=ListC(items=items, kind=kind)):
                parts = [self.tree(item, node, hint, constant=constant) for item in items]
                return self.of_kind(kind, at(ast.List(elts=parts, ctx=ast.Load()), node), node)
            case TupleV(items=items, cls=cls):
                parts = [self.tree(item, node, hint, constant=constant) for item in items]
                if cls is tuple:
                    return at(ast.Tuple(elts=parts, ctx=ast.Load()), node)
                return at(ast.Call(func=self.capture(cls, cls.__name__, node), args=parts, keywords=[]), node)
            case Box(content=DictC(entries=entries, kind=kind)):
                keys: list[ast.expr | None] = [self.tree(key, node, "key", constant=True) for key in entries]
                parts = [self.tree(item, node, str(key), constant=constant) for key, item in entries.items()]
                return self.of_kind(kind, at(ast.Dict(keys=keys, values=parts), node), node)
            case Box(content=SetC(items=known)):
                return Hole(Literal(set(known)), hint, node)
            case Box(content=ObjectC(cls=cls, fields=fields)):
                if self.is_known(value) and not any(isinstance(item, Box) for item in fields.values()):
                    return Hole(Literal(self.native(value)), hint, node)
                parts = [self.tree(item, node, name, constant=constant) for name, item in fields.items()]
                names: list[ast.expr | None] = [at(ast.Constant(name), node) for name in fields]
                made = at(ast.Dict(keys=names, values=parts), node)
                builder = self.capture(rebuild, "rebuild", node)
                return at(ast.Call(func=builder, args=[self.capture(cls, cls.__name__, node), made], keywords=[]), node)
            case Box(content=CountC(at=place, step=step, items=None)):
                parts = [self.tree(place, node), self.tree(step, node)]
                return at(ast.Call(func=self.capture(itertools.count, "count", node), args=parts, keywords=[]), node)
            case Spread(value=inner):
                return at(ast.Starred(value=self.tree(inner, node, hint, constant=constant), ctx=ast.Load()), node)
            case Closure() | Bound():
                return self.function(value, node)
            case Method(receiver=Box(), name=name) if name in MUTATORS:
                what = f"`{name}` would change a copy: this is computed in a pod, from which no change comes back"
                raise self.refuse(what, node, "Write a `for` loop, and call it there by its object.")
            case Method(receiver=receiver, name=name):
                return at(ast.Attribute(value=self.tree(receiver, node, hint), attr=name, ctx=ast.Load()), node)
            case Box(content=PendingC(title=title, where=where)):
                mend = f"Await it first: `await {title}(...)`."
                if not self.is_async:
                    mend = f"`{title}` is async: await it in an `async def`, or write it as a plain `def`."
                raise ProgramError(
                    Mistake(f"`{title}` was called but its result is used before it is awaited", where, mend)
                )
            case Generator(closure=closure):
                what = f"`{closure.name}` gives a generator, and those cannot travel"
                raise self.refuse(what, node, "Make a list of it where it is called: `list(...)`.")
            case Lost(why=why):
                raise self.untraceable(f"what this holds cannot be followed: {why}", node, "Set it anew before.")
            case Box(content=BatchC()):
                what = "a list of tasks, of which only run time knows the number, is no data to compute with"
                raise self.refuse(what, node, "Await them, `await asyncio.gather(*jobs)`, and use the results.")
            case Box() | Special() | Choice():
                what = "this value cannot be used in an expression that is computed at run time"
                raise self.refuse(what, node, "Use what it gives, such as the results of awaited tasks.")
            case Poison():
                raise Poisoned
        if constant or is_code(value):
            if type(value) in DATA:
                return at(ast.Constant(value), node)
            return self.capture(value, name_of(value, hint), node)
        if type(value) in DATA and isinstance(node, ast.Constant):
            return at(ast.Constant(value), node)
        return Hole(Literal(self.native(value)), hint, node)

    def of_kind(self, kind: Kind, items: ast.expr, node: ast.AST) -> ast.expr:
        """Give the glue expression for a container of a class, from that for its items."""
        if kind in (LIST, DICT):
            return items
        given = self.tree(kind.given, node, "given", constant=True)
        args = [given, items] if kind.cls is defaultdict else [items, given] if kind.cls is deque else [items]
        return at(ast.Call(func=self.capture(kind.cls, kind.cls.__name__, node), args=args, keywords=[]), node)

    @abstractmethod
    def embed(self, box: Box) -> None:
        """Note that a container becomes part of an expression."""

    @abstractmethod
    def function(self, value: Closure | Bound, node: ast.AST) -> ast.expr:
        """Give the glue expression for a function of the orchestrator's own."""

    def capture(self, value: object, hint: str, node: ast.AST) -> Hole:
        """Refer to a known object by name."""
        return Hole(Captured(value), hint, node)

    def capture_ref(self, ref: Ref, hint: str, node: ast.AST) -> Hole:
        """Refer to the result of a node."""
        return Hole(ref, hint, node)


def content_of(value: object) -> ListC | DictC | SetC | None:
    """Give what a box holds for a container of Python's own; nothing for any other object."""
    match value:
        case list() if type(value) is list:
            return ListC(list(value))
        case deque() if type(value) is deque:
            return ListC(list(value), Kind(deque, value.maxlen))
        case dict() if type(value) is dict:
            return DictC(dict(value))
        case defaultdict() if type(value) is defaultdict:
            return DictC(dict(value), Kind(defaultdict, value.default_factory))
        case OrderedDict() | Counter() if type(value) in (OrderedDict, Counter):
            return DictC(dict(value), Kind(type(value)))
        case set() if type(value) is set:
            return SetC(set(value))
    return None


def is_container(value: object) -> bool:
    """Say whether something of Python's own that may change in place stands here, or in a tuple."""
    if isinstance(value, tuple):
        return any(map(is_container, value))
    return type(value) in (list, dict, set, deque, defaultdict, OrderedDict, Counter)


def made_natively(kind: Kind, items: Any, given: Any) -> Any:
    """Make a container of a class from its items."""
    if kind in (LIST, DICT):
        return items
    if kind.cls is defaultdict:
        return defaultdict(given, items)
    return deque(items, given) if kind.cls is deque else kind.cls(items)


def is_code(value: object) -> bool:
    """Say whether a known object is code rather than data: a function, a class, a module, a task."""
    return isinstance(value, type) or callable(value) or type(value).__name__ == "module"


def name_of(value: object, hint: str) -> str:
    """Give the name under which glue refers to an object."""
    name = getattr(value, "__name__", "")
    return name.rpartition(".")[2] if (isinstance(name, str) and name.isidentifier()) or "." in name else hint
