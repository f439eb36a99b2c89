"""What people see of a task, and the accounts that pods run as."""

from __future__ import annotations

from typing import Any

from tests.settings.rows import GONE, Refusal, Row


def annotated(**said: Any) -> dict[str, Any]:
    """Expect annotations of the pod."""
    prefixes = {"entrypoint": "tiphys.dev", "environment": "tiphys.dev"}
    return {
        "metadata": {"annotations": {f"{prefixes.get(key, 'workflows.argoproj.io')}/{key}": said[key] for key in said}}
    }


DISPLAYED = "workflows.argoproj.io/display-name"
ROWS = [
    *[
        Row(level, "service_account='runner'", {"serviceAccountName": "runner"})
        for level in ("environment", "decorator", "override")
    ],
    Row(
        "decorator", "service_account='b'", {"serviceAccountName": "b"},
        also={"environment": "service_account='a'"}, profile="service_account='c'",
    ),
    *[Row(level, "short_name='Train it'", annotated(title="Train it")) for level in ("decorator", "override")],
    Row("decorator", "short_name='Train: it (now)!'", {"annotations": {DISPLAYED: "Train-it-now"}}),
    Row("decorator", "short_name='é'", {"annotations": GONE}),
    Row("decorator", "short_name='{{x}}'", annotated(title="{\u200b{x}}")),
    Row("decorator", "docs=tiphys.Documentation('Trains.\\n\\nMore.')", annotated(description="Trains.")),
    Row("decorator", "docs=tiphys.Documentation('x' * 2000)", annotated(description="x" * 1021 + "...")),
    Row("decorator", "docs=None", annotated(description=GONE)),
    Row("environment", "description='All of it'", annotated(environment="All of it")),
    *[Row(level, "entrypoint=True", annotated(entrypoint="true")) for level in ("decorator", "override")],
    Row("override", "entrypoint=False", annotated(entrypoint=GONE), also={"decorator": "entrypoint=True"}),
    Row("main", "entrypoint=True", annotated(entrypoint="true"), "WorkflowTemplate"),
    Row("main", "short_name='Nightly run'", annotated(title="Nightly run"), "WorkflowTemplate"),
    Row("main", "entrypoint=False", annotated(entrypoint=GONE), "WorkflowTemplate"),
]  # fmt: skip
REFUSALS = [
    *[
        Refusal(level, f"service_account={value}", "it is no name of a ServiceAccount")
        for level in ("environment", "decorator", "override")
        for value in ("'Runner'", "''", "3", "'a_b'", "'{{x}}'")
    ],
    Refusal("profile", "service_account='A b'", "a name in Kubernetes has lower-case letters"),
    Refusal("decorator", "short_name=''", "it must be one line of text that can be read"),
    Refusal("override", "short_name='a\\nb'", "it must be one line of text that can be read"),
    Refusal("decorator", "short_name='x' * 64", "it has 64 characters, and 63 are shown"),
    Refusal("decorator", "docs='text'", "`docs` takes a `Documentation`, not str 'text'", "tiphys.Documentation("),
    Refusal("override", "docs=tiphys.Documentation('a')", "`docs` of a task cannot be overridden", "in the decorator"),
    Refusal("environment", "description='x' * 256", "the description has 256 characters, and 255 are kept"),
    Refusal("environment", "description=3", "`description` is a text, not 3"),
    Refusal("override", "description='a'", "`description` of a task cannot be overridden", "in the environment"),
    Refusal("override", "name='a'", "`name` of a task cannot be overridden", "`short_name=` is what people are shown"),
    Refusal("override", "depends_on=[]", "`depends_on` of a task cannot be overridden", "in the environment"),
    Refusal("override", "interface=None", "`interface` of a task cannot be overridden", "write another one"),
    Refusal("decorator", "entrypoint='yes'", "write True or False"),
    Refusal("override", "entrypoint=1", "write True or False"),
    Refusal("environment", "entrypoint=True", "`entrypoint` cannot be said in an environment", "in the decorator"),
    Refusal("environment", "short_name='a'", "`short_name` cannot be said in an environment", "in the decorator"),
    Refusal("decorator", "task_resolver=object()", "`task_resolver` has nothing to do", "Leave it out."),
    Refusal("override", "report=True", "`report` cannot be said in an override", "in the decorator"),
    Refusal("override", "triggers=()", "`triggers` cannot be said in an override", "in the decorator"),
]
SAMPLES = {
    "service_account": ("'a'", "'b'"),
    "entrypoint": ("True", "False"),
}
