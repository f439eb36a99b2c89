"""`task.override(...)`: settings that are known now make another task; some may be known at run time only.

Those travel as hidden arguments of the call: quantities of resources, which Argo writes into the pod; the timeout,
which the shim keeps; variables, which it sets.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tiphys.authoring.location import standing
from tiphys.authoring.resources import Resources
from tiphys.authoring.retry import Timeout
from tiphys.diagnostics import AuthoringError, ProgramError
from tiphys.ir import RESOURCE, RETRIES, VARIABLES, Atom, Literal
from tiphys.tracing.choices import decide
from tiphys.tracing.glue import at
from tiphys.tracing.reach import is_orchestrator
from tiphys.tracing.state import Box, DictC
from tiphys.tracing.values import Choice, Hole, NotKnown, Special, TupleV, Unknown
from tiphys_runtime.limits import retries_of, seconds_of, texts_of
from tiphys_runtime.quantities import Quantity, one_of_pair, requested

if TYPE_CHECKING:
    from tiphys.authoring.task import TaskTemplate
    from tiphys.tracing.tracer import Tracer

KINDS = {"cpu": "cpu", "memory": "memory", "disk": "ephemeral-storage"}
"""The resources whose quantities run time may say, as Kubernetes calls them."""


VARIABLE = "as the run decides"
"""What stands in the pod for a variable that the shim sets."""


@dataclass(frozen=True)
class Later:
    """What only run time says of a call: quantities, the number of retries among them; seconds, variables."""

    sizes: Mapping[str, Unknown]
    limit: Unknown | None
    variables: Unknown | None


NOTHING = Later({}, None, None)


LATE = ("short_name", "resources", "timeout", "env_vars", "retries")
"""Settings of pods of which run time may say something that is not known before."""


@dataclass(frozen=True, eq=False)
class Sized:
    """`Resources` of which only run time knows some quantities: `requests memory`, and the text of it."""

    known: Resources
    sizes: Mapping[str, Unknown]


def resources(t: Tracer, args: tuple[Any, ...], words: dict[str, Any], node: ast.Call) -> Any:
    """Make `Resources`, with quantities that are known, or that run time says."""
    given = {**dict(zip(Resources.model_fields, args, strict=False)), **words}
    open_ = {name: value for name, value in given.items() if not is_known(t, value)}
    if not open_ or len(args) > len(Resources.model_fields):
        return NotImplemented
    sizes: dict[str, Unknown] = {}
    for name, value in open_.items():
        if name not in KINDS:
            mend = "Choose between calls with known values by an `if`."
            raise t.refuse(f"`{name}` of resources has to be known when the program is compiled", node, mend)
        sizes.update(sizes_of(t, name, value, node))
    with standing(t.span(node)):
        try:
            known = Resources(**{name: t.native(value) for name, value in given.items() if name not in open_})
        except AuthoringError as error:
            raise ProgramError(*error.mistakes) from None
    return Sized(known, sizes)


def is_known(t: Tracer, value: Any) -> bool:
    """Say whether a value is known now, with all that is in it."""
    try:
        t.native(value)
    except NotKnown:
        return False
    return True


def sizes_of(t: Tracer, name: str, value: Any, node: ast.AST) -> dict[str, Unknown]:
    """Write the expressions of a quantity, or of a request and a limit; they are checked at run time."""
    kind = at(ast.Constant(name), node)
    if isinstance(value, TupleV) and len(value.items) == 2:
        parts = [t.tree(item, node, name) for item in value.items]
        calls = {
            word: ast.Call(
                func=t.capture(one_of_pair, "one_of_pair", node), args=[kind, *parts, at(ast.Constant(index), node)],
                keywords=[],
            )
            for index, word in enumerate(("requests", "limits"))
        }  # fmt: skip
    else:
        tree = t.expression(value).tree
        calls = {"requests": ast.Call(func=t.capture(requested, "requested", node), args=[kind, tree], keywords=[])}
    return {
        f"{word} {KINDS[name]}": Unknown(at(call, node), Quantity, pure=True, total=False)
        for word, call in calls.items()
    }


def override(
    t: Tracer, task: TaskTemplate[..., Any], args: tuple[Any, ...], words: dict[str, Any], node: ast.AST
) -> Any:
    """Call `task.override`; with settings of run time it gives what can only be called, or one of several tasks."""
    if args:
        raise t.refuse("`override` takes settings by their names", node, "Write `override(retries=3)`, say.")
    late = LATE[:1] if is_orchestrator(task) else LATE
    words = {name: value if name in late else one_of_known(t, value, node) for name, value in words.items()}
    several = next(((name, value) for name, value in words.items() if isinstance(value, Choice)), None)
    if several is not None:
        name, choice = several
        return decide(t, choice, lambda one: override(t, task, args, {**words, name: one}, node), node)
    if "short_name" in words and not is_known(t, words["short_name"]):
        t.state.notes.append(f"{t.span(node)}: a `short_name` of run time is not shown: the name of the task is")
        words = {name: value for name, value in words.items() if name != "short_name"}
    later, known = said_later(t, words, node)
    if later == NOTHING:
        return known_override(t, task, args, words, node)
    if is_orchestrator(task):
        raise t.refuse(
            f"`{task.name}` calls tasks and has no pod of its own", node, "Override the tasks that it calls."
        )
    if later.variables is not None and task.beside is not None:
        mend = "Make them inputs, which its command can name."
        raise t.refuse(f"variables of run time do not reach the container of `{task.name}`", node, mend)
    made = known_override(t, task, args, known, node)

    def call(given: tuple[Any, ...], named: dict[str, Any], where: ast.Call) -> Any:
        from tiphys.tracing.tasks import call_task

        return call_task(t, made, given, named, where, later=later)

    return Special("override", call, (made,))


def said_later(t: Tracer, words: Mapping[str, Any], node: ast.AST) -> tuple[Later, dict[str, Any]]:
    """Tell what only run time says from the settings that are known; what was said before holds no more for either."""
    known = dict(words)
    sizes = retries_in(t, words.get("retries"), node)
    if sizes:
        known["retries"] = 1
    if isinstance(sized := words.get("resources"), Sized):
        known["resources"] = sized.known
        sizes = {**sized.sizes, **sizes}
    limit = seconds_in(t, words.get("timeout"), node)
    if limit is not None:
        known["timeout"] = 0
    named, variables = variables_in(t, words.get("env_vars"), node)
    if variables is not None:
        known["env_vars"] = named
    return Later(sizes, limit, variables), known


def seconds_in(t: Tracer, said: Any, node: ast.AST) -> Unknown | None:
    """Give the seconds of a timeout, where only run time knows it."""
    unknown = None if said is None else t.unknown(said)
    if unknown is None or (isinstance(unknown.type, type) and issubclass(unknown.type, Timeout)):
        return None
    asked = ast.Call(func=t.capture(seconds_of, "seconds_of", node), args=[t.expression(said).tree], keywords=[])
    return Unknown(at(asked, node), Any, pure=True, total=False)


def retries_in(t: Tracer, said: Any, node: ast.AST) -> dict[str, Unknown]:
    """Give the number of retries, where only run time knows it."""
    unknown = None if said is None else t.unknown(said)
    if unknown is None or unknown.type not in (int, bool, Any):
        return {}
    asked = ast.Call(func=t.capture(retries_of, "retries_of", node), args=[t.expression(said).tree], keywords=[])
    return {RETRIES.removeprefix(RESOURCE): Unknown(at(asked, node), int, pure=True, total=False)}


def variables_in(t: Tracer, said: Any, node: ast.AST) -> tuple[dict[str, Any], Unknown | None]:
    """Tell the variables that are known now from those that run time says, which are checked there."""
    if not isinstance(said, Box) or not isinstance(said.content, DictC):
        return {}, None
    entries = said.content.entries
    open_ = {name: value for name, value in entries.items() if not is_known(t, value)}
    if not open_:
        return {}, None
    known = {name: VARIABLE if name in open_ else t.native(value) for name, value in entries.items()}
    tree = t.tree(t.state.box(DictC(dict(open_))), node, "env_vars")
    checked = ast.Call(func=t.capture(texts_of, "texts_of", node), args=[tree], keywords=[])
    return known, Unknown(at(checked, node), Any, pure=True, total=False)


def one_of_known(t: Tracer, value: Any, node: ast.AST) -> Any:
    """Give the known values that a value of run time is one of, where its expression tells them: `3 if x else 0`."""
    if not isinstance(value, Unknown):
        return value
    made = t.glue.get(value.ref.node) if value.ref is not None else value
    options = [True, False] if value.type is bool else constants(made.tree) if made is not None else None
    if options is None or len(options) < 2:
        return value
    table = t.capture({option: number for number, option in enumerate(options)}, "numbers", node)
    tree = at(ast.Subscript(value=table, slice=t.tree(value, node, "one"), ctx=ast.Load()), node)
    return Choice(t.settle(Unknown(tree, int, value.pure, value.total), "which", node), tuple(options))


def constants(tree: ast.expr) -> list[Any] | None:
    """List the known values that a conditional expression may have; nothing where it may have others."""
    match tree:
        case ast.IfExp(body=body, orelse=orelse):
            first, second = constants(body), constants(orelse)
            return None if first is None or second is None else list(dict.fromkeys((*first, *second)))
        case ast.Constant(value=known) | Hole(value=Literal(value=str() | int() | None as known)):
            return [known]
    return None


def known_override(
    t: Tracer, task: TaskTemplate[..., Any], args: tuple[Any, ...], words: dict[str, Any], node: ast.AST
) -> TaskTemplate[..., Any]:
    """Call `task.override` with known settings."""
    late = [name for name, value in words.items() if not is_known(t, value)]
    if late:
        mend = "Choose between calls with known settings by an `if`, or take them from an input that `--bind` fixes."
        what = {
            "env_vars": "the names in `env_vars` of a task have", "retries": "the `RetryStrategy` of a task has",
            "timeout": "the `Timeout` of a task has",
        }.get(late[0], f"`{late[0]}` of a task has")  # fmt: skip
        need_not = "quantities of resources, timeouts, numbers of retries and values of `env_vars` need not"
        if late[0] in ("timeout", "retries"):
            alone = "the seconds" if late[0] == "timeout" else "the number"
            mend = f"Write {alone} alone: `{late[0]}=n`; or choose by an `if`."
        message = f"{what} to be known when the program is compiled; {need_not}"
        raise t.untraceable(message, node, mend)
    known = {name: t.native(value) for name, value in words.items()}
    with standing(t.span(node)):
        try:
            made = task.override(*args, **known)
        except AuthoringError as error:
            raise ProgramError(*error.mistakes) from None
    key = (task.name, repr(made.levels))
    return t.program.overrides.setdefault(key, made)


def hidden(t: Tracer, later: Later, node: ast.AST) -> tuple[tuple[str, Atom], ...]:
    """Give the hidden arguments that bring the quantities and the variables."""
    sizes = ((f"{RESOURCE}{name}", t.to_atom(each, name.split()[-1], node)) for name, each in later.sizes.items())
    variables = () if later.variables is None else ((VARIABLES, t.to_atom(later.variables, "env_vars", node)),)
    return (*sizes, *variables)
