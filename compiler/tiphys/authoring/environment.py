"""`TaskEnvironment`: what a group of tasks has in common, and the decorator that makes tasks."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar, overload

from tiphys.authoring import reuse
from tiphys.authoring.functions import AsyncFunctionTaskTemplate
from tiphys.authoring.levels import said
from tiphys.authoring.location import caller, keyword
from tiphys.authoring.naming import check_description
from tiphys.authoring.sandbox import Sandbox
from tiphys.authoring.task import Documentation, TaskTemplate, check_docs
from tiphys.diagnostics import AuthoringError, Mistake, Span, shown, together
from tiphys.diagnostics import report as complain
from tiphys.settings import laid_over

P = ParamSpec("P")
R = TypeVar("R")


def said_field(name: str) -> Any:
    """Let an environment show what it says of a setting; None where it says nothing."""
    return property(lambda environment: getattr(environment.settings, name), doc=f"`{name}`, where it says one.")


KEPT = object()
"""Stands for a setting that a clone does not speak of, where None says something."""
NAME = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


class TaskEnvironment:
    """The image, resources, secrets and variables that a group of tasks runs with.

    name: lower-case words joined by `-` or `_`, at most 63 characters; a task is called `<environment>.<function>`.
    depends_on: environments that belong to the same program. description: for people.
    image, resources, env_vars, secrets: see `Settings`; what a task or a call says wins, a whole field at a time.

    Raises AuthoringError at the line that says a wrong value.
    """

    image = said_field("image")
    resources = said_field("resources")
    env_vars = said_field("env_vars")
    secrets = said_field("secrets")
    cache = said_field("cache")
    pod_template = said_field("pod_template")
    reusable = said_field("reusable")
    interruptible = said_field("interruptible")
    queue = said_field("queue")
    service_account = said_field("service_account")
    plugin_config = said_field("plugin_config")
    include = said_field("include")

    def __init__(
        self,
        name: str,
        depends_on: Sequence[TaskEnvironment] = (),
        *,
        pod_template: object = None,
        description: str | None = None,
        secrets: object = None,
        env_vars: Mapping[str, str] | None = None,
        resources: object = None,
        interruptible: bool | None = None,
        image: object = None,
        include: Sequence[str] | None = None,
        cache: object = None,
        reusable: object = None,
        plugin_config: object = None,
        queue: str | None = None,
        service_account: str | None = None,
        **unknown: object,
    ) -> None:
        where = caller()
        self.name = name
        self.where = where
        self.description = description
        self._tasks: dict[str, TaskTemplate[..., Any]] = {}
        self._depends_on: list[TaskEnvironment] = []
        with together():
            check_name(name, where)
            check_description(description, where)
            self.settings = said("environment", locals(), unknown, where)
            reuse.check_environment(self.settings, where)
            self._depend(depends_on, where)

    def __repr__(self) -> str:
        return f"<environment {self.name}>"

    @property
    def tasks(self) -> Mapping[str, TaskTemplate[..., Any]]:
        """The tasks of this environment, by full name."""
        return dict(self._tasks)

    @property
    def depends_on(self) -> tuple[TaskEnvironment, ...]:
        """The environments that were named as belonging to the same program."""
        return tuple(self._depends_on)

    @property
    def sandbox(self) -> Sandbox:
        """Flyte's way to say that a function only calls tasks."""
        return Sandbox(self)

    @classmethod
    def from_task(
        cls, name: str, *tasks: TaskTemplate[..., Any], depends_on: Sequence[TaskEnvironment] | None = None
    ) -> TaskEnvironment:
        """Make an environment of tasks that no environment made, such as `ContainerTask`. They keep their names.

        Raises AuthoringError for a task that has an environment, and for tasks of different images.
        """
        where = caller()
        images = dict.fromkeys(said_image(task, where) for task in tasks)
        images.pop(None, None)
        if len(images) > 1:
            shown = ", ".join(str(image) for image in images)
            text = f"the tasks have different images: {shown}"
            complain(Mistake(text, where, "Make an environment for each image."))
        made = cls(name, depends_on=depends_on or (), image=next(iter(images), None))
        made.where = where
        for task in tasks:
            made.take(task, where)
        return made

    def add_task(self, task: TaskTemplate[..., Any]) -> TaskTemplate[..., Any]:
        """Take in a task that no environment made; it then has this one's settings, below its own. Gives the task."""
        where = caller()
        said_image(task, where)
        self.take(task, where)
        return task

    def take(self, task: TaskTemplate[..., Any], where: Span) -> None:
        """Make a task one of these."""
        if task.name in self._tasks:
            complain(Mistake(f"`{task.name}` is defined twice", where, "Give one of the tasks another name."))
        task.environment = self
        self._tasks[task.name] = task

    def add_dependency(self, *environments: TaskEnvironment) -> None:
        """Name further environments of the same program; one that is already named is ignored."""
        self._depend(environments, caller())

    def _depend(self, environments: Sequence[TaskEnvironment], where: Span) -> None:
        place = keyword(where, "depends_on")
        if isinstance(environments, TaskEnvironment):
            complain(Mistake("`depends_on` takes a list of environments", place, f"Write `[{environments.name}]`."))
            return
        if not isinstance(environments, list | tuple | set | frozenset):
            text = f"`depends_on` takes a list of environments, not {type(environments).__name__} {environments!r}"
            complain(Mistake(text, place, "Write a list, such as `depends_on=[other_env]`."))
            return
        for other in environments:
            if not isinstance(other, TaskEnvironment):
                text = f"`depends_on` takes environments, not {type(other).__name__} {other!r}"
                complain(Mistake(text, place, "Name the environment itself, not its tasks or its name."))
            elif other is self or other.name == self.name:
                text = f"environment `{self.name}` cannot depend on itself"
                complain(Mistake(text, place, "Leave it out: the tasks of one environment know each other."))
            elif path := find_path(other, self):
                names = " -> ".join(item.name for item in (self, *path))
                mend = "Leave this dependency out: environments of tasks that are called need not be named."
                complain(Mistake(f"environments depend on each other in a circle: {names}", place, mend))
            elif other not in self._depends_on:
                self._depends_on.append(other)

    def clone_with(
        self,
        name: str,
        image: object = None,
        resources: object = None,
        env_vars: Mapping[str, str] | None = None,
        secrets: object = None,
        depends_on: Sequence[TaskEnvironment] | None = None,
        description: str | None = None,
        interruptible: bool | None = None,  # noqa: FBT001  the order is Flyte's
        include: Sequence[str] | None = None,
        *,
        cache: object = None,
        reusable: object = KEPT,
        plugin_config: object = None,
        pod_template: object = None,
        queue: str | None = None,
        service_account: str | None = None,
        **unknown: object,
    ) -> TaskEnvironment:
        """Make an environment with the same settings but for what is said here. It has no tasks yet.

        `reusable=None` says that its containers are not kept.
        """
        where = caller()
        given = {**locals(), "reusable": None if reusable is KEPT else reusable}
        with together():
            new = said("environment", given, unknown, where)
            made = TaskEnvironment(
                name,
                depends_on=self._depends_on if depends_on is None else depends_on,
                description=self.description if description is None else description,
            )
            made.settings = laid_over(self.settings, new)
            if reusable is None:
                made.settings = made.settings.model_copy(update={"reusable": None})
            reuse.check_environment(made.settings, where)
        return made

    @overload
    def task(self, function: Callable[P, R], /) -> AsyncFunctionTaskTemplate[P, R]: ...
    @overload
    def task(
        self,
        /,
        *,
        short_name: str | None = None,
        cache: object = None,
        retries: object = None,
        timeout: object = None,
        docs: Documentation | None = None,
        pod_template: object = None,
        report: bool | None = None,
        interruptible: bool | None = None,
        max_inline_io_bytes: int | None = None,
        queue: str | None = None,
        triggers: object = None,
        links: object = None,
        task_resolver: object = None,
        entrypoint: bool | None = None,
        produces_artifacts: bool | None = None,
        service_account: str | None = None,
        orchestrator: bool | None = None,
        **unknown: object,
    ) -> Callable[[Callable[P, R]], AsyncFunctionTaskTemplate[P, R]]: ...
    def task(
        self,
        function: Callable[..., Any] | None = None,
        /,
        *,
        short_name: str | None = None,
        cache: object = None,
        retries: object = None,
        timeout: object = None,
        docs: Documentation | None = None,
        pod_template: object = None,
        report: bool | None = None,
        interruptible: bool | None = None,
        max_inline_io_bytes: int | None = None,
        queue: str | None = None,
        triggers: object = None,
        links: object = None,
        task_resolver: object = None,
        entrypoint: bool | None = None,
        produces_artifacts: bool | None = None,
        service_account: str | None = None,
        orchestrator: bool | None = None,
        **unknown: object,
    ) -> Any:
        """Make a task of a function: `@env.task`, or `@env.task(retries=3)`.

        short_name: shown instead of the function's name. retries: a number, or a `RetryStrategy`. timeout: seconds, a
        timedelta or a `Timeout`, for one attempt. docs: instead of the docstring. orchestrator: whether it is traced
        (True) or runs in a pod (False); by default it is traced if its body calls tasks.
        """
        where = caller()
        with together():
            level = said("decorator", locals(), unknown, where)
            reuse.check_decorator(self.settings, level, where)
            refuse_resolver(task_resolver, where)
            check_docs(docs, where)
            if orchestrator is not None and not isinstance(orchestrator, bool):
                text = f"`orchestrator` says whether the task is traced, and is no {orchestrator!r}"
                complain(Mistake(text, keyword(where, "orchestrator"), "Write True or False, or leave it out."))

        def decorate(wrapped: Callable[..., Any]) -> Any:
            place = function_span(wrapped, where)
            if not check_function(wrapped, place):
                return wrapped
            reuse.check_function(self.settings.reusable, wrapped, place)
            made = AsyncFunctionTaskTemplate.of(
                wrapped, environment=self, said=level, docs=docs, orchestrator=orchestrator, where=place
            )
            if (before := self._tasks.get(made.name)) and before.where != place:
                text = f"`{made.name}` is defined twice, first at {before.where.place}"
                complain(Mistake(text, place, "Rename one of the functions, or put it into another environment."))
            self._tasks[made.name] = made
            return made

        made = decorate if function is None else decorate(function)
        return made if callable(made) else decorate  # `@env.task(3)` is reported, and its function is read on


def refuse_resolver(resolver: object, where: Span) -> None:
    """Report an object that would load the task in the pod."""
    if resolver is not None:
        text = (
            "`task_resolver` has nothing to do: a task's code travels with the program, and no pod imports it by name"
        )
        complain(Mistake(text, keyword(where, "task_resolver"), "Leave it out."))


def said_image(task: object, where: Span) -> Any:
    """Give the image that a task names. Raises AuthoringError for one that belongs to an environment, or is none."""
    if not isinstance(task, TaskTemplate):
        text = f"an environment is made of tasks, not {type(task).__name__} {task!r}"
        raise AuthoringError(Mistake(text, where, "Pass tasks such as `ContainerTask(...)`."))
    if task.environment is not None:
        text = f"`{task.name}` belongs to the environment `{task.environment.name}` already"
        mend = "Name that one in `depends_on`; only tasks such as `ContainerTask` have none."
        raise AuthoringError(Mistake(text, where, mend))
    return task.decorator.image


def check_apart(tasks: Iterable[object]) -> None:
    """Refuse tasks of two environments of one name: their names, and so their results that are kept, would mix.

    Raises AuthoringError. One that is made twice at one line, as by a module that is loaded twice, counts once.
    """
    known: dict[str, TaskEnvironment] = {}
    for task in tasks:
        found = getattr(task, "environment", None)
        if found is None:
            continue
        other = known.setdefault(found.name, found)
        if other.where != found.where:
            text = f"two environments are called `{found.name}`: the other one is at {other.where.place}"
            raise AuthoringError(Mistake(text, found.where, "Rename one of them."))


def find_path(start: TaskEnvironment, goal: TaskEnvironment) -> list[TaskEnvironment]:
    """Follow `depends_on` from `start` to `goal`; empty when there is no way."""
    if start is goal:
        return [start]
    for step in start.depends_on:
        if path := find_path(step, goal):
            return [start, *path]
    return []


def check_name(name: object, where: Span) -> None:
    """Report a name that Kubernetes or Argo could not carry."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        said = name.lower() if isinstance(name, str) else ""
        near = re.sub(r"[^a-z0-9]+", "-", said).strip("-")[:40].strip("-") or "my-env"
        text = f"{shown(name)} is no name of an environment: lower-case words joined by `-` or `_`"
        complain(Mistake(text, where, f"Call it {near!r}."))
    elif len(name) > 63:
        complain(Mistake(f"the name {shown(name)} is longer than 63 characters", where, "Shorten it."))


def function_span(function: object, where: Span) -> Span:
    """Give the place of a function's `def` line, or of the decorator's call where it has none."""
    code = getattr(inspect.unwrap(function) if callable(function) else function, "__code__", None)
    return Span(code.co_filename, code.co_firstlineno, 0) if code else where


def check_function(function: object, where: Span) -> bool:
    """Report what cannot be a task: no function, a lambda, a generator, `*args`."""
    if not inspect.isfunction(function):
        complain(Mistake(f"a task must be a function, not {type(function).__name__} {function!r}", where))
        return False
    if function.__name__ == "<lambda>":
        complain(Mistake("a lambda cannot be a task: it has no name", where, "Write it as a `def`."))
        return False
    owner, _, name = function.__qualname__.rpartition(".")
    first = next(iter(inspect.signature(function).parameters), None)
    if owner and not owner.endswith("<locals>") and first in ("self", "cls"):
        text = f"`{function.__qualname__}` is a method, which cannot be a task: a pod has no `{first}`"
        complain(Mistake(text, where, f"Write `{name}` as a function of the module, and pass it what it needs."))
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        mend = "Return a list instead of yielding."
        complain(Mistake(f"`{function.__name__}` is a generator, which cannot be a task", where, mend))
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**"
            text = f"`{function.__name__}` takes `{stars}{parameter.name}`, and a task's inputs must have names"
            mend = f"Take one parameter instead: `{parameter.name}: {'list' if stars == '*' else 'dict'}`."
            complain(Mistake(text, where, mend))
    return True
