"""Tasks that are Python functions, as `TaskEnvironment.task` makes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from tiphys.authoring.registry import plugin_of
from tiphys.authoring.task import Documentation, TaskTemplate
from tiphys.authoring.templates import by_identity
from tiphys.diagnostics import Span
from tiphys.settings import Settings

if TYPE_CHECKING:
    from tiphys.authoring.environment import TaskEnvironment

P = ParamSpec("P")
R = TypeVar("R")


class AsyncFunctionTaskTemplate(TaskTemplate[P, R]):
    """A task that is a function, called `<environment>.<function>`."""

    function: FunctionType  # pyright: ignore[reportIncompatibleMethodOverride]  it takes the attribute for a method
    environment: TaskEnvironment  # pyright: ignore[reportIncompatibleVariableOverride]  always in one
    level = "decorator"

    @classmethod
    def of(
        cls,
        function: Callable[P, R],
        *,
        environment: TaskEnvironment,
        said: Settings,
        docs: Documentation | None = None,
        orchestrator: bool | None = None,
        where: Span,
    ) -> AsyncFunctionTaskTemplate[P, R]:
        """Make the task of a function. Its class is the plugin's, where the environment has a `plugin_config`.

        said: the settings of the decorator.
        """
        config = environment.settings.plugin_config
        kind = (plugin_of(type(config)) if config is not None else None) or cls
        by_identity(kind)
        made: Any = object.__new__(kind)
        plain = cast("FunctionType", function)
        name = f"{environment.name}.{plain.__name__}"
        made.begin(
            plain, name=name, environment=environment, said=said, docs=docs, orchestrator=orchestrator, where=where
        )
        made.__name__ = plain.__name__
        made.__qualname__ = plain.__qualname__
        made.__doc__ = plain.__doc__
        made.__module__ = plain.__module__
        made.__wrapped__ = function
        made.configure(config)
        return cast("AsyncFunctionTaskTemplate[P, R]", made)

    def configure(self, config: object) -> None:
        """Take the `plugin_config`, and what a plugin that is a dataclass has as defaults."""
        self.plugin_config = config
        own: Any = self
        for item in fields(own) if is_dataclass(own) else ():
            if item.default_factory is not MISSING and item.name not in vars(self):
                setattr(self, item.name, item.default_factory())
        begun = getattr(self, "__post_init__", None)
        if begun is not None:
            begun()

    def replan(self, config: object, where: Span) -> None:  # noqa: ARG002
        """Become a task of the plugin for another `plugin_config`."""
        made: Any = self
        made.__class__ = plugin_of(type(config)) or AsyncFunctionTaskTemplate
        by_identity(type(made))
        made.configure(config)

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
