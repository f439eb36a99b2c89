"""Statements that call no task and steer by runtime values: a function is made of them, and computed at run time.

The function takes the variables that the statement reads or changes, and gives how the statement completed, what it
returned, and what the variables hold then. Inside a `try` it gives its exception, too, which is raised behind it: so
handlers see what the variables held when it was raised.
"""

from __future__ import annotations

import ast
import builtins
from collections import deque
from dataclasses import replace
from typing import Any

from tiphys.ir import Ref
from tiphys.tracing import natives
from tiphys.tracing.changes import ELSEWHERE, changed_by, changes, changes_arguments, root_name, value_of
from tiphys.tracing.completions import Completion, Done, Exit, Split
from tiphys.tracing.factories import factory
from tiphys.tracing.flows import As, Flow
from tiphys.tracing.glue import at, holes_of
from tiphys.tracing.names import owner_of, variables
from tiphys.tracing.places import held_tree, may_lack
from tiphys.tracing.sharing import NOTHING, Reach, Things, may_share, united
from tiphys.tracing.source import free_names
from tiphys.tracing.state import Box, DictC, ListC, OpaqueC, SetC
from tiphys.tracing.together import Change, change
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import POISON, Bound, Choice, Closure, Lost, Method, Poisoned, TupleV, Unknown
from tiphys.tracing.words import Exits, Words, parsed
from tiphys_runtime.copies import Together, apart
from tiphys_runtime.objects import UNBOUND, raise_

FIXED = 2
"""Items of the result before those of the variables: the exit, and what is returned or raised."""
DEEPEST = 5
"""So many containers in containers are looked into, for methods and functions."""
KNOWN: dict[str, object] = {"__unbound": UNBOUND, "__locals": builtins.locals, "__Exception": Exception}


def run_as_glue(t: Tracer, node: ast.stmt) -> Done:
    """Leave a statement to run time. Raises NotTraceable where that is impossible."""
    words = Words()
    words.visit(node)
    if words.yields:
        raise t.untraceable("how many items this generator gives is known only at run time", node)
    here = variables(t.frame)
    own = [name for name in words.names if owner_of(t.frame, name) is t.frame and name not in t.frame.scope.nonlocals]
    check_names(t, node, words, own)
    found = dict.fromkeys(changes(node, t.frame))
    changed = [name for name in found if name in own or name in here or name == ELSEWHERE]
    boxes: dict[Box, str] = {}
    aliases: dict[str, str] = {}
    given: dict[str, ast.expr] = {}
    for name in own:
        value = here.get(name, UNBOUND)
        if value is POISON:
            raise Poisoned
        if isinstance(value, Box) and value in boxes:
            aliases[name] = boxes[value]
        elif may_lack(value):
            given[name] = held_tree(t, value, node)
        elif not isinstance(value, Closure):
            given[name] = t.tree(value, node, name)
            if isinstance(value, Box):
                boxes[value] = name
    flow = Flow(node, changed)
    written = {box: name for box, name in boxes.items() if flow.changes({name, *(
        alias for alias, first in aliases.items() if first == name
    )}) and t.sharing.of(box).all}  # fmt: skip
    plain = [name for name in own if (ELSEWHERE in changed or name in changed) and is_mutable(here.get(name, UNBOUND))]
    stored = [name for name in own if name in words.stored or name in plain]
    for name in plain:
        # it changes a copy: other glue of its pod may read the old value
        copied = ast.Call(func=t.capture(apart, "apart", node), args=[given[name]], keywords=[])
        given[name] = at(copied, node)
    raises = bool(t.trials and (stored or written))
    whole = call_block(t, node, given, aliases, stored, keeps_error=raises)
    names = {name: value for name in own if isinstance(value := here.get(name, UNBOUND), Box)}
    new = t.state.box(SetC(set()))
    if may_share(after_block(t, flow, stored, names, new).values()):
        head = t.capture(Together, "Together", node)
        whole = replace(whole, tree=at(ast.Call(func=head, args=[whole.tree], keywords=[]), node))
    if written:
        held = {box: held_after(t, flow, name, boxes) | {(new, f"in {name}")} for box, name in written.items()}
        whole = change(
            t,
            whole,
            Change(list(written), list(boxes), flow.is_deep({*written.values(), *aliases}), held=held),
            node,
            "block",
        )
    else:
        whole = t.expression(t.settle(whole, "block", node))
    reaches = after_block(t, flow, stored, names, new)
    made = next(hole.value for hole in holes_of(whole.tree) if isinstance(hole.value, Ref))
    t.sharing.note(made, t.sharing.of_ref(made) | Reach(frozenset(), united(iter(reaches.values())).all))
    for index, (name, reach) in enumerate(reaches.items()):
        may_be_lost = may_lack(here.get(name, UNBOUND)) or name in words.deleted
        store_item(t, name, whole, FIXED + index, node, may_lack=may_be_lost, reach=reach)
    if raises:
        raise_kept(t, whole, node)
    return completion(t, whole, words.exits, node)


def hides_changes(t: Tracer, node: ast.stmt) -> bool:
    """Say whether a statement may change what it does not name: what a method or a function holds that it calls."""
    words = Words()
    words.visit(node)
    owners = [owner for part in ast.walk(node) if (owner := changed_by(part)) is not None]
    reached = any(root_name(owner) is None for owner in owners)
    return any(holds_another(value_of(t.frame, name), reached=reached) for name in words.names)


def holds_another(value: Any, *, reached: bool, depth: int = 0) -> bool:
    """Say whether calling a value, or what it holds, may change another one; reached: or what a call gives."""
    match value:
        case Method(receiver=Box(), name=name):
            return name in natives.MUTATORS
        case Bound(function=function):
            return changes_arguments(function)
        case Closure() if reached and value.native is None:
            return any(isinstance(value_of(value.frame, name), Box) for name in free_names(value.node))
        case TupleV(items=items) | Box(content=ListC(items=items)):
            return depth < DEEPEST and any(holds_another(item, reached=reached, depth=depth + 1) for item in items)
        case Box(content=DictC(entries=entries)):
            items = list(entries.values())
            return depth < DEEPEST and any(holds_another(item, reached=reached, depth=depth + 1) for item in items)
    return False


def check_names(t: Tracer, node: ast.stmt, words: Words, own: list[str]) -> None:
    """Refuse what cannot be carried in and out."""
    mend = "Move it into a function that gives a new value, or into a task."
    for name in dict.fromkeys(changes(node, t.frame)):
        if name not in own and name != ELSEWHERE:
            raise t.refuse(f"this is computed in a pod, where its change of `{name}` would be lost", node, mend)
    if words.outer:
        raise t.untraceable(f"this changes `{words.outer[0]}`, a variable of another function, at run time", node, mend)


def is_mutable(value: Any) -> bool:
    """Say whether a known object may change in place: one that is not tracked, such as a `defaultdict`."""
    known = not isinstance(value, Box | Unknown | TupleV | Choice | Closure | Lost) and value is not UNBOUND
    return known and isinstance(value, dict | list | set | bytearray | deque)


def held_after(t: Tracer, flow: Flow, name: str, boxes: dict[Box, str]) -> Things:
    """List what a statement may make a part of a container."""
    found: Things = frozenset()
    for source, how in flow.held_by(name):
        reaches = [t.sharing.of(box) for box, said in boxes.items() if said == source]
        found = found.union(*(reach.all if how in (As.ITSELF, As.HELD) else reach.inner for reach in reaches))
    return found


def after_block(t: Tracer, flow: Flow, stored: list[str], names: dict[str, Box], made: Box) -> dict[str, Reach]:
    """Tell what variables may be and hold that a statement has set.

    names: what was held before. made: stands for what the statement makes.
    """
    reaches: dict[str, Reach] = {}
    for name in stored:
        found = NOTHING
        for source, how in flow.come(name):
            before = t.sharing.of(names[source]) if source in names else Reach(frozenset({(made, source)}))
            reach = before | Reach(frozenset(), frozenset({(made, f"in {source}")}))
            inner = reach.all if how in (As.ITSELF, As.HELD) else reach.inner
            found |= Reach({As.ITSELF: reach.tops, As.INSIDE: reach.inner}.get(how, frozenset()), inner)
        reaches[name] = found
    return reaches


def call_block(
    t: Tracer, node: ast.stmt, given: dict[str, ast.expr], aliases: dict[str, str], results: list[str],
    *, keeps_error: bool,
) -> Unknown:  # fmt: skip
    """Write the call of the function that the statement becomes. keeps_error: it gives its exception."""
    body = Exits(results).rewritten(node)
    if keeps_error:
        body = keeping_error(body, results, node)
    prelude: list[ast.stmt] = [
        *(parsed(f"{alias} = {first}", node) for alias, first in aliases.items()),
        *(parsed(f"if {name} is __unbound: del {name}", node) for name in given),
    ]
    end = Exits(results).ending(Exit.NEXT, None, node)
    args = ast.arguments(
        posonlyargs=[], args=[at(ast.arg(arg=name), node) for name in given], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    function = at(ast.FunctionDef(name="block", args=args, body=[*prelude, body, end], decorator_list=[]), node)
    if "type_params" in ast.FunctionDef._fields:
        vars(function)["type_params"] = []
    ast.fix_missing_locations(function)
    t.program.kept.append(function)
    head = factory(t, Closure(function, t.frame), node, known=KNOWN)
    call = at(ast.Call(func=head, args=list(given.values()), keywords=[]), node)
    return Unknown(call, tuple, pure=False, total=False)


def keeping_error(body: ast.stmt, results: list[str], node: ast.stmt) -> ast.stmt:
    """Write a statement that gives its exception instead of raising it."""
    error = at(ast.Name(id="__error", ctx=ast.Load()), node)
    clause = ast.ExceptHandler(
        type=at(ast.Name(id="__Exception", ctx=ast.Load()), node),
        name="__error",
        body=[Exits(results).ending(Exit.RAISE, error, node)],
    )
    return at(ast.Try(body=[body], handlers=[at(clause, node)], orelse=[], finalbody=[]), node)


def raise_kept(t: Tracer, whole: Unknown, node: ast.stmt) -> None:
    """Raise what a block gave as its exception, once the variables hold what they held then."""
    code = item_of(t, whole, 0, int, "exit", node)
    error = item_of(t, whole, 1, Any, "error", node)
    test = at(ast.Compare(left=code.tree, ops=[ast.Eq()], comparators=[at(ast.Constant(int(Exit.RAISE)), node)]), node)
    call = at(ast.Call(func=t.capture(raise_, "raise_", node), args=[error.tree], keywords=[]), node)
    tree = at(ast.IfExp(test=test, body=call, orelse=at(ast.Constant(None), node)), node)
    t.settle(Unknown(tree, None, pure=False, total=False), "raise", node)


def item_of(t: Tracer, whole: Unknown, index: int, kind: Any, hint: str, node: ast.AST) -> Unknown:
    """Read an item of the block's result."""
    slot = at(ast.Constant(index), node)
    tree = at(ast.Subscript(value=whole.tree, slice=slot, ctx=ast.Load()), node)
    made = t.unknown(t.settle(Unknown(tree, kind), hint, node))
    assert made is not None
    return Unknown(made.tree, made.type)


def store_item(
    t: Tracer, name: str, whole: Unknown, index: int, node: ast.AST, *, may_lack: bool, reach: Reach
) -> None:
    """Let a variable hold what it holds after the block."""
    made = item_of(t, whole, index, Any, name, node)
    if made.ref is not None:
        mine = frozenset({(made.ref, "itself")})
        t.sharing.note(made.ref, reach | Reach(mine, frozenset({(made.ref, "inside")})))
    value: Any = t.state.box(OpaqueC(made))
    if may_lack:
        value = maybe(t, value, node)
    t.state.write(t.frame.box).names[name] = value


def maybe(t: Tracer, value: Box, node: ast.AST) -> Choice:
    """Say of a runtime value that it may be that of a variable that is not bound."""
    unknown = t.unknown(value)
    assert unknown is not None
    test = ast.Compare(left=unknown.tree, ops=[ast.Is()], comparators=[t.capture(UNBOUND, "unbound", node)])
    zero, one = (at(ast.Constant(item), node) for item in (0, 1))
    number = Unknown(at(ast.IfExp(test=at(test, node), body=zero, orelse=one), node), int)
    return Choice(number, (UNBOUND, value))


def completion(t: Tracer, whole: Unknown, exits: set[Exit], node: ast.AST) -> Done:
    """Tell how the block completed."""
    if exits <= {Exit.NEXT}:
        return None
    value: Any = item_of(t, whole, 1, Any, "result", node) if Exit.RETURN in exits else None
    if value is not None:
        value = t.state.box(OpaqueC(value))
    if len(exits) == 1:
        (only,) = exits
        return Completion(only, value)
    return Split(item_of(t, whole, 0, int, "exit", node), frozenset(exits), value)
