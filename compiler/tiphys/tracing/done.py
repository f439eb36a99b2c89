"""Loops over tasks that have run: where a round awaits nothing else, all rounds are computed together, as one function.

What `await` gives is an item of a list there, or an exception that is raised.
"""

from __future__ import annotations

import ast
import copy
from typing import Any

from tiphys.tracing.acting import acts
from tiphys.tracing.blocks import run_as_glue
from tiphys.tracing.completions import Done
from tiphys.tracing.comprehensions import loop_over_given
from tiphys.tracing.concurrency import Retrace
from tiphys.tracing.fan_out import Many
from tiphys.tracing.glue import at
from tiphys.tracing.jobs import Item, is_job, jobs_in, of_rounds
from tiphys.tracing.names import names_loaded_outside
from tiphys.tracing.pending import PendingC, Status
from tiphys.tracing.state import Box
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.values import TupleV, Unknown
from tiphys_runtime.objects import passed

PASSED = "__passed"
"""The variable that holds the function which raises what is an exception."""


def over_done(
    t: Tracer, node: ast.For | ast.AsyncFor, rows: tuple[Unknown | int, Item], like: Any, source: ast.AST
) -> Any:
    """Run a loop over tasks that have run as a whole; NotImplemented where a round does more than look at them.

    rows: how many, and what gives one. like: one of them, tried out. source: the code that the loop stands for.
    """
    named = jobs_of(node.target, like)
    tasks = [job.content for job in jobs_in(like)]
    if len(named) < len(tasks) or not named.isdisjoint(names_loaded_outside(t.frame.scope.node, source)):
        return NotImplemented
    reading = Reading(named, keeps=any(task.kept is not None for task in tasks))
    body, behind = (reading.block(part) for part in (node.body, node.orelse))
    if reading.does_more or any(acts(t, part) for part in (*body, *behind)):
        return NotImplemented
    for task in tasks:
        is_caught = t.trials and task.done_at < t.trials[-1].mark.own
        if task.may_raise and (is_caught or any(isinstance(part, ast.Try) for one in body for part in ast.walk(one))):
            raise Retrace(task.where)
    given = t.settle(of_rounds(t, Many(*rows, "gather", node), ends_of), "rows", node)
    loop = at(ast.For(target=node.target, iter=node.iter, body=body, orelse=behind), node)
    t.program.kept.append(loop)
    t.frame.scope.locals |= {PASSED}
    t.state.write(t.frame.box).names[PASSED] = passed
    with loop_over_given(t, loop, given) as over:
        done: Done = run_as_glue(t, over)
    t.state.write(t.frame.box).names.pop(PASSED, None)
    return done


def ends_of(value: Any) -> Any:
    """Give an item of tasks that have run, with what they gave, or their exceptions, in their places."""
    match value:
        case Box(content=PendingC(status=Status.DONE) as task):
            return task.value if task.kept is None else task.kept
        case TupleV(items=items, cls=cls):
            return TupleV(tuple(ends_of(item) for item in items), cls)
    return value


def jobs_of(target: ast.expr, like: Any) -> frozenset[str]:
    """Name the variables that hold the tasks of an item."""
    match target, like:
        case ast.Name(id=name), _ if is_job(like):
            return frozenset((name,))
        case ((ast.Tuple(elts=parts) | ast.List(elts=parts)), TupleV(items=items)) if len(parts) == len(items):
            return frozenset().union(*(jobs_of(part, item) for part, item in zip(parts, items, strict=True)))
    return frozenset()


class Reading(ast.NodeTransformer):
    """Lets code read what tasks gave where it awaits them. does_more: it does something else with a task."""

    def __init__(self, jobs: frozenset[str], *, keeps: bool) -> None:
        self.jobs = jobs
        self.keeps = keeps
        self.does_more = False

    def block(self, code: list[ast.stmt]) -> list[ast.stmt]:
        """Give a copy of statements."""
        return [self.visit(copy.deepcopy(statement)) for statement in code]

    def visit_Await(self, node: ast.Await) -> Any:
        return self.read(node.value) if self.is_job(node.value) else self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> Any:
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="result"), args=[], keywords=[]) if self.is_job(owner):
                return self.read(owner)
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> Any:
        self.does_more = self.does_more or node.id in self.jobs
        return node

    def is_job(self, node: ast.expr) -> bool:
        """Say whether an expression is the variable of a task."""
        return isinstance(node, ast.Name) and node.id in self.jobs

    def read(self, node: ast.expr) -> ast.expr:
        """Read what a task gave."""
        if not self.keeps:
            return node
        return at(ast.Call(func=at(ast.Name(id=PASSED, ctx=ast.Load()), node), args=[node], keywords=[]), node)
