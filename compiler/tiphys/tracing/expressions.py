"""Expressions: one function per kind of syntax, and the table that names them all."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from tiphys.authoring.task import TaskTemplate
from tiphys.diagnostics import ProgramError
from tiphys.tracing import inference
from tiphys.tracing.calls import call_value, check_read, load_attribute, raising
from tiphys.tracing.changes import value_of
from tiphys.tracing.closures import code_tree, comprehension_tree, make_closure, reaches_task
from tiphys.tracing.concurrency import await_value
from tiphys.tracing.glue import at, fill
from tiphys.tracing.iteration import iterate
from tiphys.tracing.names import is_constant, load
from tiphys.tracing.reach import reaches
from tiphys.tracing.state import Box, DictC, ListC, ObjectC, SetC
from tiphys.tracing.tracer import NotKnown, Tracer
from tiphys.tracing.values import Bound, Closure, Method, Raised, Special, Spread, TupleV, Unknown, is_scalar

BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.LShift: operator.lshift,
    ast.RShift: operator.rshift, ast.BitOr: operator.or_, ast.BitAnd: operator.and_, ast.BitXor: operator.xor,
    ast.MatMult: operator.matmul,
}  # fmt: skip
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_, ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
}  # fmt: skip
COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip


CONVERSIONS: dict[int, Callable[[Any], Any]] = {-1: lambda value: value, 114: repr, 115: str, 97: ascii}
"""What `!r`, `!s` and `!a` do in an f-string."""


def evaluate(t: Tracer, node: ast.expr) -> Any:
    """Evaluate an expression to a value."""
    handler = TABLE.get(type(node))
    if handler is None:
        raise t.untraceable(f"`{type(node).__name__}` cannot be used in an orchestrator", node)
    return handler(t, node)


def in_order(t: Tracer, nodes: list[ast.expr]) -> list[Any]:
    """Evaluate several expressions; what can raise is computed before a later one calls a task."""
    values: list[Any] = []
    for node in nodes:
        if values and acts(t, node):
            values = [steady(t, value, source) for value, source in zip(values, nodes, strict=False)]
        values.append(evaluate(t, node))
    return values


def acts(t: Tracer, node: ast.AST) -> bool:
    """Say whether evaluating a piece of code may make a task run."""
    for item in ast.walk(node):
        if isinstance(item, ast.Await):
            return True
        if isinstance(item, ast.Call) and isinstance(item.func, ast.Name):
            value = value_of(t.frame, item.func.id)
            if (
                isinstance(value, TaskTemplate)
                or (isinstance(value, Closure) and reaches_task(t, value))
                or reaches(value)
            ):
                return True
    return False


def steady(t: Tracer, value: Any, node: ast.expr) -> Any:
    """Compute a value here, unless it can be computed anywhere with the same outcome."""
    return t.steady(value, hint_of(node), node)


def constant(_t: Tracer, node: ast.Constant) -> Any:
    return node.value


def name(t: Tracer, node: ast.Name) -> Any:
    return load(t, node)


def awaited(t: Tracer, node: ast.Await) -> Any:
    t.awaited = node.value
    return await_value(t, evaluate(t, node.value), node)


def part(t: Tracer, value: Any, node: ast.expr) -> ast.expr:
    """Give the glue expression for the value of a sub-expression."""
    hint = hint_of(node)
    return t.tree(value, node, hint, constant=is_constant(t, node))


def hint_of(node: ast.AST) -> str:
    """Suggest a name for an operand: the user's own word for it."""
    match node:
        case ast.Name(id=said):
            return said
        case ast.Attribute(attr=said):
            return said
        case ast.Subscript(value=inner) | ast.Await(value=inner) | ast.Starred(value=inner):
            return hint_of(inner)
        case ast.Call(func=inner):
            return hint_of(inner)
    return "v"


def type_of(t: Tracer, value: Any) -> Any:
    """Give the type of a value, as an annotation."""
    unknown = t.unknown(value)
    if unknown is not None:
        return unknown.type
    match value:
        case Box(content=ListC(items=items)):
            kinds = {repr(kind): kind for kind in (type_of(t, item) for item in items)}
            return inference.collection(list, next(iter(kinds.values()))) if len(kinds) == 1 else list
        case Box(content=DictC()):
            return dict
        case Box(content=SetC()):
            return set
        case Box(content=ObjectC(cls=cls)) | TupleV(cls=cls):
            return cls
        case Box() | Method() | Closure() | Bound() | Special():
            return Any
    return type(value)


def mix(t: Tracer, values: list[Any]) -> tuple[bool, bool]:
    """Say whether an expression over these values is pure, and whether computing them is total."""
    found = [unknown for value in values for unknown in unknown_parts(t, value)]
    return all(item.pure for item in found), all(item.total for item in found)


def unknown_parts(t: Tracer, value: Any) -> list[Unknown]:
    """List the runtime values inside a value."""
    unknown = t.unknown(value)
    if unknown is not None:
        return [unknown]
    match value:
        case Box(content=ListC(items=items)) | TupleV(items=items):
            return [part for item in items for part in unknown_parts(t, item)]
        case Box(content=DictC(entries=entries) | ObjectC(fields=entries)):
            return [part for item in entries.values() for part in unknown_parts(t, item)]
    return []


def binary(t: Tracer, node: ast.BinOp) -> Any:
    left, right = in_order(t, [node.left, node.right])
    return binary_values(t, node, left, right, node.left, node.right)


def binary_values(
    t: Tracer, node: ast.BinOp | ast.AugAssign, left: Any, right: Any, left_node: ast.expr, right_node: ast.expr
) -> Any:
    """Apply a binary operator; lists and tuples with unknown items stay exact."""
    op = node.op
    if isinstance(op, ast.Add):
        joined = join(t, left, right)
        if joined is not None:
            return joined
    if isinstance(op, ast.Mult) and (repeated := repeat(t, left, right)) is not None:
        return repeated
    try:
        known = t.native(left), t.native(right)
    except NotKnown:
        pass
    else:
        return t.fresh(raising(t, node, BINARY[type(op)], *known))
    kind, total = inference.binary(op, type_of(t, left), type_of(t, right))
    pure, inner = mix(t, [left, right])
    made = ast.BinOp(left=part(t, left, left_node), op=op, right=part(t, right, right_node))
    return Unknown(at(made, node), kind, pure, total and inner)


def join(t: Tracer, left: Any, right: Any) -> Any:
    """Join two lists or tuples of known length."""
    match left, right:
        case Box(content=ListC(items=a)), Box(content=ListC(items=b)):
            return t.state.box(ListC([*a, *b]))
        case TupleV(items=a, cls=first), TupleV(items=b, cls=second) if first is tuple is second:
            return t.tuple([*a, *b])
        case TupleV(items=a, cls=first), tuple() if first is tuple:
            return t.tuple([*a, *right])
        case tuple(), TupleV(items=b, cls=second) if second is tuple:
            return t.tuple([*left, *b])
    return None


def repeat(t: Tracer, left: Any, right: Any) -> Any:
    """Repeat a list or tuple of known length."""
    match left, right:
        case (Box(content=ListC(items=items)), int(count)) | (int(count), Box(content=ListC(items=items))):
            return t.state.box(ListC(items * count))
        case (TupleV(items=items), int(count)) | (int(count), TupleV(items=items)):
            return t.tuple(items * count)
    return None


def unary(t: Tracer, node: ast.UnaryOp) -> Any:
    value = evaluate(t, node.operand)
    if isinstance(node.op, ast.Not) and (known := truth_of(t, value)) is not None:
        return not known
    try:
        return raising(t, node, UNARY[type(node.op)], t.native(value))
    except NotKnown:
        pass
    kind = type_of(t, value)
    pure, total = mix(t, [value])
    if isinstance(node.op, ast.Not):
        kind, total = bool, total and inference.is_truth_total(kind)
    else:
        kind, total = (kind, total) if kind in inference.NUMBERS else (Any, False)
    return Unknown(fill(node, operand=part(t, value, node.operand)), kind, pure, total)


def truth_of(t: Tracer, value: Any) -> bool | None:
    """Give the truth of a value where its shape alone tells."""
    match value:
        case Box(content=ListC(items=items) | SetC(items=items)):
            return bool(items)
        case TupleV(items=items):
            return bool(items)
        case Box(content=DictC(entries=entries)):
            return bool(entries)
        case Closure() | Bound() | Method() | Special():
            return True
    if t.unknown(value) is not None:
        return None
    try:
        return bool(t.native(value))
    except NotKnown:
        return True


def boolean(t: Tracer, node: ast.BoolOp) -> Any:
    """`and`, `or`: as soon as the truth of one part is unknown, the rest is decided at run time."""
    stop = isinstance(node.op, ast.Or)
    value: Any = None
    for index, item in enumerate(node.values):
        value = evaluate(t, item)
        if index == len(node.values) - 1:
            return value
        known = truth_of(t, value)
        if known is None:
            rest = [value]
            for later in node.values[index + 1 :]:
                rest.append(lazily(t, later, "and" if not stop else "or"))
            parts = [part(t, one, source) for one, source in zip(rest, node.values[index:], strict=True)]
            kinds = {repr(type_of(t, one)): type_of(t, one) for one in rest}
            pure, total = mix(t, rest)
            total = total and all(inference.is_truth_total(type_of(t, one)) for one in rest[:-1])
            kind = next(iter(kinds.values())) if len(kinds) == 1 else Any
            return Unknown(fill(node, values=parts), kind, pure, total)
        if known == stop:
            return value
    return value


def lazily(t: Tracer, node: ast.expr, word: str) -> Any:
    """Evaluate a part that runs only if a runtime value says so: it may become glue, but nothing else may happen."""
    mark = t.state.mark()
    try:
        value = evaluate(t, node)
    except Raised:
        t.state.rollback(mark)
        return code_tree(t, node)
    if len(t.state.nodes) > mark.nodes or len(t.state.pending) > mark.pending:
        t.state.rollback(mark)
        mend = "Call the task before, and decide with its result; branches on runtime values come with a later version."
        raise t.untraceable(
            f"whether this side of `{word}` runs is known only at run time, and it calls a task", node, mend
        )
    if t.state.changes(mark):
        t.state.rollback(mark)
        raise t.untraceable(
            f"whether this side of `{word}` runs is known only at run time, and it changes a value", node
        )
    t.state.keep(mark)
    return value


def ternary(t: Tracer, node: ast.IfExp) -> Any:
    test = evaluate(t, node.test)
    known = truth_of(t, test)
    if known is not None:
        return evaluate(t, node.body if known else node.orelse)
    unknown = t.unknown(test)
    assert unknown is not None
    try:
        body, orelse = lazily(t, node.body, "if"), lazily(t, node.orelse, "else")
    except ProgramError:
        t.need(unknown)
        raise
    kinds = {repr(type_of(t, one)): type_of(t, one) for one in (body, orelse)}
    pure, total = mix(t, [test, body, orelse])
    made = fill(node, test=part(t, test, node.test), body=part(t, body, node.body), orelse=part(t, orelse, node.orelse))
    kind = next(iter(kinds.values())) if len(kinds) == 1 else Any
    return Unknown(made, kind, pure, total and inference.is_truth_total(unknown.type))


def compare(t: Tracer, node: ast.Compare) -> Any:
    values = [evaluate(t, node.left)]
    sources = [node.left, *node.comparators]
    result: Any = True
    for index, (op, item) in enumerate(zip(node.ops, node.comparators, strict=True)):
        if acts(t, item):
            values = [steady(t, value, source) for value, source in zip(values, sources, strict=False)]
        values.append(evaluate(t, item))
        left, right = values[-2:]
        if isinstance(op, ast.Is | ast.IsNot) and (same := identical(t, left, right)) is not None:
            result = same is isinstance(op, ast.Is)
        else:
            try:
                known = t.native(left), t.native(right)
            except NotKnown:
                if index:
                    rest = [*values, *(lazily(t, later, "<") for later in node.comparators[index + 1 :])]
                else:
                    rest = [*values, *(evaluate(t, later) for later in node.comparators[1:])]
                return compare_unknown(t, node, rest, sources)
            result = raising(t, node, COMPARE[type(op)], *known)
        if not result:
            return result
    return result


def identical(t: Tracer, left: Any, right: Any) -> bool | None:
    """Say whether two values are one object, where that is known."""
    unknowns = t.unknown(left) is not None, t.unknown(right) is not None
    if isinstance(left, Box) and isinstance(right, Box) and left is right:
        return True
    if any(unknowns):
        return None
    if isinstance(left, Box | TupleV | Closure | Bound) or isinstance(right, Box | TupleV | Closure | Bound):
        return left is right
    return left is right


def compare_unknown(t: Tracer, node: ast.Compare, values: list[Any], sources: list[ast.expr]) -> Any:
    """Leave a comparison to run time."""
    kind, total = inference.comparison(node.ops, [type_of(t, value) for value in values])
    pure, inner = mix(t, values)
    parts = [part(t, value, source) for value, source in zip(values, sources, strict=True)]
    return Unknown(fill(node, left=parts[0], comparators=parts[1:]), kind, pure, total and inner)


def formatted(t: Tracer, node: ast.JoinedStr) -> Any:
    """Format an f-string: text where all is known, else glue."""
    values: list[tuple[ast.FormattedValue, Any, Any]] = []
    for item in node.values:
        if isinstance(item, ast.FormattedValue):
            if acts(t, item):
                values = [(one, steady(t, value, one.value), spec) for one, value, spec in values]
            value = evaluate(t, item.value)
            values.append((item, value, evaluate(t, item.format_spec) if item.format_spec else ""))
    try:
        known = {id(item): (t.native(value), t.native(spec)) for item, value, spec in values}
    except NotKnown:
        return formatted_unknown(t, node, values)
    texts = []
    for item in node.values:
        if isinstance(item, ast.FormattedValue):
            value, spec = known[id(item)]
            shown = CONVERSIONS[item.conversion](value)
            texts.append(raising(t, node, format, shown, spec))
        elif isinstance(item, ast.Constant):
            texts.append(str(item.value))
    return "".join(texts)


def formatted_unknown(t: Tracer, node: ast.JoinedStr, values: list[tuple[ast.FormattedValue, Any, Any]]) -> Any:
    made = {}
    total = True
    for item, value, spec in values:
        inner = t.unknown(spec)
        known = None if spec == "" else ast.JoinedStr(values=[at(ast.Constant(spec), item)])
        spec_tree = inner.tree if inner is not None else known and at(known, item)
        made[id(item)] = fill(item, value=part(t, value, item.value), format_spec=spec_tree)
        kind = type_of(t, value)
        simple = is_scalar(kind) or kind is str
        number = kind in inference.NUMBERS and isinstance(spec, str)
        total = total and simple and (spec == "" or number)
    pure, inner_total = mix(t, [one for _, value, spec in values for one in (value, spec)])
    parts = [made.get(id(item), item) for item in node.values]
    return Unknown(fill(node, values=parts), str, pure, total and inner_total)


def attribute(t: Tracer, node: ast.Attribute) -> Any:
    return load_attribute(t, evaluate(t, node.value), node.attr, node, source=node.value)


def subscript(t: Tracer, node: ast.Subscript) -> Any:
    value, key = in_order(t, [node.value, node.slice])
    return load_item(t, value, key, node)


def load_item(t: Tracer, value: Any, key: Any, node: ast.Subscript) -> Any:
    """Read `value[key]`: exact on tracked containers, else native or glue."""
    if t.unknown(value) is None and t.unknown(key) is None:
        match value:
            case Box(content=ListC(items=items)) | TupleV(items=items) if isinstance(key, int | slice):
                found = raising(t, node, operator.getitem, list(items), key)
                if isinstance(key, slice):
                    return t.state.box(ListC(found)) if isinstance(value, Box) else t.tuple(found)
                return t.lift(found)
            case Box(content=DictC(entries=entries)):
                return t.lift(raising(t, node, operator.getitem, entries, t.native(key)))
        try:
            known = t.native(value), t.native(key)
        except NotKnown:
            pass
        else:
            check_read(t, known[0], node)
            return t.lift(raising(t, node, operator.getitem, *known))
    kind, total = inference.subscript(type_of(t, value), key if isinstance(key, int | str | slice) else None)
    pure, inner = mix(t, [value, key])
    made = fill(node, value=part(t, value, node.value), slice=part(t, key, node.slice))
    root = t.unknown(value)
    return Unknown(made, kind, pure, total and inner, root.root if root else None)


def sliced(t: Tracer, node: ast.Slice) -> Any:
    bounds = [evaluate(t, item) if item is not None else None for item in (node.lower, node.upper, node.step)]
    try:
        return slice(*(t.native(bound) for bound in bounds))
    except NotKnown:
        pass
    pure, total = mix(t, bounds)
    names = ("lower", "upper", "step")
    parts = {
        field: part(t, bound, source)
        for field, bound in zip(names, bounds, strict=True)
        if (source := getattr(node, field)) is not None
    }
    return Unknown(fill(node, **parts), slice, pure, total)


def call(t: Tracer, node: ast.Call) -> Any:
    if isinstance(node.func, ast.Attribute):
        owner = evaluate(t, node.func.value)
        function = load_attribute(t, owner, node.func.attr, node.func, source=node.func.value, called=True)
    else:
        function = evaluate(t, node.func)
    args = elements(t, node.args)
    if any(acts(t, word.value) for word in node.keywords):
        args = [steady(t, value, node) for value in args]
    return call_value(t, function, tuple(args), named_arguments(t, node.keywords), node)


def named_arguments(t: Tracer, words: list[ast.keyword]) -> dict[str, Any]:
    """Evaluate the keyword arguments of a call; `**` of a runtime value stays one, under no parameter's name."""
    found: dict[str, Any] = {}
    for word in words:
        if acts(t, word.value):
            found = {name: steady(t, value, word.value) for name, value in found.items()}
        value = evaluate(t, word.value)
        if word.arg is not None:
            found[word.arg] = value
            continue
        match value:
            case Box(content=DictC(entries=entries)) if all(isinstance(key, str) for key in entries):
                found.update(entries)
            case _:
                found[f"**{len(found)}"] = Spread(value, pairs=True)
    return found


def listed(t: Tracer, node: ast.List) -> Any:
    items = elements(t, node.elts)
    return display(t, node, items, list) if has_spread(items) else t.state.box(ListC(steadied(t, items, node)))


def tupled(t: Tracer, node: ast.Tuple) -> Any:
    items = elements(t, node.elts)
    return display(t, node, items, tuple) if has_spread(items) else t.tuple(steadied(t, items, node))


def steadied(t: Tracer, items: list[Any], node: ast.List | ast.Tuple) -> list[Any]:
    """Compute here the items that can raise: nobody might ever read them."""
    return [steady(t, item, source) for item, source in zip(items, sources_of(node, items), strict=True)]


def has_spread(items: list[Any]) -> bool:
    """Say whether the length of a display is known only at run time."""
    return any(isinstance(item, Spread) for item in items)


def display(t: Tracer, node: ast.List | ast.Tuple | ast.Set, items: list[Any], kind: type) -> Unknown:
    """Leave a display to run time."""
    given = [item.value if isinstance(item, Spread) else item for item in items]
    pure, total = mix(t, given)
    sizes = all(
        inference.plain(type_of(t, item.value)) in inference.SIZED for item in items if isinstance(item, Spread)
    )
    parts = [part(t, value, source) for value, source in zip(items, sources_of(node, items), strict=True)]
    return Unknown(fill(node, elts=parts), kind, pure, total and sizes and kind is not set)


def sources_of(node: ast.List | ast.Tuple | ast.Set, items: list[Any]) -> list[ast.expr]:
    """Give, for each item of a display, the source it came from; a known star gives many items."""
    if len(node.elts) != len(items):
        return [node] * len(items)
    return [item.value if isinstance(item, ast.Starred) else item for item in node.elts]


def elements(t: Tracer, nodes: list[ast.expr]) -> list[Any]:
    """Evaluate the items of a display or call, in order; a star of a runtime value stays one."""
    found: list[Any] = []
    for item in nodes:
        if found and acts(t, item):
            found = [steady(t, value, item) for value in found]
        if not isinstance(item, ast.Starred):
            found.append(evaluate(t, item))
            continue
        value = evaluate(t, item.value)
        if t.unknown(value) is not None:
            found.append(Spread(value))
        else:
            iterate(t, value, item.value, found.append)
    return found


def made_set(t: Tracer, node: ast.Set) -> Any:
    items = elements(t, node.elts)
    if has_spread(items):
        return display(t, node, items, set)
    try:
        return t.state.box(SetC(raising(t, node, set, [t.native(item) for item in items])))
    except NotKnown:
        return display(t, node, items, set)


def made_dict(t: Tracer, node: ast.Dict) -> Any:
    pairs: list[tuple[Any, Any]] = []
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        if acts(t, value_node):
            pairs = [(key, steady(t, value, node)) for key, value in pairs]
        if key_node is None:
            pairs.append((SPREAD, evaluate(t, value_node)))
        else:
            pairs.append((evaluate(t, key_node), evaluate(t, value_node)))
    try:
        entries: dict[Any, Any] = {}
        for (key, value), source in zip(pairs, node.values, strict=True):
            if key is not SPREAD:
                raising(t, source, entries.__setitem__, t.native(key), steady(t, value, source))
            elif isinstance(value, Box) and isinstance(value.content, DictC):
                entries.update(value.content.entries)
            else:
                entries.update(raising(t, source, dict, t.native(value)))
        return t.state.box(DictC(entries))
    except NotKnown:
        pass
    pure, _ = mix(t, [one for pair in pairs for one in pair])
    keys = [
        None if key is SPREAD else part(t, key, source or node)
        for (key, _), source in zip(pairs, node.keys, strict=True)
    ]
    values = [part(t, value, source) for (_, value), source in zip(pairs, node.values, strict=True)]
    return Unknown(fill(node, keys=keys, values=values), dict, pure, total=False)


SPREAD = object()
"""The key of `**value` in a dict display."""


def lambda_(t: Tracer, node: ast.Lambda) -> Any:
    return make_closure(t, node)


def walrus(t: Tracer, node: ast.NamedExpr) -> Any:
    from tiphys.tracing.assignment import assign

    assign(t, node.target, evaluate(t, node.value))
    return load(t, node.target)


def comprehension(t: Tracer, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Any:
    """Run a comprehension over what is known; over a runtime value it becomes glue, if it calls no task."""
    from tiphys.tracing.comprehensions import run_comprehension

    first = evaluate(t, node.generators[0].iter)
    unknown = t.unknown(first)
    if unknown is None:
        mark = t.state.mark()
        try:
            found = run_comprehension(t, node, first)
        except NotKnown:
            t.state.rollback(mark)
        else:
            t.state.keep(mark)
            return found
    else:
        t.need(unknown)
    return comprehension_tree(t, node, first)


def starred(t: Tracer, node: ast.Starred) -> Any:
    raise t.untraceable("a star cannot stand here", node)


def yielded(t: Tracer, node: ast.Yield) -> Any:
    if t.frame.on_yield is None:
        raise t.refuse("an orchestrator cannot be a generator", node, "Collect the results in a list and return it.")
    return t.frame.on_yield(evaluate(t, node.value) if node.value else None, node)


def yielded_from(t: Tracer, node: ast.YieldFrom) -> Any:
    if t.frame.on_yield is None:
        raise t.refuse("an orchestrator cannot be a generator", node)
    give = t.frame.on_yield
    iterate(t, evaluate(t, node.value), node.value, lambda item: give(item, node))
    return None


TABLE: dict[type[ast.expr], Callable[[Tracer, Any], Any]] = {
    ast.Constant: constant, ast.Name: name, ast.Await: awaited, ast.BinOp: binary, ast.UnaryOp: unary,
    ast.BoolOp: boolean, ast.IfExp: ternary, ast.Compare: compare, ast.JoinedStr: formatted, ast.Attribute: attribute,
    ast.Subscript: subscript, ast.Slice: sliced, ast.Call: call, ast.List: listed, ast.Tuple: tupled, ast.Set: made_set,
    ast.Dict: made_dict, ast.Lambda: lambda_, ast.NamedExpr: walrus, ast.ListComp: comprehension,
    ast.SetComp: comprehension, ast.DictComp: comprehension, ast.GeneratorExp: comprehension, ast.Starred: starred,
    ast.Yield: yielded, ast.YieldFrom: yielded_from, ast.FormattedValue: lambda t, node: evaluate(t, node.value),
}  # fmt: skip
