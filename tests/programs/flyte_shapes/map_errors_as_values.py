"""basics: a map whose failures are looked at one by one."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
def work(x: int) -> str:
    if x == 2:
        raise ValueError("two")
    return f"{x}"


@env.task
def main(n: int) -> list[str]:
    shown = []
    for result in flyte.map(work, range(n)):
        if isinstance(result, Exception):
            shown.append(f"failed: {result}")
        else:
            shown.append(result)
    return shown
