"""multi_env: one environment per step, one after the other."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


other = flyte.TaskEnvironment("fold", image="registry.example/fold:1")
whole = flyte.TaskEnvironment("whole", depends_on=[env, other])


@env.task
def align(text: str) -> list[str]:
    return list(text)


@other.task
def fold(text: str, parts: list[str]) -> list[str]:
    return [text, *parts]


@whole.task
def main(text: str) -> list[str]:
    parts = align(text)
    return fold(text, parts)
