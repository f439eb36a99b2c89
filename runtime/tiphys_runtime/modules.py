"""The modules of the program in a pod: they hold the names that the bundle's functions use."""

from __future__ import annotations

from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tiphys_runtime.loading import Bundle


class ProgramModule(ModuleType):
    """A module of the program: holds the names that the bundle's functions use, each loaded when it is first used."""

    def __getattr__(self, name: str) -> Any:
        world: Bundle = self.__dict__["__tiphys_bundle__"]
        if name.startswith("__") or not world.ensure(f"{self.__name__}:{name}"):
            raise AttributeError(
                f"module {self.__name__!r} has no {name!r} in this pod: "
                "only names that the program's functions mention travel"
            )
        return self.__dict__[name]


class Finder:
    """Lets `import` inside a function find the modules of the program."""

    def __init__(self, world: Bundle) -> None:
        self.world = world

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> Any:
        """Give the spec of a module of the program, and nothing for others."""
        if name == "__main__" or not self.world.is_program(name):
            return None
        from importlib.machinery import ModuleSpec

        loader: Any = self
        return ModuleSpec(name, loader, is_package=True)

    def create_module(self, spec: Any) -> Any:
        """Give the module itself, whose names load one by one."""
        return self.world.persistent(f"m:{spec.name}")

    def exec_module(self, _module: Any) -> None:
        """Run nothing: the names come from the bundle."""
