"""What `import tiphys` gives inside a pod: what tasks use. The compiler itself stays on the user's computer."""

import sys as _sys

from tiphys_runtime import durable, errors, report
from tiphys_runtime.context import ctx

_sys.modules[f"{__name__}.errors"] = errors
_sys.modules[f"{__name__}.durable"] = durable
_sys.modules[f"{__name__}.report"] = report
__all__ = ["ctx", "durable", "errors", "report"]


def __getattr__(name: str) -> object:
    if name == "extend":
        from importlib import import_module

        return import_module(f"{__name__}.extend")
    message = (
        f"`tiphys.{name}` is for orchestrators and settings: it exists on the computer that compiles, not in a pod. "
        f"Inside a task there is {', '.join(f'`tiphys.{item}`' for item in __all__)}."
    )
    raise AttributeError(message)
