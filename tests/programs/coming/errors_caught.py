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
async def unbound_in_the_handler(n: int) -> object:
    try:
        value = await load(n)
        more = await add(value)
    except ValueError:
        return value
    return more


@env.task
async def list_changed_in_the_try(n: int) -> list[object]:
    done: list[object] = []
    try:
        done.append(await add(n))
        done.append(await load(n))
        done.append("all")
    except Exception as error:
        done.append(type(error).__name__)
    return done


@env.task
async def reraised_sometimes(n: int) -> str:
    try:
        return f"{await load(n)}"
    except PipelineError as error:
        if isinstance(error, Quota):
            raise
        return f"skipped {error}"


@env.task
async def raised_from_is_caught(n: int) -> list[str]:
    try:
        try:
            return [str(await load(n))]
        except ValueError as error:
            raise BadRow(n, "wrapped") from error
    except PipelineError as error:
        return [str(error), type(error.__cause__).__name__, str(error.__cause__)]


@env.task
async def own_raise_is_caught(n: int) -> str:
    try:
        value = await add(n)
        if value > 3:
            raise BadRow(value, "too big")
        value = await add(value)
    except BadRow as error:
        return f"{error.row}!"
    return f"{value}"


@env.task
async def builtin_raises_in_glue(n: int) -> str:
    try:
        value = await add(n)
        share = 10 // (value - 3)
        return f"{await add(share)}"
    except ZeroDivisionError as error:
        return f"glue: {error}"


@env.task
async def key_error_of_glue_and_task(n: int) -> str:
    table = {"a": await add(n)}
    try:
        if n > 2:
            table["b"]
        await load(n + 2)
    except KeyError as error:
        return f"{error.args}"
    return "none"


@env.task
async def tuple_args(n: int) -> list[object]:
    try:
        return [await unannotated.aio(n)]
    except LookupError as error:
        return list(error.args)


@env.task
async def name_is_gone_after_the_handler(n: int) -> str:
    error = "before"
    try:
        await load(n)
    except ValueError as error:
        text = str(error)
    try:
        return f"{error}"
    except UnboundLocalError:
        return f"gone after {text}"


@env.task
async def class_chosen_at_run_time(n: int) -> str:
    kind = ValueError if await add(n) > 3 else KeyError
    try:
        await load(3)
    except kind:
        return "chosen"
    except ValueError:
        return "other"
    return "none"


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


@env.task
async def child_that_handles(n: int) -> int:
    try:
        return await load(n)
    except ValueError:
        return -3
    except Quota as error:
        raise KeyError("translated") from error


@env.task
async def translated_by_the_child(n: int) -> list[object]:
    try:
        return [await child_that_handles(n)]
    except KeyError as error:
        return ["key", error.args[0]]


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
async def suppressed_name_is_used(n: int) -> str:
    caught = None
    try:
        await load(n)
    except Exception as error:
        caught = error
    if caught is None:
        return "nothing"
    if isinstance(caught, PipelineError):
        return await report(str(caught))
    raise caught


CASES = [
    *[("bare_except", {"n": n}) for n in (0, 1, 2, 3)],
    *[("error_is_an_argument", {"n": n}) for n in (0, 1, 2, 3)],
    *[("second_of_two_fails", {"n": n}) for n in (0, 1, 2, 3)],
    *[("unbound_in_the_handler", {"n": n}) for n in (0, 1, 2, 3)],
    *[("list_changed_in_the_try", {"n": n}) for n in (0, 1, 2, 3)],
    *[("reraised_sometimes", {"n": n}) for n in (0, 1, 2, 3)],
    *[("raised_from_is_caught", {"n": n}) for n in (0, 1, 2, 3)],
    *[("own_raise_is_caught", {"n": n}) for n in (0, 1, 2, 3)],
    *[("builtin_raises_in_glue", {"n": n}) for n in (0, 1, 2, 3)],
    *[("key_error_of_glue_and_task", {"n": n}) for n in (0, 1, 2, 3)],
    *[("tuple_args", {"n": n}) for n in (0, 1, 2, 3)],
    *[("name_is_gone_after_the_handler", {"n": n}) for n in (0, 1, 2, 3)],
    *[("class_chosen_at_run_time", {"n": n}) for n in (0, 1, 2, 3)],
    *[("tuple_in_a_global", {"n": n}) for n in (0, 1, 2, 3, 4, 5, 7)],
    *[("non_recoverable", {"n": n}) for n in (0, 1, 2, 3)],
    *[("from_a_sub_orchestrator", {"n": n}) for n in (0, 1, 2, 3)],
    *[("translated_by_the_child", {"n": n}) for n in (0, 1, 2, 3)],
    *[("from_a_helper", {"n": n}) for n in (0, 1, 2, 3)],
    *[("started_before_awaited_inside", {"n": n}) for n in (0, 1, 2, 3)],
    *[("two_tries_one_after_the_other", {"n": n}) for n in (0, 1, 2, 3)],
    *[("errors_kept_for_later", {"n": n}) for n in (0, 1, 2, 3)],
    *[("suppressed_name_is_used", {"n": n}) for n in (0, 1, 2, 3, 5, 6, 7)],
    *[("fields_of_the_error", {"n": n}) for n in (0, 1, 2, 3, 4, 5)],
    *[("several_clauses", {"n": n}) for n in (0, 1, 2, 3, 4, 5, 6)],
]
