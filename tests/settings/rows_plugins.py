"""Rows of `plugin_config`: the class of task that it picks, and what that says in the cluster."""

from tests.settings.rows import Refusal, Row

HEAD = """
from dataclasses import dataclass
from tiphys.extend import AsyncFunctionTaskTemplate, register_plugin

@dataclass(frozen=True)
class Ray:
    workers: int = 1

class RayTask(AsyncFunctionTaskTemplate):
    task_type = "ray"
    task_type_version = 2

    def custom_config(self, sctx):
        return {"workers": self.plugin_config.workers}

    def config(self, sctx):
        return {"size": "large"}

    def sql(self, sctx):
        return "select {{workers}}"

register_plugin(Ray, RayTask)

class Bare:
    pass

register_plugin(Bare, RayTask)
"""


def annotations(workers: int) -> dict[str, object]:
    """Give what says of a task which plugin it has."""
    return {
        "metadata": {
            "annotations": {
                "tiphys.dev/task-type": "ray/2",
                "tiphys.dev/custom-config": f'{{"workers": {workers}}}',
                "tiphys.dev/config.size": "large",
            }
        }
    }


ROWS = [
    Row("environment", "plugin_config=Ray(3)", annotations(3), head=HEAD),
    Row("override", "plugin_config=Ray(5)", annotations(5), head=HEAD),
    Row("override", "plugin_config=Ray(5)", annotations(5), head=HEAD, also={"environment": "plugin_config=Ray(3)"}),
]
REFUSALS = [
    Refusal("environment", "plugin_config=Rai(3)", head=HEAD + "\nclass Rai(Ray): pass",
            message="no plugin is registered for `Rai`.", mend="Did you mean `Ray`"),
    Refusal("override", "plugin_config=3", head=HEAD,
            message="no plugin is registered for `int`.", mend="register_plugin"),
    Refusal("environment", "plugin_config=Bare()", head=HEAD,
            message="its `repr` does not say what it holds", mend="make it a dataclass"),
    Refusal("environment", "plugin_config=Ray(), reusable=tiphys.ReusePolicy(replicas=2)", head=HEAD,
            message="the environment has a `plugin_config`, whose containers are the plugin's and not kept"),
    Refusal("decorator", "plugin_config=Ray()", head=HEAD,
            message="`plugin_config` cannot be said in the decorator", mend="Say it in the environment"),
]  # fmt: skip
SAMPLES = {
    "plugin_config": (
        "tiphys.extend.KubernetesResource(success='a > 1')", "tiphys.extend.KubernetesResource(success='b > 2')"
    )
}  # fmt: skip
