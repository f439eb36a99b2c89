"""Changes in place of runtime values: what may hold the changed object is computed anew, together with it.

The expression that makes the change works on copies. Where several values may hold one object, it makes them all again
from one copy of what they came from, and gives them together: so they go on sharing as they did.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tiphys.diagnostics import ProgramError
from tiphys.ir import Ref
from tiphys.tracing.glue import at
from tiphys.tracing.sharing import OUTSIDE, Reach, Things, telling
from tiphys.tracing.state import Box, CountC, DictC, ListC, ObjectC, OpaqueC, SetC
from tiphys.tracing.tracer import Tracer, annotation_of
from tiphys.tracing.values import Hole, Unknown, is_immutable
from tiphys_runtime.copies import Together, apart, itself, one_level

Key = Ref | Box
"""A result of a node, or a container of the interpreter's."""


@dataclass(frozen=True)
class Change:
    """What a change in place does.

    targets: the values that it changes. given: what it may make a part of them.
    """

    targets: list[Any]
    given: list[Any]
    deep: bool = True
    """It may change what the targets hold, too."""
    is_field: bool = False
    """It sets a field of an object, which may be of any class."""
    gives: Gives | None = None
    """What it gives of the targets."""
    held: Mapping[Box, Things] | None = None
    """What becomes a part of which target, where that is known better."""


class Gives(Enum):
    """What a change in place gives of what it changes."""

    NOTHING = "nothing"
    PARTS = "parts"
    ALL = "all"


def change(t: Tracer, result: Unknown, what: Change, node: ast.AST, hint: str = "changed") -> Unknown:
    """Compute an expression that changes some values in place; gives what it gives."""
    sharing = t.sharing
    members, plan = planned(t, result, what, node)
    alone = is_shallow(t, what, members)
    keys = [key_of(t, box, node) for box in members]
    copier = (itself if what.is_field else one_level) if alone else apart
    tree = plan.expression(result, keys, copier)
    before = [sharing.of(box) for box in members]
    added: Things = frozenset().union(*(sharing.of(value).all for value in what.given))
    more = [added if what.held is None else what.held.get(box, frozenset()) for box in members]
    if len(members) == 1 and result.type is type(None):
        (box,) = members
        made = settled(t, item_of(tree, 1, node), kind_of(box), hint, node)
        leave(t, box, made, after(made, 0, before[0], more[0], plan.copied(), is_kept=alone))
        return Unknown(at(ast.Constant(None), node), type(None))
    whole = settled(t, tree, tuple, hint, node)
    if alone:
        again = {thing: (whole, index) for index, reach in enumerate(before) for thing in reach.tops}
        more = [things | {again[thing] for thing in things if thing in again} for things in more]
    reaches = [
        after(whole, index, reach, things, plan.copied(), is_kept=alone)
        for index, (reach, things) in enumerate(zip(before, more, strict=True))
    ]
    every: Things = frozenset().union(*(reach.all for reach in reaches))
    if what.deep and len(what.targets) > 1 and what.held is None:
        reaches = [Reach(reach.tops, every) for reach in reaches]
    sharing.note(whole, Reach(frozenset({(whole, "itself")}), every | added))
    for index, (box, reach) in enumerate(zip(members, reaches, strict=True), start=1):
        read = item_of(Hole(whole, hint, node), index, node)
        ref = t.expression(t.settle(Unknown(read, kind_of(box)), "v", node)).ref
        assert ref is not None
        leave(t, box, ref, reach)
    parts: Things = frozenset().union(*(reach.inner for reach in reaches))
    gives = what.gives or (Gives.ALL if what.deep else Gives.PARTS)
    given_back = added | {Gives.NOTHING: frozenset(), Gives.PARTS: parts, Gives.ALL: every}[gives]
    found = item_of(Hole(whole, hint, node), 0, node)
    return Unknown(telling(found, Reach(given_back, given_back)), result.type)


def planned(t: Tracer, result: Unknown, what: Change, node: ast.AST) -> tuple[list[Box], Plan]:
    """Find what a change has to make anew, and how."""
    sharing = t.sharing
    touched = touched_by(t, what.targets, deep=what.deep)
    boxes = [value for value in what.targets if isinstance(value, Box) and is_followed(value)]
    members = list(dict.fromkeys((*boxes, *sharing.holders(touched))))
    check_own(t, members, touched, node)
    while True:
        keys = [key_of(t, box, node) for box in members]
        shallow = is_shallow(t, what, members)
        plan = Plan(t, node, keys if shallow else [*keys, *loose(t, result.tree, touched)], shallow=shallow)
        more = [] if shallow else [box for box in sharing.holders(plan.copied()) if box not in members]
        more += [box for box in sharing.holders(replaced_by(t, members)) if box not in members + more]
        if not more:
            break
        members += more
    check_own(t, members, touched, node)
    return members, plan


def replaced_by(t: Tracer, members: list[Box]) -> Things:
    """List which objects the runtime values may be that are made anew: what else may be one of those stays that."""
    made = (t.sharing.of(box).tops for box in members if isinstance(box.content, OpaqueC))
    return frozenset().union(*made)


def is_shallow(t: Tracer, what: Change, members: list[Box]) -> bool:
    """Say whether only containers change that nothing else may be or hold: what they hold need not be copied."""
    if what.deep or any(all(box is not one for one in what.targets) for box in members):
        return False
    reaches = [t.sharing.of(box) for box in members]
    return all(
        first.tops.isdisjoint(second.all) for first in reaches for second in reaches if first is not second
    )  # fmt: skip


def settled(t: Tracer, tree: ast.expr, kind: Any, hint: str, node: ast.AST) -> Ref:
    """Compute an expression that changes values, once."""
    made = t.expression(t.settle(Unknown(tree, kind, pure=False, total=False), hint, node))
    assert made.ref is not None
    return made.ref


def kind_of(box: Box) -> Any:
    """Give the type of a value."""
    return box.content.value.type if isinstance(box.content, OpaqueC) else annotation_of(box)


def leave(t: Tracer, box: Box, ref: Ref, reach: Reach) -> None:
    """Let a value be what a change has made of it."""
    t.sharing.note(ref, reach)
    t.state.replace(box, OpaqueC(Unknown(Hole(ref, "v"), kind_of(box))))


def is_alone(t: Tracer, box: Box) -> bool:
    """Say whether nothing else may be, or hold, a container, so that a change of it is nobody else's."""
    return all(one is box for one in t.sharing.holders(t.sharing.of(box).tops))


def touched_by(t: Tracer, targets: list[Any], *, deep: bool) -> Things:
    """List the objects that a change may change."""
    reaches = [t.sharing.of(value) for value in targets]
    return frozenset().union(*(reach.all if deep else reach.tops for reach in reaches))


def is_followed(box: Box) -> bool:
    """Say whether a box is of data that changes in place."""
    return isinstance(box.content, OpaqueC | ListC | DictC | SetC | ObjectC | CountC)


def check_own(t: Tracer, members: list[Box], touched: Things, node: ast.AST) -> None:
    """Refuse a change of what belongs to the module."""
    outer = not OUTSIDE.tops.isdisjoint(touched)
    if outer or any(box in t.outside for box in members) or any((box, "itself") in touched for box in t.outside):
        raise t.refuse("an orchestrator cannot change a value of its module", node, "Change a copy of it instead.")


def after(ref: Ref, index: int, before: Reach, added: Things, copied: Things, *, is_kept: bool) -> Reach:
    """Tell what a value may be and hold after a change; is_kept: what it held is still the same."""
    if is_kept:
        return Reach(frozenset({(ref, index)}), before.inner | added)

    def renamed(things: Things) -> Things:
        return frozenset((ref, brief(thing)) for thing in things)

    return Reach(renamed(before.tops), renamed(before.inner) | added | renamed(added & copied))


def brief(thing: Any) -> Any:
    """Name an object by the last change only that has made it: names do not grow with the changes."""
    return (thing[0], "before") if isinstance(thing, tuple) and isinstance(thing[1], tuple) else thing


def item_of(whole: ast.expr, index: int, node: ast.AST) -> ast.expr:
    """Read an item of a glue's own tuple."""
    return at(ast.Subscript(value=whole, slice=at(ast.Constant(index), node), ctx=ast.Load()), node)


def key_of(t: Tracer, box: Box, node: ast.AST) -> Key:
    """Give what a value is computed from: itself, where it is a result or a container of the interpreter's."""
    if not isinstance(box.content, OpaqueC):
        return box
    if box.content.value.ref is None:
        value = t.expression(t.settle(box.content.value, "v", node))
        t.state.replace(box, OpaqueC(Unknown(value.tree, box.content.value.type)))
    ref: Ref | None = box.content.value.ref
    assert ref is not None
    return ref


def loose(t: Tracer, tree: ast.expr, touched: Things) -> list[Key]:
    """List the values that an expression reads which may hold what it changes."""
    return [key for key in parts(t, tree) if not reach_of(t, key).all.isdisjoint(touched)]


def reach_of(t: Tracer, key: Key) -> Reach:
    """Tell what a value may be and hold."""
    return t.sharing.of(key) if isinstance(key, Box) else t.sharing.of_ref(key)


def key_in(t: Tracer, tree: ast.AST, own: Key | None = None) -> Key | None:
    """Give the value that stands at a place of an expression, but for the one that the expression makes."""
    box = getattr(tree, "box", None)
    key: Key | None = None
    if isinstance(box, Box):
        key = t.sharing.first_of(box)
        if isinstance(key.content, OpaqueC):
            key = key.content.value.ref
        elif not is_followed(key):
            key = None
    elif isinstance(tree, Hole) and isinstance(tree.value, Ref) and not is_immutable(t.types.get(tree.value, Any)):
        key = tree.value
    return None if key == own else key


def parts(t: Tracer, tree: ast.AST, own: Key | None = None) -> list[Key]:
    """List the values in an expression that may change."""
    key = key_in(t, tree, own)
    if key is not None:
        return [key]
    return [key for item in ast.iter_child_nodes(tree) for key in parts(t, item, own)]


def rebuilt(t: Tracer, own: Key, tree: ast.AST) -> Iterator[Box]:
    """List the containers that an expression writes out because it is what they have become."""
    for item in ast.walk(tree):
        box = getattr(item, "box", None)
        if isinstance(box, Box):
            first = t.sharing.first_of(box)
            if isinstance(first.content, OpaqueC) and first.content.value.ref == own:
                yield first


class Plan:
    """How values that may share objects are made again from one copy of what they came from."""

    def __init__(self, t: Tracer, node: ast.AST, keys: list[Key], *, shallow: bool) -> None:
        self.t = t
        self.node = node
        self.order = {name: index for index, name in enumerate(t.glue)}
        self.made: dict[Key, ast.expr] = {}
        """What is made again, by its expression."""
        self.roots: dict[Key, Reach] = {key: reach_of(t, key) for key in keys}
        """What is copied."""
        while not shallow and (pair := self.shared()) is not None:
            self.take_apart(*pair)

    def shared(self) -> tuple[Key, Key] | None:
        """Find two values to be copied that may share an object."""
        keys = list(self.roots)
        for index, first in enumerate(keys):
            for second in keys[index + 1 :]:
                if not self.roots[first].all.isdisjoint(self.roots[second].all):
                    return first, second
        new = {(key, "itself") for key in self.made}
        return next(((key, key) for key in keys if not self.roots[key].all.isdisjoint(new | self.anew(key))), None)

    def anew(self, root: Key) -> Things:
        """List what is made anew beside a copied value, and not as another way that it may have been come to."""
        users = [own for own, tree in self.made.items() if root in parts(self.t, tree, own)]
        made = (own for own in self.made if users != [own])
        return frozenset((box, "itself") for own in made for box in rebuilt(self.t, own, self.made[own]))

    def take_apart(self, first: Key, second: Key) -> None:
        """Make one of two values again, from what it came from."""
        for key in sorted(dict.fromkeys((first, second)), key=self.rank, reverse=True):
            tree = self.expression_of(key)
            if tree is None:
                continue
            del self.roots[key]
            self.made[key] = tree
            for part in parts(self.t, tree, key):
                if part not in self.made:
                    self.roots.setdefault(part, reach_of(self.t, part))
            return
        raise self.refused()

    def refused(self) -> ProgramError:
        """Build the refusal of a change that cannot be followed."""
        what = "this changes a value in place that another one, computed at run time, may hold too"
        mend = "Build a new value instead, or change a copy: `copy.deepcopy(value)`."
        return self.t.refuse(what, self.node, mend)

    def rank(self, key: Key) -> tuple[int, int]:
        """Order values by when they were computed."""
        return (1, self.order.get(key.node, -1)) if isinstance(key, Ref) else (0, 0)

    def expression_of(self, key: Key) -> ast.expr | None:
        """Give the expression that makes a value, where it gives the same again."""
        if isinstance(key, Box):
            return self.t.tree(key, self.node)
        value = self.t.glue.get(key.node)
        if value is None or key.output or not (value.pure or key.node in self.t.sharing.again):
            return None
        return value.tree

    def copied(self) -> Things:
        """List the objects that are copied."""
        return frozenset().union(*(reach.all for reach in self.roots.values()))

    # ---- the expression

    def expression(self, result: Unknown, members: list[Key], copier: Any) -> ast.expr:
        """Write the expression of a change: what it gives, and then what it leaves of the members."""
        t, node = self.t, self.node
        names: dict[Key, str] = {key: f"_own_{index}" for index, key in enumerate(self.roots)}
        steps: list[Key] = []
        for key in self.made:
            self.sort(key, steps)
        for key in steps:
            names[key] = f"_own_{len(names)}"
        left = [at(ast.Name(id=names[key], ctx=ast.Load()), node) for key in members]
        whole: ast.expr = at(ast.Tuple(elts=[self.renamed(result.tree, names), *left], ctx=ast.Load()), node)
        if len(members) > 1 or not is_immutable(result.type):
            whole = at(ast.Call(func=t.capture(Together, "Together", node), args=[whole], keywords=[]), node)
        for key in reversed(steps):
            whole = self.bound([names[key]], whole, [self.renamed(self.made[key], names, key)])
        if not self.roots:
            return whole
        copies: list[ast.expr] = []
        for key in self.roots:
            value = t.tree(key, node) if isinstance(key, Box) else Hole(key, "v", node)
            if copier is not apart and not isinstance(value, Hole):
                copies.append(value)  # written out here, it is new
                continue
            copies.append(at(ast.Call(func=t.capture(copier, copier.__name__, node), args=[value], keywords=[]), node))
        return self.bound([names[key] for key in self.roots], whole, copies)

    def sort(self, key: Key, steps: list[Key], above: tuple[Key, ...] = ()) -> None:
        """List what is made again behind what it is made of."""
        if key in steps:
            return
        if key in above:
            raise self.refused()
        for part in parts(self.t, self.made[key], key):
            if part in self.made:
                self.sort(part, steps, (*above, key))
        steps.append(key)

    def bound(self, names: list[str], body: ast.expr, values: list[ast.expr]) -> ast.expr:
        """Write an expression in which names stand for values."""
        arguments = ast.arguments(
            posonlyargs=[], args=[ast.arg(arg=name) for name in names], kwonlyargs=[], kw_defaults=[], defaults=[]
        )
        function = at(ast.Lambda(args=arguments, body=body), self.node)
        return at(ast.Call(func=function, args=values, keywords=[]), self.node)

    def renamed(self, tree: Any, names: dict[Key, str], own: Key | None = None) -> Any:
        """Copy an expression, the values that are copied or made again replaced by their names."""
        key = key_in(self.t, tree, own)
        if key is not None and key in names:
            return at(ast.Name(id=names[key], ctx=ast.Load()), self.node)
        if isinstance(tree, Hole):
            return tree
        made = type(tree)(**{name: self.part(item, names, own) for name, item in ast.iter_fields(tree)})
        if hasattr(tree, "box"):
            vars(made)["same"] = tree.box  # once.py looks for it
        return at(made, tree) if hasattr(tree, "lineno") else made

    def part(self, item: Any, names: dict[Key, str], own: Key | None) -> Any:
        """Do the same for a part of an expression."""
        if isinstance(item, list):
            return [self.part(one, names, own) for one in item]
        return self.renamed(item, names, own) if isinstance(item, ast.AST) else item
