"""What a task of a plugin does around its function: `pre`, the function, `post`. In a pod it stands for the template.

A class of the user's that derives from `tiphys.extend.AsyncFunctionTaskTemplate` travels with the program, and derives
from the one here in its pod.
"""

from __future__ import annotations

from tiphys_runtime.context import DATA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Self

CO_COROUTINE = 0x80  # inspect.CO_COROUTINE: code of an `async def`


def task_data() -> Mapping[str, Any]:
    """Give what the `pre` of the task that runs here has given: `ctx().data`."""
    return DATA.get()


class Hooks:
    """What a plugin may change of how a task runs."""

    function: Callable[..., Any]

    def pre(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002  for those who override it
        """Run before the function, with its arguments; may be async. What it gives is in `task_data()`."""
        return {}

    def post(self, return_vals: Any) -> Any:
        """Run after the function. What it gives is the result of the task; may be async."""
        return return_vals

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task in its pod: `pre`, the function, `post`. May be async."""
        return around(self, args, kwargs)


class TaskTemplate(Hooks):
    """A task inside its own pod: what its class and its instance have, but for the settings."""

    def __class_getitem__(cls, _item: Any) -> type[Self]:
        return cls

    @property
    def func(self) -> Callable[..., Any]:
        """The plain function."""
        return self.function

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Call the plain function."""
        return self.function(*args, **kwargs)


class AsyncFunctionTaskTemplate(TaskTemplate):
    """The same, of a function."""


def around(task: Hooks, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a function between its hooks; a coroutine where any of them gives one."""
    given = task.pre(*args, **kwargs)
    code = getattr(task.function, "__code__", None)
    if hasattr(given, "__await__") or (code is not None and code.co_flags & CO_COROUTINE):
        return awaited(task, given, args, kwargs)
    token = DATA.set(checked(given))
    try:
        return task.post(task.function(*args, **kwargs))
    finally:
        DATA.reset(token)


async def awaited(task: Hooks, given: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Do the same where something is async."""
    if hasattr(given, "__await__"):
        given = await given
    token = DATA.set(checked(given))
    try:
        value = task.function(*args, **kwargs)
        if hasattr(value, "__await__"):
            value = await value
        result = task.post(value)
        return await result if hasattr(result, "__await__") else result
    finally:
        DATA.reset(token)


def checked(given: Any) -> Mapping[str, Any]:
    """Check what `pre` gave."""
    if given is not None and not hasattr(given, "keys"):
        raise TypeError(f"`pre` gives a dict of what the task may read, not {type(given).__name__} {given!r}")
    return dict(given or {})


class Declared:
    """Stands for the function of a task that has none: it has inputs and a result, and `execute` does the work."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __call__(self, *_args: Any, **_kwargs: Any) -> Any:
        raise NotImplementedError(f"the task `{self.__name__}` says neither `execute` nor `forward`")


class Executed:
    """The body of a pod whose task has a class of its own. state: what its instance holds."""

    def __init__(self, cls: type, state: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        self.cls = cls
        self.state = dict(state)
        self.defaults = dict(defaults)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        made: Any = object.__new__(self.cls)
        made.__dict__.update(self.state)
        return made.execute(*args, **{**self.defaults, **kwargs})
