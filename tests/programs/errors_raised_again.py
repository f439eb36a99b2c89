"""`raise`, `raise ... from`, and what an orchestrator raises itself: in its glue, on names that are not bound."""

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


@env.task
async def index_error_in_glue(n: int) -> list[int]:
    values = [await add(n), await add(n, 2)]
    try:
        return [values[n]]
    except IndexError:
        return [await add(0)]


@env.task
async def type_error_in_glue(n: int) -> str:
    value = await unannotated.aio(n)
    try:
        text = "a" + value if n == 1 else "a" + str(value)
    except TypeError:
        text = "no text"
    return await report(text)


@env.task
async def reraised(n: int) -> int:
    try:
        return await load(n)
    except ValueError:
        raise


@env.task
async def reraised_after_a_task(n: int) -> int:
    try:
        return await load(n)
    except Exception:
        await report("about to fail")
        raise


@env.task
async def raised_from(n: int) -> str:
    try:
        value = await load(n)
    except ValueError as error:
        raise PipelineError(f"load failed: {error}") from error
    except Quota as error:
        raise RuntimeError("hidden") from None
    return await report(str(value))


@env.task
async def raised_by_the_orchestrator(n: int) -> str:
    value = await add(n)
    if value > 3:
        raise BadRow(value, "too big")
    return await report(f"{value}")


@env.task
async def unhandled(n: int) -> int:
    try:
        return await load(n)
    except KeyError:
        return 0


CASES = [
    *[("reraised", {"n": n}) for n in (0, 1, 2, 3)],
    *[("reraised_after_a_task", {"n": n}) for n in (0, 1, 2, 3)],
    *[("raised_from", {"n": n}) for n in (0, 1, 2, 3)],
    *[("raised_by_the_orchestrator", {"n": n}) for n in (0, 1, 2, 3)],
    *[("unhandled", {"n": n}) for n in (0, 1, 2, 3)],
    *[("index_error_in_glue", {"n": n}, 1) for n in (0, 1)],  # RAISE
    *[("index_error_in_glue", {"n": n}, 2) for n in (2, 3)],  # RAISE, CATCH
    *[("type_error_in_glue", {"n": n}, 1) for n in (0, 2)],  # RAISE
    ("type_error_in_glue", {"n": 1}, 2),  # RAISE, CATCH
    ("type_error_in_glue", {"n": 3}),
    ("unbound_in_the_handler", {"n": 0}, 1),  # BEHIND
    *[("unbound_in_the_handler", {"n": n}) for n in (1, 2, 3)],
    ("list_changed_in_the_try", {"n": 0}, 1),  # BEHIND
    *[("list_changed_in_the_try", {"n": n}, 2) for n in (1, 2, 3)],  # CATCH, BEHIND
    ("reraised_sometimes", {"n": 0}),
    ("reraised_sometimes", {"n": 1}, 1),  # CATCH
    *[("reraised_sometimes", {"n": n}) for n in (2, 3)],
    ("raised_from_is_caught", {"n": 0}, 1),  # BEHIND
    *[("raised_from_is_caught", {"n": n}, 3) for n in (1, 2, 3)],  # RAISE, 2 CATCH
    *[("own_raise_is_caught", {"n": n}, 1) for n in (0, 1, 2)],  # BEHIND
    ("own_raise_is_caught", {"n": 3}, 2),  # RAISE, CATCH
    *[("builtin_raises_in_glue", {"n": n}) for n in (0, 1, 3)],
    ("builtin_raises_in_glue", {"n": 2}, 2),  # RAISE, CATCH
    *[("key_error_of_glue_and_task", {"n": n}) for n in (0, 1)],
    ("key_error_of_glue_and_task", {"n": 2}, 1),  # CATCH
    ("key_error_of_glue_and_task", {"n": 3}, 2),  # RAISE, CATCH
    ("name_is_gone_after_the_handler", {"n": 0}, 2),  # 2 BEHIND
    *[("name_is_gone_after_the_handler", {"n": n}) for n in (1, 2)],
    ("name_is_gone_after_the_handler", {"n": 3}, 5),  # RAISE, 2 CATCH, 2 BEHIND
    ("translated_by_the_child", {"n": 0}, 1),  # BEHIND
    ("translated_by_the_child", {"n": 1}),
    ("translated_by_the_child", {"n": 2}, 3),  # RAISE, 2 CATCH
    ("translated_by_the_child", {"n": 3}, 2),  # CATCH, BEHIND
    *[("suppressed_name_is_used", {"n": n}, 1) for n in (0, 7)],  # BEHIND
    *[("suppressed_name_is_used", {"n": n}, 1) for n in (1, 2)],  # CATCH
    *[("suppressed_name_is_used", {"n": n}) for n in (3, 5, 6)],
]
