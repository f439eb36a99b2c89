"""Tasks that are Python functions, as `TaskEnvironment.task` makes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from tiphys.authoring.task import Documentation, TaskTemplate
from tiphys.diagnostics import Span
from tiphys.settings import Settings

if TYPE_CHECKING:
    from tiphys.authoring.environment import TaskEnvironment

P = ParamSpec("P")
R = TypeVar("R")


class AsyncFunctionTaskTemplate(TaskTemplate[P, R]):
    """A task that is a function, called `<environment>.<function>`."""

    function: FunctionType
    environment: TaskEnvironment

    def __init__(
        self,
        function: Callable[P, R],
        *,
        environment: TaskEnvironment,
        decorator: Settings,
        docs: Documentation | None = None,
        orchestrator: bool | None = None,
        where: Span,
    ) -> None:
        plain = cast("FunctionType", function)
        super().__init__(
            plain,
            name=f"{environment.name}.{plain.__name__}",
            environment=environment,
            decorator=decorator,
            docs=docs,
            orchestrator=orchestrator,
            where=where,
        )
        self.__name__ = plain.__name__
        self.__qualname__ = plain.__qualname__
        self.__doc__ = plain.__doc__
        self.__module__ = plain.__module__
        self.__wrapped__ = function

    @property
    def func(self) -> Callable[P, R]:
        """The plain function."""
        return cast("Callable[P, R]", self.function)

    @property
    def source_file(self) -> str:
        """The file that defines the function."""
        return self.function.__code__.co_filename

    @property
    def description(self) -> str:
        """What the task is for: `docs`, or else the docstring."""
        return self.docs.description if self.docs else inspect.getdoc(self.function) or ""
