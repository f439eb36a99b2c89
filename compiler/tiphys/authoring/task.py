"""A task: something that runs in a pod, under settings. What kinds there are is in the classes below this one."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Coroutine, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Self, TypeVar, cast

from tiphys.authoring.levels import said
from tiphys.authoring.location import caller, keyword
from tiphys.authoring.model import Setting
from tiphys.authoring.reuse import check_function, check_override
from tiphys.diagnostics import Span
from tiphys.settings import Settings, laid_over, resolve

if TYPE_CHECKING:
    from tiphys.authoring.container import Beside
    from tiphys.authoring.environment import TaskEnvironment

P = ParamSpec("P")
R = TypeVar("R")


class Documentation(Setting):
    """What a task is for, where its docstring does not say it."""

    description: str

    def __init__(self, description: str) -> None:
        super().__init__(description=description)


class TaskTemplate(Generic[P, R]):
    """A task. Outside of a run a call of it is plain Python; inside a traced orchestrator it becomes a pod.

    name: fixed. environment: where it was made, if in one. where: the line that made it. said: the settings of the line
    that made it, under the name of that level. function: what the program of its pod calls, and what tells its inputs.
    """

    name: str
    function: Callable[..., Any]
    environment: TaskEnvironment | None
    where: Span
    docs: Documentation | None = None
    orchestrator: bool | None = None
    beside: Beside | None = None
    """The container that does its work, where that is not Python in the shim's own."""
    level: str = "decorator"
    decorator: Settings
    overridden: Settings
    keeps = True
    is_own = False

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str,
        environment: TaskEnvironment | None = None,
        decorator: Settings,
        docs: Documentation | None = None,
        orchestrator: bool | None = None,
        where: Span,
    ) -> None:
        self.function = function
        self.name = name
        self.environment = environment
        self.decorator = decorator
        self.overridden = Settings()
        self.docs = docs
        self.orchestrator = orchestrator
        self.where = where

    def __repr__(self) -> str:
        return f"<task {self.name}>"

    @property
    def title(self) -> str:
        """The last part of its name: what the pods of its calls are named after."""
        return self.name.rpartition(".")[2]

    @property
    def short_name(self) -> str:
        """The name that is shown for it."""
        return self.overridden.short_name or self.decorator.short_name or self.title

    @property
    def code(self) -> object:
        """All that tells whether a kept result still counts: what runs in the pod."""
        return self.function, type(self)

    @property
    def source_file(self) -> str:
        """The file that makes it."""
        return self.where.file

    @property
    def description(self) -> str:
        """What the task is for."""
        return self.docs.description if self.docs else ""

    @property
    def levels(self) -> tuple[tuple[str, Settings], ...]:
        """The settings that were said, the most general level first."""
        around = (("environment", self.environment.settings),) if self.environment is not None else ()
        return (*around, (self.level, self.decorator), ("override", self.overridden))

    @property
    def is_async(self) -> bool:
        """Whether its calls are awaited."""
        return inspect.iscoroutinefunction(self.function)

    @cached_property
    def signature(self) -> inspect.Signature:
        """Its inputs and its result, annotations resolved."""
        return inspect.signature(self.function, eval_str=True)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.forward(*args, **kwargs)

    def forward(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do right here what its pod would do: in a traced orchestrator too, where it makes no pod."""
        return cast("R", self.function(*args, **kwargs))

    def aio(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, Any]:
        """Call the task from async code, be it sync or async itself."""

        async def call() -> Any:
            import asyncio

            if self.is_async:
                return await cast("Any", self.forward(*args, **kwargs))
            return await asyncio.to_thread(self.forward, *args, **kwargs)

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
    ) -> Self:
        """Give the same task with other settings. What is said here wins over every level, a whole field at a time.

        Raises AuthoringError for what cannot be overridden (name, image, docs) and for unknown names.
        """
        where = caller()
        new = said("override", locals(), unknown, where)
        made = copy.copy(self)
        made.overridden = laid_over(self.overridden, new)
        policy = resolve(made.levels).settings.reusable
        check_override(policy, new, where)
        if new.reusable is not None:
            check_function(policy, self.function, keyword(where, "reusable"))
        return made
