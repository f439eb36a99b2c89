"""A task, where another task's function mentions it inside a pod."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class TaskStub:
    """Stands for a task in a pod: its plain function can be called, the task itself cannot."""

    def __init__(self, name: str, load: Callable[[], Callable[..., object]]) -> None:
        self.name = name
        self._load = load

    def __repr__(self) -> str:
        return f"<task {self.name}>"

    def forward(self, *args: object, **kwargs: object) -> object:
        """Call the plain function of the task in this pod."""
        return self._load()(*args, **kwargs)

    @property
    def func(self) -> Callable[..., object]:
        """The plain function of the task."""
        return self._load()

    def __call__(self, *_args: object, **_kwargs: object) -> object:
        from tiphys_runtime.errors import NonRecoverableError

        raise NonRecoverableError(
            f"the task `{self.name}` is called inside the pod of another task, where no pod can be started; "
            f"call `{self.name.rpartition('.')[2]}.forward(...)` to run its function right here, "
            "or call the task from an orchestrator"
        )

    def __getattr__(self, name: str) -> object:
        raise AttributeError(f"the task `{self.name}` has no `{name}` inside a pod: there it has `forward` and `func`")
