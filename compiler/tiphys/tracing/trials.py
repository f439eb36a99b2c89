"""What may fail, as the body of an `Attempt`: interpreted with the frames of its calls, and recorded.

Interpreted once to see what differs between the places where it may fail, and then with frames that hold just that.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tiphys.ir import Atom, Attempt, Catch, Glue, Graph, Input, Literal, Node, Ref, Sub, Yield
from tiphys.tracing.blocks import maybe
from tiphys.tracing.completions import NEVER, Completion, Ended, Split
from tiphys.tracing.concurrency import start_ready
from tiphys.tracing.contents import differences, is_same
from tiphys.tracing.data import is_setting, needs_choice
from tiphys.tracing.facts import type_of
from tiphys.tracing.glue import at, holes_of
from tiphys.tracing.leaving import Leaving, exported_parts
from tiphys.tracing.names import names_loaded_outside
from tiphys.tracing.pending import PendingC
from tiphys.tracing.places import Slot, held, held_atom, install, may_lack, options_of, tree_of
from tiphys.tracing.raises import ended, raise_later
from tiphys.tracing.regions import Closed, Way, close, explore, inside, is_free, label_of, resume
from tiphys.tracing.sharing import NOTHING, Reach, parts_of
from tiphys.tracing.state import Box, DictC, FrameC, ListC, Mark, ObjectC, OpaqueC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Choice, Hole, Lost, Raised, TupleV, Unknown
from tiphys_runtime.objects import UNBOUND, handler_of


@dataclass(eq=False)
class Trial:
    """The body of a `try` while it is interpreted.

    slots: what the frames of its calls hold, once that is known. points: what had changed at each call, before that.
    options: of slots that hold one of several things which were there before, those; the frames hold the number of one.
    """

    t: Tracer
    mark: Mark
    live: set[str]
    node: ast.AST
    slots: list[Slot] | None = None
    options: dict[Slot, list[Any]] = field(default_factory=dict)
    frame_box: Box | None = None
    """The variables of the function that the `try` stands in."""
    points: list[dict[Slot, tuple[Any, Any]]] = field(default_factory=list)
    lost: set[Slot] = field(default_factory=set)
    """What is no data, and not the same wherever the body may fail."""
    reaches: dict[Slot, Reach] = field(default_factory=dict)
    """What the values in the frames may be and hold."""

    def frame(self) -> tuple[Atom, ...]:
        """Give the frame of a call that is about to be recorded."""
        changed = self.changed()
        if self.slots is None:
            self.points.append(changed)
            return ()
        atoms: list[Atom] = []
        for slot in self.slots:
            value = changed[slot][1] if slot in changed else held(slot)
            if slot in self.options:
                atoms.append(self.number(value, self.options[slot]))
                continue
            self.reaches[slot] = self.reaches.get(slot, NOTHING) | self.t.sharing.of(value)
            atoms.append(held_atom(self.t, value, "held", self.node))
        return tuple(atoms)

    def number(self, value: Any, options: list[Any]) -> Atom:
        """Tell which of several things that were there before the `try` a variable holds."""

        def leaf(option: Any) -> ast.expr:
            return at(ast.Constant(number_of(option, options)), self.node)

        if not isinstance(value, Choice):
            return Literal(number_of(value, options))
        return self.t.to_atom(Unknown(tree_of(value, leaf, self.node), int, value.number.pure), "held", self.node)

    def is_read_later(self, name: str, old: Any) -> bool:
        """Say whether a variable beside the `try` may be read behind it; of ours only those that were there before."""
        return name in self.live or (" " in name and old is not UNBOUND)

    def changed(self) -> dict[Slot, tuple[Any, Any]]:
        """List what has changed so far: the values before the `try`, and now."""
        found: dict[Slot, tuple[Any, Any]] = {}
        for box, (before, after) in self.t.state.changes(self.mark).items():
            if isinstance(after, PendingC):
                continue
            for key, old, new in differences(before, after, self.t, self.node):
                if box is not self.frame_box or self.is_read_later(key[0], old):
                    found[box, key] = (old, new)
        return found


@dataclass(eq=False)
class Tried:
    """An `Attempt` that was recorded. number: 0 if the body went through, else 1 and the number of the clause."""

    number: Unknown
    error: Unknown
    went: Callable[[], Any]
    """Puts the state in place that the body left, and gives how it completed."""
    failed: Callable[[], None]
    """Puts the state in place that the failed call found."""
    always_fails: bool
    done: Any = None
    """How the body completed, where it went through."""


def tries(
    t: Tracer, work: Callable[[], Any], clauses: list[Any], node: ast.AST, *, is_read: bool = True
) -> Any:  # fmt: skip
    """Interpret what may fail. Gives how it completed where nothing of it can; a known exception; or a `Tried`.

    is_read: something that runs after a failure reads variables.
    """
    start_ready(t)
    begun = t.state.frontier
    live = names_loaded_outside(t.frame.scope.node, None)
    names = t.names.mark()
    trial = Trial(t, t.state.coming(), live, node, frame_box=t.frame.box)
    way = explored(t, trial, work)
    if way.is_light and not way.is_ended:
        raised, way.raised = way.raised, None
        done = resume(t, way)
        return done if raised is None else raised
    slots, points = (needed(t, trial), trial.points) if is_read else ([], [])
    lost = trial.lost
    if slots:
        t.undo_names(names)
        trial = Trial(t, t.state.coming(), live, node, slots, trial.options, t.frame.box, lost=lost)
        way = explored(t, trial, work)
    return Recording(t, ended(t, way, node), slots, trial, clauses, node, begun, points).record()


def explored(t: Tracer, trial: Trial, work: Callable[[], Any]) -> Way:
    """Interpret the body once. What it raises behind something that may fail is raised at run time."""

    def failing() -> Any:
        try:
            return work()
        except Raised as raised:
            if all(is_free(node) for node in t.state.nodes):
                raise
            raise_later(t, raised, trial.node)
            raise Ended from None

    t.trials.append(trial)
    try:
        return explore(t, failing)
    finally:
        t.trials.pop()


def needed(t: Tracer, trial: Trial) -> list[Slot]:
    """List what the frames have to hold: what is not the same wherever the body may fail."""
    union = dict.fromkeys(slot for point in trial.points for slot in point)
    found = []
    for slot in union:
        values = [point[slot][1] if slot in point else held(slot) for point in trial.points]
        options = distinct([option for value in values for option in options_of(value)])
        if len(options) == 1 and not is_made_inside(options[0], trial.mark):
            continue
        if is_told_by_number(t, options, trial.mark):
            trial.options[slot] = options
        elif any(is_no_data(t, value) for value in values):
            if slot[1] is None:
                mend = "Make the list inside the `try` too, or before it as a whole."
                raise t.untraceable("which tasks a list holds where this fails cannot be followed", trial.node, mend)
            trial.lost.add(slot)
            continue
        found.append(slot)
    return found


def is_told_by_number(t: Tracer, options: list[Any], mark: Mark) -> bool:
    """Say whether a variable holds one of several things that were there before: it is told which, so it stays that."""
    if any(is_made_inside(value, mark) for value in options):
        return False
    bound = [value for value in options if value is not UNBOUND]
    is_one = len(bound) == 1 and isinstance(bound[0], Box)
    return is_one or any(is_no_data(t, value) for value in bound)


def distinct(values: list[Any]) -> list[Any]:
    """List each of some values once."""
    found: list[Any] = []
    for value in values:
        if number_of(value, found) is None:
            found.append(value)
    return found


def number_of(value: Any, options: list[Any]) -> int | None:
    """Give which of some values one is."""
    return next((number for number, option in enumerate(options) if is_same(value, option)), None)


def is_no_data(t: Tracer, value: Any) -> bool:
    """Say whether a frame cannot hold a value."""
    match value:
        case Choice(options=parts):
            return any(is_no_data(t, part) or is_setting(part) for part in parts)
        case TupleV(items=parts) | Box(content=ListC(items=parts)):
            return any(is_no_data(t, part) for part in parts)
        case Box(content=DictC(entries=named) | ObjectC(fields=named)):
            return any(is_no_data(t, part) for part in named.values())
    return isinstance(value, Lost) or (value is not UNBOUND and needs_choice(t, value))


def is_made_inside(value: Any, mark: Mark) -> bool:
    """Say whether a value may be, or hold, what the body makes: it is not the same wherever that fails."""
    match value:
        case Unknown():
            return True
        case Box(content=content) if not isinstance(content, FrameC):
            return bool(content.epoch >= mark.own)
    return not isinstance(value, Box) and any(is_made_inside(part, mark) for part in parts_of(value))


@dataclass(eq=False)
class Recording:
    """Records an `Attempt`. The body is way 0 of what is merged afterwards."""

    t: Tracer
    way: Way
    slots: list[Slot]
    trial: Trial
    clauses: list[Any]
    node: ast.AST
    begun: tuple[str, ...]
    points: list[dict[Slot, tuple[Any, Any]]]
    gives: list[Atom] = field(default_factory=list)
    moved: list[tuple[Box, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ways = [self.way]
        self.name = self.t.names.allocate("attempt")
        self.fixed = 2 + len(self.slots)
        """Outputs: the number, the exception, the frame; then what the body gives."""

    def exported(self, number: int, unknown: Unknown) -> Unknown:
        """Give a value that the body computes as it is read behind the `Attempt`."""
        names = self.way.names
        if not any(isinstance(hole.value, Ref) and hole.value.node in names for hole in holes_of(unknown.tree)):
            return unknown
        if not unknown.total and unknown.ref is None:
            return exported_parts(self.t, self, number, unknown)
        atom: Atom | None = unknown.ref
        if atom is None:
            with inside(self.t, self.way):
                atom = self.t.expression(self.t.settle(unknown, "v", self.node)).ref
        assert atom is not None
        if atom not in self.gives:
            self.gives.append(atom)
        # it means something only where the body went through, as the frame only where it failed: not total, so that
        # glue over it is not computed elsewhere
        place = self.fixed + self.gives.index(atom)
        self.t.sharing.note(Ref(self.name, place), self.t.sharing.of(unknown))
        return replace(self.output(place, unknown.type), total=False)

    def stands_for(self, _number: int) -> str:
        """Name the node behind which the body is done."""
        return self.name

    def output(self, number: int, kind: Any) -> Unknown:
        """Refer to an output of the `Attempt`."""
        ref = Ref(self.name, number)
        self.t.types[ref] = kind
        return Unknown(Hole(ref, "v", self.node), kind)

    def record(self) -> Tried:
        """Make the units and the node."""
        t = self.t
        always = self.way.done is NEVER
        leaving = Leaving(self)
        changes = {box: leaving.left(0, content) for box, content in self.way.changes.items()}
        done = self.left(leaving, None if always else self.way.done)
        kinds = [Any, *(self.kind(slot) for slot in self.slots)]
        self.emit(kinds)
        t.state.pending.extend(self.way.pending)
        values = {
            slot: replace(self.output(2 + index, kinds[1 + index]), total=False)
            for index, slot in enumerate(self.slots)
        }
        same = self.unchanged()

        def went() -> Any:
            for box, content in changes.items():
                t.state.replace(box, content)
            return done

        def failed() -> None:
            for slot, value in same.items():
                install(t, slot, value)
            for slot, value in values.items():
                install(t, slot, self.framed(slot, value))
            for slot in self.trial.lost:
                install(t, slot, Lost("it is a task that was begun where a `try` failed"))

        return Tried(self.output(0, int), self.output(1, Any), went, failed, always, done)

    def framed(self, slot: Slot, value: Unknown) -> Any:
        """Give what a slot holds where the body has failed."""
        t = self.t
        if slot in self.trial.options:
            return Choice(value, tuple(self.trial.options[slot]))
        values = [held(slot), *(point[slot][1] for point in self.points if slot in point)]
        if value.ref is not None:
            t.sharing.note(value.ref, self.trial.reaches.get(slot, NOTHING) | t.sharing.of(held(slot)))
        if any(may_lack(one) for one in values):
            return maybe(t, t.state.box(OpaqueC(value)), self.node)
        return t.boxed(value)

    def left(self, leaving: Leaving, done: Any) -> Any:
        """Give how the body completed, as it is seen outside."""
        match done:
            case Completion(exit=exit_, value=value):
                return Completion(exit_, leaving.outside(0, value))
            case Split(code=code, exits=exits, value=value):
                return Split(self.exported(0, code), exits, leaving.outside(0, value))
        return leaving.outside(0, done)

    def kind(self, slot: Slot) -> Any:
        """Give the type of what a slot holds."""
        if slot in self.trial.options:
            return int
        return type_of(self.t, held(slot)) if slot[1] is None else Any

    def unchanged(self) -> dict[Slot, Any]:
        """List what is changed, and the same wherever the body may fail."""
        found: dict[Slot, Any] = {}
        for point in self.points:
            for slot, (_, new) in point.items():
                if slot not in self.slots and slot not in self.trial.lost:
                    found[slot] = new
        return found

    def emit(self, kinds: list[Any]) -> None:
        """Record the units and the node."""
        t, where = self.t, self.t.span(self.node)
        base = f"{t.title}.{self.name}"
        closed = close(t, f"{base}.body", self.way, tuple(self.gives), where)
        catch = self.catch(f"{base}.catch", kinds)
        reads = dict(closed.reads) | catch.reads
        body = Sub("body", closed.graph.name, named(closed), object, (), where)
        caught = Sub("catch", catch.graph.name, named(catch), object, (), where)
        frame = [(Literal(None), Ref("catch", 2 + index)) for index in range(len(self.slots))]
        outputs: list[tuple[Atom, Atom]] = [
            (Literal(0), Ref("catch", 0)), (Literal(None), Ref("catch", 1)), *frame,
            *((Ref("body", index), Literal(None)) for index in range(len(self.gives))),
        ]  # fmt: skip
        inputs = tuple(Input(label, t.types.get(ref, Any), where) for label, ref in reads.items())
        t.program.graphs[base] = Attempt(base, inputs, body, caught, tuple(outputs), where)
        after = dict.fromkeys((*self.begun, *closed.after))
        t.emit(Sub(self.name, base, tuple(reads.items()), object, tuple(after), where))
        t.sources[self.name] = None
        t.state.frontier = (self.name,)

    def catch(self, name: str, kinds: list[Any]) -> Closed:
        """Make the region that finds the exception, and the clause that matches it."""
        t, where = self.t, self.t.span(self.node)
        caught = t.names.allocate("catch")
        for index, kind in enumerate(kinds):
            t.types[Ref(caught, index)] = kind
        error = Hole(Ref(caught), "error", self.node)
        one = at(ast.Constant(1), self.node)
        head = t.capture(handler_of, "handler_of", self.node)
        classes: list[ast.expr] = [t.capture(item, "clause", self.node) for item in self.clauses]
        call = at(ast.Call(func=head, args=[error, *classes], keywords=[]), self.node)
        tree = at(ast.BinOp(left=one, op=ast.Add(), right=call), self.node)
        code, operands = t.compiler.compile(Unknown(tree, int), where, t.frame.title)
        clause = t.names.allocate("clause")
        nodes: list[Node] = [
            Catch(caught, tuple(kinds), where), Glue(clause, code, operands, int, (caught,), where),
        ]  # fmt: skip
        values = (Ref(clause), Ref(caught), *(Ref(caught, 1 + index) for index in range(len(self.slots))))
        end = Yield(values, (clause,), where)
        graph = Graph(name, (), tuple(nodes), end, task=t.title, is_region=True)
        t.program.graphs[name] = graph
        return Closed(graph, {}, ())


def named(closed: Closed) -> tuple[tuple[str, Atom], ...]:
    """Give the arguments of a region inside its construct: the inputs of that."""
    return tuple((label, Ref(label_of(ref))) for label, ref in closed.reads.items())
