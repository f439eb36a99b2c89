"""Operators: arithmetic, truth, comparison; on what is known natively, on the rest as glue."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from tiphys.tracing import expressions, inference
from tiphys.tracing.acting import acts, computes
from tiphys.tracing.calls import raising
from tiphys.tracing.choices import batch_size, decide, decided_by
from tiphys.tracing.closures import code_tree
from tiphys.tracing.data import stays_beside
from tiphys.tracing.facts import identical, mix, part, truth_of, type_of
from tiphys.tracing.glue import at, fill
from tiphys.tracing.keyed import seen
from tiphys.tracing.merging import fork_value
from tiphys.tracing.pending import BatchC
from tiphys.tracing.state import Box, DictC, ListC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Choice, NotKnown, NotTraceable, Raised, TupleV, Unknown
from tiphys.tracing.which import Which

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


def binary(t: Tracer, node: ast.BinOp) -> Any:
    left, right = expressions.in_order(t, [node.left, node.right])
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
        case Box(content=ListC(items=a, is_plain=True)), Box(content=ListC(items=b, is_plain=True)):
            return t.state.box(ListC([*a, *b]))
        case Box(content=ListC() as one), Box(content=ListC() as other) if one.kind.cls is other.kind.cls:
            return t.state.box(one.like(list(one.shell() + other.shell())))
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
        case (Box(content=ListC() as content), int(count)) | (int(count), Box(content=ListC() as content)):
            kept = content.shell() * count
            return t.state.box(content.like(list(kept)))
        case (TupleV(items=items), int(count)) | (int(count), TupleV(items=items)):
            return t.tuple(items * count)
    return None


def unary(t: Tracer, node: ast.UnaryOp) -> Any:
    value = expressions.evaluate(t, node.operand)
    if isinstance(node.op, ast.Not) and isinstance(value, Box) and isinstance(value.content, BatchC):
        value = batch_size(t, value, node)
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


def boolean(t: Tracer, node: ast.BoolOp) -> Any:
    """`and`, `or`: as soon as the truth of one part is unknown, the rest is decided at run time."""
    stop = isinstance(node.op, ast.Or)
    value: Any = None
    for index, item in enumerate(node.values):
        value = expressions.evaluate(t, item)
        if index == len(node.values) - 1:
            return value
        test = decided_by(t, value, item)
        if test is stop:
            return value
        if isinstance(test, bool):
            continue
        rest = node.values[index + 1 :]
        later = rest[0] if len(rest) == 1 else at(ast.BoolOp(op=node.op, values=rest), rest[0])
        if isinstance(value, Choice) or any(acts(t, one) for one in rest):
            return branched(t, test, later, value, node, stop=stop)
        mark = t.state.mark()
        try:
            made = boolean_glue(t, node, value, index, "or" if stop else "and")
        except NotTraceable:
            t.state.rollback(mark)
            return branched(t, test, later, value, node, stop=stop)
        t.state.keep(mark)
        return made
    return value


def branched(t: Tracer, test: Unknown, later: ast.expr, value: Any, node: ast.BoolOp, *, stop: bool) -> Any:
    """Evaluate the rest of `and` or `or` where it is reached."""
    t.need(test)
    value = t.settle(value, "v", node)
    works = [lambda: expressions.evaluate(t, later), lambda: value]
    return fork_value(t, Which(t, test, node), works[::-1] if stop else works, node)


def boolean_glue(t: Tracer, node: ast.BoolOp, value: Any, index: int, word: str) -> Any:
    """Leave the rest of `and` or `or` to run time, as glue."""
    rest = [value, *(lazily(t, later, word) for later in node.values[index + 1 :])]
    parts = [part(t, one, source) for one, source in zip(rest, node.values[index:], strict=True)]
    kinds = {repr(type_of(t, one)): type_of(t, one) for one in rest}
    pure, total = mix(t, rest)
    total = total and all(inference.is_truth_total(type_of(t, one)) for one in rest[:-1])
    kind = next(iter(kinds.values())) if len(kinds) == 1 else Any
    return Unknown(fill(node, values=parts), kind, pure, total)


def lazily(t: Tracer, node: ast.expr, word: str) -> Any:
    """Evaluate a part that runs only if a runtime value says so: it may become glue, but nothing else may happen."""
    mark = t.state.mark()
    t.regions += 1
    try:
        value = expressions.evaluate(t, node)
    except Raised:
        t.state.rollback(mark)
        return code_tree(t, node)
    finally:
        t.regions -= 1
    if len(t.state.nodes) > mark.nodes or len(t.state.pending) > mark.pending:
        t.state.rollback(mark)
        mend = "Call the task before, and decide with its result."
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
    test = decided_by(t, expressions.evaluate(t, node.test), node.test)
    if isinstance(test, bool):
        return expressions.evaluate(t, node.body if test else node.orelse)
    sides = (node.body, node.orelse)
    if not any(acts(t, side) for side in sides):
        mark = t.state.mark()
        try:
            values = [lazily(t, side, word) for side, word in zip(sides, ("if", "else"), strict=True)]
            if not any(stays_beside(t, value) for value in values):
                t.state.keep(mark)
                return ternary_glue(t, node, test, values)
        except NotTraceable:
            pass
        t.state.rollback(mark)
    t.need(test)
    works = [lambda: expressions.evaluate(t, node.body), lambda: expressions.evaluate(t, node.orelse)]
    return fork_value(t, Which(t, test, node.test), works, node)


def ternary_glue(t: Tracer, node: ast.IfExp, test: Unknown, values: list[Any]) -> Unknown:
    """Leave a conditional expression to run time, as glue."""
    kinds = {repr(type_of(t, one)): type_of(t, one) for one in values}
    pure, total = mix(t, [test, *values])
    body, orelse = (part(t, value, source) for value, source in zip(values, (node.body, node.orelse), strict=True))
    made = fill(node, test=part(t, test, node.test), body=body, orelse=orelse)
    kind = next(iter(kinds.values())) if len(kinds) == 1 else Any
    return Unknown(made, kind, pure, total and inference.is_truth_total(test.type))


def compare(t: Tracer, node: ast.Compare) -> Any:
    values = [expressions.evaluate(t, node.left)]
    sources = [node.left, *node.comparators]
    result: Any = True
    for index, (op, item) in enumerate(zip(node.ops, node.comparators, strict=True)):
        if computes(t, item):
            values = [expressions.steady(t, value, source) for value, source in zip(values, sources, strict=False)]
        values.append(expressions.evaluate(t, item))
        if isinstance(op, ast.In | ast.NotIn):
            values[-1] = seen(t, values[-1], item)
        left, right = values[-2:]
        result = compare_pair(t, node, op, left, right)
        if result is not NotImplemented:
            if not decided_by(t, result, node):
                return result
            continue
        behind = node.comparators[index + 1 :]
        if any(acts(t, later) for later in behind):
            return compare_behind(t, node, index, left, right)
        mark = t.state.mark()
        try:
            rest = [*values, *(lazily(t, later, "<") for later in behind)]
            made = compare_unknown(t, node, rest, sources)
        except NotTraceable:
            t.state.rollback(mark)
            return compare_behind(t, node, index, left, right)
        t.state.keep(mark)
        return made
    return result


def compare_pair(t: Tracer, node: ast.Compare, op: ast.cmpop, left: Any, right: Any) -> Any:
    """Compare two values, where what is known tells; else NotImplemented."""
    for index, value in enumerate((left, right)):
        if isinstance(value, Choice) and len(node.ops) == 1:

            def pair(option: Any, index: int = index) -> Any:
                sides = (option, right) if not index else (left, option)
                found = compare_pair(t, node, op, *sides)
                return compare_unknown(t, node, list(sides), []) if found is NotImplemented else found

            return decide(t, value, pair, node)
    both = isinstance(left, Box) and isinstance(right, Box) and left is not right
    if both and isinstance(op, ast.Is | ast.IsNot) and not t.sharing.of(left).tops.isdisjoint(t.sharing.of(right).tops):
        mend = "Compare with `==`, or keep in a variable which one it is."
        raise t.untraceable("whether these are one object is known only at run time", node, mend)
    if isinstance(op, ast.Is | ast.IsNot) and (same := identical(t, left, right)) is not None:
        return same is isinstance(op, ast.Is)
    if isinstance(op, ast.In | ast.NotIn) and isinstance(right, Box) and isinstance(right.content, DictC):
        right = dict.fromkeys(right.content.entries)  # what its values are makes no difference
    try:
        known = t.native(left), t.native(right)
    except NotKnown:
        return NotImplemented
    return raising(t, node, COMPARE[type(op)], *known)


def compare_behind(t: Tracer, node: ast.Compare, index: int, left: Any, right: Any) -> Any:
    """Go on with a chain of comparisons where the one before holds: what follows calls a task."""
    names = [f"compared {index} {side}" for side in "ab"]
    variables = t.state.write(t.frame.box).names
    for name, value in zip(names, (left, right), strict=True):
        variables[name] = t.settle(value, "v", node)
    first, second = (at(ast.Name(id=name, ctx=ast.Load()), node) for name in names)
    head = fill(node, left=first, ops=node.ops[index : index + 1], comparators=[second])
    tail = fill(node, left=second, ops=node.ops[index + 1 :], comparators=node.comparators[index + 1 :])
    return boolean(t, at(ast.BoolOp(op=ast.And(), values=[head, tail]), node))


def compare_unknown(t: Tracer, node: ast.Compare, values: list[Any], sources: list[ast.expr]) -> Any:
    """Leave a comparison to run time."""
    sources = sources or [node.left, *node.comparators]
    kind, total = inference.comparison(node.ops, [type_of(t, value) for value in values])
    pure, inner = mix(t, values)
    parts = [part(t, value, source) for value, source in zip(values, sources, strict=True)]
    return Unknown(fill(node, left=parts[0], comparators=parts[1:]), kind, pure, total and inner)
