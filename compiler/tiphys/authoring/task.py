"""A task: a function with the environment and the settings it runs under."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Mapping
from functools import cached_property
from types import FunctionType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast

from pydantic import ValidationError

from tiphys.authoring.location import caller, keyword
from tiphys.authoring.model import Setting
from tiphys.diagnostics import Mistake, Span, nearest, report
from tiphys.settings import Settings

if TYPE_CHECKING:
    from tiphys.authoring.environment import TaskEnvironment

P = ParamSpec("P")
R = TypeVar("R")

LATER = frozenset(
    "cache pod_template report interruptible max_inline_io_bytes queue triggers links task_resolver entrypoint "
    "produces_artifacts service_account reusable plugin_config include".split()
)
"""Parameters of Flyte's signatures that are refused, never ignored, until they have an effect."""
IDLE: Mapping[str, object] = {"cache": "disable", "interruptible": False, "report": False, "entrypoint": False}
"""Values of them that ask for nothing, and so are let through."""
FIXED = ("name", "image", "docs", "interface", "depends_on", "description")


class Documentation(Setting):
    """What a task is for, where its docstring does not say it."""

    description: str

    def __init__(self, description: str) -> None:
        super().__init__(description=description)


def refuse_later(given: Mapping[str, object], where: Span) -> None:
    """Report parameters that have no effect yet."""
    for name, value in given.items():
        if name in LATER and value is not None and value != () and value != IDLE.get(name, value is None):
            report(Mistake(f"`{name}` is not supported yet", keyword(where, name), "Leave it out for now."))


def said(given: Mapping[str, object], where: Span, owner: str) -> Settings:
    """Check the settings that one level says, each at its own argument."""
    known: dict[str, Any] = {name: value for name, value in given.items() if name in Settings.model_fields}
    for name, value in list(known.items()):
        try:
            Settings.__pydantic_validator__.validate_assignment(Settings.model_construct(), name, value)
        except ValidationError as error:
            text = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
            report(Mistake(f"`{owner}({name}={value!r})`: {text}", keyword(where, name)))
            del known[name]
    return Settings(**known)


class TaskTemplate(Generic[P, R]):
    """A task. Calling it runs the function, as plain Python; inside a traced orchestrator it becomes a pod.

    name: `<environment>.<function>`, fixed. Made by `TaskEnvironment.task` and by `override`.
    """

    def __init__(
        self,
        function: Callable[P, R],
        *,
        environment: TaskEnvironment,
        decorator: Settings,
        override: Settings | None = None,
        docs: Documentation | None = None,
        orchestrator: bool | None = None,
        where: Span,
    ) -> None:
        self.function = cast("FunctionType", function)
        self.environment = environment
        self.decorator = decorator
        self.overridden = override or Settings()
        self.docs = docs
        self.orchestrator = orchestrator
        self.where = where
        self.name = f"{environment.name}.{self.function.__name__}"
        self.__name__ = self.function.__name__
        self.__qualname__ = self.function.__qualname__
        self.__doc__ = function.__doc__
        self.__module__ = function.__module__
        self.__wrapped__ = function

    def __repr__(self) -> str:
        return f"<task {self.name}>"

    @property
    def short_name(self) -> str:
        """The name that is shown for it."""
        return self.overridden.short_name or self.decorator.short_name or self.function.__name__

    @property
    def func(self) -> Callable[P, R]:
        """The plain function, as Flyte names it."""
        return cast("Callable[P, R]", self.function)

    @property
    def source_file(self) -> str:
        """The file that defines the function."""
        return self.function.__code__.co_filename

    @property
    def description(self) -> str:
        """What the task is for: `docs`, or else the docstring."""
        return self.docs.description if self.docs else inspect.getdoc(self.function) or ""

    @property
    def levels(self) -> tuple[tuple[str, Settings], ...]:
        """The settings that were said, the most general level first."""
        return (
            ("environment", self.environment.settings),
            ("decorator", self.decorator),
            ("override", self.overridden),
        )

    @cached_property
    def signature(self) -> inspect.Signature:
        """The function's signature, annotations resolved."""
        return inspect.signature(self.function, eval_str=True)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return cast("R", self.function(*args, **kwargs))

    def forward(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the plain function: in a traced orchestrator too, where it makes no pod."""
        return cast("R", self.function(*args, **kwargs))

    def aio(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, Any]:
        """Call the task from async code, be it sync or async itself."""

        async def call() -> Any:
            if inspect.iscoroutinefunction(self.function):
                return await cast("Any", self.function(*args, **kwargs))
            return await asyncio.to_thread(self.function, *args, **kwargs)

        return call()

    def override(
        self,
        *,
        short_name: str | None = None,
        resources: object = None,
        retries: object = None,
        timeout: object = None,
        env_vars: Mapping[str, str] | None = None,
        secrets: object = None,
        **other: object,
    ) -> TaskTemplate[P, R]:
        """Give the same task with other settings. What is said here wins over every level, a whole field at a time.

        Raises AuthoringError for what cannot be overridden (name, image, docs) and for unknown names.
        """
        where = caller()
        known = [name for name in Settings.model_fields if name != "image"]
        for name in other:
            if name in FIXED:
                mend = "Use an environment of its own: `env.clone_with(...)`." if name == "image" else None
                report(Mistake(f"`{name}` of a task cannot be overridden", keyword(where, name), mend))
            elif name not in LATER:
                report(Mistake(f"`override` has no parameter `{name}`", keyword(where, name), nearest(name, known)))
        refuse_later(other, where)
        given = {
            "short_name": short_name, "resources": resources, "retries": retries, "timeout": timeout,
            "env_vars": env_vars, "secrets": secrets,
        }  # fmt: skip
        new = said(given, where, "override")
        earlier = {name: getattr(self.overridden, name) for name in Settings.model_fields}
        return TaskTemplate(
            self.func,
            environment=self.environment,
            decorator=self.decorator,
            override=new.model_copy(update={k: v for k, v in earlier.items() if getattr(new, k) is None}),
            docs=self.docs,
            orchestrator=self.orchestrator,
            where=self.where,
        )


AsyncFunctionTaskTemplate = TaskTemplate
"""Flyte's name for a task made from a function."""
