"""basics: a map of a partial; a partial that binds the wrong parameter is a TypeError."""

from functools import partial

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
def label(batch: str, name: str, suffix: str) -> str:
    return batch + name + suffix


@env.task
def main() -> list[str]:
    batches = [str(i) for i in range(3)]
    good = partial(label, name="a", suffix="b")
    found = list(flyte.map(good, batches, return_exceptions=False))
    try:
        list(flyte.map(partial(label, batch="x", suffix="b"), batches))
    except TypeError as error:
        found.append(str(error))
    return found
