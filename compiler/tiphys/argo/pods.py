"""What is fixed about a pod: its paths, the sizes that travel inline, the names of its outputs."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from tiphys.argo.expressions import is_read_on_the_way
from tiphys.ir import Plan
from tiphys.settings import Settings
from tiphys.tracing.values import is_scalar

ROOT = "/tiphys"
ARCHIVE = f"{ROOT}/code/tiphys.zip"
INLINE = 2048
INLINE_RESULT = 131_072
INLINE_SMALL = 32_768
"""What is small by type has no artifact; an integer of many digits still has to travel."""
ARGUMENT = 131_000
"""What travels in parameters is one argument of a program in the end, and Linux takes none over 131,071 bytes."""


def default_image() -> str:
    """Give the image of tasks that name none: a Python of the same minor version as this one."""
    return f"python:{sys.version_info.major}.{sys.version_info.minor}-slim"


def output_name(index: int) -> str:
    """Name an output of a pod, a graph or a construct."""
    return "v" if index == 0 else f"p{index}"


def output_names(plan: Plan) -> list[str]:
    """Name the outputs of a plan, the result of the run last."""
    names = [output_name(index) for index in range(len(plan.outputs))]
    return [*names, "r"] if plan.result is not None else names


def is_small_output(plan: Plan, name: str) -> bool:
    """Say whether an output never has an artifact."""
    index = plan.result if name == "r" else int(name[1:] or 0)
    assert index is not None
    return plan.is_storeless or is_scalar(plan.types[index])


def shim_variables(settings: Settings) -> Mapping[str, str]:
    """Give the variables that would be changed on their way to the pod: the shim sets those."""
    return {name: value for name, value in sorted((settings.env_vars or {}).items()) if is_read_on_the_way(value)}
