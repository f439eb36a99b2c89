"""`match` patterns against a known subject; its parts may be runtime values, as long as no pattern asks for them."""

from __future__ import annotations

import ast
from typing import Any

from tiphys.tracing.names import store
from tiphys.tracing.state import Box, DictC, ListC, ObjectC
from tiphys.tracing.tracer import NotKnown, Tracer
from tiphys.tracing.values import TupleV


def matches(t: Tracer, pattern: ast.pattern, subject: Any) -> bool:
    """Say whether a pattern matches, and bind its names."""
    from tiphys.tracing.expressions import evaluate

    match pattern:
        case ast.MatchAs(pattern=None, name=name):
            return bind(t, name, subject, pattern)
        case ast.MatchAs(pattern=inner, name=name) if inner is not None:
            return matches(t, inner, subject) and bind(t, name, subject, pattern)
        case ast.MatchOr(patterns=patterns):
            return any(matches(t, one, subject) for one in patterns)
        case ast.MatchValue(value=value):
            return bool(known(t, subject, pattern) == t.native(evaluate(t, value)))
        case ast.MatchSingleton(value=single):
            return t.unknown(subject) is None and subject is single if not unknown(t, subject, pattern) else False
        case ast.MatchSequence(patterns=patterns):
            return matches_sequence(t, patterns, subject, pattern)
        case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
            return matches_mapping(t, keys, patterns, rest, subject, pattern)
        case ast.MatchClass():
            return matches_class(t, pattern, subject)
    raise t.untraceable("this pattern cannot be traced", pattern)


def bind(t: Tracer, name: str | None, subject: Any, node: ast.AST) -> bool:
    """Bind a captured name."""
    if name is not None:
        store(t, name, subject, node)
    return True


def unknown(t: Tracer, subject: Any, node: ast.AST) -> bool:
    """Refuse to decide by a runtime value."""
    found = t.unknown(subject)
    if found is not None:
        t.need(found)
        mend = "Decide inside a task; branches on runtime values come with a later version."
        raise t.untraceable("this `match` depends on a value that is known only at run time", node, mend)
    return False


def known(t: Tracer, subject: Any, node: ast.AST) -> Any:
    """Give the native subject."""
    unknown(t, subject, node)
    try:
        return t.native(subject)
    except NotKnown:
        return object()


def matches_sequence(t: Tracer, patterns: list[ast.pattern], subject: Any, node: ast.AST) -> bool:
    """Match a sequence of known length."""
    unknown(t, subject, node)
    match subject:
        case Box(content=ListC(items=items)) | TupleV(items=items):
            found = list(items)
        case list() | tuple():
            found = list(subject)
        case _:
            return False
    star = next((index for index, item in enumerate(patterns) if isinstance(item, ast.MatchStar)), None)
    if star is None:
        return len(found) == len(patterns) and all(
            matches(t, one, t.lift(item)) for one, item in zip(patterns, found, strict=True)
        )
    tail = len(patterns) - star - 1
    if len(found) < star + tail:
        return False
    end = len(found) - tail
    fixed = [*zip(patterns[:star], found[:star], strict=True), *zip(patterns[star + 1 :], found[end:], strict=True)]
    if not all(matches(t, one, t.lift(item)) for one, item in fixed):
        return False
    rest = patterns[star]
    assert isinstance(rest, ast.MatchStar)
    return bind(t, rest.name, t.state.box(ListC(found[star:end])), node)


def matches_mapping(
    t: Tracer, keys: list[ast.expr], patterns: list[ast.pattern], rest: str | None, subject: Any, node: ast.AST
) -> bool:
    """Match a dict with known keys."""
    from tiphys.tracing.expressions import evaluate

    unknown(t, subject, node)
    if not (isinstance(subject, Box) and isinstance(subject.content, DictC)):
        return False
    entries = dict(subject.content.entries)
    for key, one in zip(keys, patterns, strict=True):
        name = t.native(evaluate(t, key))
        if name not in entries or not matches(t, one, t.lift(entries.pop(name))):
            return False
    return bind(t, rest, t.state.box(DictC(entries)), node)


def matches_class(t: Tracer, node: ast.MatchClass, subject: Any) -> bool:
    """Match an instance and its attributes."""
    from tiphys.tracing.expressions import evaluate
    from tiphys.tracing.shapes import class_of

    unknown(t, subject, node)
    cls = t.native(evaluate(t, node.cls))
    if not issubclass(class_of(t, subject), cls):
        return False
    if cls in (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple) and node.patterns:
        return matches(t, node.patterns[0], subject)
    names = [*getattr(cls, "__match_args__", ())[: len(node.patterns)], *node.kwd_attrs]
    for name, one in zip(names, [*node.patterns, *node.kwd_patterns], strict=True):
        match subject:
            case Box(content=ObjectC(fields=fields)):
                if name not in fields or not matches(t, one, t.lift(fields[name])):
                    return False
            case TupleV(items=items):
                if not matches(t, one, items[getattr(subject.cls, "_fields", ()).index(name)]):
                    return False
            case _:
                if not hasattr(subject, name) or not matches(t, one, t.lift(getattr(subject, name))):
                    return False
    return True
