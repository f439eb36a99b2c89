"""What `import tiphys` gives inside a pod: the errors, and time. The compiler itself stays on the user's computer."""

import sys as _sys

from tiphys_runtime import durable, errors

_sys.modules[f"{__name__}.errors"] = errors
_sys.modules[f"{__name__}.durable"] = durable
__all__ = ["durable", "errors"]


def __getattr__(name: str) -> object:
    message = (
        f"`tiphys.{name}` is for orchestrators and settings: it exists on the computer that compiles, not in a pod. "
        "Inside a task use only `tiphys.errors` and `tiphys.durable`."
    )
    raise AttributeError(message)
