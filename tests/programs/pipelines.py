"""Whole pipelines as data and ML engineers write them: train and decide, search, retry, backfill, report."""

import asyncio
import datetime
from dataclasses import dataclass, field

import tiphys as flyte

env = flyte.TaskEnvironment("pipelines")


class DataError(Exception):
    def __init__(self, partition: str, rows: int) -> None:
        super().__init__(f"{partition} has {rows} rows")
        self.partition = partition
        self.rows = rows


@dataclass
class Metrics:
    accuracy: float
    loss: float
    epoch: int = 0


@dataclass
class Candidate:
    name: str
    params: dict[str, float]
    metrics: Metrics | None = None


@dataclass
class Summary:
    status: str
    details: list[str] = field(default_factory=list)
    best: Candidate | None = None


@env.task
async def extract(partition: str, rows: int) -> list[int]:
    if rows == 3:
        raise DataError(partition, rows)
    return list(range(rows))


@env.task
async def evaluate(name: str, rate: float) -> Metrics:
    return Metrics(round(1 - abs(rate - 0.01) * 5, 3), rate)


@env.task
async def deploy(name: str, replicas: int = 1) -> str:
    return f"{name}x{replicas}"


@env.task
async def alert(channel: str, text: str) -> bool:
    return channel == "page"


@env.task
async def partitions(days: int) -> list[str]:
    start = datetime.date(2024, 2, 27)
    return [(start + datetime.timedelta(days=i)).isoformat() for i in range(days)]


@env.task
async def ask(model: str, prompt: str) -> str:
    return f"{prompt}?" if model == "draft" else f"{prompt}!"


@env.task
async def judge(answer: str) -> float:
    return round(len(answer) / 10, 2)


@env.task
async def grid_search(rates: list[float]) -> Summary:
    results = await asyncio.gather(*(evaluate(f"r{i}", rate) for i, rate in enumerate(rates)))
    candidates = [Candidate(f"r{i}", {"rate": rate}, metrics) for i, (rate, metrics) in enumerate(zip(rates, results))]
    good = [c for c in candidates if c.metrics is not None and c.metrics.accuracy > 0.9]
    if not good:
        await alert("mail", "no candidate")
        return Summary("empty")
    best = max(good, key=lambda c: c.metrics.accuracy)
    url = await deploy(best.name, replicas=len(good))
    return Summary("deployed", [url], best)


@env.task
async def champion_and_challenger(rate: float) -> list[object]:
    champion, challenger = await asyncio.gather(evaluate("champion", 0.05), evaluate("challenger", rate))
    if challenger.accuracy > champion.accuracy:
        winner, margin = "challenger", challenger.accuracy - champion.accuracy
    else:
        winner, margin = "champion", champion.accuracy - challenger.accuracy
    if margin < 0.01:
        return ["tie"]
    return [winner, await deploy(winner, 2)]


@env.task
async def backfill_in_parallel(days: int) -> dict[str, object]:
    names = await partitions(days)
    results = await asyncio.gather(*(extract(name, i) for i, name in enumerate(names)), return_exceptions=True)
    report: dict[str, object] = {}
    for name, result in zip(names, results):
        if isinstance(result, DataError):
            report[name] = f"failed: {result.rows}"
        else:
            report[name] = len(result)
    return report


@env.task
async def cascade_of_models(prompt: str) -> list[object]:
    cost = 0
    for model, price in (("draft", 1), ("large", 10), ("expert", 100)):
        answer = await ask(model, prompt)
        cost += price
        if await judge(answer) > 0.5 or model == "expert":
            return [model, answer, cost]
    return ["nobody"]


@env.task
async def refine(prompt: str) -> list[object]:
    drafts = [prompt]
    score = await judge(prompt)
    while score < 0.6 and len(drafts) < 5:
        drafts.append(await ask("draft" if len(drafts) % 2 else "large", drafts[-1]))
        score = await judge(drafts[-1])
    return [drafts[-1], len(drafts), score]


@env.task
async def successive_halving(rates: list[float]) -> list[object]:
    alive = {f"t{i}": rate for i, rate in enumerate(rates)}
    rounds = 0
    while len(alive) > 1:
        names = list(alive)
        scores = await asyncio.gather(*[evaluate(name, alive[name]) for name in names])
        ranked = sorted(zip(names, scores), key=lambda pair: (-pair[1].accuracy, pair[0]))
        alive = {name: alive[name] for name, _ in ranked[: len(ranked) // 2]}
        rounds += 1
    return [rounds, alive]


CASES = [
    *[("grid_search", {"rates": rates}, 2) for rates in ([], [0.5], [0.01], [0.02, 0.011, 0.3])],  # INPUT, BEHIND
    *[("champion_and_challenger", {"rate": rate}, 1) for rate in (0.01, 0.05, 0.3)],  # JOIN
    *[("backfill_in_parallel", {"days": days}, 1) for days in (0, 1, 5)],  # BEHIND
    *[("cascade_of_models", {"prompt": prompt}) for prompt in ("why", "hello", "x")],
    *[("refine", {"prompt": prompt}, 1) for prompt in ("why", "a longer prompt")],  # BEHIND
    *[("successive_halving", {"rates": rates}, 1) for rates in ([], [0.1])],  # INPUT
    ("successive_halving", {"rates": [0.1, 0.2, 0.012, 0.5]}, 5),  # 3 INPUT, 2 BEHIND
]
