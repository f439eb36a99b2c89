"""What the profile says of all pods and runs."""

from __future__ import annotations

from tests.settings.rows import GONE, Refusal, Row

TEAM = "pods.labels.team = 'ml'"


def spec(**keys: object) -> dict[str, object]:
    """Give a fragment of the WorkflowTemplate."""
    return {"spec": keys}


ROWS = [
    *[
        Row("profile", f"storage = '{store}'", {"outputs": {"artifacts": [{"name": "kept", **there}]}},
            also={"decorator": "cache='auto'"})
        for store, there in (
            ("s3", {"s3": {}}), ("gcs", {"gcs": {}}), ("oss", {"oss": {}}),
            ("azure", {"azure": {"container": "", "endpoint": ""}}),
        )
    ],
    Row("profile", "storage = 'none'", {"inputs": {"artifacts": GONE}, "outputs": {"artifacts": GONE}}),
    Row("profile", TEAM, {"metadata": {"labels": {"team": "ml"}}}),
    Row("profile", "pods.annotations = {'example.com/owner' = 'A B'}", {
        "metadata": {"annotations": {"example.com/owner": "A B", "tiphys.dev/task": "x.f"}}
    }),
    Row("profile", "runs.parallelism = 3", spec(parallelism=3), "WorkflowTemplate"),
    Row("profile", "runs.ttl = '1d12h'", spec(ttlStrategy={"secondsAfterCompletion": 129_600}), "WorkflowTemplate"),
    Row("profile", "runs.ttl = {succeeded = 60, failed = '30m'}", spec(
        ttlStrategy={"secondsAfterSuccess": 60, "secondsAfterFailure": 1800, "secondsAfterCompletion": GONE}
    ), "WorkflowTemplate"),
    Row("profile", "runs.pod_gc = 'OnPodSuccess'", spec(podGC={"strategy": "OnPodSuccess"}), "WorkflowTemplate"),
    Row("profile", "runs.pod_gc = {strategy = 'OnPodCompletion', delay = '5m'}", spec(
        podGC={"strategy": "OnPodCompletion", "deleteDelayDuration": "300s"}
    ), "WorkflowTemplate"),
]  # fmt: skip
REFUSALS = [
    Refusal(
        "profile", "registry = 'https://r.example'", "is no registry", "without `https://`: 'registry.example/team'"
    ),
    Refusal("profile", "storage = 's33'", "write one of 's3', 'gcs', 'oss', 'azure' or 'none'", "Did you mean `s3`?"),
    Refusal("profile", "runs.parallelism = 0", "`runs.parallelism = 0`: write a number from 1 on"),
    Refusal("profile", "pods.label.team = 'ml'", "there is no key `pods.label` in a profile", "Did you mean `labels`"),
    Refusal("profile", "pods = 3", "`pods` is a table", "labels, annotations"),
    Refusal("profile", "pods.labels.team = 3", "the value of team is not text", 'write team = "3"'),
    Refusal("profile", "pods.labels.team = 'machine learning'", "is no value of a label"),
    Refusal("profile", "pods.labels.'a b' = 'c'", "'a b' is no key of a label"),
    Refusal("profile", "pods.labels.'tiphys.dev/task' = 'c'", "`tiphys.dev/task` is set by tiphys", "another key"),
    Refusal("profile", "pods.annotations.note = 'see {{workflow.name}}'", "Argo would replace what stands in `{{`"),
    Refusal("profile", "runs.ttl = 'a week'", "`runs.ttl.completed = 'a week'`", "'7d'"),
    Refusal("profile", "runs.ttl = -1", "`runs.ttl.completed = -1`"),
    Refusal("profile", "runs.parallelism = 0", "`runs.parallelism = 0`"),
    Refusal("profile", "runs.pod_gc = 'Success'", "`runs.pod_gc.strategy = 'Success'`", "'OnPodSuccess'"),
    Refusal("profile", "retries.lost = 'two'", "`retries.lost = 'two'`"),
    Refusal("profile", "secrets.defaults = 'a'", "there is no key `secrets.defaults`", "Did you mean `default`"),
    Refusal("profile", "secrets.default = 'A B'", "`secrets.default = 'A B'`: a name in Kubernetes"),
    Refusal("profile", "storage = 'minio'", "`storage = 'minio'`", "'s3', 'gcs', 'oss', 'azure' or 'none'"),
    Refusal("profile", "namespace = 3", "`namespace = 3`: write text, in quotes"),
    Refusal("profile", "image_pull_secrets = 'a'", "`image_pull_secrets = 'a'`: write a list, in brackets"),
    Refusal("profile", "runs.parallelism = '3'", "`runs.parallelism = '3'`: write a whole number, without quotes"),
    Refusal("profile", "queues = 3", "`queues` holds tables with names of your own: [queues.NAME]"),
    Refusal("profile", "profiles = 3", "`profiles` holds a table for each profile: [profiles.NAME]"),
    Refusal("profile", "image = 'a b'", "no address of an image"),
    Refusal("profile", "image = 'base:'", "no address of an image"),
]
