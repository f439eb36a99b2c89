"""`try`: a stretch of the program of which an exception becomes a value, and what goes on from there.

What may fail is closed into the body of an `Attempt`. Every call in it carries its frame: what the variables that the
handlers may read hold if it fails. After the `Attempt` the program forks: on when the body went through, or into the
clause that matches the exception. `finally` runs after the merge of all that, and then raises what is still pending.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tiphys.tracing.completions import Completion, Done, Ended, Exit, Split, exits_of
from tiphys.tracing.expressions import evaluate
from tiphys.tracing.forks import FINALLY
from tiphys.tracing.merging import fork
from tiphys.tracing.names import store
from tiphys.tracing.raises import raise_again, raise_value
from tiphys.tracing.running import proceed
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.trials import Tried, tries
from tiphys.tracing.values import NotKnown, Raised
from tiphys.tracing.which import Which


def attempt(t: Tracer, node: ast.Try, run: Callable[[Sequence[ast.stmt]], Done]) -> Done:
    """Run a `try` statement; `run` interprets statements."""
    if node.finalbody:
        return with_finally(t, node, run)
    return with_handlers(t, node, run)


def with_handlers(t: Tracer, node: ast.Try, run: Callable[[Sequence[ast.stmt]], Done]) -> Done:
    """Run `try` with its clauses and its `else`."""
    clauses = [clause_types(t, clause) for clause in node.handlers]

    def behind(done: Done) -> Done:
        if not node.orelse:
            return done
        return proceed(t, done, frozenset((Exit.NEXT,)), lambda: run(node.orelse), node)

    tried = tries(t, lambda: run(node.body), clauses, node)
    if isinstance(tried, Raised):
        return handled_now(t, node, tried, clauses, run)
    if not isinstance(tried, Tried):
        return behind(tried)

    def handle(index: int) -> Done:
        tried.failed()
        if index == len(node.handlers):
            return raise_again(t, tried.error, node)
        return handler(t, node.handlers[index], tried.error, run)

    works: list[Callable[[], Done]] = [
        lambda: behind(tried.went()),
        *(lambda index=index: handle(index) for index in range(len(node.handlers) + 1)),
    ]
    done: Done = forked(t, tried, works, node)
    return done


def forked(t: Tracer, tried: Tried, works: list[Callable[[], Any]], node: ast.AST) -> Any:
    """Go on as the `Attempt` ended."""
    if tried.always_fails:

        def never() -> Any:
            raise Ended

        works[0] = never
    which = Which(t, tried.number, node, is_number=True)
    return fork(t, which, works, node, title="handle", keeps_raises=True)


def clause_types(t: Tracer, clause: ast.ExceptHandler) -> Any:
    """Evaluate what a clause catches."""
    if clause.type is None:
        return BaseException
    try:
        return t.native(evaluate(t, clause.type))
    except NotKnown:
        mend = "Name the classes, and decide inside the clause."
        raise t.untraceable("what this clause catches is known only at run time", clause.type, mend) from None


def handler(t: Tracer, clause: ast.ExceptHandler, error: Any, run: Callable[[Sequence[ast.stmt]], Done]) -> Done:
    """Run a clause on an exception, known or not."""
    if not isinstance(error, Raised):
        error = t.boxed(error)  # what the clause changes of it, a bare `raise` raises too
    if clause.name:
        store(t, clause.name, error.error if isinstance(error, Raised) else error, clause)
    outer = t.frame.notes.get("handling")
    t.frame.notes["handling"] = error
    try:
        return run(clause.body)
    finally:
        t.frame.notes["handling"] = outer
        if clause.name:
            t.state.write(t.frame.box).names.pop(clause.name, None)


def handled_now(
    t: Tracer, node: ast.Try, error: Raised, clauses: list[Any], run: Callable[[Sequence[ast.stmt]], Done]
) -> Done:
    """Run the clause that catches an exception which is raised when the program is compiled."""
    for clause, kinds in zip(node.handlers, clauses, strict=True):
        if isinstance(error.error, kinds):
            return handler(t, clause, error, run)
    raise error


def with_finally(t: Tracer, node: ast.Try, run: Callable[[Sequence[ast.stmt]], Done]) -> Done:
    """Run `try` with a `finally`: whatever happens, then go on as things stood."""
    inner: Sequence[ast.stmt] = node.body
    if node.handlers:
        made = ast.Try(body=node.body, handlers=node.handlers, orelse=node.orelse, finalbody=[])
        inner = [ast.copy_location(made, node)]
        t.program.kept.append(made)
    with read_behind(t):
        tried = tries(t, lambda: run(inner), [BaseException], node)
        pending = None if isinstance(tried, Raised) else ended(t, tried, node)
    if isinstance(tried, Raised):
        done = run(node.finalbody)
        if done is None:
            raise tried
        return proceed(t, done, frozenset((Exit.NEXT,)), lambda: raise_now(tried), node)
    with holding(t, tried.done if isinstance(tried, Tried) else None), holding(t, pending):
        done = run(node.finalbody)

    def fail() -> Done:
        assert isinstance(tried, Tried)
        return raise_value(t, t.boxed(tried.error), [], node)

    def resumed() -> Done:
        if Exit.RAISE not in exits_of(pending):
            return pending
        return proceed(t, pending, frozenset((Exit.RAISE,)), fail, node, keeps_raises=True)

    if done is None:
        return resumed()
    return proceed(t, done, frozenset((Exit.NEXT,)), resumed, node)


def ended(t: Tracer, tried: Tried | Done, node: ast.AST) -> Done:
    """Tell how the body of a `try` with a `finally` ended. What it returns stays apart from its exception."""
    if not isinstance(tried, Tried):
        return tried

    def fail() -> Done:
        tried.failed()
        return Completion(Exit.RAISE)

    if tried.always_fails:
        return fail()
    done: Done = forked(t, tried, [tried.went, fail], node)
    return done


@contextmanager
def read_behind(t: Tracer) -> Iterator[None]:
    """Keep what variables hold on ways that return, too: a `finally` reads them."""
    notes = t.frame.notes
    outer = notes.get(FINALLY)
    notes[FINALLY] = True
    try:
        yield
    finally:
        notes[FINALLY] = outer


@contextmanager
def holding(t: Tracer, done: Any) -> Iterator[None]:
    """Let what is about to be returned see the changes in place that are made before it is."""
    t.held.append(done.value if isinstance(done, Completion | Split) else None)
    try:
        yield
    finally:
        t.held.pop()


def raise_now(error: Raised) -> Done:
    """Raise an exception that is known."""
    raise error
