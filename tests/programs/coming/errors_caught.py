"""`try` and `except` around tasks: classes, tuples, bases, fields, re-raise, `raise ... from`, `else`.

Why they wait:
class_chosen_at_run_time: refused: what a clause catches is known only at run time.
"""

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
async def class_chosen_at_run_time(n: int) -> str:
    kind = ValueError if await add(n) > 3 else KeyError
    try:
        await load(3)
    except kind:
        return "chosen"
    except ValueError:
        return "other"
    return "none"


CASES = [
    *[("class_chosen_at_run_time", {"n": n}) for n in (0, 1, 2, 3)],
]
