"""A task: something that runs in a pod, under settings. What kinds there are is in the classes below this one."""

from __future__ import annotations

import copy
import inspect
import weakref
from collections.abc import Callable, Coroutine, Mapping
from functools import cached_property
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Self, TypeVar, cast

from tiphys.authoring.interface import DataLoadingConfig, NativeInterface, SerializationContext
from tiphys.authoring.levels import said
from tiphys.authoring.location import caller, keyword
from tiphys.authoring.model import Setting
from tiphys.authoring.reuse import check_function, check_override
from tiphys.diagnostics import Mistake, Span, report, shown, together
from tiphys.settings import Settings, laid_over, resolve
from tiphys_runtime.template import Executed, Hooks

if TYPE_CHECKING:
    from tiphys.authoring.container import Beside
    from tiphys.authoring.environment import TaskEnvironment
    from tiphys.authoring.retry import Timeout

P = ParamSpec("P")
R = TypeVar("R")


class Documentation(Setting):
    """What a task is for, where its docstring does not say it."""

    description: str

    def __init__(self, description: str) -> None:
        super().__init__(description=description)


def check_docs(docs: object, where: Span) -> None:
    """Report documentation that is something else."""
    if docs is not None and not isinstance(docs, Documentation):
        text = f"`docs` takes a `Documentation`, not {type(docs).__name__} {shown(docs)}"
        report(Mistake(text, keyword(where, "docs"), "Write `docs=tiphys.Documentation('...')`, or a docstring."))


def said_field(name: str) -> Any:
    """Let a task show the setting that holds for its calls: what was said last, or the default."""
    return property(
        lambda task: getattr(resolve(task.levels).settings, name), doc=f"`{name}` as it holds for its calls."
    )


class TaskTemplate(Hooks, Generic[P, R]):
    """A task. Outside of a run a call of it is plain Python; inside a traced orchestrator it becomes a pod.

    A class of its own says in `execute(**inputs)` what the pod does; or in `container_args` what a container of the
    task's image does, whose folders `data_loading_config` names. It travels to the pod with what its instance holds.

    name: lower-case words joined by `-`, `_` or `.`. interface: its inputs and outputs. task_type: what kind of work
    it is, for those who look at the cluster. Further keywords are settings, as environments and decorators take them.
    Raises AuthoringError at the line that makes it.
    """

    name: str
    function: Callable[..., Any]
    environment: TaskEnvironment | None
    where: Span
    docs: Documentation | None = None
    orchestrator: bool | None = None
    level: str = "task"
    decorator: Settings
    overridden: Settings
    limits: Settings | None = None
    """What the orchestrator that calls it leaves to the call."""
    resource: Any = None
    """What Argo does with the manifest that it gives, where it creates an object."""
    keeps = True
    is_own = False
    task_type: str = "python"
    task_type_version: int = 0
    plugin_config: Any = None
    debuggable: bool = False
    outputs: Mapping[str, Any] = MappingProxyType({})

    image = said_field("image")
    resources = said_field("resources")
    cache = said_field("cache")
    interruptible = said_field("interruptible")
    retries = said_field("retries")
    reusable = said_field("reusable")
    env_vars = said_field("env_vars")
    secrets = said_field("secrets")
    timeout = said_field("timeout")
    pod_template = said_field("pod_template")
    report = said_field("report")
    queue = said_field("queue")
    max_inline_io_bytes = said_field("max_inline_io_bytes")
    links = said_field("links")
    entrypoint = said_field("entrypoint")
    produces_artifacts = said_field("produces_artifacts")
    service_account = said_field("service_account")
    triggers = property(lambda task: resolve(task.levels).settings.triggers or (), doc="What starts its runs.")
    task_resolver = None

    def __init__(
        self,
        *,
        name: str,
        interface: NativeInterface | None = None,
        task_type: str | None = None,
        task_type_version: int | None = None,
        docs: Documentation | None = None,
        debuggable: bool = False,
        parent_env: Any = None,
        parent_env_name: str | None = None,
        **settings: Any,
    ) -> None:
        from tiphys.authoring.templates import begin

        begin(
            self, name, interface or NativeInterface(), settings, caller(), docs=docs, debuggable=debuggable,
            parent=(parent_env, parent_env_name), task_type=(task_type, task_type_version),
        )  # fmt: skip

    def begin(
        self,
        function: Callable[..., Any],
        *,
        name: str,
        environment: TaskEnvironment | None = None,
        said: Settings,
        docs: Documentation | None = None,
        orchestrator: bool | None = None,
        where: Span,
    ) -> None:
        """Give a new task what every task has. said: the settings of the line that makes it."""
        self.function = function
        self.name = name
        self.environment = environment
        self.decorator = said
        self.overridden = Settings()
        self.docs = docs
        self.orchestrator = orchestrator
        self.where = where

    def __repr__(self) -> str:
        return f"<task {self.name}>"

    @property
    def whole(self) -> str:
        """Its name: it is no part of another task."""
        return self.name

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
        from tiphys.authoring.templates import state_of

        if self.beside is not None:
            return repr(self.beside), dict(self.outputs)
        return self.function, type(self), state_of(self) if self.is_hooked else None

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
        limits = (("orchestrator", self.limits),) if self.limits is not None else ()
        return (*around, (self.level, self.decorator), ("override", self.overridden), *limits)

    @property
    def is_async(self) -> bool:
        """Whether its calls are awaited."""
        does = self.function if isinstance(self.function, FunctionType) else type(self).execute
        return inspect.iscoroutinefunction(does) or self.container is not None

    @property
    def _call_as_synchronous(self) -> bool:
        return not self.is_async

    @cached_property
    def container(self) -> tuple[Beside, Any] | None:
        """The container that does its work, and what the shim does around that; None where Python does it."""
        from tiphys.authoring.templates import container_of

        return container_of(self) if type(self).container_args is not TaskTemplate.container_args else None

    @property
    def beside(self) -> Beside | None:
        """The container that runs beside the shim, if one does the work."""
        return self.container[0] if self.container is not None else None

    @property
    def body(self) -> Callable[..., Any]:
        """What its pod calls: the function, `execute` where a class changes that, or what awaits a container."""
        from tiphys.authoring.templates import state_of

        if self.container is not None:
            return cast("Callable[..., Any]", self.container[1])
        return Executed(type(self), *state_of(self)) if self.is_hooked else self.function

    @property
    def is_hooked(self) -> bool:
        """Whether its class changes how it runs."""
        kind = type(self)
        return any(getattr(kind, name) is not getattr(Hooks, name) for name in ("pre", "post", "execute"))

    @property
    def interface(self) -> NativeInterface:
        """Its inputs and outputs."""
        return NativeInterface.of(self.signature)

    @property
    def native_interface(self) -> NativeInterface:
        """The same, as Flyte also calls it."""
        return self.interface

    @property
    def parent_env(self) -> weakref.ReferenceType[TaskEnvironment] | None:
        """The environment that made it."""
        return weakref.ref(self.environment) if self.environment is not None else None

    @property
    def parent_env_name(self) -> str | None:
        """The name of the environment that made it."""
        return self.environment.name if self.environment is not None else None

    @property
    def json_schema(self) -> dict[str, Any]:
        """The inputs as a JSON schema."""
        from tiphys.authoring.interface import schema_of

        return schema_of(self.signature)

    def config(self, sctx: SerializationContext) -> Mapping[str, str]:  # noqa: ARG002  for those who override it
        """Give annotations for its pods."""
        return {}

    def custom_config(self, sctx: SerializationContext) -> Mapping[str, Any]:  # noqa: ARG002
        """Give data about it, as an annotation of its pods."""
        return {}

    def container_args(self, sctx: SerializationContext) -> list[str] | None:  # noqa: ARG002
        """Give the command of a container that does the work; None where it is done in Python."""
        return None

    def data_loading_config(self, sctx: SerializationContext) -> DataLoadingConfig | None:  # noqa: ARG002
        """Give the folders of such a container."""
        return None

    def sql(self, sctx: SerializationContext) -> str | None:  # noqa: ARG002
        """Give a query to show, as an annotation of its pods."""
        return None

    @cached_property
    def signature(self) -> inspect.Signature:
        """Its inputs and its result, annotations resolved."""
        return inspect.signature(self.function, eval_str=True)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return cast("R", self.do(args, kwargs))

    def do(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Do what its pod does."""
        if not self.is_hooked:
            return self.forward(*args, **kwargs)
        from tiphys.authoring.templates import executed

        return executed(self, args, kwargs)

    def forward(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the plain function: in a traced orchestrator too, where it makes no pod.

        The command of a container is then a process of this computer; its image is not used.
        """
        if self.container is not None:
            from tiphys.authoring.processes import run_here

            values = self.signature.bind(*args, **kwargs).arguments
            beside, body = self.container
            return cast("R", run_here(body, beside, values, self.env_vars))
        return cast("R", self.function(*args, **kwargs))

    def aio(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, Any]:
        """Call the task from async code, be it sync or async itself."""

        async def call() -> Any:
            import asyncio

            if self.is_async:
                return await self.do(args, kwargs)
            return await asyncio.to_thread(self.do, args, kwargs)

        return call()

    def override(
        self,
        *unnamed: object,
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
        with together():
            if unnamed:
                text = f"`override` takes settings by their names, and {shown(unnamed[0])} has none"
                report(Mistake(text, where, "Write `override(retries=3)`, say."))
            new = said("override", locals(), unknown, where)
            made = copy.copy(self)
            made.overridden = laid_over(self.overridden, new)
            policy = resolve(made.levels).settings.reusable
            check_override(policy, new, where)
            if new.reusable is not None:
                check_function(policy, self.function, keyword(where, "reusable"))
            if new.plugin_config is not None:
                made.replan(new.plugin_config, keyword(where, "plugin_config"))
        return made

    def within(self, timeout: Timeout) -> Self:
        """Give the same task with the timeout that the orchestrator around its call leaves to it."""
        made = copy.copy(self)
        made.limits = Settings(timeout=timeout)
        return made

    def replan(self, config: object, where: Span) -> None:
        """Take another `plugin_config`. Raises AuthoringError: only functions have one."""
        text = f"`{self.name}` is no function, so no plugin runs it ({type(config).__name__})"
        report(Mistake(text, where, "Leave `plugin_config` out."))
