"""Whole pipelines as data and ML engineers write them: train and decide, search, retry, backfill, report."""

import asyncio
import datetime
from dataclasses import dataclass, field
from typing import Any

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
async def validate(rows: list[int]) -> dict[str, Any]:
    return {"rows": len(rows), "nulls": len(rows) // 4, "ok": len(rows) > 1}


@env.task
async def impute(rows: list[int]) -> list[int]:
    return [row + 1 for row in rows]


@env.task
async def train_epoch(weights: float, epoch: int) -> Metrics:
    accuracy = round(min(0.95, weights + epoch * 0.1), 3)
    return Metrics(accuracy, round(1 - accuracy, 3), epoch)


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
async def report_of_parts(rows: int, with_model: bool, recipients: list[str]) -> dict[str, object]:
    sections: dict[str, object] = {"title": "daily"}
    data = await extract("today", rows)
    if data:
        sections["checks"] = await validate(data)
    if with_model:
        metrics = await evaluate("today", len(data) / 100)
        sections["accuracy"] = metrics.accuracy
        if metrics.accuracy < 0.9:
            sections["warning"] = await alert("page", f"{metrics.accuracy}")
    sent = [name for name in recipients if name]
    for name in sent:
        await alert(name, "report")
    return sections | {"sent": len(sent)}


@env.task
async def call_api(page: int, fails_until: int, attempt: int) -> dict[str, Any]:
    if attempt < fails_until:
        raise ConnectionError(f"attempt {attempt}")
    return {"items": [page * 10 + i for i in range(2)], "more": page < 2}


@env.task
async def partitions(days: int) -> list[str]:
    start = datetime.date(2024, 2, 27)
    return [(start + datetime.timedelta(days=i)).isoformat() for i in range(days)]


@env.task
async def train_until_good(start: float) -> dict[str, object]:
    history: list[float] = []
    best: Metrics | None = None
    for epoch in range(10):
        metrics = await train_epoch(start, epoch)
        history.append(metrics.accuracy)
        if best is None or metrics.accuracy > best.accuracy:
            best = metrics
        if metrics.accuracy >= 0.8:
            break
        if len(history) > 2 and history[-1] - history[-3] < 0.15:
            break
    return {"history": history, "best": best, "stopped": epoch}


@env.task
async def quality_gate(rows: int) -> Summary:
    summary = Summary("running")
    try:
        data = await extract("today", rows)
    except DataError as error:
        summary.status = "no data"
        summary.details.append(f"{error.partition}: {error.rows}")
        await alert("page", str(error))
        return summary
    checks = await validate(data)
    if not checks["ok"]:
        summary.status = "rejected"
        return summary
    if checks["nulls"] > 0:
        data = await impute(data)
        summary.details.append(f"imputed {checks['nulls']}")
    summary.status = "accepted"
    summary.details.append(f"sum {sum(data)}")
    return summary


@env.task
async def pages_with_retries(fails_until: int) -> list[int]:
    items: list[int] = []
    page = 0
    while True:
        for attempt in range(3):
            try:
                response = await call_api(page, fails_until, attempt)
                break
            except ConnectionError:
                if attempt == 2:
                    raise
        items.extend(response["items"])
        if not response["more"]:
            return items
        page += 1


@env.task
async def backfill(days: int) -> dict[str, object]:
    done, failed = {}, {}
    names = await partitions(days)
    for i, name in enumerate(names):
        try:
            rows = await extract(name, i)
        except DataError as error:
            failed[name] = str(error)
            if len(failed) > 1:
                break
        else:
            done[name] = len(rows)
    return {"done": done, "failed": failed, "complete": not failed}


async def ingest(source: str, rows: int) -> dict[str, Any]:
    try:
        data = await extract(source, rows)
    except DataError:
        return {"source": source, "rows": None}
    checks = await validate(data)
    if checks["nulls"]:
        data = await impute(data)
    return {"source": source, "rows": len(data), "sum": sum(data)}


@env.task
async def many_sources(rows: int) -> list[dict[str, Any]]:
    sources = {"a": rows, "b": rows + 2, "c": 3}
    return await asyncio.gather(*(ingest(name, size) for name, size in sources.items()))


@env.task
async def canary(rate: float) -> list[str]:
    log = []
    try:
        for replicas in (1, 5, 20):
            log.append(await deploy("new", replicas))
            metrics = await evaluate("new", rate * replicas)
            if metrics.accuracy < 0.5:
                raise RuntimeError(f"accuracy {metrics.accuracy} at {replicas}")
    except RuntimeError as error:
        log.append(f"rolled back: {error}")
        log.append(await deploy("old", 20))
    else:
        log.append("done")
    return log


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
    *[("train_until_good", {"start": start}) for start in (0.3, 0.5, 0.9, 0.0)],
    *[("quality_gate", {"rows": rows}) for rows in (0, 2, 8)],
    ("quality_gate", {"rows": 3}, 1),  # CATCH
    ("pages_with_retries", {"fails_until": 0}, 3),  # 3 ROUND
    ("pages_with_retries", {"fails_until": 2}, 9),  # 3 ROUND, 6 CATCH
    ("pages_with_retries", {"fails_until": 3}),
    ("backfill", {"days": 0}, 1),  # BEHIND
    ("backfill", {"days": 1}, 3),  # INPUT, 2 BEHIND
    ("backfill", {"days": 3}, 7),  # 3 INPUT, 4 BEHIND
    ("backfill", {"days": 5}, 12),  # 5 INPUT, CATCH, 6 BEHIND
    *[("many_sources", {"rows": rows}, 2) for rows in (1, 3)],  # 2 CATCH
    ("many_sources", {"rows": 6}, 1),  # CATCH
    ("canary", {"rate": 0.001}, 1),  # BEHIND
    ("canary", {"rate": 0.05}, 1),  # CATCH
    ("report_of_parts", {"rows": 0, "with_model": False, "recipients": []}, 3),  # INPUT, ROUND, BEHIND
    ("report_of_parts", {"rows": 5, "with_model": True, "recipients": ["a", "", "b"]}, 2),  # INPUT, BEHIND
    ("report_of_parts", {"rows": 1, "with_model": True, "recipients": ["a"]}, 2),  # INPUT, BEHIND
    ("report_of_parts", {"rows": 3, "with_model": True, "recipients": ["a"]}),
]
