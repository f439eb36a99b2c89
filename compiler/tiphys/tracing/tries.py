"""`retries` and `timeout` of an orchestrator: a loop around the call of its graph, and a limit for the calls in it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tiphys.authoring.retry import RetryStrategy, Timeout
from tiphys.authoring.task import TaskTemplate
from tiphys.diagnostics import mistake
from tiphys.ir import Atom, Attempt, Catch, Glue, Graph, Input, Literal, Node, Ref, Sub, Yield
from tiphys.settings import resolve
from tiphys.tracing.completions import NEVER, Done, Exit, Split
from tiphys.tracing.concurrency import start_ready
from tiphys.tracing.glue import at
from tiphys.tracing.loops import Rounds
from tiphys.tracing.raises import ended
from tiphys.tracing.regions import Closed, close, inside, label_of
from tiphys.tracing.tracer import Tracer
from tiphys.tracing.trials import Trial, explored
from tiphys.tracing.values import Hole, Unknown
from tiphys_runtime.errors import NonRecoverableError
from tiphys_runtime.failure import is_named
from tiphys_runtime.objects import handler_of, raise_


def as_set(t: Tracer, task: TaskTemplate[..., Any], call: Callable[[], Any], kind: Any, node: ast.AST) -> Any:
    """Call an orchestrator as its settings say. kind: the type of what it gives."""
    strategy, timeout = settings_of(task)
    seconds = timeout.seconds
    if not strategy.count:
        return t.within_time(seconds, call)
    if strategy.backoff is not None:
        t.state.notes.append(f"{t.span(node)}: `{task.name}` is tried again at once: an orchestrator cannot wait")
    return retried(t, strategy, lambda: t.within_time(seconds, call), kind, node)


def settings_of(task: TaskTemplate[..., Any]) -> tuple[RetryStrategy, Timeout]:
    """Give the retries and the limits of an orchestrator. Raises ProgramError for those that only a pod can have."""
    settings = resolve(task.levels).settings
    retries, timeout = settings.retries or RetryStrategy(0), settings.timeout or Timeout()
    mend = "Say it to the tasks that it calls."
    for said, what in (
        (retries.lost, "`RetryStrategy(lost=...)`"),
        (retries.grow_memory, "`RetryStrategy(grow_memory=...)`"),
        (timeout.max_queued_time, "`Timeout(max_queued_time=...)`"),
        (timeout.deadline, "`Timeout(deadline=...)`"),
    ):
        if said is not None:
            raise mistake(
                f"{what} speaks of a pod, and `{task.name}`, an orchestrator, has none", task.where, mend=mend
            )
    return retries, timeout


def has_tries(task: TaskTemplate[..., Any]) -> bool:
    """Say whether an orchestrator's settings ask for more than its graph."""
    return bool(settings_of(task)[0].count)


def limit_of(task: TaskTemplate[..., Any]) -> float | None:
    """Give the seconds that each call in an orchestrator may take at most."""
    return settings_of(task)[1].seconds


def retried(t: Tracer, strategy: RetryStrategy, call: Callable[[], Any], kind: Any, node: ast.AST) -> Any:
    """Call until that succeeds, `count` times more at most; the last failure is raised."""
    count = strategy.count

    def work(index: Unknown) -> Done:
        may_repeat = Unknown(at(less(index.tree, count, node), node), bool)
        tried = one_try(t, call, may_repeat, strategy.on, node)
        value = tried.output(1, Any)
        return Split(tried.output(0, int), frozenset((Exit.NEXT, Exit.RETURN)), t.boxed(value))

    done = Rounds(t, node, "retry", work, count=1 + count).run()
    assert done is not None
    return t.boxed(Unknown(t.expression(done.value).tree, kind))


def less(index: ast.expr, count: int, node: ast.AST) -> ast.expr:
    """Write the test whether there is another try after this one."""
    return ast.Compare(left=index, ops=[ast.Lt()], comparators=[at(ast.Constant(count), node)])


@dataclass
class Try:
    """An `Attempt` that was recorded. Output 0: how it ended; output 1: what it gave."""

    t: Tracer
    name: str
    node: ast.AST

    def output(self, number: int, kind: Any) -> Unknown:
        """Refer to an output."""
        ref = Ref(self.name, number)
        self.t.types[ref] = kind
        return Unknown(Hole(ref, "tried", self.node), kind)


def one_try(t: Tracer, call: Callable[[], Any], may_repeat: Unknown, on: tuple[str, ...] | None, node: ast.AST) -> Try:
    """Call once. Where that fails, and there is another try, it goes on; else the pod of the catch raises it again."""
    start_ready(t)
    begun, where = t.state.frontier, t.span(node)
    name = t.names.allocate("attempt")
    base = f"{t.title}.{name}"
    way = ended(t, explored(t, Trial(t, t.state.coming(), set(), node, []), call), node)
    with inside(t, way):
        atom = t.to_atom(None if way.done is NEVER else way.done, "result", node)
    is_inner = isinstance(atom, Ref) and atom.node in way.names
    closed = close(t, f"{base}.body", way, (atom,) if is_inner else (), where)
    caught = failed_try(t, f"{base}.catch", may_repeat, on, node)
    reads = {**closed.reads, **caught.reads}
    if isinstance(atom, Ref) and not is_inner:
        reads[label_of(atom)] = atom
    given = Ref("body") if is_inner else Ref(label_of(atom)) if isinstance(atom, Ref) else atom
    body, catch = (
        Sub(label, item.graph.name, tuple((key, Ref(label_of(ref))) for key, ref in item.reads.items()), object, (),
            where)
        for label, item in (("body", closed), ("catch", caught))
    )  # fmt: skip
    inputs = tuple(Input(label, t.types.get(ref, Any), where) for label, ref in reads.items())
    outputs: tuple[tuple[Atom, Atom], ...] = ((Literal(int(Exit.RETURN)), Ref("catch")), (given, Literal(None)))
    t.program.graphs[base] = Attempt(base, inputs, body, catch, outputs, where)
    t.call(Sub(name, base, tuple(reads.items()), object, tuple(dict.fromkeys((*begun, *closed.after))), where))
    t.state.pending.extend(way.pending)
    return Try(t, name, node)


def failed_try(t: Tracer, name: str, may_repeat: Unknown, on: tuple[str, ...] | None, node: ast.AST) -> Closed:
    """Make the region that finds the exception, and raises it unless there is another try."""
    where = t.span(node)
    caught, again = t.names.allocate("catch"), t.names.allocate("again")
    t.types[Ref(caught)] = Any
    error = Hole(Ref(caught), "error", node)
    kinds: list[ast.expr] = [
        t.capture(NonRecoverableError, "NonRecoverableError", node), t.capture(Exception, "Exception", node)
    ]  # fmt: skip
    found = at(ast.Call(func=t.capture(handler_of, "handler_of", node), args=[error, *kinds], keywords=[]), node)
    wanted = at(ast.Compare(left=found, ops=[ast.Eq()], comparators=[at(ast.Constant(1), node)]), node)
    tests = [may_repeat.tree, wanted]
    if on is not None:
        names = at(ast.Tuple(elts=[at(ast.Constant(each), node) for each in on], ctx=ast.Load()), node)
        is_one = ast.Call(func=t.capture(is_named, "is_named", node), args=[error, names], keywords=[])
        tests.append(at(is_one, node))
    test = at(ast.BoolOp(op=ast.And(), values=tests), node)
    raised = at(ast.Call(func=t.capture(raise_, "raise_", node), args=[error], keywords=[]), node)
    tree = at(ast.IfExp(test=test, body=at(ast.Constant(int(Exit.NEXT)), node), orelse=raised), node)
    code, operands = t.compiler.compile(Unknown(tree, int, pure=False, total=False), where, t.frame.title)
    reads = {label_of(atom): atom for _, atom in operands if isinstance(atom, Ref) and atom.node != caught}
    inputs = tuple(Input(label, int, where) for label in reads)
    nodes: tuple[Node, ...] = (
        Catch(caught, (Any,), where),
        Glue(again, code, tuple((key, Ref(label_of(atom)) if isinstance(atom, Ref) else atom)
                                for key, atom in operands), int, (caught,), where),
    )  # fmt: skip
    graph = Graph(name, inputs, nodes, Yield((Ref(again),), (again,), where), task=t.title, is_region=True)
    t.program.graphs[name] = graph
    return Closed(graph, reads, ())
