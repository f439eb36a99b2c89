"""Programs and the graphs they become: what is known, glue, order, helpers."""

from __future__ import annotations

from collections.abc import Callable

from tests.tracing.texts import expected


def test_awaits_in_sequence_are_ordered_although_no_data_flows(printed: Callable[..., str]) -> None:
    program = """
        @env.task
        async def main(day: int) -> float:
            a = await score(1.0)
            b = await score(2.0)
            return b
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %score   = call score(row=1.0)
          %score-2 = call score(row=2.0) after %score
          return %score-2
    """)


def test_gathered_calls_start_together_and_are_waited_for_together(printed: Callable[..., str]) -> None:
    program = """
        @env.task
        async def main(day: int) -> str:
            first = asyncio.create_task(score(0.5))
            rows = await load(day)
            a, b = await asyncio.gather(score(rows[0]), score(rows[1], scale=2))
            return await publish(f"{a + b:.2f} {await first}")
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %score   = call score(row=0.5)
          %load    = call load(day=%day)
          %row     = glue "load[0]" (load=%load)
          %row-2   = glue "load[1]" (load=%load) after %row
          %score-2 = call score(row=%row) after %row-2
          %score-3 = call score(row=%row-2, scale=2)
          %text    = glue "f'{score + score_2:.2f} {score_3}'" (score=%score-2, score_2=%score-3, score_3=%score)
          %publish = call publish(text=%text) after %score-2, %score-3, %score
          return %publish
    """)


def test_what_reads_a_clock_or_draws_a_number_is_computed_once(printed: Callable[..., str]) -> None:
    program = """
        @env.task
        async def main(day: int) -> list[float]:
            draw = random.random()
            return await asyncio.gather(score(draw), score(draw))
    """

    assert printed(program, after="place_glue") == expected("""
        graph flow.main(day):
          %draw    = glue "random()" in a pod
          %score   = call score(row=%draw)
          %score-2 = call score(row=%draw)
          return [%score, %score-2]
    """)


def test_orchestrators_are_traced_once_and_shared(printed: Callable[..., str]) -> None:
    program = """
        @env.task
        async def child(x: float) -> float:
            return await score(await score(x), scale=3)


        @env.task
        async def main(day: int) -> list[float]:
            rows = await load(day)
            return await asyncio.gather(child(max(rows)), child(2.5))
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %load    = call load(day=%day)
          %x       = glue "max(load)" (load=%load)
          %child   = sub flow.child(x=%x)
          %child-2 = sub flow.child(x=2.5) after %x
          return [%child, %child-2]

        graph flow.child(x):
          %score   = call score(row=%x)
          %score-2 = call score(row=%score, scale=3)
          return %score-2
    """)


def test_a_loop_that_calls_no_task_is_one_function_that_rides_in_the_next_pod(printed: Callable[..., str]) -> None:
    program = """
        def verdict(rows):
            for row in rows:
                if row > 0.5:
                    return "good"
            return "bad"


        @env.task
        async def main(day: int) -> str:
            return await publish(verdict(await load(day)))
    """

    assert printed(program, after="place_glue") == expected("""
        graph flow.main(day):
          %load    = call load(day=%day)
          %block   = glue "block()(unbound, load)" (load=%load) in its users
          %result  = glue "block[1]" (block=%block) in its users
          %exit    = glue "block[0]" (block=%block) in its users
          %text    = glue "'bad' if exit_2 == 0 else result" (exit_2=%exit, result=%result) in its users after %block
          %publish = call publish(text=%text) after %block
          return %publish
    """)


def test_a_change_in_place_makes_a_new_version_of_the_value(printed: Callable[..., str]) -> None:
    program = """
        @env.task
        async def main(day: int) -> float:
            rows = await load(day)
            rows.append(1.5)
            return await score(rows[0])
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %load    = call load(day=%day)
          %changed = glue "[*load, v]" (load=%load, v=1.5)
          %row     = glue "changed[0]" (changed=%changed) after %load
          %score   = call score(row=%row)
          return %score
    """)


def test_an_item_that_is_deleted_by_a_result_makes_a_new_version_too(printed: Callable[..., str]) -> None:
    program = """
        @env.task
        async def main(day: int) -> dict[float, int]:
            table = {1.0: 2, 4.0: 5}
            del table[await score(1.0)]
            return table
    """

    text = printed(program)
    assert "%score   = call score(row=1.0)" in text
    assert ".__delitem__(score)" in text
    assert text.splitlines()[-1] == "  return %changed"
