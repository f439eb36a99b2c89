"""Every parameter of every level: what appears in the cluster, or what the mistake says."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.settings.rows import Refusal, Row, Said, compiled, gathered, loaded, missing, samples, shown
from tiphys.authoring.environment import TaskEnvironment
from tiphys.authoring.levels import LEVELS
from tiphys.authoring.task import TaskTemplate
from tiphys.contexts import OF_RUNS
from tiphys.diagnostics import TiphysError
from tiphys.runs import with_runcontext
from tiphys.settings import resolve

if TYPE_CHECKING:
    from tests.kubernetes.server import Server

ROWS: list[Row] = gathered("ROWS")
REFUSALS: list[Refusal] = gathered("REFUSALS")
ORDER = ("environment", "decorator", "override")
PATHS = {
    "ConfigMap": "api/v1/namespaces/{}/configmaps",
    "WorkflowTemplate": "apis/argoproj.io/v1alpha1/namespaces/{}/workflowtemplates",
    "CronWorkflow": "apis/argoproj.io/v1alpha1/namespaces/{}/cronworkflows",
}
NOT_SETTINGS = {
    "self",
    "function",
    "unknown",
    "unnamed",
    "name",
    "depends_on",
    "description",
    "docs",
    "orchestrator",
    "task_resolver",
}
"""Parameters that have no effect in a pod; tests/authoring has them."""


def title(row: Said) -> str:
    return f"{row.level} {row.said}"[:90]


@pytest.mark.parametrize("row", ROWS, ids=title)
def test_a_setting_appears_in_the_cluster(row: Row, tmp_path: Path) -> None:
    assert list(missing(row.shows, shown(row, compiled(row, tmp_path)))) == []


@pytest.mark.kubernetes
def test_the_api_server_takes_every_object(api_server: Server, namespace: str, tmp_path: Path) -> None:
    wrong: list[str] = []
    for row in ROWS:
        for item in compiled(row, tmp_path).every_object:
            if item["kind"] not in PATHS:
                continue
            try:
                path = PATHS[item["kind"]].format(namespace)
                answer = api_server.ask("POST", f"/{path}?dryRun=All&fieldValidation=Strict", item)
                if item["kind"] != "ConfigMap" and answer["spec"] != item["spec"]:
                    wrong.append(f"{title(row)}: the server dropped or changed something of {item['kind']}")
            except Exception as error:  # noqa: BLE001  all rows are tried, then told of together
                wrong.append(f"{title(row)}: {error}")
    assert wrong == []


@pytest.mark.parametrize("refusal", REFUSALS, ids=title)
def test_a_mistake_says_what_where_and_how_to_mend_it(refusal: Refusal, tmp_path: Path) -> None:
    with pytest.raises(TiphysError) as caught:
        compiled(refusal, tmp_path)
    text = str(caught.value)
    assert refusal.message in text
    assert refusal.mend in text
    assert ".toml:" in text if refusal.level == "profile" else ".py:" in text, text


@pytest.mark.parametrize("level", LEVELS)
def test_every_parameter_of_the_public_signatures_has_a_row(level: str) -> None:
    made: dict[str, Any] = {
        "environment": TaskEnvironment.__init__, "decorator": TaskEnvironment.task, "override": TaskTemplate.override
    }  # fmt: skip
    parameters = set(inspect.signature(made[level]).parameters) - NOT_SETTINGS
    places = {level, "main"} if level == "decorator" else {level}
    told = {row.parameter for row in (*ROWS, *REFUSALS) if row.level in places}
    assert parameters == LEVELS[level]
    assert sorted(parameters - told) == []


def test_every_setting_of_a_run_has_a_row() -> None:
    told = {row.parameter for row in ROWS if row.level == "run"}
    assert set(inspect.signature(with_runcontext).parameters) >= OF_RUNS
    assert sorted({*OF_RUNS, "custom_context"} - told) == []


PAIRS = [
    (name, low, high)
    for name in sorted(samples())
    for index, low in enumerate(ORDER)
    for high in ORDER[index + 1 :]
    if name in LEVELS[low] and name in LEVELS[high]
]


@pytest.mark.parametrize(("name", "low", "high"), PAIRS)
def test_the_more_specific_level_wins(name: str, low: str, high: str, tmp_path: Path) -> None:
    first, second = samples()[name]
    both = Row(high, f"{name}={second}", {}, also={low: f"{name}={first}"})
    alone = Row(high, f"{name}={second}", {})
    values = []
    for row in (both, alone):
        step = loaded(row, tmp_path).function.__globals__["f"]
        called = (
            eval(f"step.override({row.said})", {**step.function.__globals__, "step": step})
            if high == "override"
            else step
        )
        resolved = resolve(called.levels)
        assert resolved.levels[name] == high
        values.append(repr(getattr(resolved.settings, name)))
    assert values[0] == values[1]


def test_every_setting_has_samples() -> None:
    several = {
        name for names in LEVELS.values() for name in names if sum(name in other for other in LEVELS.values()) > 1
    }
    assert sorted(several - set(samples())) == []
