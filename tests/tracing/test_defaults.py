"""Defaults of the inputs: what they say of the types, and where they do not fit."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import tiphys
from tests.tracing.conftest import HEADER
from tiphys.diagnostics import ProgramError
from tiphys.loading import load_module
from tiphys.tracing import trace
from tiphys.tracing.tasks import interface_of


def loaded(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> Any:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.delitem(sys.modules, "flow", raising=False)
    (folder / "flow.py").write_text(HEADER + text)
    return load_module(folder / "flow.py")


OPTIONAL = """\
@env.task
async def shown(x: int = None) -> str:
    return "none" if x is None else str(x)

@env.task
async def main(x: int = None) -> str:
    return await shown(x)
"""


@pytest.mark.parametrize(("given", "result"), [({}, "none"), ({"x": None}, "none"), ({"x": 3}, "3")])
def test_a_default_of_none_makes_none_a_value_of_the_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], result: str
) -> None:
    flow = loaded(tmp_path, monkeypatch, OPTIONAL)

    assert interface_of(flow.main).types == {"x": int | None}
    for task in (flow.main, flow.shown):
        assert tiphys.with_runcontext(executor="in-process").run(task, **given).result() == result


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("x: int = 'a'", "the default of `x` is 'a', and it takes `int`"),
        ("x: list[int] = (1,)", r"the default of `x` is \(1,\), and it takes `list\[int\]`"),
        ("x: str = 3", "the default of `x` is 3, and it takes `str`"),
    ],
)
def test_a_default_that_does_not_fit_is_refused_where_the_task_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, why: str
) -> None:
    flow = loaded(tmp_path, monkeypatch, f"@env.task\nasync def main({said}) -> float:\n    return await score(1.0)\n")
    with pytest.raises(ProgramError, match=f"{why}\n  flow.py:{HEADER.count(chr(10)) + 1}:1"):
        trace(flow.main)


@pytest.mark.parametrize("said", ["x: float = 1", "x: int = True", "x = 3", "x: 'int | str' = 'a'", "x: object = 3"])
def test_a_default_that_fits_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    flow = loaded(tmp_path, monkeypatch, f"@env.task\nasync def main({said}) -> float:\n    return await score(1.0)\n")
    trace(flow.main)


def test_a_map_over_what_holds_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "@env.task\nasync def main() -> list:\n    return [x async for x in flyte.map.aio(score, 3)]\n"
    with pytest.raises(ProgramError, match="`map` goes through lists and the like, and this is an int"):
        trace(loaded(tmp_path, monkeypatch, text).main)
