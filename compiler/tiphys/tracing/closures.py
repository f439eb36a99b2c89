"""Functions that are interpreted: entering them, and turning them into real functions for glue."""

from __future__ import annotations

import ast
import inspect
import sys
import types
from typing import Any, cast

from tiphys.tracing import natives
from tiphys.tracing.binding import bind
from tiphys.tracing.changes import check_lost
from tiphys.tracing.factories import factory
from tiphys.tracing.glue import at, copy_node, fill
from tiphys.tracing.names import find, names_read_beside, owner_of, variables
from tiphys.tracing.pending import PendingC
from tiphys.tracing.places import held_tree, may_lack
from tiphys.tracing.reach import member_reaches, reaches, read_from_around
from tiphys.tracing.source import FunctionNode, cells_of, parameters_of, scope_of, tree_of
from tiphys.tracing.state import Box
from tiphys.tracing.tracer import Tracer, new_frame
from tiphys.tracing.values import (
    POISON,
    Bound,
    Captured,
    Closure,
    Frame,
    Hole,
    NotTraceable,
    Scope,
    Unknown,
)
from tiphys_runtime.items import all_of
from tiphys_runtime.objects import bound, free

EMPTY_SCOPE = Scope(ast.Pass(), frozenset(), frozenset(), frozenset(), is_generator=False)


def closure_of(t: Tracer, function: types.FunctionType) -> Closure:
    """Give the interpreted form of a native function."""
    node = tree_of(function.__code__)
    if node is None:
        raise t.untraceable(f"the source of `{function.__qualname__}` cannot be read", ast.Pass())
    outer = Frame(
        new_frame(t.state, {}), EMPTY_SCOPE, None, function.__globals__, cells_of(function),
        function.__code__.co_filename, function.__qualname__,
    )  # fmt: skip
    kw_names = [item.arg for item in node.args.kwonlyargs]
    kw_defaults = function.__kwdefaults__ or {}
    return Closure(
        node,
        outer,
        tuple(function.__defaults__ or ()),
        tuple(kw_defaults.get(name, ...) for name in kw_names),
        function,
    )


def make_closure(t: Tracer, node: FunctionNode) -> Closure:
    """Make the function that a `def` or `lambda` of the orchestrator evaluates to."""
    from tiphys.tracing.expressions import evaluate

    defaults = tuple(evaluate(t, item) for item in node.args.defaults)
    kw_defaults = tuple(evaluate(t, item) if item is not None else ... for item in node.args.kw_defaults)
    return Closure(node, t.frame, defaults, kw_defaults)


def parameters(closure: Closure) -> tuple[inspect.Parameter, ...]:
    """List the parameters of an interpreted function; a default is marked by any value."""
    args = closure.node.args
    plain = [*args.posonlyargs, *args.args]
    first = len(plain) - len(closure.defaults)
    found = []
    for index, item in enumerate(plain):
        kind = (
            inspect.Parameter.POSITIONAL_ONLY
            if index < len(args.posonlyargs)
            else inspect.Parameter.POSITIONAL_OR_KEYWORD
        )
        default = closure.defaults[index - first] if index >= first else inspect.Parameter.empty
        found.append(inspect.Parameter(item.arg, kind, default=default))
    if args.vararg:
        found.append(inspect.Parameter(args.vararg.arg, inspect.Parameter.VAR_POSITIONAL))
    for item, default in zip(args.kwonlyargs, closure.kw_defaults, strict=False):
        empty = inspect.Parameter.empty if default is ... else default
        found.append(inspect.Parameter(item.arg, inspect.Parameter.KEYWORD_ONLY, default=empty))
    if args.kwarg:
        found.append(inspect.Parameter(args.kwarg.arg, inspect.Parameter.VAR_KEYWORD))
    return tuple(found)


def enter(t: Tracer, closure: Closure, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.AST) -> Any:
    """Interpret a call: at once, or for an async function as a coroutine that is interpreted when it is awaited."""
    frame = entered(t, closure, args, keywords, node)
    if frame.scope.is_generator:
        from tiphys.tracing.iteration import generator

        made = generator(t, closure, frame, node)
        if made is not None:
            return made
        from tiphys.tracing.deferred import glue_call

        assert isinstance(node, ast.Call)
        given = glue_call(t, closure, args, keywords, node)
        is_async = isinstance(closure.node, ast.AsyncFunctionDef)
        maker = t.capture(all_of, "all_of", node) if is_async else t.capture(list, "list", node)
        listed = ast.Call(func=maker, args=[t.tree(given, node)], keywords=[])
        return t.settle(Unknown(at(listed, node), list, pure=False, total=False), closure.name, node)
    if isinstance(closure.node, ast.AsyncFunctionDef):
        where = t.span(node)
        pending = PendingC(lambda: run_body(t, closure, frame, node), closure.name, where, reusable=False)
        pending.held = frame.box
        box = t.state.box(pending)
        t.state.pending.append(box)
        return box
    return run_body(t, closure, frame, node)


def entered(t: Tracer, closure: Closure, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.AST) -> Frame:
    """Bind the arguments of a call: gives the frame of its body."""
    known = parameters(closure)
    bound = bind(t, closure.name, known, args, keywords, node)
    for item in known:
        if item.name not in bound and item.default is not item.empty:
            bound[item.name] = t.lift_outside(item.default) if closure.native else item.default
    bound = {name: t.steady(value, name, node) for name, value in bound.items()}
    return Frame(
        new_frame(t.state, bound), scope_of(closure.node), closure.frame, closure.frame.globals, closure.frame.cells,
        closure.frame.file, closure.name,
    )  # fmt: skip


def run_body(t: Tracer, closure: Closure, frame: Frame, node: ast.AST) -> Any:
    """Interpret the body of a call in its frame."""
    from tiphys.tracing.expressions import evaluate
    from tiphys.tracing.recursion import call_again, is_met_again
    from tiphys.tracing.running import run_function

    if is_met_again(t, closure):
        return call_again(t, closure, frame, node)
    outer, t.frame = t.frame, frame
    t.calls.append((closure.node, t.regions))
    t.callers.append(outer)
    try:
        if isinstance(closure.node, ast.Lambda):
            body = closure.node.body
            return t.at_depth(node, lambda: evaluate(t, body))
        statements, mistakes = closure.node.body, len(t.mistakes)
        result = t.at_depth(node, lambda: run_function(t, statements))
        return result if len(t.mistakes) == mistakes else POISON
    finally:
        t.calls.pop()
        t.callers.pop()
        t.frame = outer


def reaches_task(t: Tracer, closure: Closure) -> bool:
    """Say whether calling it may call a task, or await one."""
    if closure.native is not None:
        return reaches(closure.native)

    def held(name: str) -> Any:
        owner = owner_of(closure.frame, name)
        value = variables(owner).get(name) if owner is not None else None
        if owner is None:
            for frame in frames_of(closure.frame):
                value = frame.cells.get(name, frame.globals.get(name, value))
        return value

    given = (*closure.defaults, *closure.kw_defaults)
    if any(reaches_task(t, item) if isinstance(item, Closure) else reaches(item) for item in given):
        return True
    read, chains = read_from_around(closure.node)
    if any(member_reaches(held(first), rest) for first, *rest in chains):
        return True
    for name in read:
        value = held(name)
        if isinstance(value, Closure):
            if value.node is not closure.node and reaches_task(t, value):
                return True
        elif isinstance(value, Bound):
            if reaches_task(t, value.function):
                return True
        elif (isinstance(value, Box) and isinstance(value.content, PendingC)) or reaches(value):
            return True
    return False


def frames_of(frame: Frame) -> list[Frame]:
    """List the frames from the outermost to this one."""
    found = [frame]
    while found[0].parent is not None:
        found.insert(0, found[0].parent)
    return found


# ---- as glue


def closure_tree(t: Tracer, value: Closure | Bound, node: ast.AST) -> ast.expr:
    """Give the glue expression for a function: a captured function, a lambda, or a factory of its free variables."""
    closure = value.function if isinstance(value, Bound) else value
    if reaches_task(t, closure):
        mend = "Call the task itself in the orchestrator."
        raise t.untraceable(
            f"`{closure.name}` calls a task, so it cannot run as part of another computation", node, mend
        )
    word = "a lambda" if isinstance(closure.node, ast.Lambda) else f"`{closure.name}`"
    given = [] if isinstance(closure.node, ast.Lambda) else [
        one.name for one in parameters(closure) if not isinstance(one.default, Box | list | dict | set)
    ]  # fmt: skip
    check_lost(t, closure.node, closure.frame, word, node, given)
    if closure.native is not None:
        head: ast.expr = Hole(Captured(closure.native), closure.name, node)
    elif isinstance(closure.node, ast.Lambda):
        head = Substitution(t, closure.frame).lambda_(closure.node)
    else:
        head = factory(t, closure, node)
    if isinstance(value, Bound):
        method = Hole(Captured(types.MethodType), "MethodType", node)
        return at(ast.Call(func=method, args=[head, t.tree(value.receiver, node)], keywords=[]), node)
    return head


def comprehension_tree(
    t: Tracer, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, first: Any
) -> Unknown:
    """Leave a comprehension over a runtime value to run time."""
    from tiphys.tracing.facts import hint_of, mix
    from tiphys.tracing.names import is_constant

    for item in ast.walk(node):
        if isinstance(item, ast.Await):
            raise fan_out(t, node)
        if isinstance(item, ast.NamedExpr) and item.target.id in names_read_beside(t.frame.scope.node, node):
            what = f"`{item.target.id}` is set in a comprehension over a runtime value, and read behind it"
            raise t.untraceable(what, item, "Write it as a loop.")
    check_lost(t, node, t.frame, "this comprehension", node)
    source = node.generators[0].iter
    tree = t.tree(first, source, hint_of(source), constant=is_constant(t, source))
    inner = Substitution(t, t.frame)
    made = inner.comprehension(node, tree)
    pure, _ = mix(t, [first])
    kind: Any = {ast.ListComp: list, ast.SetComp: set, ast.DictComp: dict}.get(type(node), Any)
    if isinstance(node, ast.GeneratorExp):
        pure = False
    return Unknown(made, kind, pure and inner.pure, total=False)


def code_tree(t: Tracer, node: ast.expr) -> Unknown:
    """Leave an expression to run time as it is written: it raises there, if it is reached."""
    for item in ast.walk(node):
        if isinstance(item, ast.Await | ast.NamedExpr):
            raise t.untraceable("whether this runs is known only at run time, and it does more than give a value", item)
    check_lost(t, node, t.frame, "this expression", node)
    inner = Substitution(t, t.frame)
    return Unknown(inner.visit(node), Any, inner.pure, total=False)


def fan_out(t: Tracer, node: ast.AST, *, acts: bool = True) -> NotTraceable:
    """Build the refusal of a loop over a runtime value. acts: each round calls a task."""
    if not acts:
        mend = "Move the loop into a function of its own: what calls no task is computed at run time as a whole."
        return t.untraceable("how many rounds this takes is known only at run time", node, mend)
    mend = "Write it as a `for` loop with the calls in its body, or as `[task(x) for x in xs]`."
    return t.untraceable("how many rounds this takes is known only at run time, and each calls a task", node, mend)


class Substitution(ast.NodeTransformer):
    """Copies code that will run as glue: its free variables become holes, its own stay names."""

    def __init__(self, t: Tracer, frame: Frame) -> None:
        self.t = t
        self.frame = frame
        self.bound: list[set[str]] = []
        self.around: list[ast.AST] = []
        self.pure = True

    def lambda_(self, node: ast.Lambda) -> ast.expr:
        """Copy a lambda."""
        result: ast.expr = self.visit(node)
        return result

    def comprehension(self, node: Any, first: ast.expr) -> ast.expr:
        """Copy a comprehension whose first iterable is given."""
        targets = [item.target for item in ast.walk(node) if isinstance(item, ast.comprehension | ast.NamedExpr)]
        names = {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
        source, *others = node.generators
        blank = fill(source, iter=at(ast.Constant(None), source.iter))
        made = self.enclose(fill(node, generators=[blank, *others]), names)
        made.generators[0].iter = first
        return cast("ast.expr", made)

    def enclose(self, node: Any, names: set[str]) -> Any:
        """Copy a piece of code that binds names of its own."""
        self.bound.append(names)
        self.around.append(node)
        try:
            return super().generic_visit(copy_node(node))
        finally:
            self.bound.pop()
            self.around.pop()

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        return self.enclose(node, {item.arg for item in parameters_of(node.args)})

    def visit_comprehension_like(self, node: Any) -> Any:
        names = {p.id for g in node.generators for p in ast.walk(g.target) if isinstance(p, ast.Name)}
        return self.enclose(node, names)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_comprehension_like  # noqa: N815

    def visit_Name(self, node: ast.Name) -> Any:
        if any(node.id in names for names in self.bound):
            return copy_node(node)
        outer, self.t.frame = self.t.frame, self.frame
        try:
            value = variables(self.frame).get(node.id, ...)
            value = find(self.t, node) if value is ... else value
            if may_lack(value):
                return self.perhaps(value, node)
            local = owner_of(self.frame, node.id) is not None
            return self.t.tree(value, node, node.id, constant=not local)
        finally:
            self.t.frame = outer

    def perhaps(self, value: Any, node: ast.Name) -> ast.expr:
        """Read a variable that may not be bound, when the code runs."""
        read = bound if self.is_inlined() else free
        head = self.t.capture(read, read.__name__, node)
        args = [held_tree(self.t, value, node), at(ast.Constant(node.id), node)]
        return at(ast.Call(func=head, args=args, keywords=[]), node)

    def is_inlined(self) -> bool:
        """Say whether the code is part of the function around it: comprehensions are, from Python 3.12 on."""
        is_part = not any(isinstance(item, ast.Lambda | ast.GeneratorExp) for item in self.around)
        return sys.version_info >= (3, 12) and is_part

    def visit_Call(self, node: ast.Call) -> Any:
        made = self.generic_visit(node)
        head = made.func
        if isinstance(head, ast.Attribute):
            self.pure = self.pure and head.attr in natives.VALUE_METHODS
        elif isinstance(head, Hole) and isinstance(head.value, Captured):
            self.pure = self.pure and natives.is_pure(head.value.value)
        else:
            self.pure = False
        return made

    def generic_visit(self, node: ast.AST) -> Any:
        if isinstance(node, Hole):
            return node
        return super().generic_visit(copy_node(node))
