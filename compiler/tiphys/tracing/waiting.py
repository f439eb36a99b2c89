"""Waiting in an orchestrator: for a person's answer, or a while. Both are nodes without a pod. And clocks."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tiphys.answers import PROMPT
from tiphys.authoring.condition import Condition, NewCondition, Waiter, new_condition, timed_out
from tiphys.diagnostics import AuthoringError, Mistake, ProgramError
from tiphys.ir import Ask, Atom, Input, Literal, Ref, Sleep, Sub, Wait
from tiphys.tracing.builder import ProgramBuilder
from tiphys.tracing.calls import raising
from tiphys.tracing.glue import at
from tiphys.tracing.pending import PendingC
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import NotKnown, Posed, PosedWaiter, Unknown
from tiphys_runtime import durable

SLEEP = "sleep"
"""The construct that all sleeps of a program share."""
MILLISECONDS = "milliseconds"


def waited(t: Tracer, function: Any, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Call `new_condition`, `condition.wait`, or what `durable` has, or `.aio` of one; else NotImplemented."""
    is_method = isinstance(function, types.MethodType) and function.__name__ == "aio"
    match function.__self__ if is_method else function:
        case NewCondition():
            return later(t, lambda: posed(t, args, keywords, node), node, "new_condition", waits=is_method)
        case Waiter(condition=condition):
            waits = is_method or in_async(t)
            return later(t, lambda: ask(t, condition, condition.prompt, node), node, "wait", waits=waits)
        case PosedWaiter(posed=made):
            waits = is_method or in_async(t)
            return later(t, lambda: ask(t, made.condition, made.prompt, node), node, "wait", waits=waits)
        case durable.Sleep():
            duration = given(t, args, keywords, "duration", node)
            return later(t, lambda: pause(t, duration, node), node, "sleep", waits=is_method or in_async(t))
        case durable.Clock(name=name):
            return later(t, lambda: read_clock(t, name, node), node, name, waits=is_method)
    return NotImplemented


def later(t: Tracer, work: Callable[[], Any], node: ast.AST, title: str, *, waits: bool = True) -> Any:
    """Do something when it is awaited. waits: it is a coroutine; else it is done now."""
    if not waits:
        return work()
    box = t.state.box(PendingC(work, title, t.span(node), reusable=False))
    t.state.pending.append(box)
    return box


def in_async(t: Tracer) -> bool:
    """Say whether an async function is interpreted, or a lambda in one."""
    around = next((code for code, _ in reversed(t.calls) if not isinstance(code, ast.Lambda)), None)
    return t.is_async if around is None else isinstance(around, ast.AsyncFunctionDef)


def given(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], name: str, node: ast.AST) -> Any:
    """Give the only argument of a call."""
    values = [*args, *(value for key, value in keywords.items() if key == name)]
    if len(values) != 1 or set(keywords) - {name}:
        raise t.refuse("`sleep` takes one duration: seconds, or a timedelta", node)
    return values[0]


# ---- a while


def pause(t: Tracer, duration: Any, node: ast.AST) -> None:
    """Record a sleep."""
    time = length(t, duration, node)
    if t.runtime_seconds or (t.seconds is not None and not (isinstance(time, Literal) and in_limit(t, time))):
        mend = "Give the limit to the tasks, or sleep outside of it."
        raise t.untraceable("a sleep that a time limit may end is not supported", node, mend)
    where = t.span(node)
    if SLEEP not in t.program.graphs:
        inputs = (Input(MILLISECONDS, int, where),)
        t.program.graphs[SLEEP] = Wait(SLEEP, inputs, Sleep(Ref(MILLISECONDS)), where, "sleep")
    t.call(Sub(t.names.allocate(SLEEP), SLEEP, ((MILLISECONDS, time),), object, t.state.frontier, where))


def in_limit(t: Tracer, time: Literal) -> bool:
    """Say whether a known sleep ends before the limit around it."""
    return isinstance(time.value, int) and t.seconds is not None and time.value <= t.seconds * 1000


def length(t: Tracer, duration: Any, node: ast.AST) -> Atom:
    """Give a duration in milliseconds."""
    try:
        known = t.native(duration)
    except NotKnown:
        function = t.capture(durable.milliseconds, MILLISECONDS, node)
        call = at(ast.Call(func=function, args=[t.tree(duration, node, "duration")], keywords=[]), node)
        return t.to_atom(Unknown(call, int, total=False), MILLISECONDS, node)
    found = raising(t, node, durable.milliseconds, known)
    if (known.total_seconds() if isinstance(known, timedelta) else known) < 0:
        note = f"{t.span(node)}: a sleep of {known} is over at once, as in Python: a duration counts from 0"
        t.state.notes.append(note)
    return Literal(found)


def read_clock(t: Tracer, name: str, node: ast.AST) -> Any:
    """Read a clock at run time, once."""
    function = durable.seconds_now if name == "time" else durable.utc_now
    call = at(ast.Call(func=t.capture(function, name, node), args=[], keywords=[]), node)
    kind = float if name == "time" else datetime
    return t.settle(Unknown(call, kind, pure=False, total=False), name, node)


# ---- for an answer


def posed(t: Tracer, args: tuple[Any, ...], keywords: dict[str, Any], node: ast.AST) -> Any:
    """Make a condition; its prompt may be known at run time only."""
    named = {**dict(zip(("name", PROMPT), args, strict=False)), **keywords}
    prompt = named.get(PROMPT)
    asks_later = t.unknown(prompt) is not None
    if asks_later and len(args) > 1:
        args = (args[0], "", *args[2:])
    elif asks_later:
        keywords = {**keywords, PROMPT: ""}
    try:
        known = [t.native(item) for item in args], {name: t.native(item) for name, item in keywords.items()}
    except NotKnown:
        mend = "Only its prompt may be made of what tasks give."
        raise t.untraceable("a condition has to be known when the program is compiled", node, mend) from None
    try:
        made = new_condition(*known[0], **known[1])
    except AuthoringError as error:
        raise ProgramError(*(Mistake(one.message, t.span(node), one.mend) for one in error.mistakes)) from None
    except TypeError as error:
        raise t.refuse(f"`new_condition`: {error}", node) from None
    t.program.posed[t.span(node)] = made
    return Posed(made, t.settle(prompt, PROMPT, node)) if asks_later else made


def notes_on_conditions(program: ProgramBuilder) -> list[str]:
    """Tell of the conditions that are made and that nothing waits for: the run would not ask."""
    return [
        f"{where}: nothing waits for the condition `{made.name}`, so nobody is asked; its `wait()` has to be awaited"
        for where, made in program.posed.items()
        if made not in program.asked
    ]


def posed_attribute(value: Posed, name: str) -> Any:
    """Read an attribute of a condition with a runtime prompt."""
    if name == PROMPT:
        return value.prompt
    return PosedWaiter(value) if name == "wait" else getattr(value.condition, name)


def ask(t: Tracer, condition: Condition, prompt: Any, node: ast.AST) -> Any:
    """Record a wait for an answer."""
    if t.runtime_seconds:
        mend = "Give the condition a timeout of its own: `new_condition(..., timeout=...)`."
        raise t.untraceable("a limit that only run time knows cannot end a wait for a person", node, mend)
    t.program.asked.append(condition)
    limits = [each for each in (condition.seconds, t.seconds) if each is not None]
    seconds = min(limits, default=None)
    otherwise = None if seconds is None else Literal(timed_out(condition.name, seconds))
    where = t.span(node)
    name = t.names.allocate(condition.name)
    unknown = t.unknown(prompt)
    said: Atom = Literal(prompt) if unknown is None else t.to_atom(unknown, PROMPT, node)
    held = isinstance(said, Ref)
    asked = Ask(
        condition.name, condition.data_type, Ref(PROMPT) if held else said, condition.prompt_type,
        condition.description, seconds, otherwise,
    )  # fmt: skip
    unit = f"{t.title}.{name}"
    t.program.graphs[unit] = Wait(unit, (Input(PROMPT, str, where),) if held else (), asked, where)
    ref = t.call(Sub(name, unit, ((PROMPT, said),) if held else (), object, t.state.frontier, where))
    if otherwise is None:
        return t.atom(ref, condition.data_type, name, node)
    answer = t.expression(t.atom(ref, object, name, node))
    call = at(ast.Call(func=t.capture(durable.answered, "answered", node), args=[answer.tree], keywords=[]), node)
    return t.settle(Unknown(call, condition.data_type, total=False), "answer", node)
