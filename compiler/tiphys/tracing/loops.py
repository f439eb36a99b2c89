"""Loops of which the number of rounds is known only at run time.

A round is interpreted on fresh symbols for what it carries: the variables, items and fields that it changes. As that is
known only afterwards, the round is interpreted again until nothing new is carried.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tiphys.ir import Atom, Input, Literal, Loop, Ref, Sub, operands_of
from tiphys.tracing.blocks import maybe
from tiphys.tracing.carried import Carried, Carrying
from tiphys.tracing.completions import NEVER, Completion, Done, Exit, Split, code_of, exits_of
from tiphys.tracing.concurrency import await_around, start_ready
from tiphys.tracing.glue import at
from tiphys.tracing.merging import taken
from tiphys.tracing.names import names_loaded_outside
from tiphys.tracing.places import Slot, held_atom, install, may_lack
from tiphys.tracing.regions import Way, close, inside, label_of, note_awaited, pruned, standing
from tiphys.tracing.sharing import Reach
from tiphys.tracing.state import Box, FrameC, OpaqueC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Choice, Lost, Unknown

TRIES = 12


@dataclass
class Rounds(Carrying):
    """A loop while its round is interpreted. count: how many rounds at most; start: 0, or the exit at once."""

    title: str
    work: Callable[[Unknown], Done]
    start: Unknown | int = 0
    count: Unknown | int | None = None

    def run(self) -> Done:
        """Interpret the loop; gives how it ends: `NEXT` when it is through, other exits as they are."""
        t = self.t
        start_ready(t)
        self.before = t.state.frontier
        start = self.atom(self.start)
        count = None if self.count is None else self.atom(self.count)
        self.name = t.names.allocate(self.title)
        self.index = t.names.allocate("i")
        t.types[Ref(self.index)] = int
        way = self.fixed()
        await_around(t, way, self.node)
        return self.emit(way, start, count)

    def atom(self, value: Unknown | int) -> Atom:
        """Give a number as an operand."""
        if isinstance(value, int):
            return Literal(value)
        return self.t.to_atom(value, "n", self.node)

    def fixed(self) -> Way:
        """Interpret the round until what it carries no longer grows."""
        t = self.t
        for _ in range(TRIES):
            self.own_names = names = t.names.mark()
            mark = t.state.mark()
            nodes, t.state.nodes = t.state.nodes, []
            try:
                self.symbols = set()
                for slot, carried in self.slots.items():
                    symbol = self.symbol(carried)
                    if isinstance(symbol, Box):
                        self.symbols.add(symbol)
                    install(self.t, slot, symbol)
                self.drop_unreachable()
                for slot in self.lost:
                    install(self.t, slot, Lost("it is a task of an earlier round of a loop"))
                count = len(self.lost)
                symbols, t.state.nodes = t.state.nodes, []
                t.repeats.append(t.state.next_epoch)
                try:
                    way = taken(t, lambda: self.work(self.number()), self.node)
                finally:
                    t.repeats.pop()
                way.nodes[:0] = symbols
                grown = self.grow(way)
            finally:
                t.state.nodes = nodes
                t.state.rollback(mark)
            if not grown and count == len(self.lost):
                return way
            t.undo_names(names)
            for carried in self.slots.values():
                t.names.reserve(carried.name)
        raise t.untraceable("what this loop carries from round to round cannot be followed", self.node)

    def number(self) -> Unknown:
        """Give the number of the round."""
        return Unknown(self.t.capture_ref(Ref(self.index), "i", self.node), int)

    # ---- the node

    def emit(self, way: Way, start: Atom, count: Atom | None) -> Done:
        """Record the loop; then its carried values are what the last round left."""
        t = self.t
        done: Done = None if way.done is NEVER else way.done
        exits = exits_of(done)
        gives = bool(exits & {Exit.RETURN, Exit.LEFT_RETURN})
        value = done.value if done is not None and gives else None
        with inside(t, way), standing(way):
            nexts = {slot: self.next_atom(carried) for slot, carried in self.slots.items()}
            exit_atom = t.to_atom(self.exit_value(done), "exit", self.node)
            result = t.to_atom(value, "result", self.node) if gives else None
        ends = (exit_atom,) if result is None else (exit_atom, result)
        kept = self.needed(way, nexts, ends)
        self.record(way, start, count, [(self.slots[slot], nexts[slot]) for slot in kept], ends)
        for number, slot in enumerate(kept):
            self.leave(slot, self.slots[slot], Ref(self.name, 1 + number))
        for slot in self.slots:
            if slot not in kept:
                self.forget(slot)
        for slot in self.lost:
            install(t, slot, Lost("it is a task of the last round of a loop"))
        returned = None
        if result is not None:
            given = Ref(self.name, 1 + len(kept))
            t.types[given] = Any
            mine = Reach(frozenset({(given, "itself")}), frozenset({(given, "inside")}))
            t.sharing.note(given, mine | Reach(self.left(self.returned.tops), self.left(self.returned.inner)))
            returned = t.atom(given, Any, "result", self.node)
        return self.completed(exits, returned)

    def needed(self, way: Way, nexts: dict[Slot, Atom], ends: tuple[Atom, ...]) -> list[Slot]:
        """List what has to be carried: what a later round reads, or the code behind the loop."""
        outside = names_loaded_outside(self.t.frame.scope.node, self.node)
        living = self.living_after()
        kept = {slot for slot in self.slots if self.is_read_after(slot, outside, living)}
        while True:
            values = (*ends, *(nexts[slot] for slot in kept))
            read = {atom.node for atom in values if isinstance(atom, Ref)}
            for node in pruned(way.nodes, values):
                read.update(atom.node for atom in operands_of(node) if isinstance(atom, Ref))
            more = {slot for slot, carried in self.slots.items() if slot not in kept and carried.name in read}
            if not more:
                return [slot for slot in self.slots if slot in kept]
            kept |= more

    def record(
        self, way: Way, start: Atom, count: Atom | None, kept: list[tuple[Carried, Atom]], ends: tuple[Atom, ...]
    ) -> None:
        """Record the node of the loop, and its units. ends: the exit of a round, and what it returns, if it may."""
        t, where = self.t, self.t.span(self.node)
        note_awaited(t, way)
        base = f"{t.title}.{self.name}"
        own = way.names
        atoms = (*ends, *(atom for _, atom in kept))
        gives = list(dict.fromkeys(atom for atom in atoms if isinstance(atom, Ref) and atom.node in own))
        closed = close(t, f"{base}.round", way, tuple(gives), where)
        inits: dict[str, Atom] = {carried.name: self.init_atom(carried) for carried, _ in kept}
        nexts = [atom for _, atom in kept]
        leaving = ends[0]
        if len(ends) > 1:
            inits[f"{self.name}-result"] = Literal(None)
            nexts.append(ends[1])
        reads: dict[str, Ref] = {}

        def seen(atom: Atom) -> Atom:
            if isinstance(atom, Literal):
                return atom
            if atom in gives:
                return Ref("body", gives.index(atom))
            label = label_of(atom)
            if label != self.index and label not in inits:
                reads[label] = atom
            return Ref(label)

        arguments = tuple((label, seen(ref)) for label, ref in closed.reads.items())
        after_round = tuple(seen(atom) for atom in nexts)
        begin, limit, exit_atom = seen(start), None if count is None else seen(count), seen(leaving)
        kinds = {carried.name: int if carried.options else carried.type for carried, _ in kept}
        given = (*inits.items(), *reads.items())
        inputs = tuple(
            Input(label, kinds.get(label, t.types.get(reads[label], Any) if label in reads else Any), where)
            for label, _ in given
        )
        body = Sub("body", closed.graph.name, arguments, object, (), where)
        t.program.graphs[base] = Loop(
            base, inputs, begin, limit, self.index, body, exit_atom, tuple(inits), after_round, where, self.title
        )
        after = dict.fromkeys((*self.before, *t.state.frontier, *closed.after))
        t.emit(Sub(self.name, base, given, object, tuple(after), where))
        t.sources[self.name] = None
        t.types[Ref(self.name)] = int
        t.state.frontier = (self.name,)
        t.state.pending.extend(way.pending)

    def living_after(self) -> set[Box]:
        """List what can still be reached when the carried variables hold something else."""
        t = self.t
        mark = t.state.mark()
        for box, key in self.slots:
            if isinstance(box.content, FrameC):
                t.state.write(box).names.pop(key[0], None)
        try:
            return set(t.sharing.living())
        finally:
            t.state.rollback(mark)

    def is_read_after(self, slot: Slot, outside: set[str], living: set[Box]) -> bool:
        """Say whether something outside of the loop may read what is carried."""
        box, key = slot
        if not isinstance(box.content, FrameC):
            return box in living
        return box is not self.t.frame.box or key[0] in outside

    def next_atom(self, carried: Carried) -> Atom:
        """Give what a carried value is after a round."""
        t = self.t
        if carried.options:
            return t.to_atom(self.option_number(carried, carried.after), carried.name, self.node)
        if isinstance(carried.after, Box) and isinstance(carried.after.content, FrameC):
            raise t.untraceable("what this loop carries from round to round cannot be followed", self.node)
        return held_atom(self.t, carried.after, carried.name, self.node)

    def init_atom(self, carried: Carried) -> Atom:
        """Give what a carried value is before the first round."""
        if carried.options:
            return self.t.to_atom(self.option_number(carried, carried.init), carried.name, self.node)
        return held_atom(self.t, carried.init, carried.name, self.node)

    def option_number(self, carried: Carried, value: Any) -> Any:
        """Give the number of what a value is among the things it may be."""
        if not isinstance(value, Choice):
            return next(index for index, option in enumerate(carried.options) if option is value)
        table = [next(index for index, known in enumerate(carried.options) if known is one) for one in value.options]
        if table == list(range(len(table))):
            return value.number
        whole = self.t.capture(table, "numbers", self.node)
        tree = at(ast.Subscript(value=whole, slice=value.number.tree, ctx=ast.Load()), self.node)
        return Unknown(tree, int, value.number.pure, value.number.total)

    def leave(self, slot: Slot, carried: Carried, ref: Ref) -> None:
        """Put what a carried value is after the loop in its place."""
        t = self.t
        t.types[ref] = int if carried.options else carried.type
        reach = self.reach_of(carried) | self.leaving(is_returned=slot in self.returning)
        t.sharing.note(ref, Reach(self.left(reach.tops), self.left(reach.inner)))
        value = t.atom(ref, t.types[ref], carried.name, self.node)
        if carried.options:
            value = Choice(value, carried.options)
        elif carried.lacks and not (self.runs_once() and not may_lack(carried.after)):
            box = value if isinstance(value, Box) else t.state.box(OpaqueC(value))
            value = maybe(t, box, self.node)
        install(self.t, slot, value)

    def runs_once(self) -> bool:
        """Say whether there is a first round in any case."""
        return self.start == 0 and (self.count is None or (isinstance(self.count, int) and self.count > 0))

    def forget(self, slot: Slot) -> None:
        """Drop a variable that nobody reads."""
        box, key = slot
        if isinstance(box.content, FrameC):
            self.t.state.write(box).names.pop(key[0], None)

    # ---- how it ends

    def exit_value(self, done: Done) -> Any:
        """Give the exit of a round: 0 to go on."""
        code = code_of(done)
        if isinstance(code, int):
            return 0 if code == Exit.CONTINUE else code
        assert isinstance(code, Unknown)
        return recoded(self.t, code, Exit.CONTINUE, self.node) if Exit.CONTINUE in exits_of(done) else code

    def completed(self, exits: frozenset[Exit], value: Any) -> Done:
        """Tell how the loop ended."""
        found = set(exits) - {Exit.NEXT, Exit.CONTINUE, Exit.EXHAUSTED}
        if self.count is not None or self.start != 0 or Exit.EXHAUSTED in exits:
            found.add(Exit.NEXT)
        if not found:
            return None
        if len(found) == 1:
            (only,) = found
            return None if only is Exit.NEXT else Completion(only, value)
        code = Unknown(self.t.capture_ref(Ref(self.name), "exit", self.node), int)
        if Exit.EXHAUSTED in exits or self.start != 0:
            code = recoded(self.t, code, Exit.EXHAUSTED, self.node)
        return Split(code, frozenset(found), value)


def recoded(t: Tracer, code: Unknown, old: Exit, node: ast.AST) -> Unknown:
    """Take one exit for going on."""
    if code.ref is None:
        code = t.expression(t.settle(code, "exit", node))
    test = ast.Compare(left=code.tree, ops=[ast.Eq()], comparators=[at(ast.Constant(int(old)), node)])
    zero = at(ast.Constant(0), node)
    return Unknown(at(ast.IfExp(test=at(test, node), body=zero, orelse=code.tree), node), int, code.pure, code.total)
