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


CASES = [
    *[("train_until_good", {"start": start}) for start in (0.3, 0.5, 0.9, 0.0)],
    *[("quality_gate", {"rows": rows}) for rows in (0, 2, 3, 8)],
    *[("pages_with_retries", {"fails_until": fails_until}) for fails_until in (0, 2, 3)],
    *[("backfill", {"days": days}) for days in (0, 1, 3, 5)],
    *[("many_sources", {"rows": rows}) for rows in (1, 3, 6)],
    *[("canary", {"rate": rate}) for rate in (0.001, 0.05)],
    ("report_of_parts", {"rows": 0, "with_model": False, "recipients": []}),
    ("report_of_parts", {"rows": 5, "with_model": True, "recipients": ["a", "", "b"]}),
    ("report_of_parts", {"rows": 1, "with_model": True, "recipients": ["a"]}),
    ("report_of_parts", {"rows": 3, "with_model": True, "recipients": ["a"]}),
]
