"""How a task of a class of the user's is made, and what of it travels to its pod."""

from __future__ import annotations

import inspect
import re
import weakref
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from tiphys.authoring.commands import command_of
from tiphys.authoring.container import NO_REPORT, Beside, as_folders, as_types, as_words
from tiphys.authoring.hooks import asked, loading_of
from tiphys.authoring.interface import NativeInterface, dressed
from tiphys.authoring.levels import said_of_task
from tiphys.authoring.location import keyword
from tiphys.authoring.reuse import check_function
from tiphys.authoring.task import TaskTemplate, check_docs
from tiphys.diagnostics import AuthoringError, Mistake, Span, report, shown
from tiphys_runtime.beside import Container
from tiphys_runtime.template import Declared, Hooks

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*")
LONGEST = 100
KEPT_HERE = frozenset(
    "function environment where docs orchestrator container decorator overridden limits signature inputs outputs "
    "__name__ __qualname__ __doc__ __module__ __wrapped__".split()
)
"""What of an instance no pod needs."""


def begin(
    task: TaskTemplate[..., Any], name: str, interface: NativeInterface, settings: dict[str, Any], where: Span, *,
    docs: Any, debuggable: bool, parent: tuple[Any, str | None], task_type: tuple[str | None, int | None],
) -> None:  # fmt: skip
    """Give a task of a class of the user's what it says of itself. Raises AuthoringError."""
    owner = type(task).__name__
    check_task_name(name, where)
    if not isinstance(interface, NativeInterface):
        text = f"`interface` takes a `NativeInterface`, not {interface!r}"
        mend = 'Write `tiphys.extend.NativeInterface({"x": int}, {"y": str})`.'
        raise AuthoringError(Mistake(text, keyword(where, "interface"), mend))
    if settings.pop("_call_as_synchronous", None) is not None:
        text = "`_call_as_synchronous` cannot be said: a task is sync where its function, or `execute`, is"
        report(Mistake(text, keyword(where, "_call_as_synchronous"), "Write `def execute` instead of `async def`."))
    if debuggable:
        text = "`debuggable` is not supported: no editor can connect to a pod"
        report(Mistake(text, keyword(where, "debuggable"), "Run it on this computer: `tiphys run`."))
    environment, named = parent
    environment = environment() if isinstance(environment, weakref.ref) else environment
    if environment is not None and not hasattr(environment, "settings"):
        text = f"`parent_env` is an environment, or a weak reference to one, not {shown(environment)}"
        raise AuthoringError(Mistake(text, keyword(where, "parent_env"), "Leave it out, or pass the environment."))
    if named is not None and (environment is None or environment.name != named):
        text = f"`parent_env_name` is {named!r}, and `parent_env` is not that environment"
        report(Mistake(text, keyword(where, "parent_env_name"), "Pass the environment as `parent_env`."))
    check_docs(docs, where)
    kind, version = task_type
    if kind is not None and (not isinstance(kind, str) or not kind.isprintable() or not kind):
        text = f"`task_type` is one word for the kind of work, not {shown(kind)}"
        report(Mistake(text, keyword(where, "task_type"), "Write it as text, such as 'spark'."))
    elif kind is not None:
        task.task_type = kind
    if version is not None and (type(version) is not int or version < 0):
        text = f"`task_type_version` is a whole number from 0 on, not {shown(version)}"
        report(Mistake(text, keyword(where, "task_type_version"), "Leave it out, or write 1."))
    elif version is not None:
        task.task_type_version = version
    by_identity(type(task))
    is_container = type(task).container_args is not TaskTemplate.container_args
    said = said_of_task(owner, settings, where, TaskTemplate, NO_REPORT if is_container else "")
    if type(task).execute is not Hooks.execute:
        check_function(said.reusable, type(task).execute, where)
    task.outputs = dict(interface.outputs)
    task.begin(
        dressed(Declared(name), name, interface.signature), name=name, environment=environment, said=said, docs=docs,
        where=where,
    )  # fmt: skip


def check_task_name(name: object, where: Span) -> None:
    """Refuse a name that Kubernetes or Argo could not carry. Raises AuthoringError."""
    if not isinstance(name, str) or not NAME.fullmatch(name) or len(name) > LONGEST:
        text = (
            f"{name!r} is no name of a task: up to {LONGEST} lower-case letters and digits, joined by `-`, `_` or `.`"
        )
        raise AuthoringError(Mistake(text, keyword(where, "name")))


def check_work(task: TaskTemplate[..., Any]) -> None:
    """Refuse a task of a class that says nothing of what is done. Raises AuthoringError."""
    if isinstance(task.function, Declared) and type(task).execute is Hooks.execute and task.container is None:
        text = f"`{type(task).__name__}` does not say what its tasks do"
        raise AuthoringError(Mistake(text, task.where, "Give the class `execute`, or `container_args`."))


def container_of(task: TaskTemplate[..., Any]) -> tuple[Beside, Container] | None:
    """Give the container that does the work of a task whose class says its command. Raises AuthoringError."""
    words = asked(task, "container_args")
    if words is None:
        return None
    loading = loading_of(task)
    folders = as_folders(loading.input_path, loading.output_path, task.where)
    inputs = {item.name: item.annotation for item in task.signature.parameters.values()}
    for side, types in (("inputs", inputs), ("outputs", task.outputs)):
        as_types(side, types, task.where)
    cut = command_of(as_words("container_args", words, task.where), inputs)
    outputs = tuple(task.outputs.items())
    body = Container(task.name, command=cut.pieces, variables=cut.variables, folders=folders, outputs=outputs)
    return Beside(cut, *folders), dressed(body, task.name, task.signature)


def state_of(task: TaskTemplate[..., Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what travels of an instance: its function, its names, what its class put into it; and the defaults."""
    own = {name: value for name, value in vars(task).items() if name not in KEPT_HERE}
    return {**own, "function": task.function, "name": task.name, "short_name": task.short_name}, defaults_of(task)


def defaults_of(task: TaskTemplate[..., Any]) -> dict[str, Any]:
    """Give the defaults of inputs that no function has."""
    if not isinstance(task.function, Declared):
        return {}
    given = task.signature.parameters.values()
    return {item.name: item.default for item in given if item.default is not item.empty}


def executed(task: TaskTemplate[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a task whose class changes how it runs; one whose calls are not awaited ends here, whatever its hooks are."""
    task.signature.bind(*args, **kwargs)
    result = task.execute(*args, **{**defaults_of(task), **kwargs})
    if task.is_async or not inspect.isawaitable(result):
        return result
    return ended(result)


def ended(work: Any) -> Any:
    """Wait for an awaitable where nothing can be awaited: in a thread of its own, as a loop may run in this one."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    async def main() -> Any:
        return await work

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(copy_context().run, asyncio.run, main()).result()


def by_identity(kind: type) -> None:
    """Let a task be equal to itself alone, also where its class is a dataclass: it is a key of many tables."""
    owner: Any = kind
    if owner.__hash__ is None:
        owner.__eq__, owner.__hash__ = object.__eq__, object.__hash__
