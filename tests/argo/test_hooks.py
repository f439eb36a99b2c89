"""What classes of tasks say when a program is compiled: asked for once, and checked."""

from __future__ import annotations

import pytest

from tests.argo.conftest import Lower
from tiphys.diagnostics import ProgramError

PROGRAM = """
from tiphys.extend import DataLoadingConfig, NativeInterface, TaskTemplate
class Kind(TaskTemplate):
    {hook}
    {work}
task = Kind(name="t", interface=NativeInterface({{"n": int}}, {{"o": int}}))
@env.task
async def main(n: int) -> int: return await task(n=n)
"""
EXECUTE = "async def execute(self, n): return n"
ARGUMENTS = 'def container_args(self, sctx): return ["ls"]'
WRONG = {
    "raises": ('def config(self, sctx): raise ValueError("no")', EXECUTE, r"`Kind\.config` raised ValueError: no", 7),
    "no dict": ("def config(self, sctx): return 3", EXECUTE, r"`Kind\.config` gives 3(.|\n)*a dict of texts", 9),
    "no name": (
        'def config(self, sctx): return {"a b": 1}', EXECUTE, r"'a b' becomes part of an annotation's key", 9,
    ),
    "no JSON": (
        'def custom_config(self, sctx): return {"a": object()}', EXECUTE, r"`object` has no text", 9,
    ),
    "no query": ("def sql(self, sctx): return 3", EXECUTE, r"`Kind\.sql` gives 3(.|\n)*a text, or None", 9),
    "no command": (
        "def container_args(self, sctx): return self.nothing", "", r"`Kind\.container_args` raised AttributeError", 7,
    ),
    "no folders": (
        "def data_loading_config(self, sctx): return '/in'", ARGUMENTS, r"gives '/in'(.|\n)*DataLoadingConfig", 9,
    ),
    "no work": ("", "", "`Kind` does not say what its tasks do(.|\n)*`execute`, or `container_args`", 9),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_a_hook_says_wrongly_is_told_with_its_line(case: str, lower: Lower) -> None:
    hook, work, message, line = WRONG[case]

    with pytest.raises(ProgramError, match=message) as caught:
        lower(PROGRAM.format(hook=hook or "pass", work=work))

    assert f".py:{line}:" in str(caught.value)


def test_what_json_does_not_know_is_written_as_its_text(lower: Lower) -> None:
    hook = 'def custom_config(self, sctx): return {"on": __import__("datetime").date(2030, 1, 2)}'
    made = lower(PROGRAM.format(hook=hook, work=EXECUTE))

    assert made["t"]["metadata"]["annotations"]["tiphys.dev/custom-config"] == '{"on": "2030-01-02"}'
