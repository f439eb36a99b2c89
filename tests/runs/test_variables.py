"""Variables, and numbers of retries, that a result decides."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import tiphys
from tests.runs import variables


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.mark.parametrize("executor", ["forked", "in-process"])
def test_variables_of_run_time_are_set_for_that_call_alone(executor: Any) -> None:
    found = tiphys.with_runcontext(executor=executor).run(variables.main, 2).result()

    text = "{{workflow.name}} $(HOME) $$ é\n" * 2
    words = [[None, word, None] for word in text.split()[:2]]
    assert found == [[None, text, "yes"], *words, ["old", None, None]]
    assert "MODE" not in os.environ


def test_a_variable_that_is_no_text_is_refused_where_it_is_said() -> None:
    run = tiphys.with_runcontext(executor="in-process").run(variables.wrong)

    with pytest.raises(TypeError, match=r"`override\(env_vars=\{'MODE': 31\}\)`: a variable is a text; write '31'"):
        run.result()


@pytest.mark.parametrize("executor", ["forked", "in-process"])
def test_a_call_is_tried_again_as_often_as_a_result_says(executor: Any) -> None:
    found = tiphys.with_runcontext(executor=executor).run(variables.tried).result()

    assert found == [2, "attempt 1", "attempt 0"]


@pytest.mark.parametrize("count", [-1, 1001])
def test_a_number_of_retries_that_nobody_takes_is_refused_where_it_is_said(count: int) -> None:
    run = tiphys.with_runcontext(executor="in-process").run(variables.too_often, count)

    with pytest.raises(ValueError, match=rf"`override\(retries={count}\)`: write a whole number from 0 to 1000"):
        run.result()
