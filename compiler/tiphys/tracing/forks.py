"""The ways that part at one place: what they give to what follows, and the nodes that are recorded for them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tiphys.ir import Atom, Call, Glue, Input, Literal, Ref, Sub, Switch, operands_of
from tiphys.tracing.completions import NEVER, Exit, exits_of
from tiphys.tracing.contents import Merging
from tiphys.tracing.glue import at, holes_of
from tiphys.tracing.leaving import exported_parts
from tiphys.tracing.regions import Closed, Way, close, expression_tree, inside, is_free, label_of, resume
from tiphys.tracing.sharing import Reach, may_share, parts_of, telling, united
from tiphys.tracing.state import Box, FrameC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Hole, Unknown
from tiphys.tracing.which import Which
from tiphys_runtime.copies import Together

FINALLY = "finally"
"""The note of a frame while code runs behind which a `finally` reads the variables, also where that code returns."""


class Fork:
    """The ways that part at one place, and what they give to what follows."""

    def __init__(
        self, t: Tracer, which: Which, ways: list[Way], node: ast.AST, title: str, *, keeps_raises: bool = False,
        is_value: bool = False,
    ) -> None:  # fmt: skip
        self.t = t
        self.which = which
        self.ways = ways
        self.node = node
        self.title = title
        self.is_value = is_value
        self.begun = t.state.frontier
        self.outputs: list[dict[int, Atom]] = []
        self.types: list[Any] = []
        keeps = keeps_raises or not all(way.is_glue for way in ways)
        self.heavy = [
            number for number, way in enumerate(ways) if not way.is_glue or (keeps and way.done is NEVER)
        ]  # fmt: skip
        self.lazy: dict[int, list[ast.expr]] = {
            number: [] for number, way in enumerate(ways) if number not in self.heavy and not way.is_light
        }
        self.given: dict[int, list[Reach]] = {number: [] for number in self.lazy}
        """What the values may be and hold that ways without calls give."""
        self.pending: list[tuple[str, Unknown]] = []
        self.before: dict[Box, Any] = {}
        """What the boxes held before the ways that these have changed."""
        self.moved: list[tuple[Box, Any]] = []
        """Containers made on a way, and what they held there."""
        self.merging = Merging(self)
        self.frame = t.frame_here() if self.heavy or self.lazy else ()
        for number, way in enumerate(ways):
            # a way that fails where it has changed what a handler reads cannot be one expression with the others
            if number in self.lazy and any(
                isinstance(node, Glue) and not is_free(node) and node.frame != self.frame for node in way.nodes
            ):
                self.heavy = sorted((*self.heavy, number))
                del self.lazy[number]
        last = next((node for node in reversed(t.state.nodes) if (node.name,) == self.begun), None)
        self.has_host = isinstance(last, Call)
        if self.heavy:
            which.number()
            self.name = t.names.allocate(title)
        if self.lazy:
            self.rest = t.names.allocate("maybe")
        for way in ways:
            if way.is_light:
                t.state.nodes.extend(way.nodes)

    def stands_for(self, number: int) -> str:
        """Name the node behind which a way is done."""
        return self.name if number in self.heavy else self.rest

    # ---- what follows

    def passed(self, way: Way) -> Any:
        """Go on in the only way that does; the others raise."""
        number = self.ways.index(way)
        self.lazy.pop(number, None)
        if number in self.heavy:
            self.heavy.remove(number)
        self.emit()
        if way.is_light:
            way.nodes = []
        own, reached = way.names, self.t.state.frontier
        if reached != self.begun:
            # what begins this way comes after the others have not been taken
            way.nodes = [
                node if is_free(node) or own.intersection(node.after)
                else replace(node, after=(*(name for name in node.after if name not in self.begun), *reached))
                for node in way.nodes
            ]  # fmt: skip
        return resume(self.t, way)

    def merge(self, going: list[int]) -> None:
        """Merge all that the ways have changed."""
        boxes = dict.fromkeys(box for number in going for box in self.ways[number].changes)
        self.before = {box: box.content for box in boxes}
        for box in self.inside_out(boxes, going):
            staying = self.staying(box, going)
            if staying:
                self.merging.box(box, staying)
        for number in going:
            self.t.state.pending.extend(self.ways[number].pending)

    def inside_out(self, boxes: Iterable[Box], going: list[int]) -> list[Box]:
        """Sort boxes so that each comes behind what it holds on some way: a container is written with what that is."""
        found: list[Box] = []
        frames: list[Box] = []
        seen: set[Box] = set()

        def visit(value: Any) -> None:
            if not isinstance(value, Box):
                for part in parts_of(value):
                    visit(part)
            elif value not in seen and not isinstance(value.content, FrameC):
                seen.add(value)
                for number in going:
                    for part in parts_of(Box(self.content_of(number, value))):
                        visit(part)
                if value in self.before:
                    found.append(value)

        for box in boxes:
            visit(box)
            if isinstance(box.content, FrameC):
                frames.append(box)
        return [*found, *frames]

    def slot(self, values: dict[int, Any], hint: str) -> Any:
        """Merge a value that each of some ways gives."""
        return self.merging.values(values, hint)

    # ---- values that leave a way

    @contextmanager
    def unmoved(self) -> Iterator[None]:
        """Look at containers made on a way as they were there."""
        swapped = [(box, box.content) for box, _ in self.moved]
        for box, content in reversed(self.moved):
            box.content = content
        try:
            yield
        finally:
            for box, content in swapped:
                box.content = content

    @contextmanager
    def within(self, number: int) -> Iterator[None]:
        """Compute something at the end of a way, from what its containers held there."""
        merged = [(box, box.content) for box in self.before]
        with self.unmoved(), inside(self.t, self.ways[number]):
            for box in self.before:
                box.content = self.content_of(number, box)
            try:
                yield
            finally:
                for box, content in merged:
                    box.content = content

    def content_of(self, number: int, box: Box) -> Any:
        """Give what a box held at the end of a way."""
        held = next((content for made, content in self.moved if made is box), box.content)
        return self.ways[number].changes.get(box, self.before.get(box, held))

    def is_inner(self, number: int, unknown: Unknown) -> bool:
        """Say whether a value is computed inside a way that is not always taken."""
        way = self.ways[number]
        if way.is_light:
            return False
        names = way.names
        return any(isinstance(hole.value, Ref) and hole.value.node in names for hole in holes_of(unknown.tree))

    def atom(self, number: int, unknown: Unknown) -> Atom | None:
        """Give a value as the `Switch` can pick it: a result of its arm, or one from outside. None: an expression."""
        if unknown.ref is not None:
            made = self.t.made.get(unknown.ref.node)
            if unknown.ref.node in self.ways[number].names and not self.ways[number].is_light:
                return unknown.ref if number in self.heavy else None
            if made is not None and self.has_host:
                return unknown.ref
            return None if made is not None and made.code.pure and made.code.total else unknown.ref
        if number in self.heavy and self.is_inner(number, unknown):
            with self.within(number):
                made_value = self.t.unknown(self.t.settle(unknown, "v", self.node))
            assert made_value is not None
            return made_value.ref
        if self.has_host and unknown.pure and unknown.total and not self.is_inner(number, unknown):
            # the pod before the fork computes it, whether it is needed or not: nothing is left to do behind the fork
            made_value = self.t.unknown(self.t.settle(unknown, "v", self.node))
            assert made_value is not None
            return made_value.ref
        return None

    def output(self, atoms: dict[int, Atom], kind: Any, shares: Reach) -> Unknown:
        """Let the `Switch` give a value."""
        for index, known in enumerate(self.outputs):
            if known == atoms and self.types[index] == kind:
                return Unknown(Hole(Ref(self.name, index), "v", self.node), kind)
        self.outputs.append(atoms)
        self.types.append(kind)
        ref = Ref(self.name, len(self.outputs) - 1)
        self.t.types[ref] = kind
        self.t.sharing.note(ref, shares)
        return Unknown(Hole(ref, "v", self.node), kind)

    def exported(self, number: int, unknown: Unknown) -> Unknown:
        """Give a value as it is read outside of its way: it means something only where that is taken."""
        if not self.is_inner(number, unknown):
            return unknown
        if not unknown.total and unknown.ref is None:
            return exported_parts(self.t, self, number, unknown)
        if number in self.heavy:
            atom = self.atom(number, unknown)
            assert atom is not None
            shares = self.t.sharing.of(unknown)
            return replace(self.output({number: atom}, unknown.type, shares), total=False)
        trees = self.lazy[number]
        trees.append(unknown.tree)
        slot = at(ast.Constant(len(trees) - 1), self.node)
        whole = Hole(Ref(self.rest), "maybe", self.node)
        tree = at(ast.Subscript(value=whole, slice=slot, ctx=ast.Load()), self.node)
        reach = self.t.sharing.of(unknown)
        self.given[number].append(reach)
        return Unknown(telling(tree, reach), unknown.type, total=False)

    def later(self, value: Unknown) -> Unknown:
        """Compute an expression after the ways, once."""
        name = self.t.names.allocate("merged")
        self.pending.append((name, value))
        self.t.types[Ref(name)] = value.type
        self.t.sharing.note(Ref(name), self.t.sharing.of_tree(value.tree, Ref(name)))
        return Unknown(Hole(Ref(name), "merged", self.node), value.type)

    def staying(self, box: Box, going: list[int]) -> list[int]:
        """Leave out the ways that leave the function whose variables these are, where nothing reads them then."""
        frame = self.t.frame
        if self.is_value or box is not frame.box or frame.notes.get(FINALLY) or has_functions(frame.scope.node):
            return going
        return [number for number in going if exits_of(self.ways[number].done) != {Exit.RETURN}]

    # ---- the nodes

    def emit(self) -> None:
        """Record the ways."""
        t = self.t
        self.merging.tell_apart()
        frontier = self.begun
        reached: list[str] = []
        if self.lazy:
            t.state.frontier = frontier
            trees = [self.lazy_tree(number) for number in range(len(self.ways))]
            value = Unknown(self.which.pick(trees), tuple, pure=False, total=False)
            inner = (item for number in self.lazy for item in self.ways[number].nodes)
            if self.which.value.pure and all(isinstance(item, Glue) and is_repeatable(t, item) for item in inner):
                t.repeatable.add(self.rest)
            t.emit_glue(self.rest, value, self.node, self.frame)
            inside = united(reach for reaches in self.given.values() for reach in reaches)
            t.sharing.note(Ref(self.rest), Reach(frozenset({(Ref(self.rest), "itself")}), inside.all))
            reached.append(self.rest)
        if self.heavy:
            t.state.frontier = frontier
            self.emit_switch()
            reached.append(self.name)
        t.state.frontier = tuple(reached) or frontier
        for way in self.ways:
            if way.is_light and way.frontier != way.begun:
                t.state.frontier = tuple(dict.fromkeys((*t.state.frontier, *way.frontier)))
        for name, value in self.pending:
            t.emit_glue(name, value, self.node, self.frame)

    def lazy_tree(self, number: int) -> ast.expr:
        """Write a way without calls as an expression; the others give nothing here."""
        width = max(len(trees) for trees in self.lazy.values())
        trees = self.lazy.get(number, [])
        none: list[ast.expr] = [at(ast.Constant(None), self.node) for _ in range(width - len(trees))]
        last: ast.expr = at(ast.Tuple(elts=[*trees, *none], ctx=ast.Load()), self.node)
        if may_share(self.given.get(number, [])):
            head = self.t.capture(Together, "Together", self.node)
            last = at(ast.Call(func=head, args=[last], keywords=[]), self.node)
        if number not in self.lazy:
            return last if width else at(ast.Constant(None), self.node)
        return expression_tree(self.t, self.ways[number], last)

    def hoist(self, way: Way) -> None:
        """Compute outside of a way what steers it by values from outside: a pod has made those already."""
        names = way.names
        steers = {atom.node for node in way.nodes if isinstance(node, Sub)
                  for atom in operands_of(node) if isinstance(atom, Ref)}  # fmt: skip
        for node in list(way.nodes):
            if not isinstance(node, Glue) or not (node.code.pure and node.code.total) or node.name not in steers:
                continue
            if any(isinstance(atom, Ref) and atom.node in names for atom in operands_of(node)):
                continue
            way.nodes.remove(node)
            names.discard(node.name)
            moved = replace(node, after=self.begun)
            self.t.made.pop(node.name, None)
            self.t.made[node.name] = moved
            self.t.state.nodes.append(moved)

    def emit_switch(self) -> None:
        """Record the `Switch` of the ways with calls."""
        t = self.t
        where = t.span(self.node)
        base = f"{t.title}.{self.name}"
        for number in self.heavy:
            self.hoist(self.ways[number])
        closed: dict[int, Closed] = {}
        yields: dict[int, list[Atom]] = {}
        for number in self.heavy:
            names = self.ways[number].names
            atoms = (item[number] for item in self.outputs if number in item)
            inner = dict.fromkeys(atom for atom in atoms if isinstance(atom, Ref) and atom.node in names)
            yields[number] = list(inner)
            closed[number] = close(t, f"{base}.{number}", self.ways[number], tuple(inner), where)
        reads: dict[str, Ref] = {}
        number_ref = self.which.number().ref
        assert number_ref is not None

        def outer(atom: Atom) -> Atom:
            if isinstance(atom, Literal):
                return atom
            label = label_of(atom)
            reads[label] = atom
            return Ref(label)

        test = outer(number_ref)
        assert isinstance(test, Ref)
        arms: list[Sub | None] = []
        for number in range(len(self.ways)):
            if number not in closed:
                arms.append(None)
                continue
            named = tuple((label, outer(ref)) for label, ref in closed[number].reads.items())
            arms.append(Sub(f"case-{number}", closed[number].graph.name, named, object, (), where))
        outputs = []
        for item in self.outputs:
            picks: list[Atom] = []
            for number in range(len(self.ways)):
                atom = item.get(number, Literal(None))
                inside_arm = number in yields and atom in yields[number]
                picks.append(Ref(f"case-{number}", yields[number].index(atom)) if inside_arm else outer(atom))
            outputs.append(tuple(picks))
        inputs = tuple(Input(label, t.types.get(ref, Any), where) for label, ref in reads.items())
        t.program.graphs[base] = Switch(base, inputs, test, tuple(arms), tuple(outputs), where, self.title)
        after = dict.fromkeys((*self.begun, *(name for item in closed.values() for name in item.after)))
        t.emit(Sub(self.name, base, tuple(reads.items()), object, tuple(after), where), self.frame)
        t.sources[self.name] = None


def is_repeatable(t: Tracer, node: Glue) -> bool:
    """Say whether glue may be computed twice with the same outcome."""
    return node.code.pure or node.name in t.repeatable


def has_functions(code: ast.AST) -> bool:
    """Say whether a function has functions of its own, which may read its variables later."""
    return any(
        isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for item in ast.walk(code)
        if item is not code
    )
