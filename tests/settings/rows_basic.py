"""Variables, images, names, accounts."""

from __future__ import annotations

from tests.settings.rows import Refusal, Row

VARIABLE = {"container": {"env": [{"name": "MODE", "value": "fast"}]}}
CPU = {"container": {"resources": {"requests": {"cpu": "2"}}}}
TOKEN = {"container": {"env": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "token", "key": "value"}}}]}}

ROWS = [
    Row("environment", "env_vars={'MODE': 'fast'}", VARIABLE),
    Row("override", "env_vars={'MODE': 'fast'}", VARIABLE),
    Row("environment", "image='registry.example/base:1'", {"container": {"image": "registry.example/base:1"}}),
    Row("profile", "image='registry.example/base:2'", {"container": {"image": "registry.example/base:2"}}),
    Row(
        "profile", "image='registry.example/base:2'", {"container": {"image": "registry.example/base:1"}},
        also={"environment": "image='registry.example/base:1'"},
    ),
    Row("profile", "service_account='runner'", {"serviceAccountName": "runner"}),
    Row(
        "profile", "image_pull_secrets=['a', 'b']", {"spec": {"imagePullSecrets": [{"name": "a"}, {"name": "b"}]}},
        "WorkflowTemplate",
    ),
    *[Row(level, "resources=tiphys.Resources(cpu=2)", CPU) for level in ("environment", "override")],
    *[Row(level, "secrets='token'", TOKEN) for level in ("environment", "override")],
    *[Row(level, "retries=2", {"retryStrategy": {"limit": "2"}}) for level in ("decorator", "override")],
    *[Row(level, "timeout=30", {"activeDeadlineSeconds": 90}) for level in ("decorator", "override")],
]  # fmt: skip
REFUSALS = [
    Refusal("profile", "imagee='a'", "there is no key `imagee` in a profile", "Did you mean `image`"),
    Refusal("profile", "service_account=3", "`service_account = 3`"),
    Refusal("decorator", "short_name=3", "`task(short_name=3)`"),
    Refusal("override", "short_name=3", "`override(short_name=3)`"),
]
SAMPLES = {
    "env_vars": ("{'A': '1'}", "{'B': '2'}"),
    "resources": ("tiphys.Resources(cpu=1)", "tiphys.Resources(memory='1Gi')"),
    "secrets": ("'a'", "[]"),
    "retries": ("3", "0"),
    "timeout": ("3", "timedelta(minutes=1)"),
    "short_name": ("'a'", "'b'"),
}
