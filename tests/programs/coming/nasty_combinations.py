"""Control flow in control flow, on purpose: what a careless compiler gets wrong.

Why they wait:
everything_at_once: its code is more than `kubectl apply` keeps of an object in an annotation.
two_accumulators_crossed: refused: a list chosen at run time is changed in place.
"""

import tiphys as flyte

env = flyte.TaskEnvironment("nasty")


class Stop(Exception):
    pass


class Retry(Exception):
    def __init__(self, after: int) -> None:
        super().__init__(f"after {after}")
        self.after = after


@env.task
async def add(a: int, b: int = 1) -> int:
    return a + b


@env.task
async def numbers(n: int) -> list[int]:
    return list(range(n))


@env.task
async def two_accumulators_crossed(n: int) -> list[list[int]]:
    evens: list[int] = []
    odds: list[int] = []
    for item in await numbers(n):
        target, other = (evens, odds) if item % 2 == 0 else (odds, evens)
        target.append(await add(item))
        if len(target) > 1:
            other.append(0)
    return [evens, odds]


@env.task
async def risky(n: int) -> int:
    if n % 4 == 3:
        raise Retry(n)
    if n % 4 == 2:
        raise Stop(f"stop {n}")
    return n


@env.task
async def everything_at_once(n: int) -> list[object]:
    log: list[object] = []
    if await add(n, 0) > 0:
        for item in await numbers(n + 1):
            try:
                if item == 1:
                    continue
                value = await risky(item)
            except Retry as error:
                log.append(f"retry {error.after}")
                if error.after > 4:
                    break
            except Stop:
                log.append("stop")
            else:
                log.append(value)
                if value > 4:
                    return log
            finally:
                log.append(f"f{item}")
        else:
            log.append("else")
    return [*log, await add(n)]


CASES = [
    *[("everything_at_once", {"n": n}) for n in (0, 1, 2, 3, 5)],
    *[("two_accumulators_crossed", {"n": n}) for n in (0, 1, 2, 3, 5)],
]
