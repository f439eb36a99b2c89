"""Containers that would be kept, and links."""

from __future__ import annotations

from typing import Any

from tests.settings.rows import GONE, Refusal, Row

POLICY = "reusable=tiphys.ReusePolicy()"
SYNC = "env2 = tiphys.TaskEnvironment('z', reusable=tiphys.ReusePolicy(concurrency=2))\n@env2.task\ndef sync(n: int) -> int: ..."


def kept(text: Any) -> dict[str, Any]:
    return {"metadata": {"annotations": {"tiphys.dev/reusable": text}}}


def linked(**urls: str) -> dict[str, Any]:
    return {"metadata": {"annotations": {f"link.tiphys.dev/{name}": url for name, url in urls.items()}}}


HEAD = """
from urllib.parse import quote
class Page:
    name = "Logs & all"
    def __init__(self, form="https://x/{run_name}/{pod_name}/{action_name}?n={project}", name="Logs & all"):
        self.form, self.name = form, name
    def get_link(self, run_name, project, domain, context, parent_action_name, action_name, pod_name):
        return self.form.format(**locals())
class Short(tiphys.Link):
    name = "short"
    def get_link(self, run_name, **rest):
        return "https://x/" + quote(run_name) + ",".join(sorted(rest))
class Broken:
    name = "broken"
    def get_link(self):
        raise KeyError("x")
"""
URL = "https://x/{{workflow.name}}/{{pod.name}}/{{node.name}}?n={{workflow.namespace}}"
ROWS = [
    Row("environment", POLICY, kept("replicas=2..2 concurrency=1 idle_ttl=30s scaledown_ttl=30s scope=global")),
    Row(
        "override", "reusable=tiphys.ReusePolicy((1, 3), timedelta(minutes=1), 2, 45, 'run')",
        kept("replicas=1..3 concurrency=2 idle_ttl=60s scaledown_ttl=45s scope=run"),
    ),
    Row("override", "reusable='off'", kept(GONE), also={"environment": POLICY}),
    Row("override", "reusable='off', resources=tiphys.Resources(cpu=2)", kept(GONE), also={"environment": POLICY}),
    Row("override", "pod_template=tiphys.PodTemplate({'nodeSelector': {'a': 'b'}})", {"nodeSelector": {"a": "b"}}, also={"environment": POLICY}),
    Row("decorator", "service_account='a'", {"serviceAccountName": "a"}, also={"environment": POLICY + ", service_account='a'"}),
    *[
        Row(level, "links=Page()", linked(**{"Logs-all": URL}), head=HEAD)
        for level in ("decorator", "override")
    ],
    Row("decorator", "links=[Page(name='a'), Page('https://y/{run_name}', name='b')]", linked(a=URL, b="https://y/{{workflow.name}}"), head=HEAD),
    Row(
        "decorator", "links=(Short(),)",
        linked(short="https://x/{{workflow.name}}action_name,context,domain,parent_action_name,pod_name,project"), head=HEAD,
    ),
    Row("override", "links=()", linked(a=GONE), head=HEAD, also={"decorator": "links=Page(name='a')"}),
]  # fmt: skip
REFUSALS = [
    *[Refusal(level, "reusable='on'", "it takes a `ReusePolicy`, or 'off'") for level in ("environment", "override")],
    Refusal("environment", "reusable=True", "it takes a `ReusePolicy`, or 'off'"),
    Refusal("decorator", POLICY, "`reusable` cannot be said in the decorator", "in the environment"),
    *[
        Refusal("environment", f"reusable=tiphys.ReusePolicy({said})", message)
        for said, message in (
            ("replicas=[1, 2]", "a tuple of the fewest and the most"),
            ("replicas=(3, 1)", "the fewest replicas are more than the most"),
            ("replicas=0", "there is at least one replica"),
            ("replicas=True", "write how many replicas there are"),
            ("replicas=None", "write how many replicas there are"),
            ("replicas=(1, 2, 3)", "a tuple of the fewest and the most"),
            ("idle_ttl=29", "it is less than 30 seconds"),
            ("idle_ttl='1m'", "write seconds as a whole number, or a timedelta"),
            ("scaledown_ttl=timedelta(seconds=1)", "it is less than 30 seconds"),
            ("concurrency=0", "write a whole number from 1 on"),
            ("concurrency=1.5", "write a whole number from 1 on"),
            ("scope='all'", "'global' or 'run'"),
        )
    ],
    Refusal("decorator", "pod_template=tiphys.PodTemplate()", "its containers have one pod template", "in the environment", also={"environment": POLICY}),
    Refusal("decorator", "service_account='b'", "its containers have one service account", "in the environment", also={"environment": POLICY}),
    Refusal("environment", "image='a'", "`sync` is not async, and the policy's concurrency is 2", "Write it as `async def`", head=SYNC),
    *[
        Refusal("override", said, f"`{said.partition('=')[0]}` cannot be overridden", 'Say `reusable="off"`', also={"environment": POLICY})
        for said in ("resources=tiphys.Resources(cpu=1)", "env_vars={'A': '1'}", "secrets='a'", "service_account='a'")
    ],
    Refusal("override", POLICY + ", resources=tiphys.Resources(cpu=1)", "`resources` cannot be overridden", 'Say `reusable="off"`'),
    Refusal("decorator", "links=3", "3 is no link: it needs a `name`, and a method `get_link`"),
    Refusal("override", "links=[3]", "3 is no link"),
    Refusal("decorator", "links=Broken()", "the link 'broken' has no address: KeyError: 'x'", head=HEAD),
    Refusal("decorator", "links=Page('{{{{.podName}}}}')", "holds `{{`; take names from the parameters of `get_link`", head=HEAD),
    Refusal("decorator", "links=[Page(), Page()]", "the link 'Logs & all' has no name of its own", head=HEAD),
    Refusal("decorator", "links=Page('')", "must be a text of at most 2048 characters", head=HEAD),
]  # fmt: skip
SAMPLES = {
    "reusable": ("tiphys.ReusePolicy(3)", "'off'"),
    "links": ("()", "[]"),
}
