"""Reports of tasks, and results that are left for others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tiphys
from tiphys import report
from tiphys.compiling import compile_task
from tiphys.diagnostics import ProgramError
from tiphys.report import log

env = tiphys.TaskEnvironment("reports")


@env.task(report=True)
async def told(n: int) -> int:
    report.log("<h1>first</h1>")
    await tiphys.report.log.aio("<p>second</p>")
    report.get_tab("a & b").log("<b>other</b>")
    report.get_tab("unused")
    log("third")
    return n


@env.task(report=True)
def replaced(n: int) -> int:
    report.log("gone")
    report.replace("<i>kept</i>")
    report.get_tab("x").log("gone")
    report.current_report().get_tab("x", create_if_missing=False).replace("kept, too")
    msg = "after all"
    raise ValueError(msg)


@env.task(report=True)
def empty(n: int) -> int:
    return n


@env.task
def unmarked(n: int) -> int:
    report.log("nobody")
    return n


@env.task(report=True)
def wrong(n: int) -> int:
    report.log(n)  # type: ignore[arg-type]
    return n


@env.task(report=True, timeout=1)
def endless(n: int) -> int:
    import time

    report.log("so far", do_flush=True)
    time.sleep(60)
    return n


@env.task(produces_artifacts=True)
def made(n: int) -> list[int]:
    return [n] * 3


def pages(run: tiphys.Run) -> list[str]:
    return [Path(file).read_text() for _, file in run.reports()]


@pytest.mark.parametrize("executor", ["in-process", "forked"])
def test_a_report_has_the_tabs_that_were_written_to(executor: str) -> None:
    run = tiphys.with_runcontext(executor=executor).run(told, 1)  # type: ignore[arg-type]

    (page,) = pages(run)
    assert run.result() == 1
    assert "<title>reports.told</title>" in page
    assert "<h1>first</h1>\n<p>second</p>\nthird" in page
    assert ">a &amp; b</label>\n<div><b>other</b></div>" in page
    assert "unused" not in page


def test_a_failed_task_leaves_its_report() -> None:
    run = tiphys.run(replaced, 1)

    (page,) = pages(run)
    assert run.phase == "failed"
    assert "<i>kept</i>" in page
    assert "kept, too" in page
    assert "gone" not in page


def test_a_task_that_is_cut_short_leaves_what_it_had() -> None:
    assert "so far" in pages(tiphys.run(endless, 1))[0]


def test_without_content_and_without_the_mark_there_is_none() -> None:
    run = tiphys.run(unmarked, 1)

    assert pages(tiphys.run(empty, 1)) == pages(run) == []
    assert "does not say `report=True`" in "".join(text for _, text in run.printed())


def test_what_is_no_text_is_refused_in_the_task() -> None:
    with pytest.raises(TypeError, match="a report takes HTML as text, not int"):
        tiphys.run(wrong, 1).result()


def test_outside_of_a_run_a_report_goes_nowhere() -> None:
    report.log("<p>nowhere</p>")
    report.flush()

    assert not report.current_report().has_content()
    with pytest.raises(ValueError, match="no tab 'x'"):
        report.get_tab("x", create_if_missing=False)


def test_an_orchestrator_has_no_report() -> None:
    @env.task(report=True)
    async def outer(n: int) -> int:
        report.log("<p>nobody</p>")
        return await told(n)

    with pytest.raises(ProgramError, match=r"`report\.log` in an orchestrator would belong to a pod"):
        tiphys.run(outer, 1)


def test_what_is_said_of_a_pod_that_an_orchestrator_has_not_is_told() -> None:
    @env.task(report=True, links=())
    async def around(n: int) -> int:
        return await told(n)

    note = next(note for note in compile_task(around).notes if "around" in note)
    assert "`report` has no effect: `reports.around` has no pod" in note


def test_a_result_is_left_under_names_that_people_know() -> None:
    run = tiphys.run(made, 2)

    (node,) = [node for node in run.state.nodes.values() if "artifact" in node.left]
    assert node.left["artifact"] == f"tiphys/artifacts/local/reports.made/{run.name}/made/_"
    assert run._store is not None
    data = (run._store / node.left["artifact"]).read_bytes()
    assert (data[:1], json.loads(data[1:])) == (b"J", [2, 2, 2])
