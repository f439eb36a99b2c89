"""ml: round after round the feature is dropped whose absence hurts least."""

import asyncio

import tiphys as flyte

env = flyte.TaskEnvironment("shape")


@env.task
async def score(features: list[str], drop: str) -> float:
    return float(len(drop))


@env.task
async def main(features: list[str]) -> list[dict[str, float]]:
    history: list[dict[str, float]] = []
    for i in range(len(features) - 1):
        with flyte.group(f"round-{i}"):
            jobs = {feature: score(list(features), drop=feature) for feature in features}
            values = await asyncio.gather(*(jobs[feature] for feature in jobs))
            scores = dict(zip(jobs.keys(), values))
            best = max(scores, key=lambda feature: scores[feature])
            features.remove(best)
            history.append(scores)
    return history
