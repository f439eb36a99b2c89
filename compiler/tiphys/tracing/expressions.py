"""Expressions: one function per kind of syntax, and the table that names them all."""

from __future__ import annotations

import ast
import operator
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from tiphys.tracing import inference
from tiphys.tracing.acting import acts, computes
from tiphys.tracing.assignment import assign, united
from tiphys.tracing.calls import call_value, check_read, load_attribute, raising
from tiphys.tracing.choices import decide
from tiphys.tracing.closures import comprehension_tree, make_closure
from tiphys.tracing.comprehensions import is_copy, over_given, run_comprehension
from tiphys.tracing.concurrency import await_value
from tiphys.tracing.data import is_data, stays_beside
from tiphys.tracing.displays import elements, listed, made_dict, made_set, tupled
from tiphys.tracing.facts import hint_of, mix, part, type_of
from tiphys.tracing.glue import at, fill
from tiphys.tracing.iteration import collect, iterate, opened
from tiphys.tracing.jobs import is_batch, is_keyed, item_of
from tiphys.tracing.keyed import seen, value_of
from tiphys.tracing.meaningless import check_meaning
from tiphys.tracing.names import load
from tiphys.tracing.operators import binary, boolean, compare, ternary, unary
from tiphys.tracing.pending import BatchC
from tiphys.tracing.sharing import parts_of
from tiphys.tracing.state import Box, DictC, IteratorC, ListC, OpaqueC
from tiphys.tracing.together import Change, change, is_alone
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Choice, Generator, NotKnown, Raised, Spread, TupleV, Unknown, is_scalar
from tiphys_runtime.items import item_there, with_key

CONVERSIONS: dict[int, Callable[[Any], Any]] = {-1: lambda value: value, 114: repr, 115: str, 97: ascii}
"""What `!r`, `!s` and `!a` do in an f-string."""


def evaluate(t: Tracer, node: ast.expr) -> Any:
    """Evaluate an expression to a value."""
    handler = TABLE.get(type(node))
    if handler is None:
        raise t.untraceable(f"`{type(node).__name__}` cannot be used in an orchestrator", node)
    return handler(t, node)


def in_order(t: Tracer, nodes: list[ast.expr]) -> list[Any]:
    """Evaluate several expressions; what can raise is computed before a later one calls a task, or may raise first."""
    values: list[Any] = []
    for node in nodes:
        if values and computes(t, node):
            values = [steady(t, value, source) for value, source in zip(values, nodes, strict=False)]
        values.append(evaluate(t, node))
    return values


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


def formatted(t: Tracer, node: ast.JoinedStr) -> Any:
    """Format an f-string: text where all is known, else glue."""
    values: list[tuple[ast.FormattedValue, Any, Any]] = []
    for item in node.values:
        if isinstance(item, ast.FormattedValue):
            if computes(t, item):
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
    if isinstance(value, Box) and inference.plain(type_of(t, value)) is defaultdict:
        if t.lanes and value.content.epoch < t.lanes[-1].epoch and t.unknown(value) is not None:
            head = t.capture(item_there, "item_there", node)
            tree = ast.Call(func=head, args=[t.tree(value, node), part(t, key, node.slice)], keywords=[])
            return Unknown(at(tree, node), Any, total=False)
        touch(t, value, key, node)
    return load_item(t, value, key, node)


def load_item(t: Tracer, value: Any, key: Any, node: ast.Subscript) -> Any:
    """Read `value[key]`: exact on tracked containers, else native or glue."""
    if isinstance(value, Choice):
        return decide(t, value, lambda option: load_item(t, option, key, node), node)
    if is_keyed(value):
        return value_of(t, value, key, node)
    if is_batch(value):
        return item_of(t, value, key, node)
    if t.unknown(key) is not None and (found := one_of(t, value, key, node)) is not None:
        return found
    if t.unknown(value) is None and t.unknown(key) is None:
        match value:
            case Box(content=ListC(is_plain=False) as content) if isinstance(key, int | slice):
                return t.lift(raising(t, node, operator.getitem, content.shell(), key))
            case Box(content=ListC(items=items)) | TupleV(items=items) if isinstance(key, int | slice):
                found = raising(t, node, operator.getitem, list(items), key)
                if isinstance(key, slice):
                    return t.state.box(ListC(found)) if isinstance(value, Box) else t.tuple(found)
                return t.lift(found)
            case Box(content=DictC(entries=entries) as content):
                known = t.native(key)
                if not content.is_plain and not raising(t, node, entries.__contains__, known):
                    return missing(t, value, known, node)
                return t.lift(raising(t, node, operator.getitem, entries, known))
        try:
            pair = t.native(value), t.native(key)
        except NotKnown:
            pass
        else:
            check_read(t, pair[0], node)
            return t.lift(raising(t, node, operator.getitem, *pair))
    shown = slice(None) if isinstance(node.slice, ast.Slice) else key
    kind, total = inference.subscript(type_of(t, value), shown if isinstance(shown, int | str | slice) else None)
    pure, inner = mix(t, [value, key])
    made = fill(node, value=part(t, value, node.value), slice=part(t, key, node.slice), ctx=ast.Load())
    return Unknown(made, kind, pure, total and inner)


def missing(t: Tracer, owner: Box, key: Any, node: ast.Subscript) -> Any:
    """Give what a `Counter` or a `defaultdict` gives for a key that it does not have."""
    kind = owner.content.kind
    if kind.cls is Counter:
        return 0
    if kind.cls is not defaultdict or kind.given is None:
        raise Raised(KeyError(key), t.span(node))
    call = at(ast.Call(func=node, args=[], keywords=[]), node)
    assert isinstance(call, ast.Call)
    made = t.settle(call_value(t, kind.given, (), {}, call), "v", node)
    t.writable(owner, node).entries[key] = made
    return made


def touch(t: Tracer, owner: Box, key: Any, node: ast.Subscript) -> None:
    """Let a `defaultdict` have a key that is read, where only run time says whether it has it already."""
    if t.unknown(owner) is None and t.unknown(key) is None:
        return
    united(t, owner, node)
    if not is_alone(t, owner):
        read = fill(node, value=t.tree(owner, node), slice=part(t, key, node.slice), ctx=ast.Load())
        change(t, Unknown(read, type(None)), Change([owner], [], deep=False), node)
        return
    head = t.capture(with_key, "with_key", node)
    tree = ast.Call(func=head, args=[t.tree(owner, node), part(t, key, node.slice)], keywords=[])
    pure, _ = mix(t, [owner, key])
    made = t.settle(Unknown(at(tree, node), defaultdict, pure, total=False), hint_of(node.value), node)
    t.state.replace(owner, OpaqueC(t.expression(made)))


def one_of(t: Tracer, value: Any, key: Any, node: ast.Subscript) -> Choice | None:
    """Read an item that is no data, such as a task, of a container by a key that is known at run time."""
    match value:
        case Box(content=ListC(items=items)) | TupleV(items=items):
            numbers: Any = list(range(len(items)))
            options = list(items)
        case Box(content=DictC(entries=entries)):
            numbers = {name: index for index, name in enumerate(entries)}
            options = list(entries.values())
        case tuple():
            numbers, options = list(range(len(value))), list(value)
        case _:
            return None
    if not any(stays_beside(t, option) for option in options):
        return None
    table = t.capture(numbers, "numbers", node)
    tree = at(ast.Subscript(value=table, slice=t.tree(key, node.slice, hint_of(node.slice)), ctx=ast.Load()), node)
    number = t.settle(Unknown(tree, int, total=False), "which", node)
    return Choice(number, tuple(t.lift(option) for option in options))


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
    check_meaning(t, function, node)
    args = elements(t, node.args)
    if any(computes(t, word.value) for word in node.keywords):
        args = [steady(t, value, node) for value in args]
    return call_value(t, function, tuple(args), named_arguments(t, node.keywords), node)


def named_arguments(t: Tracer, words: list[ast.keyword]) -> dict[str, Any]:
    """Evaluate the keyword arguments of a call; `**` of a runtime value stays one, under no parameter's name."""
    found: dict[str, Any] = {}
    for word in words:
        if computes(t, word.value):
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


def lambda_(t: Tracer, node: ast.Lambda) -> Any:
    return make_closure(t, node)


def walrus(t: Tracer, node: ast.NamedExpr) -> Any:
    assign(t, node.target, evaluate(t, node.value))
    return load(t, node.target)


def comprehension(t: Tracer, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Any:
    """Run a comprehension over what is known; over a runtime value it becomes glue, if it calls no task."""
    source = node.generators[0].iter
    first = seen(t, opened(t, evaluate(t, source), source), source)
    unknown = t.unknown(first)
    if unknown is not None and is_copy(node):
        return first
    if isinstance(first, Box) and isinstance(first.content, BatchC):
        from tiphys.tracing.rows import over_batch

        return over_batch(t, node, first)
    if isinstance(first, Generator) and first.forks:
        from tiphys.tracing.rows import through_generator

        return through_generator(t, node, first)
    node = over_given(t, node)
    if unknown is None:
        mark = t.state.mark()
        try:
            found = run_comprehension(t, node, first)
        except NotKnown:
            t.state.rollback(mark)
            if not all(is_data(t, item) for item in parts_of(first)):
                from tiphys.tracing.rows import walked

                return walked(t, node, first)
            if isinstance(first, Generator):
                first = Generator(first.closure, first.frame, forks=first.forks)  # what it has done is undone
            if acts(t, node):
                listed_now = Unknown(t.tree(t.state.box(ListC(collect(t, first, node))), node), list)
                unknown = t.unknown(t.settle(listed_now, "items", node.generators[0].iter))
            elif is_walked(node, first):
                first = t.state.box(ListC(collect(t, first, node)))
        else:
            t.state.keep(mark)
            return found
    if unknown is not None:
        t.need(unknown)
        if acts(t, node):
            from tiphys.tracing.rows import comprehended

            return comprehended(t, node, unknown)
    return comprehension_tree(t, node, first)


def is_walked(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, first: Any) -> bool:
    """Say whether a comprehension walks an iterator that the orchestrator made to its end, or nobody else has it."""
    is_iterator = isinstance(first, Generator) or (isinstance(first, Box) and isinstance(first.content, IteratorC))
    return is_iterator and not (isinstance(node, ast.GeneratorExp) and isinstance(node.generators[0].iter, ast.Name))


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
