"""`try` and `except` around tasks: classes, tuples, bases, fields, re-raise, `raise ... from`, `else`."""

import tiphys as flyte
from tiphys import errors

env = flyte.TaskEnvironment("errors-caught")


class PipelineError(Exception):
    pass


class BadRow(PipelineError):
    def __init__(self, row: int, reason: str) -> None:
        super().__init__(f"row {row}: {reason}")
        self.row = row
        self.reason = reason


class Quota(PipelineError):
    pass


class HttpError(Exception):
    def __init__(self, status: int) -> None:
        self.status = status

    def __str__(self) -> str:
        return f"status {self.status}"


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def load(n: int) -> int:
    match n:
        case 1:
            raise BadRow(7, "empty")
        case 2:
            raise Quota("used up")
        case 3:
            raise ValueError("bad value")
        case 4:
            raise KeyError("missing")
        case 5:
            raise HttpError(503)
        case 6:
            raise ZeroDivisionError
    return n * 10


@env.task
def unannotated(n):
    if n > 2:
        raise LookupError("not found", n)
    return n


@env.task
async def report(text: str) -> str:
    return f"<{text}>"


@env.task
async def final(n: int) -> int:
    if n:
        raise errors.NonRecoverableError(f"no use trying {n}")
    return 0


@env.task
async def several_clauses(n: int) -> str:
    try:
        return await report(str(await load(n)))
    except BadRow as error:
        return f"row {error.row} because {error.reason}"
    except (ValueError, Quota) as error:
        return await report(f"{type(error).__name__}: {error}")
    except LookupError as error:
        return f"lookup {error.args[0]}"
    except Exception as error:
        return await report(str(error))


@env.task
async def bare_except(n: int) -> str:
    try:
        await load(n)
    except:
        return "failed"
    return "fine"


@env.task
async def error_is_an_argument(n: int) -> str:
    try:
        value = await load(n)
    except Exception as error:
        return await report(f"{error!r}")
    return f"{value}"


@env.task
async def fields_of_the_error(n: int) -> object:
    try:
        return await load(n)
    except HttpError as error:
        if error.status >= 500:
            return await add(error.status, 1)
        return error.status
    except BadRow as error:
        return {"row": error.row, "args": error.args, "text": str(error)}


@env.task
async def second_of_two_fails(n: int) -> list[object]:
    first = 0
    try:
        first = await add(n, 100)
        second = await load(n)
        third = await add(second)
    except PipelineError as error:
        return [first, str(error)]
    return [first, second, third]


@env.task
async def tuple_args(n: int) -> list[object]:
    try:
        return [await unannotated.aio(n)]
    except LookupError as error:
        return list(error.args)


RETRIABLE = (HttpError, Quota)


@env.task
async def tuple_in_a_global(n: int) -> list[object]:
    attempts = 0
    for attempt in range(3):
        try:
            attempts += 1
            return [await load(n - attempt), attempts]
        except RETRIABLE:
            continue
        except ValueError:
            break
    return ["gave up", attempts]


@env.task
async def non_recoverable(n: int) -> str:
    try:
        return str(await final(n))
    except errors.NonRecoverableError as error:
        return f"final: {error}"


@env.task
async def child(n: int) -> int:
    value = await load(n)
    return await add(value)


@env.task
async def from_a_sub_orchestrator(n: int) -> str:
    try:
        return f"{await child(n)}"
    except BadRow as error:
        return f"child failed at {error.row}"
    except (Quota, HttpError):
        return await report("child")


async def helper(n: int) -> int:
    value = await load(n)
    if value == 0:
        raise Quota("zero")
    return value


@env.task
async def from_a_helper(n: int) -> str:
    try:
        value = await helper(n)
    except Quota as error:
        value = f"quota {error}"
    return f"{value}"


@env.task
async def started_before_awaited_inside(n: int) -> str:
    import asyncio

    job = asyncio.create_task(load(n))
    other = await add(n)
    try:
        value = await job
    except PipelineError as error:
        value = f"{error}"
    return f"{value} and {other}"


@env.task
async def two_tries_one_after_the_other(n: int) -> list[object]:
    found: list[object] = []
    try:
        found.append(await load(n))
    except PipelineError:
        found.append(None)
    try:
        found.append(await load(n + 1))
    except (PipelineError, ValueError) as error:
        found.append(str(error))
    return found


@env.task
async def errors_kept_for_later(n: int) -> list[str]:
    problems: list[Exception] = []
    for item in (n, n + 1, n + 2):
        try:
            await load(item)
        except Exception as error:
            problems.append(error)
    if problems:
        return [f"{type(problem).__name__}:{problem}" for problem in problems]
    return ["clean", await report("ok")]


@env.task
async def fallback(n: int) -> int:
    try:
        value = await load(n)
    except ValueError:
        value = -1
    return value


@env.task
async def fallback_task(n: int) -> str:
    try:
        value = await load(n)
    except PipelineError:
        value = await add(n, 1000)
    return await report(f"{value}")


@env.task
async def else_clause(n: int) -> list[object]:
    trace: list[object] = []
    try:
        value = await load(n)
    except PipelineError:
        trace.append("caught")
    else:
        trace.append(await add(value))
    trace.append("after")
    return trace


@env.task
async def bound_in_the_try(n: int) -> list[object]:
    a = "before"
    try:
        a = await add(n)
        b = await load(n)
        a = "after"
    except (ValueError, KeyError):
        b = "handled"
    return [a, b]


@env.task
async def coroutine_made_before_awaited_inside(n: int) -> object:
    job = load(n)
    try:
        return await job
    except ValueError:
        return await add(n)


@env.task
async def else_that_fails(n: int) -> str:
    try:
        value = await add(n)
    except ValueError:
        return "not here"
    else:
        value = await load(value)
    return f"{value}"


CASES = [
    *[("else_that_fails", {"n": n}) for n in (0, 1, 2, 3)],
    *[("fallback", {"n": n}) for n in (0, 1, 2)],
    ("fallback", {"n": 3}, 1),  # CATCH
    *[("fallback_task", {"n": n}) for n in (0, 3)],
    *[("fallback_task", {"n": n}, 1) for n in (1, 2)],  # CATCH
    *[("else_clause", {"n": n}) for n in (0, 3)],
    *[("else_clause", {"n": n}, 1) for n in (1, 2)],  # CATCH
    *[("bound_in_the_try", {"n": n}) for n in (0, 1, 2)],
    ("bound_in_the_try", {"n": 3}, 1),  # CATCH
    *[("coroutine_made_before_awaited_inside", {"n": n}) for n in (0, 1, 2)],
    ("coroutine_made_before_awaited_inside", {"n": 3}, 1),  # CATCH
    ("bare_except", {"n": 0}),
    *[("bare_except", {"n": n}, 1) for n in (1, 2, 3)],  # CATCH
    ("error_is_an_argument", {"n": 0}, 1),  # BEHIND
    *[("error_is_an_argument", {"n": n}, 1) for n in (1, 2, 3)],  # CATCH
    ("second_of_two_fails", {"n": 0}, 1),  # BEHIND
    *[("second_of_two_fails", {"n": n}, 2) for n in (1, 2)],  # CATCH, BEHIND
    ("second_of_two_fails", {"n": 3}),
    *[("tuple_args", {"n": n}, 1) for n in (0, 1, 2)],  # BEHIND
    ("tuple_args", {"n": 3}, 1),  # CATCH
    *[("tuple_in_a_global", {"n": n}) for n in (0, 7)],
    *[("tuple_in_a_global", {"n": n}) for n in (1, 2, 4, 5)],
    ("tuple_in_a_global", {"n": 3}, 1),  # CATCH
    ("non_recoverable", {"n": 0}),
    *[("non_recoverable", {"n": n}, 1) for n in (1, 2, 3)],  # CATCH
    ("from_a_sub_orchestrator", {"n": 0}, 1),  # BEHIND
    ("from_a_sub_orchestrator", {"n": 1}, 2),  # CATCH, BEHIND
    ("from_a_sub_orchestrator", {"n": 2}, 1),  # CATCH
    ("from_a_sub_orchestrator", {"n": 3}),
    *[("from_a_helper", {"n": n}, 1) for n in (0, 2)],  # CATCH
    *[("from_a_helper", {"n": n}) for n in (1, 3)],
    ("started_before_awaited_inside", {"n": 0}, 1),  # BEHIND
    *[("started_before_awaited_inside", {"n": n}, 4) for n in (1, 2)],  # RAISE, 2 CATCH, BEHIND
    ("started_before_awaited_inside", {"n": 3}),
    ("two_tries_one_after_the_other", {"n": 0}, 2),  # CATCH, BEHIND
    *[("two_tries_one_after_the_other", {"n": n}, 3) for n in (1, 2)],  # 2 CATCH, BEHIND
    ("two_tries_one_after_the_other", {"n": 3}),
    ("errors_kept_for_later", {"n": 0}, 3),  # 2 CATCH, BEHIND
    *[("errors_kept_for_later", {"n": n}, 4) for n in (1, 2, 3)],  # 3 CATCH, BEHIND
    ("fields_of_the_error", {"n": 0}, 1),  # BEHIND
    ("fields_of_the_error", {"n": 1}, 1),  # CATCH
    *[("fields_of_the_error", {"n": n}) for n in (2, 3, 4)],
    ("fields_of_the_error", {"n": 5}, 1),  # CATCH
    ("several_clauses", {"n": 0}),
    *[("several_clauses", {"n": n}, 1) for n in (1, 4)],  # CATCH
    *[("several_clauses", {"n": n}, 1) for n in (2, 3, 5, 6)],  # CATCH
]
