"""advanced: a person's answers, each asked for only after the one before."""

from datetime import timedelta

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def work(x: int) -> int:
    return x * x


@env.task
async def main() -> str:
    approval = await flyte.new_condition.aio("approval", prompt="Go on?", data_type=bool, timeout=timedelta(minutes=5))
    try:
        approved = await approval.wait.aio()
    except flyte.errors.ConditionTimedoutError:
        return "nobody answered"
    if not approved:
        return "rejected"
    size = await flyte.new_condition.aio("size", prompt="How many?", data_type=int)
    batch = await size.wait.aio()
    if batch <= 0:
        return f"not a size: {batch}"
    return f"{await work(batch)}"
