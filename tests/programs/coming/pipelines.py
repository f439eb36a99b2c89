"""Whole pipelines as data and ML engineers write them: train and decide, search, retry, backfill, report."""

from dataclasses import dataclass
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


@env.task
async def extract(partition: str, rows: int) -> list[int]:
    if rows == 3:
        raise DataError(partition, rows)
    return list(range(rows))


@env.task
async def validate(rows: list[int]) -> dict[str, Any]:
    return {"rows": len(rows), "nulls": len(rows) // 4, "ok": len(rows) > 1}


@env.task
async def evaluate(name: str, rate: float) -> Metrics:
    return Metrics(round(1 - abs(rate - 0.01) * 5, 3), rate)


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


CASES = [
    ("report_of_parts", {"rows": 0, "with_model": False, "recipients": []}),
    ("report_of_parts", {"rows": 5, "with_model": True, "recipients": ["a", "", "b"]}),
    ("report_of_parts", {"rows": 1, "with_model": True, "recipients": ["a"]}),
    ("report_of_parts", {"rows": 3, "with_model": True, "recipients": ["a"]}),
]
