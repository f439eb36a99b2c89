"""basics: a sync map over an input list, after a check of its length."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
def work(x: int) -> int:
    return 2 * x + 5


@env.task
def main(values: list[int] = [1, 2, 3]) -> float:
    if len(values) < 2:
        raise ValueError(f"too few: {len(values)}")
    results = list(flyte.map(work, values))
    return sum(results) / len(results)
