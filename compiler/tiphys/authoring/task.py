"""A task: a function with the environment and the settings it runs under."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Mapping
from functools import cached_property
from types import FunctionType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast

from tiphys.authoring.levels import said
from tiphys.authoring.location import caller
from tiphys.authoring.model import Setting
from tiphys.diagnostics import Span
from tiphys.settings import Settings, laid_over

if TYPE_CHECKING:
    from tiphys.authoring.environment import TaskEnvironment

P = ParamSpec("P")
R = TypeVar("R")


class Documentation(Setting):
    """What a task is for, where its docstring does not say it."""

    description: str

    def __init__(self, description: str) -> None:
        super().__init__(description=description)


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
        cache: object = None,
        retries: object = None,
        timeout: object = None,
        reusable: object = None,
        env_vars: Mapping[str, str] | None = None,
        secrets: object = None,
        max_inline_io_bytes: int | None = None,
        pod_template: object = None,
        queue: str | None = None,
        interruptible: bool | None = None,
        entrypoint: bool | None = None,
        produces_artifacts: bool | None = None,
        links: object = None,
        plugin_config: object = None,
        service_account: str | None = None,
        **unknown: object,
    ) -> TaskTemplate[P, R]:
        """Give the same task with other settings. What is said here wins over every level, a whole field at a time.

        Raises AuthoringError for what cannot be overridden (name, image, docs) and for unknown names.
        """
        new = said("override", locals(), unknown, caller())
        return TaskTemplate(
            self.func,
            environment=self.environment,
            decorator=self.decorator,
            override=laid_over(self.overridden, new),
            docs=self.docs,
            orchestrator=self.orchestrator,
            where=self.where,
        )


AsyncFunctionTaskTemplate = TaskTemplate
"""Flyte's name for a task made from a function."""
