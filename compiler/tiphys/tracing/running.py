"""Runs statements in order: a function, a block, one of them; and goes on where only run time says how one ended."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tiphys.diagnostics import ProgramError
from tiphys.tracing.completions import Completion, Done, Exit, Split, Whole, exits_of, without
from tiphys.tracing.glue import at
from tiphys.tracing.meaningless import told_by_name
from tiphys.tracing.merging import fork
from tiphys.tracing.pending import BatchC, PendingC
from tiphys.tracing.sharing import parts_of
from tiphys.tracing.state import Box
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import POISON, Poisoned, Undecided, Unknown
from tiphys.tracing.which import Which


def run_function(t: Tracer, body: list[ast.stmt]) -> Any:
    """Interpret a function body; give what it returns."""
    done = run_block(t, body)
    if isinstance(done, Split):
        done = proceed(t, done, frozenset((Exit.NEXT,)), lambda: Completion(Exit.RETURN), body[-1])
    assert not isinstance(done, Split)
    return done.value if done is not None else None


def run_block(t: Tracer, body: Sequence[ast.stmt]) -> Done:
    """Interpret statements in order, to the first that does not go on."""
    for index, statement in enumerate(body):
        behind = body[index + 1 :]
        done = execute(t, statement, behind)
        if isinstance(done, Whole):
            return done.done
        if isinstance(done, Split):
            if Exit.NEXT in done.exits and behind:
                return proceed(t, done, frozenset((Exit.NEXT,)), partial(run_block, t, behind), statement)
            return done
        if done is not None:
            return done
    return None


def proceed(
    t: Tracer, done: Done, exits: frozenset[Exit], work: Callable[[], Done], node: ast.AST, *,
    keeps_raises: bool = False,
) -> Done:  # fmt: skip
    """Go on with `work` where a stretch has completed in one of these ways; other completions stay."""
    found = exits_of(done)
    if found <= exits:
        return work()
    if not found & exits:
        return done
    assert isinstance(done, Split)
    wanted: list[ast.expr] = [at(ast.Constant(int(item)), node) for item in sorted(found & exits)]
    if len(wanted) == 1:
        test = ast.Compare(left=done.code.tree, ops=[ast.Eq()], comparators=wanted)
    else:
        numbers = at(ast.Tuple(elts=wanted, ctx=ast.Load()), node)
        test = ast.Compare(left=done.code.tree, ops=[ast.In()], comparators=[numbers])
    which = Which(t, Unknown(at(test, node), bool, done.code.pure, done.code.total), node)
    merged: Done = fork(t, which, [work, lambda: without(done, *exits)], node, title="rest", keeps_raises=keeps_raises)
    return merged


def execute(t: Tracer, node: ast.stmt, behind: Sequence[ast.stmt] = ()) -> Done | Whole:
    """Interpret one statement. In the orchestrator itself a mistake is kept, and the rest is looked at too.

    behind: the statements that follow in the same block; a statement that forks may take them along.
    """
    begun = len(t.state.pending)
    outer, t.frame.here = t.frame.here, node
    frame = t.frame
    try:
        if t.choices:
            return decided(t, node, behind)
        return perform(t, node, behind)
    except ProgramError as error:
        if t.guards:
            raise
        t.mistakes.extend(error.mistakes)
    except Poisoned:
        if t.guards:
            raise
    finally:
        frame.here = outer
    t.mistakes.extend(each for each in told_by_name(t, node) if each not in t.mistakes)
    poison(t, node)
    for box in t.state.pending[begun:]:
        excuse(t, box)
    return None


def perform(t: Tracer, node: ast.stmt, behind: Sequence[ast.stmt]) -> Done | Whole:
    """Interpret one statement."""
    from tiphys.tracing.statements import TABLE, branch, match_block

    if isinstance(node, ast.If):
        return branch(t, node, behind)
    if isinstance(node, ast.Match):
        return match_block(t, node, behind)
    handler = TABLE.get(type(node))
    if handler is None:
        raise t.untraceable(f"`{type(node).__name__}` cannot be used in an orchestrator", node)
    return handler(t, node)


def decided(t: Tracer, node: ast.stmt, behind: Sequence[ast.stmt]) -> Done | Whole:
    """Interpret a statement; where it asks what a choice is, once for each of its options."""
    mark, names = t.state.mark(), t.names.mark()
    try:
        done = perform(t, node, behind)
    except Undecided as error:
        t.state.rollback(mark)
        t.undo_names(names)
        asked = error
    else:
        t.state.keep(mark)
        return done
    which = Which(t, asked.number, node, is_number=True)

    def option(number: int) -> Done | Whole:
        outer = t.options
        t.options = {**outer, asked.number.key: number}
        try:
            return run_block(t, [node, *behind])
        finally:
            t.options = outer

    works = [lambda number=number: option(number) for number in range(asked.count)]
    return Whole(fork(t, which, works, node, title="option"))


def poison(t: Tracer, node: ast.stmt) -> None:
    """After a mistake: what the statement would have set is not to be looked at."""
    names = t.state.write(t.frame.box).names
    for item in ast.walk(node):
        match item:
            case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names[name] = POISON
            case ast.ClassDef(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names[name] = POISON
            case ast.alias(name=name, asname=said):
                names[said or name.partition(".")[0]] = POISON
    for item in ast.walk(node):
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load):
            excuse(t, names.get(item.id))


def excuse(t: Tracer, value: Any) -> None:
    """Take coroutines for awaited that a value is or leads to: what would have awaited them was refused."""
    waiting, seen = [value], set[Box]()
    while waiting:
        one = waiting.pop()
        if isinstance(one, Box):
            if one in seen:
                continue
            seen.add(one)
            if isinstance(one.content, PendingC):
                content = t.state.write(one)
                content.taken = content.excused = True
            elif isinstance(one.content, BatchC):
                t.state.write(one).taken = True
        waiting.extend(parts_of(one))
