"""Waits in the manifest: no pod, one template for all sleeps, and no text of a person's that Argo reads again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.argo.conftest import Lower
from tiphys.diagnostics import ProgramError

PROGRAM = """
from tiphys import durable

@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b

@env.task
async def main(n: int = 1) -> int:
    {body}
"""


def lowered(lower: Lower, body: str) -> Any:
    return lower(PROGRAM.format(body=body.replace("\n", "\n    ")))


def asks(made: Any) -> list[Any]:
    """Give the templates that wait for an answer."""
    return [item for item in made.spec["templates"] if "suspend" in item and "outputs" in item]


def test_all_sleeps_share_a_template_whose_length_is_an_argument(lower: Lower) -> None:
    made = lowered(
        lower,
        "await durable.sleep(1.5)\nn = await add(n)\nawait durable.sleep(n)\n"
        "await durable.sleep(-3)\nreturn await add(n)",
    )
    sleeps = [item for item in made.spec["templates"] if "duration" in item.get("suspend", {})]
    assert [item["suspend"] for item in sleeps] == [
        {"duration": "{{=asInt(fromJSON(inputs.parameters['milliseconds']).v)}}ms"}
    ]
    said = [
        next(item["value"] for item in task["arguments"]["parameters"] if item["name"] == "milliseconds")
        for task in made.entry["dag"]["tasks"] if task["template"] == sleeps[0]["name"]
    ]  # fmt: skip
    assert said[0] == '{"v":1500}'
    assert said[1].startswith("{{tasks.add.outputs.parameters.")
    assert said[2] == '{"v":0}'


def test_a_condition_says_what_it_is(lower: Lower) -> None:
    made = lowered(
        lower,
        "go = await tiphys.new_condition('go on', '{{x}}?', 'markdown', description='why {{y}}', timeout=90).wait()\n"
        "return await add(n, go)",
    )
    (ask,) = asks(made)
    assert ask["metadata"]["annotations"] == {
        "tiphys.dev/condition": "go on",
        "tiphys.dev/data-type": "bool",
        "tiphys.dev/prompt-type": "markdown",
        "workflows.argoproj.io/description": "why {\u200b{y}}",
    }
    assert ask["suspend"] == {"duration": "90000ms"}
    assert ask["outputs"]["parameters"] == [{"name": "v", "valueFrom": {"supplied": {}, "default": "tiphys/nobody"}}]
    choices = next(item for item in ask["inputs"]["parameters"] if item["name"] == "v")
    assert (choices["enum"], choices["description"]) == (["true", "false"], "{\u200b{x}}?")


def test_without_a_timeout_nothing_stands_for_an_answer(lower: Lower) -> None:
    (ask,) = asks(lowered(lower, "return await add(n, await tiphys.new_condition('a', data_type=int).wait())"))
    assert ask["suspend"] == {}
    assert ask["outputs"]["parameters"] == [{"name": "v", "valueFrom": {"supplied": {}}}]


def test_an_answer_is_wrapped_before_it_is_passed_on(lower: Lower) -> None:
    made = lowered(lower, "return await add(n, await tiphys.new_condition('a', data_type=int).wait())")
    (ask,) = asks(made)
    (around,) = [
        item for item in made.spec["templates"]
        if any(task["template"] == ask["name"] for task in item.get("dag", {}).get("tasks", ()))
    ]  # fmt: skip
    (output,) = around["outputs"]["parameters"]
    assert output["valueFrom"]["default"] == "{}"
    assert output["valueFrom"]["expression"].startswith("'{\"t\":\"' + toBase64(tasks['ask'].outputs.parameters['v'])")


def test_a_wait_costs_no_pod(lower: Lower) -> None:
    made = lowered(lower, "await durable.sleep(60)\nreturn await add(n, await tiphys.new_condition('a').wait())")
    assert made.manifest.report.pods == 1


def test_a_name_asks_for_one_kind_of_answer(lower: Lower) -> None:
    ask = "await tiphys.new_condition('q', data_type={}).wait()"
    with pytest.raises(ProgramError, match="asks for `bool` here, and for `int` at"):
        lowered(lower, f"a = {ask.format('int')}\nb = {ask.format('bool')}\nreturn a")
