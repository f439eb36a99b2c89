"""The tracer of one graph: its nodes and what they may change, and the marks of what is being interpreted."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tiphys.diagnostics import Mistake, Span
from tiphys.ir import Atom, Call, Glue, Input, Literal, Node, Ref, Sub
from tiphys.tracing.glue import Compiler, at, holes_of
from tiphys.tracing.lifting import Lifting
from tiphys.tracing.namespace import Namespace
from tiphys.tracing.once import made_once
from tiphys.tracing.pending import SemaphoreC
from tiphys.tracing.sharing import Sharing, parts_of
from tiphys.tracing.state import Box, DictC, FrameC, ListC, ObjectC, OpaqueC, SetC, State
from tiphys.tracing.values import (
    Bound,
    Closure,
    Frame,
    Hole,
    NeedsKnown,
    NotKnown,
    Poison,
    Poisoned,
    TupleV,
    Unknown,
    is_immutable,
)

if TYPE_CHECKING:
    from tiphys.tracing.builder import ProgramBuilder
    from tiphys.tracing.fan_out import Lanes
    from tiphys.tracing.trials import Trial


class Tracer(Lifting):
    """Interprets one orchestrator into the nodes of one graph.

    title: the name of the graph. known: the inputs whose values the caller has, should interpretation need them.
    """

    def __init__(self, program: ProgramBuilder, title: str, known: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.program = program
        self.title = title
        self.names = Namespace()
        self.compiler: Compiler = program.compiler
        self.known = known
        self.inputs: dict[str, Input] = {}
        self.sources: dict[str, frozenset[str] | None] = {}
        self.glue: dict[str, Unknown] = {}
        self.made: dict[str, Glue] = {}
        self.types: dict[Ref, Any] = {}
        self.sharing = Sharing(self)
        self.callers: list[Frame] = []
        """The frames of the calls around the one that is being interpreted."""
        self.held: list[Any] = []
        """Values that no variable holds, and that are about to be given."""
        self.mistakes: list[Mistake] = []
        self.untold: list[Span] = []
        """Where what cannot be followed was made: whether it is awaited, a refused statement would have told."""
        self.awaited: ast.AST | None = None
        """What stands right behind the `await` that was met last."""
        self.depth = 0
        self.regions = 0
        """How many regions are being interpreted inside each other."""
        self.calls: list[tuple[ast.AST, int]] = []
        """The functions being interpreted, innermost last, each with the regions around it."""
        self.guards = 0
        self.seconds: float | None = None
        self.runtime_seconds: tuple[Unknown, ...] = ()
        """Limits that only run time knows."""
        """What `asyncio.timeout` or `wait_for` leaves to the calls that are made here."""
        self.context: dict[str, Any] = {}
        """The texts that `custom_context` gives to the calls that are made here: known ones, or values of run time."""
        self.semaphores: dict[int, tuple[object, Box]] = {}
        self.repeatable: set[str] = set()
        """Glue of ways that holds nothing impure: it is computed once to save work, not because it has to be."""
        self.holding = 0
        """Inside how many rounds that only make coroutines, of which none is begun there."""
        self.lanes: list[Lanes] = []
        """The maps whose regions are being interpreted, innermost last."""
        self.repeats: list[int] = []
        """The epochs in which the regions around began that run more than once, rounds and items, innermost last."""
        self.trials: list[Trial] = []
        """The `try` bodies being interpreted, innermost last."""
        self.exploring = 0
        """How many ways around the present place are not always taken."""
        self.choices = 0
        """How many choices were made so far that a statement may have to decide."""
        self.options: dict[object, int] = {}
        """Which option is taken of the choices that are decided here, by their numbers."""

    # ---- what is computed at run time

    def atom(self, ref: Ref, annotation: Any, hint: str, where: ast.AST | None = None) -> Any:
        """Give the value that stands for a node's result."""
        value = Unknown(Hole(ref, hint, where), annotation)
        self.types[ref] = annotation
        return value if is_immutable(annotation) else self.state.box(OpaqueC(value))

    def boxed(self, value: Unknown) -> Any:
        """Give a runtime value an identity where it may change in place."""
        return value if is_immutable(value.type) else self.state.box(OpaqueC(value))

    def settle(self, value: Any, hint: str, node: ast.AST) -> Any:
        """Compute an expression here: from now on it is a node of its own. Other values stay as they are."""
        if not isinstance(value, Unknown) or value.ref is not None:
            return value
        name = self.names.allocate(hint)
        self.emit_glue(name, value, node)
        return self.atom(Ref(name), value.type, hint, node)

    def emit_glue(self, name: str, value: Unknown, node: ast.AST, frame: tuple[Atom, ...] | None = None) -> None:
        """Record the node that computes an expression."""
        where = self.span(node)
        code, operands = self.compiler.compile(replace(value, tree=made_once(value.tree)), where, self.frame.title)
        self.made.pop(name, None)  # its place in the order is that of its making
        self.made[name] = made = Glue(name, code, operands, value.type, self.state.frontier, where)
        self.emit(made, frame)
        refs = [atom.node for _, atom in operands if isinstance(atom, Ref)]
        parts = [self.sources.get(ref) for ref in refs]
        self.sources[name] = None if None in parts else frozenset().union(*(part for part in parts if part is not None))
        self.glue[name] = value
        self.types[Ref(name)] = value.type
        if not (code.total and code.pure):
            self.state.frontier = (name,)

    def call(self, made: Call | Sub) -> Ref:
        """Record a call; what comes next comes after it."""
        self.emit(made)
        self.state.frontier = (made.name,)
        self.sources[made.name] = None
        return Ref(made.name)

    def steady(self, value: Any, hint: str, node: ast.AST) -> Any:
        """Compute a value here, unless it can be computed anywhere with the same outcome, or computes nothing yet."""
        if not isinstance(value, Unknown) or isinstance(value.tree, ast.GeneratorExp):
            return value
        if value.pure and value.total:
            return self.boxed(value) if self.sharing.of(value).all else value
        return self.settle(value, hint, node)

    # ---- changes in place

    def writable(self, box: Box, node: ast.AST) -> Any:
        """Give the content of a container or object, to be changed by the user's program."""
        if box in self.outside:
            mend = "Change a copy of it instead."
            raise self.refuse("an orchestrator cannot change a value of its module", node, mend)
        return self.state.write(box)

    def need(self, value: Unknown) -> None:
        """Ask for a value that interpretation cannot go on without: if the caller has it, trace again with it."""
        wanted: set[str] = set()
        for hole in holes_of(value.tree):
            if isinstance(hole.value, Ref):
                part = self.sources.get(hole.value.node)
                if part is None:
                    return
                wanted |= part
        if wanted and wanted <= self.known:
            raise NeedsKnown(frozenset(wanted))

    def within_time(self, seconds: float | Unknown | None, work: Callable[[], Any]) -> Any:
        """Interpret calls that may take no longer than this."""
        outer, runtime = self.seconds, self.runtime_seconds
        if isinstance(seconds, Unknown):
            self.runtime_seconds = (*runtime, seconds)
        elif seconds is not None:
            self.seconds = seconds if outer is None else min(outer, seconds)
        try:
            return work()
        finally:
            self.seconds, self.runtime_seconds = outer, runtime

    def outer_semaphore(self, value: Any) -> Box:
        """Give the tracked form of a semaphore of the module."""
        if id(value) not in self.semaphores:
            self.semaphores[id(value)] = value, Box(SemaphoreC(value._value, []))
            self.semaphores[id(value)][1].content.epoch = 0
        return self.semaphores[id(value)][1]

    def name_of_builtin(self, name: str, node: ast.AST) -> ast.expr:
        """Refer to a builtin, whatever the program calls by its name."""
        variables = self.state.write(self.frame.box).names
        variables[f"builtin {name}"] = getattr(builtins, name)
        return at(ast.Name(id=f"builtin {name}", ctx=ast.Load()), node)

    def undo_names(self, mark: int) -> None:
        """Give back the names allocated since a mark, and forget the glue that bore them."""
        for name in self.names.undo(mark):
            self.made.pop(name, None)
            self.glue.pop(name, None)
            self.sharing.forget(name)

    def emit(self, node: Node, frame: tuple[Atom, ...] | None = None) -> None:
        """Record a node; where it may fail inside a `try`, with the frame that its handlers find."""
        may_fail = isinstance(node, Call | Sub) or (isinstance(node, Glue) and not (node.code.total and node.code.pure))
        if self.trials and may_fail:
            assert isinstance(node, Call | Sub | Glue)
            node = replace(node, frame=self.frame_here() if frame is None else frame)
        self.state.nodes.append(node)

    def frame_here(self) -> tuple[Atom, ...]:
        """Give the frame of what fails here."""
        return self.trials[-1].frame() if self.trials else ()

    def embed(self, box: Box) -> None:
        self.sharing.embedded.add(self.sharing.first_of(box))

    def function(self, value: Closure | Bound, node: ast.AST) -> ast.expr:
        from tiphys.tracing.closures import closure_tree

        return closure_tree(self, value, node)

    # ---- operands

    def to_atom(self, value: Any, hint: str, node: ast.AST) -> Atom:
        """Give what a node can be passed: a known value, or the result of a node."""
        settled = self.settle(value, hint, node)
        unknown = self.unknown(settled)
        if unknown is not None and unknown.ref is not None:
            return unknown.ref
        if isinstance(settled, Poison):
            raise Poisoned
        try:
            return self.literal(settled)
        except NotKnown:
            pass
        tree = self.tree(settled, node, hint)
        made = self.settle(Unknown(tree, annotation_of(settled)), hint, node)
        found = self.unknown(made)
        assert found is not None
        assert found.ref is not None
        return found.ref

    def literal(self, value: Any) -> Literal:
        """Give a known value as it is now as an operand; other values may be it, or hold it, then. Raises NotKnown."""
        made = Literal(self.native(value))
        stack = [value]
        while stack:
            item = stack.pop()
            if isinstance(item, Box):
                self.embed(item)
            stack.extend(parts_of(item))
        return made

    def at_depth(self, node: ast.AST, call: Callable[[], Any]) -> Any:
        """Run one more level of interpreted calls; refuse endless recursion."""
        self.depth += 1
        if self.depth > 150:
            raise self.refuse("the calls nest too deep to be traced", node, "Write the recursion as a loop.")
        try:
            return call()
        finally:
            self.depth -= 1


def annotation_of(value: Any) -> Any:
    """Give the class of a tracked container, as a type."""
    match value:
        case Box(content=ListC(kind=kind) | DictC(kind=kind)):
            return kind.cls
        case Box(content=SetC()):
            return set
        case Box(content=ObjectC(cls=cls)) | TupleV(cls=cls):
            return cls
    return Any


def new_frame(state: State, names: dict[str, Any]) -> Box:
    """Make the variables of a call."""
    return state.box(FrameC(names))
