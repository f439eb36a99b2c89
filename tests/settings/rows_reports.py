"""What a task leaves beside its result: reports, and results that others find by their names."""

from __future__ import annotations

from typing import Any

from tests.settings.rows import GONE, Refusal, Row


def left(name: str, path: str, key: str) -> dict[str, Any]:
    """Expect an optional output artifact, and its key as an annotation."""
    found = {"name": name, "path": path, "optional": True, "archive": {"none": {}}, "s3": {"key": key}}
    return {"outputs": {"artifacts": [found]}, "metadata": {"annotations": {f"tiphys.dev/{name}": key}}}


REPORT = left("report", "/tiphys/out/report.html", "tiphys/{{workflow.uid}}/h/{{inputs.parameters.at}}/report.html")
ARTIFACT = left(
    "artifact", "/tiphys/out/artifact",
    "tiphys/artifacts/{{workflow.namespace}}/x.f/{{workflow.name}}/{{inputs.parameters.at}}/_",
)  # fmt: skip
NOTHING = {"outputs": {"artifacts": GONE}}
ROWS = [
    Row("decorator", "report=True", REPORT),
    Row("decorator", "report=False", NOTHING),
    *[Row(level, "produces_artifacts=True", ARTIFACT) for level in ("decorator", "override")],
    Row("override", "produces_artifacts=False", NOTHING, also={"decorator": "produces_artifacts=True"}),
]
REFUSALS = [
    *[
        Refusal(
            "decorator",
            f"{name}=True",
            f"what `{name}` leaves is kept in one",
            "storage = 's3'",
            profile="storage='none'",
        )
        for name in ("report", "produces_artifacts")
    ],
    Refusal("decorator", "report='yes'", "write True or False"),
    Refusal("decorator", "produces_artifacts=1", "write True or False"),
    Refusal("environment", "report=True", "`report` cannot be said in an environment", "in the decorator"),
    Refusal("environment", "produces_artifacts=True", "`produces_artifacts` cannot be said in an environment"),
]
SAMPLES = {"produces_artifacts": ("True", "False"), "report": ("True", "False")}
