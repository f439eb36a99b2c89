"""Calls with `*` and `**` of runtime values: which argument is which is found at run time, as Python finds it."""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import types
from typing import Any

from tiphys.authoring.task import TaskTemplate
from tiphys.tracing.glue import at
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import Bound, Closure, NotKnown, Spread, Unknown

Args = tuple[Any, ...]
Keywords = dict[str, Any]
Parameters = tuple[inspect.Parameter, ...]
STARS = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def call_bound(t: Tracer, function: Any, args: Args, keywords: Keywords, node: ast.Call) -> Any:
    """Call a task, or an interpreted function, with what a function of the same parameters makes of its arguments.

    Raises NotTraceable where those cannot be told apart.
    """
    from tiphys.tracing.calls import call_value

    if isinstance(function, functools.partial):
        words = laid_over(t, function.keywords, keywords, node)
        return call_value(t, function.func, (*function.args, *args), words, node)
    title, parameters = parameters_of(t, function)
    if not parameters or any(one.kind in STARS for one in parameters):
        mend = "Pass the values one by one, or all of them as one list or dict."
        raise t.untraceable("how many arguments this passes is known only at run time", node, mend)
    first = next((index for index, value in enumerate(args) if isinstance(value, Spread)), len(args))
    said = dict(zip((one.name for one in parameters if one.kind is not one.KEYWORD_ONLY), args[:first], strict=False))
    said |= {name: value for name, value in keywords.items() if not isinstance(value, Spread)}
    made = t.settle(bindings(t, title, parameters, (args, first, keywords), node), "arguments", node)
    values = {
        one.name: said[one.name] if one.name in said else item_of(t, made, index, node)
        for index, one in enumerate(parameters)
    }
    plain = tuple(values.pop(one.name) for one in parameters if one.kind is one.POSITIONAL_ONLY)
    return call_value(t, function, plain, values, node)


def laid_over(t: Tracer, own: Keywords, words: Keywords, node: ast.AST) -> Keywords:
    """Lay keywords over those of a partial: the same name is no mistake, also where only run time knows the names."""
    if not any(isinstance(word, Spread) for word in (*own.values(), *words.values())):
        return {**own, **words}
    plain: Keywords = {}
    if not any(isinstance(word, Spread) for word in own.values()):
        plain = {name: value for name, value in words.items() if not isinstance(value, Spread)}
    keys: list[ast.expr | None] = []
    values: list[ast.expr] = []
    for name, value in (*own.items(), *words.items()):
        if isinstance(value, Spread):
            keys.append(None)
            values.append(t.tree(value.value, node))
        elif name not in plain:
            keys.append(at(ast.Constant(name), node))
            values.append(t.tree(value, node))
    whole = Unknown(at(ast.Dict(keys=keys, values=values), node), dict, total=False)
    return {**plain, "**": Spread(t.settle(whole, "keywords", node), pairs=True)}


def parameters_of(t: Tracer, function: Any) -> tuple[str, Parameters]:
    """Give the module and name, and the parameters, of what is called; none where they cannot be told."""
    from tiphys.tracing.closures import parameters
    from tiphys.tracing.tasks import interface_of

    match function:
        case TaskTemplate():
            return told(function.function), interface_of(function).parameters
        case Closure():
            return qualified(t, function), parameters(function)
        case Bound(function=Closure() as method):
            return qualified(t, method), parameters(method)[1:]
    return "", ()


def qualified(t: Tracer, closure: Closure) -> str:
    """Give the module and the name by which Python tells of a function."""
    if closure.native is not None:
        return told(closure.native)
    return f"{closure.frame.globals.get('__name__')}:{t.frame.title}.<locals>.{closure.name}"


def told(function: Any) -> str:
    """Give the module and the name of a function."""
    return f"{getattr(function, '__module__', None)}:{getattr(function, '__qualname__', 'call')}"


def bindings(
    t: Tracer, title: str, parameters: Parameters, given: tuple[Args, int, Keywords], node: ast.Call
) -> Unknown:
    """Give the values of all parameters as a tuple; of what is said one by one, only that it is."""
    args, first, keywords = given
    said = at(ast.Constant(None), node)
    positional: list[ast.expr] = [said] * first
    for value in args[first:]:
        tree = t.tree(value.value if isinstance(value, Spread) else value, node)
        positional.append(at(ast.Starred(value=tree, ctx=ast.Load()), node) if isinstance(value, Spread) else tree)
    words = [
        ast.keyword(arg=None, value=t.tree(value.value, node))
        if isinstance(value, Spread)
        else ast.keyword(arg=name, value=said)
        for name, value in keywords.items()
    ]
    head = t.capture(binder(t, title, parameters, node), "arguments", node)
    return Unknown(at(ast.Call(func=head, args=positional, keywords=words), node), tuple, pure=False, total=False)


def binder(t: Tracer, title: str, parameters: Parameters, node: ast.AST) -> types.FunctionType:
    """Make a function that is called like another one, and gives the values of its parameters."""
    shown: list[inspect.Parameter] = []
    defaults: dict[str, object] = {}
    for one in parameters:
        name = f"default_of_{one.name}"
        if one.default is not one.empty:
            try:
                defaults[name] = t.native(one.default)
            except NotKnown:
                raise t.untraceable("a default of what this calls is known only at run time", node) from None
        shown.append(inspect.Parameter(one.name, one.kind, default=Said(name) if name in defaults else one.empty))
    names = "".join(f"{one.name}, " for one in parameters)
    text = f"def arguments{inspect.Signature(shown)}: return ({names})"
    key = (text, title, tuple(map(id, defaults.values())))
    known = t.program.factories.get(key)
    if known is None:
        space: dict[str, Any] = {"__builtins__": builtins, **defaults}
        exec(compile(text, t.frame.file, "exec"), space)  # noqa: S102  made of the names of parameters
        made: types.FunctionType = space.pop("arguments")
        made.__module__, _, made.__qualname__ = title.partition(":")
        known = t.program.factories[key] = (made, list(defaults.values()))
    return known[0]


class Said(str):
    """A name in a signature, where the signature shows a default."""

    __slots__ = ()

    __repr__ = str.__str__


def item_of(t: Tracer, made: Any, index: int, node: ast.AST) -> Any:
    """Give the value of one parameter."""
    slot = at(ast.Constant(index), node)
    return t.lift(Unknown(at(ast.Subscript(value=t.tree(made, node), slice=slot, ctx=ast.Load()), node), Any))
