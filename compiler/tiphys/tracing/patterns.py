"""`match` patterns: whether one matches what is known of a subject, what its names then hold, of which types."""

from __future__ import annotations

import ast
import contextlib
import operator
from collections.abc import Mapping, Sequence
from typing import Any

from tiphys.tracing import inference
from tiphys.tracing.calls import raising
from tiphys.tracing.facts import unknown_parts
from tiphys.tracing.state import Box, DictC, ListC, ObjectC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import NotKnown, TupleV

OWN_CLASSES = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)
"""Classes whose pattern, given one positional sub-pattern, matches that with the subject itself."""


class Asked(Exception):
    """A pattern asks for something that is known only at run time."""


def matches(t: Tracer, pattern: ast.pattern, subject: Any) -> bool:
    """Say whether a pattern matches. Raises Asked."""
    match pattern:
        case ast.MatchAs(pattern=inner):
            return inner is None or matches(t, inner, subject)
        case ast.MatchOr(patterns=patterns):
            return any(matches(t, one, subject) for one in patterns)
        case ast.MatchValue(value=value):
            return equals(t, value, subject)
        case ast.MatchSingleton(value=single):
            ask(t, subject)
            return subject is single
        case ast.MatchSequence(patterns=patterns):
            return matches_sequence(t, patterns, subject)
        case ast.MatchMapping():
            return matches_mapping(t, pattern, subject)
        case ast.MatchClass():
            return matches_class(t, pattern, subject)
    raise t.untraceable("this pattern cannot be traced", pattern)


def ask(t: Tracer, subject: Any) -> None:
    """Ask for a value. Raises Asked where it is known only at run time."""
    found = t.unknown(subject)
    if found is not None:
        t.need(found)
        raise Asked


def constant(t: Tracer, node: ast.expr) -> Any:
    """Give the value or class that a pattern names. Raises Asked."""
    from tiphys.tracing.expressions import evaluate

    try:
        return t.native(evaluate(t, node))
    except NotKnown:
        raise Asked from None


def equals(t: Tracer, node: ast.expr, subject: Any) -> bool:
    """Say whether a subject equals the value of a pattern."""
    ask(t, subject)
    value = constant(t, node)
    try:
        known = t.native(subject)
    except NotKnown:
        if unknown_parts(t, subject):
            raise Asked from None
        return False
    return bool(raising(t, node, operator.eq, known, value))


def items_of(subject: Any) -> list[Any] | None:
    """Give the items of a sequence; nothing of what no sequence pattern matches."""
    match subject:
        case Box(content=ListC(items=items)) | TupleV(items=items):
            return list(items)
        case Box(content=ObjectC(cls=cls)) if issubclass(cls, Sequence):
            raise Asked
        case Box() | str() | bytes() | bytearray():
            return None
        case Sequence():
            return list(subject)
    return None


def rows(patterns: list[ast.pattern], items: list[Any]) -> list[tuple[ast.pattern, Any]] | None:
    """Give what each part of a sequence pattern looks at; for a star, a list. Nothing where the lengths disagree."""
    star = next((index for index, item in enumerate(patterns) if isinstance(item, ast.MatchStar)), None)
    if star is None:
        return list(zip(patterns, items, strict=True)) if len(items) == len(patterns) else None
    end = len(items) - (len(patterns) - star - 1)
    if end < star:
        return None
    return list(zip(patterns, [*items[:star], items[star:end], *items[end:]], strict=True))


def matches_sequence(t: Tracer, patterns: list[ast.pattern], subject: Any) -> bool:
    """Match a sequence of known length."""
    ask(t, subject)
    items = items_of(subject)
    found = None if items is None else rows(patterns, items)
    return found is not None and all(
        isinstance(one, ast.MatchStar) or matches(t, one, t.lift(item)) for one, item in found
    )


def entries_of(t: Tracer, subject: Any) -> Mapping[Any, Any] | None:
    """Give the entries of a mapping; nothing of what no mapping pattern matches."""
    ask(t, subject)
    match subject:
        case Box(content=DictC(entries=entries)):
            return entries
        case Box(content=ObjectC(cls=cls)) if issubclass(cls, Mapping):
            raise Asked
        case Box():
            return None
        case Mapping():
            return subject
    return None


def matches_mapping(t: Tracer, node: ast.MatchMapping, subject: Any) -> bool:
    """Match a mapping with known keys."""
    entries = entries_of(t, subject)
    if entries is None:
        return False
    for key, one in zip(node.keys, node.patterns, strict=True):
        known = constant(t, key)
        if known not in entries or not matches(t, one, t.lift(entries[known])):
            return False
    return True


def matches_class(t: Tracer, node: ast.MatchClass, subject: Any) -> bool:
    """Match an instance and its attributes."""
    from tiphys.tracing.shapes import class_of

    ask(t, subject)
    cls = constant(t, node.cls)
    if not isinstance(cls, type):
        raise Asked  # Python's own mistake, at run time
    if not issubclass(class_of(t, subject), cls):
        return False
    for name, one in attributes(cls, node):
        if name is None:
            found = subject
        else:
            try:
                found = attribute_of(t, subject, name, node)
            except AttributeError:
                return False
        if not matches(t, one, found):
            return False
    return True


def attributes(cls: type, node: ast.MatchClass) -> list[tuple[str | None, ast.pattern]]:
    """List what the sub-patterns of a class pattern look at: attributes by name, or with None the subject itself."""
    if node.patterns and issubclass(cls, OWN_CLASSES) and not hasattr(cls, "__match_args__"):
        names: list[str | None] = [None]
    else:
        names = list(getattr(cls, "__match_args__", ()))
    if len(node.patterns) > len(names):
        raise Asked  # Python's own mistake, at run time
    words = zip(node.kwd_attrs, node.kwd_patterns, strict=True)
    return [*zip(names, node.patterns, strict=False), *words]


def attribute_of(t: Tracer, subject: Any, name: str, node: ast.AST) -> Any:
    """Read an attribute of a known object. Raises AttributeError where it has none."""
    match subject:
        case Box(content=ObjectC(cls=cls, fields=fields)):
            if name not in fields and hasattr(cls, name):
                raise Asked
            if name not in fields:
                raise AttributeError(name)
            return t.lift(fields[name])
        case TupleV(cls=cls, items=items):
            names: tuple[str, ...] = getattr(cls, "_fields", ())
            if name not in names:
                raise Asked
            return items[names.index(name)]
        case Box():
            raise Asked
    if not hasattr(subject, name):
        raise AttributeError(name)
    return t.lift(raising(t, node, getattr, subject, name))


# ---- what the names hold


def names_of(pattern: ast.pattern) -> list[str]:
    """List the names that a pattern sets, in the order of the source."""
    found: dict[str, None] = {}
    for item in ast.walk(pattern):
        name = item.rest if isinstance(item, ast.MatchMapping) else getattr(item, "name", None)
        if isinstance(item, ast.pattern) and name is not None:
            found[name] = None
    return list(found)


def bindings(t: Tracer, pattern: ast.pattern, subject: Any) -> dict[str, Any]:
    """Give what names hold if a pattern matches, as far as the shape of the subject tells."""
    try:
        return held(t, pattern, subject)
    except Asked:
        return {}


def held(t: Tracer, pattern: ast.pattern, subject: Any) -> dict[str, Any]:
    """Give what the names of a pattern hold. Raises Asked where nothing can be told."""
    match pattern:
        case ast.MatchAs(pattern=inner, name=name):
            found = {} if inner is None else bindings(t, inner, subject)
            return found if name is None else {**found, name: subject}
        case ast.MatchStar(name=name):
            return {} if name is None else {name: t.state.box(ListC(list(subject)))}
        case ast.MatchOr(patterns=patterns):
            chosen = next((one for one in patterns if matches(t, one, subject)), None)
            return {} if chosen is None else held(t, chosen, subject)
    parts: list[tuple[ast.pattern, Any]] = []
    found = {}
    if t.unknown(subject) is not None:
        return {}
    match pattern:
        case ast.MatchSequence(patterns=patterns):
            items = items_of(subject)
            parts = (rows(patterns, items) if items is not None else None) or []
        case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
            entries = dict(entries_of(t, subject) or {})
            for key, one in zip(keys, patterns, strict=True):
                known = constant(t, key)
                if known in entries:
                    parts.append((one, entries.pop(known)))
            if rest is not None:
                found[rest] = t.state.box(DictC(entries))
        case ast.MatchClass(cls=named):
            for name, one in attributes(constant(t, named), pattern):
                try:
                    parts.append((one, subject if name is None else attribute_of(t, subject, name, pattern)))
                except AttributeError:
                    continue
    for one, part in parts:
        found |= bindings(t, one, part if isinstance(one, ast.MatchStar) else t.lift(part))
    return found


# ---- types


def types_of(t: Tracer, pattern: ast.pattern, kind: Any) -> dict[str, Any]:
    """Give the types of what the names of a pattern hold; `kind` is that of the subject."""
    match pattern:
        case ast.MatchAs(pattern=inner, name=name):
            found = {} if inner is None else types_of(t, inner, kind)
            return found if name is None else {**found, name: narrowed(t, inner, kind)}
        case ast.MatchStar(name=name):
            return {} if name is None else {name: inference.collection(list, kind)}
        case ast.MatchOr(patterns=patterns):
            several = [types_of(t, one, kind) for one in patterns]
            return {name: same_type([one.get(name, Any) for one in several]) for name in several[0]}
        case ast.MatchSequence(patterns=patterns):
            kinds = [inference.element(kind)] * len(patterns)
            if inference.plain(kind) is tuple and not any(isinstance(one, ast.MatchStar) for one in patterns):
                kinds = [inference.subscript(kind, index)[0] for index in range(len(patterns))]
            return joined(types_of(t, one, inner) for one, inner in zip(patterns, kinds, strict=True))
        case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
            words = [key.value if isinstance(key, ast.Constant) else None for key in keys]
            kinds = [inference.subscript(kind, word)[0] for word in words]
            found = joined(types_of(t, one, inner) for one, inner in zip(patterns, kinds, strict=True))
            return found if rest is None else {**found, rest: kind if inference.plain(kind) is dict else dict}
        case ast.MatchClass(cls=named):
            cls: Any = object
            parts: list[tuple[str | None, ast.pattern]] = []
            with contextlib.suppress(Asked):
                cls = constant(t, named)
                parts = attributes(cls, pattern) if isinstance(cls, type) else []
            return joined(
                types_of(t, one, narrowed(t, pattern, kind) if name is None else inference.attribute(cls, name)[0])
                for name, one in parts
            )
    return {}


def joined(parts: Any) -> dict[str, Any]:
    """Put dicts together."""
    return {name: kind for part in parts for name, kind in part.items()}


def same_type(kinds: list[Any]) -> Any:
    """Give the one type of several values; Any where they differ."""
    return kinds[0] if len({repr(kind) for kind in kinds}) == 1 else Any


def narrowed(t: Tracer, pattern: ast.pattern | None, kind: Any) -> Any:
    """Give the type of what a pattern has matched."""
    match pattern:
        case ast.MatchAs(pattern=inner):
            return narrowed(t, inner, kind)
        case ast.MatchOr(patterns=patterns):
            return same_type([narrowed(t, one, kind) for one in patterns])
        case ast.MatchClass(cls=named):
            try:
                cls = constant(t, named)
            except Asked:
                return kind
            keeps = not isinstance(cls, type) or inference.plain(kind) is cls
            return kind if keeps else cls
    return kind
