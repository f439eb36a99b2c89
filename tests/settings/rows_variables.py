"""`env_vars`: names, values, and what would be replaced on the way."""

from __future__ import annotations

from typing import Any

from tests.settings.rows import GONE, Refusal, Row

BOTH = ("environment", "override")


def variables(**values: str) -> dict[str, Any]:
    return {"container": {"env": [{"name": name, "value": value} for name, value in values.items()]}}


ROWS = [
    *[Row(level, "env_vars={'A': '1', 'B': ''}", variables(A="1", B="")) for level in BOTH],
    Row("override", "env_vars={'B': '2'}", variables(B="2"), also={"environment": "env_vars={'A': '1'}"}),
    Row("environment", "env_vars={'lower.case-name': 'ü {x} $HOME'}", variables(**{"lower.case-name": "ü {x} $HOME"})),
    Row("environment", "env_vars={'LONG': 'x' * 100_000}", variables(LONG="x" * 100_000)),
    Row("environment", "env_vars=dict(ARGO_SERVER='a')", variables(ARGO_SERVER="a")),
    # the shim sets what Argo or the kubelet would replace
    Row("environment", "env_vars={'A': '{{workflow.name}}'}", {"container": {"envFrom": GONE}}),
]
REFUSALS = [
    Refusal("environment", "env_vars={'A': 'x\\ud800'}", "A holds half of a character ('x\\ud800')", "decode it"),
    *[Refusal(level, f"env_vars={said}", "it must be a dict of texts", "{'MODE': 'fast'}")
      for level in BOTH for said in ("'A=1'", "['A']", "3")],
    *[Refusal(level, f"env_vars={{'A': {value}}}", f"the value of A is {value}; write it as text")
      for level in BOTH for value in ("1", "True", "None", "1.5")],
    *[Refusal("environment", f"env_vars={{{name}: '1'}}", "is no name of a variable") for name in ("3", "''", "'A=B'")],
    Refusal("environment", "env_vars={'A': 'a\\0b'}", "A holds a zero character"),
    Refusal("environment", "env_vars={'A': 'x' * 131072}", "the value of A is longer than the 128 KiB", "pass it as an input"),
    Refusal("environment", "env_vars={'1A': 'x'}", "'1A' is no name of an environment variable", "letters, digits"),
    Refusal("environment", "env_vars={'PYTHONHASHSEED': '1'}", "is always 0 in a pod", "Leave it out."),
    Refusal("environment", "env_vars={'TIPHYS_POD': '1'}", "are tiphys' own", "Choose another name."),
    Refusal("environment", "env_vars={'ARGO_NODE_ID': '1'}", "`ARGO_NODE_ID` is a variable that Argo sets"),
    Refusal("decorator", "env_vars={'A': '1'}", "`env_vars` cannot be said in the decorator", "Say it in the environment"),
]  # fmt: skip
