"""Which task of a file is meant where none is named."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from tiphys.diagnostics import UsageError
from tiphys.loading import find_task

TWO = """
env = flyte.TaskEnvironment("a")
@env.task
def main() -> int: ...
@env.task(entrypoint=True)
def other() -> int: ...
"""


def test_the_marked_task_is_meant_even_beside_a_main(load: Callable[[str], ModuleType]) -> None:
    """The mark says more than a name."""
    module = load(TWO)
    module.__file__ = "flow.py"

    assert find_task(module, None) is module.other
    assert find_task(module, "main") is module.main


def test_an_override_takes_the_mark_back(load: Callable[[str], ModuleType]) -> None:
    """`False` is something that was said."""
    module = load(TWO + "other = other.override(entrypoint=False)")
    module.__file__ = "flow.py"

    assert find_task(module, None) is module.main


def test_two_marks_are_one_too_many(load: Callable[[str], ModuleType]) -> None:
    """The message names both."""
    module = load(TWO + "main = main.override(entrypoint=True)")
    module.__file__ = "flow.py"

    with pytest.raises(UsageError, match="several tasks of flow.py say `entrypoint=True`: name one of `main`, `other`"):
        find_task(module, None)
