"""Statements that call no task and steer by runtime values: a function is made of them, and computed at run time.

The function takes the variables that the statement reads or changes, and gives how the statement completed, what it
returned, and what the variables hold then. Inside a `try` it gives its exception, too, which is raised behind it: so
handlers see what the variables held when it was raised.
"""

from __future__ import annotations

import ast
import builtins
from collections import deque
from typing import Any

from tiphys.tracing.changes import ELSEWHERE, changes
from tiphys.tracing.completions import Completion, Done, Exit, Split
from tiphys.tracing.factories import factory
from tiphys.tracing.flows import As, Flow
from tiphys.tracing.glue import at, copy_node
from tiphys.tracing.names import owner_of, variables
from tiphys.tracing.places import held_tree, may_lack
from tiphys.tracing.sharing import NOTHING, Reach, Things
from tiphys.tracing.state import Box, OpaqueC
from tiphys.tracing.together import Change, change
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import POISON, Choice, Closure, Lost, Poisoned, TupleV, Unknown
from tiphys_runtime.copies import apart
from tiphys_runtime.objects import UNBOUND, raise_

FIXED = 2
"""Items of the result before those of the variables: the exit, and what is returned or raised."""
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
    if written:
        held = {box: held_after(t, flow, name, boxes) for box, name in written.items()}
        whole = change(
            t,
            whole,
            Change(list(written), list(boxes), flow.is_deep({*written.values(), *aliases}), held=held),
            node,
            "block",
        )
    else:
        whole = t.expression(t.settle(whole, "block", node))
    names = {name: value for name in own if isinstance(value := here.get(name, UNBOUND), Box)}
    for index, name in enumerate(stored):
        before = here.get(name, UNBOUND)
        may_be_lost = may_lack(before) or name in words.deleted
        store_item(t, name, whole, FIXED + index, node, may_lack=may_be_lost, reach=reach_after(t, flow, name, names))
    if raises:
        raise_kept(t, whole, node)
    return completion(t, whole, words.exits, node)


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


def reach_after(t: Tracer, flow: Flow, name: str, names: dict[str, Box]) -> Reach:
    """Tell what a variable may be and hold that a statement has set."""
    found = NOTHING
    for source, how in flow.come(name):
        if source not in names:
            continue
        reach = t.sharing.of(names[source])
        inner = reach.all if how in (As.ITSELF, As.HELD) else reach.inner
        found |= Reach({As.ITSELF: reach.tops, As.INSIDE: reach.inner}.get(how, frozenset()), inner)
    return found


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


def parsed(text: str, node: ast.AST) -> ast.stmt:
    """Write a statement at a place."""
    made = ast.parse(text).body[0]
    for item in ast.walk(made):
        if "lineno" in item._attributes:
            at(item, node)
    return made


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


class Words(ast.NodeVisitor):
    """What a statement names: the variables it reads or sets, and how it may complete."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.stored: set[str] = set()
        self.deleted: set[str] = set()
        self.outer: list[str] = []
        self.exits = {Exit.NEXT}
        self.loops = 0
        self.yields = False

    def visit_Name(self, node: ast.Name) -> None:
        self.names[node.id] = None
        if isinstance(node.ctx, ast.Store):
            self.stored.add(node.id)
        if isinstance(node.ctx, ast.Del):
            self.stored.add(node.id)
            self.deleted.add(node.id)

    def visit_Yield(self, node: ast.Yield | ast.YieldFrom) -> None:
        self.yields = True
        self.generic_visit(node)

    visit_YieldFrom = visit_Yield  # noqa: N815

    def visit_Nonlocal(self, node: ast.Nonlocal | ast.Global) -> None:
        self.outer.extend(node.names)

    visit_Global = visit_Nonlocal  # noqa: N815

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.names[node.name] = None
            self.deleted.add(node.name)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self.names[node.name] = None
            self.stored.add(node.name)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.names[node.name] = None
            self.stored.add(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.names[node.rest] = None
            self.stored.add(node.rest)
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self.names[alias.asname or alias.name.partition(".")[0]] = None

    visit_ImportFrom = visit_Import  # noqa: N815

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        inner = Words()
        for item in node.body:
            inner.visit(item)
        self.names.update(inner.names)
        self.names.pop(node.name, None)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> None:
        inner = Words()
        inner.visit(node.body)
        own = {item.arg for item in ast.walk(node.args) if isinstance(item, ast.arg)}
        self.names.update({name: None for name in inner.names if name not in own})

    def visit_ListComp(self, node: Any) -> None:
        inner = Words()
        inner.generic_visit(node)
        own = {name for name in inner.stored if not is_walrus(node, name)}
        self.names.update({name: None for name in inner.names if name not in own})
        self.stored |= inner.stored - own

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp  # noqa: N815

    def visit_For(self, node: ast.For | ast.While | ast.AsyncFor) -> None:
        for field, value in ast.iter_fields(node):
            self.loops += field == "body"
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, ast.AST):
                    self.visit(item)
            self.loops -= field == "body"

    visit_While = visit_AsyncFor = visit_For  # noqa: N815

    def visit_Return(self, node: ast.Return) -> None:
        self.exits.add(Exit.RETURN)
        self.generic_visit(node)

    def visit_Break(self, node: ast.Break) -> None:  # noqa: ARG002
        if not self.loops:
            self.exits.add(Exit.BREAK)

    def visit_Continue(self, node: ast.Continue) -> None:  # noqa: ARG002
        if not self.loops:
            self.exits.add(Exit.CONTINUE)


def is_walrus(node: ast.AST, name: str) -> bool:
    """Say whether a comprehension sets a name by `:=`, which is a variable around it."""
    return any(isinstance(item, ast.NamedExpr) and item.target.id == name for item in ast.walk(node))


class Exits(ast.NodeTransformer):
    """Rewrites how a statement leaves the code around it: by giving the exit, and what the variables hold."""

    def __init__(self, results: list[str]) -> None:
        self.results = results
        self.loops = 0

    def rewritten(self, node: ast.stmt) -> ast.stmt:
        """Copy a statement, its exits rewritten."""
        made: ast.stmt = self.visit(node)
        return made

    def ending(self, code: Exit, value: ast.expr | None, node: ast.AST) -> ast.Return:
        """Write the statement that leaves the function."""
        shown = value if value is not None else ast.Constant(None)
        if not self.results:
            held: list[ast.expr] = []
        else:
            held = [parsed_expression(f"__locals().get({name!r}, __unbound)", node) for name in self.results]
        parts = [at(ast.Constant(int(code)), node), at(shown, node) if value is None else shown, *held]
        return at(ast.Return(value=at(ast.Tuple(elts=parts, ctx=ast.Load()), node)), node)

    def generic_visit(self, node: ast.AST) -> Any:
        return super().generic_visit(copy_node(node))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Any:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        return node

    def visit_For(self, node: ast.For | ast.While) -> Any:
        made: Any = copy_node(node)
        self.loops += 1
        made.body = [self.visit(item) for item in made.body]
        self.loops -= 1
        made.orelse = [self.visit(item) for item in made.orelse]
        return made

    visit_While = visit_For  # noqa: N815

    def visit_Return(self, node: ast.Return) -> Any:
        return self.ending(Exit.RETURN, node.value, node)

    def visit_Break(self, node: ast.Break) -> Any:
        return node if self.loops else self.ending(Exit.BREAK, None, node)

    def visit_Continue(self, node: ast.Continue) -> Any:
        return node if self.loops else self.ending(Exit.CONTINUE, None, node)


def parsed_expression(text: str, node: ast.AST) -> ast.expr:
    """Write an expression at a place."""
    made = parsed(text, node)
    assert isinstance(made, ast.Expr)
    return made.value
