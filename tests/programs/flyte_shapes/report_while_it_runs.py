"""reports: an orchestrator that writes into its report between tasks."""

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def loss(epoch: int) -> float:
    return 1 / (epoch + 1)


@env.task(report=True)
async def main(epochs: int) -> float:
    best = 1.0
    for epoch in range(epochs):
        value = await loss(epoch)
        await flyte.report.log.aio(f"<p>{epoch}: {value}</p>", do_flush=True)
        best = min(best, value)
    return best
