"""Programs with control flow on runtime values and the graphs they become."""

from __future__ import annotations

from collections.abc import Callable

from tests.tracing.texts import expected


def test_an_if_runs_one_of_two_arms_and_gives_what_was_assigned(printed: Callable[..., str]) -> None:
    program = """
        @env.task
        async def main(day: int) -> str:
            best = await score(0.5)
            if best > 0.9:
                url = await publish("good")
            else:
                url = "none"
            return url
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %score  = call score(row=0.5)
          %which  = glue "0 if score > 0.9 else 1" (score=%score)
          %branch = branch %which after %score:
            then:
              %publish = call publish(text='good')
              yield %publish
            else: yield 'none'
          return %branch
    """)


def test_a_condition_is_a_probe_of_the_pod_that_makes_what_it_reads(printed: Callable[..., str]) -> None:
    program = """
        @env.task
        async def main(day: int) -> str:
            best = await score(0.5)
            return await publish("good") if best > 0.9 else "none"
    """

    assert printed(program, after="specialise_tasks") == expected("""
        graph flow.main(day):
          %score  = pod flow.score(0.5)
          %branch = branch %score.1:
            then:
              %publish = pod flow.publish('good')
              yield %publish
            else: yield 'none'
          return %branch
    """)


def test_and_calls_its_right_side_only_where_the_left_one_is_true(printed: Callable[..., str]) -> None:
    program = """
        @env.task
        async def main(day: int) -> float:
            x = await score(0.5)
            return x and await score(x)
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %score  = call score(row=0.5)
          %which  = glue "0 if score else 1" (score=%score)
          %branch = branch %which:
            then:
              %score-2 = call score(row=%score)
              yield %score-2
            else: yield %score
          return %branch
    """)


def test_what_follows_an_early_return_is_the_other_arm(printed: Callable[..., str]) -> None:
    program = """
        @env.task
        async def main(day: int) -> str:
            x = await score(0.5)
            if x > 3:
                return "much"
            return await publish(f"{x}")
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %score  = call score(row=0.5)
          %which  = glue "0 if score > 3 else 1" (score=%score)
          %branch = branch %which:
            then: yield 'much'
            else:
              %text    = glue "f'{score}'" (score=%score)
              %publish = call publish(text=%text)
              yield %publish
          return %branch
    """)


def test_a_while_asks_before_the_first_round_and_after_each(printed: Callable[..., str]) -> None:
    """Exit 0 is to go on; 4 says that the condition no longer holds."""
    program = """
        @env.task
        async def main(day: int) -> float:
            x = await score(0.5)
            while x < 10:
                x = await score(x)
            return x
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %score = call score(row=0.5)
          %n     = glue "0 if score < 10 else 4" (score=%score)
          %loop  = loop if %n is 0 with %x = %score:
            %score-2 = call score(row=%x)
            %exit    = glue "0 if score < 10 else 4" (score=%score-2)
            next %x = %score-2 while %exit is 0
          return %loop.1
    """)


def test_a_for_counts_and_carries_what_a_round_assigns(printed: Callable[..., str]) -> None:
    program = """
        @env.task
        async def main(day: int) -> float:
            best = 0.0
            for row in await load(day):
                best = await score(row + best)
            return best
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %load = call load(day=%day)
          %n    = glue "count_of(load)" (load=%load)
          %loop = loop %n rounds with %best = 0.0:
            %row   = glue "item_at(load, i)" (load=%load, i=%i)
            %row-2 = glue "row + best" (row=%row, best=%best)
            %score = call score(row=%row-2)
            next %best = %score
          return %loop.1
    """)


def test_a_round_of_a_loop_is_one_pod(printed: Callable[..., str]) -> None:
    """It takes the list, its number and what is carried; the first pod counts the list."""
    program = """
        @env.task
        async def main(day: int) -> float:
            best = 0.0
            for row in await load(day):
                best = await score(row + best)
            return best
    """

    assert printed(program, after="specialise_tasks") == expected("""
        graph flow.main(day):
          %load = pod flow.load(%day)
          %loop = loop %load.1 rounds with %best = 0.0:
            %score = pod flow.score(%load, %i, %best)
            next %best = %score
          return %loop.1
    """)


def test_a_return_inside_a_loop_ends_it_and_its_value_is_carried(printed: Callable[..., str]) -> None:
    """Exit 3 is a return."""
    program = """
        @env.task
        async def main(day: int) -> float:
            for row in await load(day):
                x = await score(row)
                if x > 3:
                    return x
            return 0.0
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %load   = call load(day=%day)
          %n      = glue "count_of(load)" (load=%load)
          %loop   = loop %n rounds with %loop-result = None:
            %row   = glue "item_at(load, i)" (load=%load, i=%i)
            %score = call score(row=%row)
            %exit  = glue "3 if score > 3 else 0" (score=%score)
            next %loop-result = %score while %exit is 0
          %result = glue "0.0 if exit_2 == 0 else result" (exit_2=%loop, result=%loop.1)
          return %result after %loop
    """)


def test_gathered_calls_over_a_runtime_list_are_a_map(printed: Callable[..., str]) -> None:
    program = """
        @env.task
        async def main(day: int) -> list[float]:
            return await asyncio.gather(*(score(row, 2) for row in await load(day)))
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %load  = call load(day=%day)
          %n     = glue "count_of(load)" (load=%load)
          %n-map = map %i below %n:
            %row   = glue "item_at(load, i)" (load=%load, i=%i)
            %score = call score(row=%row, scale=2)
            yield %score
          return %n-map
    """)


def test_return_exceptions_keeps_them_in_the_list(printed: Callable[..., str]) -> None:
    program = """
        @env.task
        async def main(day: int) -> list:
            rows = await load(day)
            return await asyncio.gather(*[score(row) for row in rows], return_exceptions=True)
    """

    assert "%n-map = map %i below %n, exceptions as values:" in printed(program)


def test_a_try_is_an_attempt_and_a_switch_over_how_it_ended(printed: Callable[..., str]) -> None:
    """0: the body succeeded. 1: the first clause took the exception. 2: none did, so it is raised again."""
    program = """
        @env.task
        async def main(day: int) -> float:
            try:
                x = await score(0.5)
            except ValueError:
                x = -1.0
            return x
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %attempt = attempt:
            body:
              %score = call score(row=0.5)
              yield 0, None, %score
            catch:
              %catch  = catch
              %clause = glue "1 + handler_of(error, clause)" (error=%catch)
              yield %clause, %catch, None
          %handle  = switch %attempt:
            0: yield %attempt.2
            1: yield -1.0
            2:
              %raise = glue "raise_(v)" (v=%attempt.1)
              yield None
          return %handle
    """)


def test_a_finally_runs_after_either_end_and_the_exception_is_raised_behind_it(printed: Callable[..., str]) -> None:
    """Exit 5 is an exception on its way; where there is one, `x` is what it was before the call that failed."""
    program = """
        @env.task
        async def main(day: int) -> float:
            x = 0.0
            try:
                x = await score(0.5)
            finally:
                await publish("end")
            return x
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %attempt = attempt:
            body:
              %score = call score(row=0.5)
              yield 0, None, %score
            catch:
              %catch  = catch
              %clause = glue "1 + handler_of(error, clause)" (error=%catch)
              yield %clause, %catch, None
          %publish = call publish(text='end') after %attempt
          %which   = glue "0 if (0 if v == 0 else 5) == 5 else 1" (v=%attempt) after %publish
          %rest    = branch %which after %publish:
            then:
              %raise = glue "raise_(v)" (v=%attempt.1)
            else: nothing
          %result  = glue "v_2 if v == 0 else 0.0" (v=%attempt, v_2=%attempt.2) after %rest
          return %result after %rest
    """)


def test_a_match_is_one_function_that_names_the_case_and_gives_its_names(printed: Callable[..., str]) -> None:
    program = """
        @env.task
        async def main(day: int) -> str:
            match await load(day):
                case []:
                    return "none"
                case [x]:
                    return await publish(f"{x}")
            return "many"
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %load    = call load(day=%day)
          %match   = glue "match()(load)" (load=%load)
          %which   = glue "match[0]" (match=%match) after %load
          %match-2 = switch %which:
            0: yield 'none'
            1:
              %match   = glue "match()(load)" (load=%load)
              %x       = glue "match[1]" (match=%match)
              %text    = glue "f'{x}'" (x=%x)
              %publish = call publish(text=%text)
              yield %publish
            2: yield 'many'
          return %match-2
    """)


def test_the_only_way_that_goes_on_begins_where_the_others_have_not_been_taken(printed: Callable[..., str]) -> None:
    """Or its tasks would run beside the way that raises."""
    program = """
        @env.task
        async def main(day: int) -> str:
            best = await score(0.5)
            if best > 0.9:
                await publish("bad")
                raise ValueError("too good")
            else:
                url = await publish("good")
            return url
    """

    assert printed(program) == expected("""
        graph flow.main(day):
          %score     = call score(row=0.5)
          %which     = glue "0 if score > 0.9 else 1" (score=%score)
          %branch    = branch %which after %score:
            then:
              %publish = call publish(text='bad')
              %raise   = glue "raise_(error)" (error=ValueError('too good')) after %publish
            else: nothing
          %publish-2 = call publish(text='good') after %branch
          return %publish-2 after %branch
    """)
