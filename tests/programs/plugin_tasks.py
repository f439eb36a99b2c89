"""Tasks of plugins: `pre` and `post` around a function, classes of tasks without a function."""

from dataclasses import dataclass, field
from typing import Any

import tiphys as flyte
from tiphys.extend import AsyncFunctionTaskTemplate, NativeInterface, TaskTemplate, register_plugin, task_data


@dataclass(frozen=True)
class Engine:
    workers: int = 2


class Refused(Exception):
    pass


def ten_times(value: int) -> int:
    return value * 10


@dataclass(kw_only=True)
class EngineTask(AsyncFunctionTaskTemplate):
    plugin_config: Engine
    task_type: str = "engine"
    notes: list[str] = field(default_factory=list)

    async def pre(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        if kwargs.get("x") == 13 or args == (13,):
            raise Refused("not 13")
        return {"session": f"{self.name} with {self.plugin_config.workers}", "size": ten_times(self.plugin_config.workers)}

    async def post(self, return_vals: Any) -> Any:
        return [return_vals, self.short_name, self.task_type]


class Plain(AsyncFunctionTaskTemplate):
    """Hooks that are no coroutines."""

    def post(self, return_vals: Any) -> Any:
        return super().post(return_vals) + 1


@dataclass(frozen=True)
class One:
    pass


register_plugin(Engine, EngineTask)
register_plugin(One, Plain)
engine = flyte.TaskEnvironment("engine", plugin_config=Engine(3))
one = flyte.TaskEnvironment("one", plugin_config=One())
env = flyte.TaskEnvironment("plugins")


@engine.task
async def work(x: int) -> list[Any]:
    return [x, task_data()["session"], task_data()["size"]]


@engine.task(short_name="named")
def sync(x: int) -> list[Any]:
    return [x, flyte.ctx().data["session"], flyte.extend.task_data()["session"]]


@one.task
async def more(x: int) -> int:
    return x + len(task_data())


class Adder(TaskTemplate):
    """A task without a function."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__(name=name, interface=NativeInterface({"a": int, "b": (int, 5)}, {"sum": int}), retries=1)
        self.number = number

    async def execute(self, a: int, b: int) -> int:
        return ten_times(a) + b + self.number


class Counts(TaskTemplate):
    """A task whose class gives the command of a container."""

    def __init__(self) -> None:
        super().__init__(name="counts", image="alpine:3", interface=NativeInterface({"n": int}, {"next": int}))

    def container_args(self, sctx: Any) -> list[str]:
        return ["sh", "-c", "echo $(({{.inputs.n}} + 1)) > /var/outputs/next"]


adder = Adder("adder", 100)
counts = Counts()


@env.task
async def hooked(x: int) -> list[Any]:
    return await work(x=x)


@env.task
async def sync_hooked(x: int) -> list[Any]:
    return [await sync.aio(x), sync(x)]


@env.task
async def overridden(x: int) -> list[Any]:
    return [await work.override(plugin_config=Engine(7))(x=x), await more(x=x)]


@env.task
async def another_plugin(x: int) -> int:
    return await more.override(short_name="m")(x=x)


@env.task
async def refused(x: int) -> str:
    try:
        await work(x=x)
    except Refused as error:
        return str(error)
    return "taken"


@env.task
async def not_hooked(x: int) -> list[Any]:
    return [await counts(n=x), await adder(a=x), await adder(a=x, b=1)]


CASES = [
    ("hooked", {"x": 4}),
    ("sync_hooked", {"x": 4}),
    ("overridden", {"x": 4}),
    ("another_plugin", {"x": 4}),
    ("refused", {"x": 13}, 1),  # CATCH
    ("refused", {"x": 1}),
    ("not_hooked", {"x": 4}),
]
