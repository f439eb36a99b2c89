"""What `import tiphys` gives inside a pod: the errors. The compiler itself stays on the user's computer."""

import sys as _sys

from tiphys_runtime import errors

_sys.modules[f"{__name__}.errors"] = errors
__all__ = ["errors"]


def __getattr__(name: str) -> object:
    message = (
        f"`tiphys.{name}` is for orchestrators and settings: it exists on the computer that compiles, not in a pod. "
        "Inside a task use only `tiphys.errors`."
    )
    raise AttributeError(message)
