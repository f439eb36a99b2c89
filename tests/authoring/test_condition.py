"""Conditions where a person writes them, and in plain Python."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from types import ModuleType

import pytest

import tiphys
from tiphys.diagnostics import ProgramError, UsageError
from tiphys.testing import answers

MISTAKES = {
    "no name": ('flyte.new_condition("")', "name"),
    "sign in the name": ('flyte.new_condition("a=b")', "none of them is `=`"),
    "long name": (f'flyte.new_condition("{"x" * 64}")', "at most 63 printable characters"),
    "type": ('flyte.new_condition("a", data_type=list)', "it must be bool, int, float or str"),
    "prompt": ('flyte.new_condition("a", prompt=3)', "prompt=3"),
    "prompt type": ('flyte.new_condition("a", prompt_type="html")', "prompt_type='html'"),
    "timeout": ('flyte.new_condition("a", timeout="5m")', "'5m' is not a duration; write seconds, or a timedelta"),
    "no time": ('flyte.new_condition("a", timeout=0)', "a timeout must be longer than nothing"),
    "webhook": ('flyte.new_condition("a", webhook=object())', "a condition has no `webhook` here"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_at_its_line(mistake: str, load: Callable[[str], ModuleType]) -> None:
    text, why = MISTAKES[mistake]
    with pytest.raises(ProgramError) as caught:
        load(f"x = 1\n{text}")
    assert why in str(caught.value)
    assert ":4:" in str(caught.value)


def test_answers_are_given_beforehand_in_async_and_in_sync_code() -> None:
    size = tiphys.new_condition("size", data_type=int)

    async def ask() -> list[int]:
        made = await tiphys.new_condition.aio("size", data_type=int)
        waits = [each.wait() for each in (size, made)]
        return [await size.wait(), *await asyncio.gather(*waits), await made.wait.aio()]

    with answers({"size": [1, 2, 3]}):
        assert asyncio.run(ask()) == [1, 2, 3, 3]
    with answers(size=4):
        assert size.wait() == 4


def test_an_int_answers_a_float_and_nothing_else_widens() -> None:
    with answers(share=1):
        value = tiphys.new_condition("share", data_type=float).wait()
    assert (type(value), value) == (float, 1.0)
    with answers(size=True), pytest.raises(UsageError, match="True is no answer to the condition `size`"):
        tiphys.new_condition("size", data_type=int).wait()


def test_all_that_is_said_of_a_condition_has_a_name() -> None:
    with answers(size=3):
        made = tiphys.new_condition(name="size", prompt="How many?", data_type=int)

        assert (made.name, made.wait()) == ("size", 3)


def test_nobody_answers() -> None:
    with answers(a=None), pytest.raises(tiphys.errors.ConditionTimedoutError, match="`a` was not answered within 60"):
        tiphys.new_condition("a", timeout=60).wait()
    with pytest.raises(UsageError, match="--signal a=true"):
        tiphys.new_condition("a").wait()


def test_time_belongs_to_the_program() -> None:
    async def clocks() -> tuple[float, datetime]:
        await tiphys.durable.sleep(0.001)
        return await tiphys.durable.time.aio(), await tiphys.durable.now.aio()

    begun = time.time()
    tiphys.durable.sleep(0.001)
    seconds, now = asyncio.run(clocks())
    assert begun <= seconds <= now.timestamp() <= time.time()
    assert now.utcoffset() == tiphys.durable.now().utcoffset()
    for wrong in ("5", True, float("nan"), float("inf")):
        with pytest.raises((TypeError, ValueError)):
            tiphys.durable.sleep(wrong)
