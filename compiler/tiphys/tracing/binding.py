"""Binding arguments to parameters, with the errors a reader needs."""

from __future__ import annotations

import ast
import inspect
from typing import Any

from tiphys.diagnostics import nearest
from tiphys.tracing.tracer import Tracer

Parameters = tuple[inspect.Parameter, ...]


def bind(
    t: Tracer, title: str, parameters: Parameters, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.AST
) -> dict[str, Any]:
    """Give the value per parameter that was passed; defaults are left out. `*args` and `**kwargs` are collected."""
    bound: dict[str, Any] = {}
    rest = list(args)
    names = []
    star = double = None
    for item in parameters:
        if item.kind is item.VAR_POSITIONAL:
            star = item
        elif item.kind is item.VAR_KEYWORD:
            double = item
        else:
            names.append(item)
    positional = [item for item in names if item.kind is not item.KEYWORD_ONLY]
    for item, value in zip(positional, rest, strict=False):
        bound[item.name] = value
    extra = rest[len(positional) :]
    if star is not None:
        bound[star.name] = t.tuple(extra)
    elif extra:
        many = f"{len(positional)} argument{'s' * (len(positional) != 1)}"
        raise t.refuse(f"`{title}` takes {many}, but is given {len(rest)}", node, signature_line(title, parameters))
    others: dict[str, Any] = {}
    known: dict[str, inspect.Parameter] = {item.name: item for item in names}
    for name, value in keywords.items():
        taker = known.get(name)
        if taker is None or taker.kind is taker.POSITIONAL_ONLY:
            if double is None:
                mend = nearest(name, [one.name for one in names]) or signature_line(title, parameters)
                raise t.refuse(f"`{title}` has no parameter `{name}`", node, mend)
            others[name] = value
        elif name in bound:
            mend = f"`{name}` is the parameter that an argument without a name gives it: pass that one by its name."
            raise t.refuse(f"`{title}` is given `{name}` twice", node, mend)
        else:
            bound[name] = value
    if double is not None:
        from tiphys.tracing.state import DictC

        bound[double.name] = t.state.box(DictC(others))
    missing = [item.name for item in names if item.name not in bound and item.default is item.empty]
    if missing:
        lacking = ", ".join(f"`{name}`" for name in missing)
        mend = f"Pass it: `{title}({', '.join(f'{name}=...' for name in missing)})`."
        raise t.refuse(f"`{title}` is called without {lacking}", node, mend)
    return bound


def signature_line(title: str, parameters: Parameters) -> str:
    """Show how something is called."""
    return f"Its parameters are `{title}({', '.join(str(item) for item in parameters)})`."
