"""How arguments of an orchestrator's call become inputs of its graph: what stays known, what arrives at run time."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from tiphys.authoring.condition import Condition
from tiphys.authoring.task import TaskTemplate
from tiphys.diagnostics import Span
from tiphys.ir import Atom, Input, Literal, Ref
from tiphys.tracing.glue import fill, holes_of
from tiphys.tracing.reach import is_user_class, reaches
from tiphys.tracing.realise import real_function
from tiphys.tracing.results import inlined
from tiphys.tracing.state import Box, DictC, Kind, ListC, ObjectC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, Closure, Hole, NotKnown, TupleV, Unknown


class Arguments:
    """How the arguments of one call become inputs of the callee's graph: what stays known, what arrives at run time.

    types: of the parameters. needed: those that have to be known. made: the operands that were made before, by the
    values. is_whole: each argument is one input. is_open: what is known may travel too, if it has to be known.
    """

    def __init__(
        self, t: Tracer, types: Mapping[str, Any], needed: frozenset[str], node: ast.AST, made: dict[int, Atom], *,
        is_whole: bool = False, is_open: bool = True,
    ) -> None:  # fmt: skip
        self.t = t
        self.node = node
        self.types = types
        self.needed = needed
        self.made = made
        self.is_whole = is_whole
        self.is_open = is_open
        self.key: list[object] = []
        self.atoms: list[tuple[str, Atom]] = []
        self.templates: dict[str, Any] = {}
        self.owners: dict[str, str] = {}
        self.knowable: set[str] = set()

    def add(self, name: str, value: Any) -> None:
        """Take one argument."""
        annotation = self.types.get(name, Any)
        if self.is_code(value) or leads_to_tasks(value) or (name in self.needed and not isinstance(value, Unknown)):
            self.templates[name] = self.copy(name, value)
            return
        unknown = self.t.unknown(value)
        if unknown is not None and not self.is_whole:
            loose = self.loose(value if isinstance(value, Unknown) else unknown)
            if loose.ref is None and loose.pure:
                self.templates[name] = self.expression(name, loose)
                return
        if unknown is None and self.is_open:
            self.knowable.add(name)
        self.templates[name] = self.leaf(name, name, annotation, value)

    def leaf(self, name: str, owner: str, annotation: Any, value: Any) -> tuple[str, str, Any]:
        """Make an input of the callee: of the type the caller knows, or else of the one the callee says."""
        atom = self.made.get(id(value)) or self.t.to_atom(value, owner, self.node)
        self.made[id(value)] = atom
        name = "at-1" if name == "at" else name  # `at` is the parameter that tells every graph where it stands
        known = self.t.types.get(atom, Any) if isinstance(atom, Ref) else Any
        # text from people is read by the type that the entry says, wherever it is read
        given = isinstance(atom, Ref) and atom.node in self.t.inputs
        annotation = annotation if known is Any and not given else known
        self.key.append((name, "input", repr(annotation)))
        self.owners[name] = owner
        self.atoms.append((name, atom))
        return ("input", name, annotation)

    def loose(self, value: Unknown) -> Unknown:
        """Give the expression behind glue of a region: the pods of the callee compute it, as none may come before."""
        t = self.t
        if not t.regions or not value.pure:
            return value
        read = {hole.value.node for hole in holes_of(value.tree) if isinstance(hole.value, Ref)}
        made = [t.made[name] for name in read if name in t.made]
        loose = {item.name: t.glue[item.name] for item in made if item.code.pure and item.code.total}
        return Unknown(inlined(value.tree, loose), value.type, value.pure, value.total) if loose else value

    def is_code(self, value: Any) -> bool:
        """Say whether an argument is code, which is always known."""
        return isinstance(value, Closure | Bound | TaskTemplate | Condition | type) or (
            callable(value) and not isinstance(value, Box | Unknown)
        )

    def expression(self, name: str, value: Unknown) -> Any:
        """Let the callee's pods compute an argument: its operands are the inputs."""
        holes: dict[object, tuple[str, Any]] = {}

        def renamed(tree: Any) -> Any:
            if isinstance(tree, Hole) and isinstance(tree.value, Ref | Literal):
                inner = tree.value if isinstance(tree.value, Ref) else id(tree.value)
                if inner not in holes:
                    kind = self.t.types.get(tree.value, Any) if isinstance(tree.value, Ref) else Any
                    holes[inner] = (f"{name}-{len(holes)}", kind)
                    self.owners[holes[inner][0]] = name
                    self.atoms.append((holes[inner][0], tree.value))
                return Hole(Ref(holes[inner][0]), tree.hint, tree)
            if isinstance(tree, Hole):
                return tree
            return (
                fill(tree, **{key: convert(item) for key, item in ast.iter_fields(tree)})
                if isinstance(tree, ast.AST)
                else tree
            )

        def convert(item: Any) -> Any:
            return [convert(one) for one in item] if isinstance(item, list) else renamed(item)

        tree = renamed(value.tree)
        captured = tuple(id(hole.value.value) for hole in holes_of(tree) if not isinstance(hole.value, Ref))
        self.t.program.kept.append(tree)
        shape = ast.dump(tree) + str([str(hole.value) for hole in holes_of(tree) if isinstance(hole.value, Ref)])
        self.key.append((name, "glue", shape, captured, repr([kind for _, kind in holes.values()])))
        return ("glue", Unknown(tree, value.type, value.pure, value.total), tuple(holes.values()))

    def copy(self, name: str, value: Any) -> Any:
        """Keep what is known of an argument; its runtime parts become inputs."""
        counter = [0]

        def copied(item: Any) -> Any:
            unknown = self.t.unknown(item)
            if unknown is not None:
                counter[0] += 1
                return self.leaf(f"{name}-{counter[0]}", name, unknown.type, item)
            match item:
                case Box(content=ListC(items=items, kind=kind)):
                    self.key.append(("list", kind, len(items)))
                    return ("list", kind, [copied(one) for one in items])
                case TupleV(items=items, cls=cls):
                    self.key.append(("tuple", cls, len(items)))
                    return ("tuple", cls, [copied(one) for one in items])
                case Box(content=DictC(entries=entries, kind=kind)):
                    self.key.append(("dict", kind.cls, tuple(map(repr, entries))))
                    return (
                        "dict",
                        Kind(kind.cls, copied(kind.given)),
                        {key: copied(one) for key, one in entries.items()},
                    )
                case Box(content=ObjectC(cls=cls, fields=fields)):
                    self.key.append(("object", cls, tuple(fields)))
                    return ("object", cls, {key: copied(one) for key, one in fields.items()})
                case Closure() | Bound():
                    try:
                        item = real_function(self.t, item)
                    except NotKnown:
                        what = "a function that uses runtime values cannot be passed to another orchestrator"
                        raise self.t.untraceable(what, self.node) from None
            native = self.t.native(item)
            self.t.program.kept.append(native)
            simple = isinstance(native, bool | int | float | str | bytes | type(None))
            self.key.append(
                (type(native), native)
                if simple
                else ("object", id(native) if not isinstance(native, set) else repr(sorted(map(repr, native))))
            )
            return ("known", native)

        self.key.append(name)
        return copied(value)


def leads_to_tasks(value: Any) -> bool:
    """Say whether a value is an object of the user's whose methods may call tasks."""
    if isinstance(value, Box):
        return isinstance(value.content, ObjectC) and reaches(value.content.cls)
    return is_user_class(type(value)) and reaches(value)


def restore(t: Tracer, template: Any, where: Span) -> Any:
    """Build, inside the callee, the value that an argument's template describes."""
    match template:
        case ("input", name, annotation):
            return add_input(t, name, annotation, where)
        case ("known", native):
            return t.fresh(native)
        case ("list", kind, items):
            return t.state.box(ListC([restore(t, one, where) for one in items], kind))
        case ("tuple", cls, items):
            return t.tuple([restore(t, one, where) for one in items], cls)
        case ("dict", kind, entries):
            held = {key: restore(t, one, where) for key, one in entries.items()}
            return t.state.box(DictC(held, Kind(kind.cls, restore(t, kind.given, where))))
        case ("object", cls, fields):
            return t.state.box(ObjectC(cls, {key: restore(t, one, where) for key, one in fields.items()}))
        case ("glue", value, names):
            for name, kind in names:
                add_input(t, name, kind, where)
            return value
    raise AssertionError(template)


def add_input(t: Tracer, name: str, annotation: Any, where: Span, default: Literal | None = None) -> Any:
    """Make an input whose value arrives at run time."""
    t.names.reserve(name)
    t.inputs[name] = Input(name, annotation, where, default)
    t.sources[name] = frozenset({name})
    return t.atom(Ref(name), annotation, name)
