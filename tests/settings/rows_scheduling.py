"""Queues and interruptible nodes."""

from __future__ import annotations

from tests.settings.rows import GONE, Refusal, Row

SPOT = "interruptible = 'gke'"
ON_SPOT = {
    "nodeSelector": {"cloud.google.com/gke-spot": "true"},
    "tolerations": [{"key": "cloud.google.com/gke-spot", "operator": "Equal", "value": "true", "effect": "NoSchedule"}],
}
QUEUES = """\
[queues.fast]
kueue = "team-a"
priority_class = "high"
scheduler = "volcano"
node_selector = { "example.com/pool" = "fast" }
tolerations = ["dedicated=fast:NoSchedule"]
[queues.alone]
mutex = "database"
[queues.few]
semaphore = { config_map = "limits", key = "licences" }
"""
FAST = {
    "metadata": {"labels": {"kueue.x-k8s.io/queue-name": "team-a"}},
    "priorityClassName": "high",
    "schedulerName": "volcano",
    "nodeSelector": {"example.com/pool": "fast"},
    "tolerations": [{"key": "dedicated", "operator": "Equal", "value": "fast", "effect": "NoSchedule"}],
    "synchronization": GONE,
}
LEVELS = ("environment", "decorator", "override")
PREFERRED = {
    "nodeAffinity": {
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {
                "weight": 100,
                "preference": {"matchExpressions": [{"key": "spot", "operator": "In", "values": ["yes"]}]},
            }
        ],
        "requiredDuringSchedulingIgnoredDuringExecution": GONE,
    }
}

ROWS = [
    *[Row(level, "interruptible=True", ON_SPOT, profile=SPOT) for level in LEVELS],
    Row("decorator", "interruptible=False", {"nodeSelector": GONE, "tolerations": GONE}, profile=SPOT,
        also={"environment": "interruptible=True"}),
    Row("environment", "interruptible=False", {"nodeSelector": GONE}),
    Row("environment", "interruptible=True", {"nodeSelector": GONE, "tolerations": GONE},
        profile="interruptible = false"),
    Row("environment", "interruptible=True", {"nodeSelector": {"eks.amazonaws.com/capacityType": "SPOT"}},
        profile="interruptible = 'eks'"),
    Row("environment", "interruptible=True", {"nodeSelector": {"karpenter.sh/capacity-type": "spot"}},
        profile="interruptible = 'karpenter'"),
    Row("environment", "interruptible=True", {
        "nodeSelector": {"kubernetes.azure.com/scalesetpriority": "spot"},
        "tolerations": [{
            "key": "kubernetes.azure.com/scalesetpriority", "operator": "Equal", "value": "spot", "effect": "NoSchedule"
        }],
    }, profile="interruptible.preset = 'aks'"),
    Row("profile", "interruptible = {node_selector = {spot = 'yes'}, prefer = true}",
        {"affinity": PREFERRED, "nodeSelector": GONE}, also={"environment": "interruptible=True"}),
    *[Row(level, "queue='fast'", FAST, profile=QUEUES) for level in LEVELS],
    Row("environment", "queue='alone'", {"synchronization": {"mutexes": [{"name": "database"}]}}, profile=QUEUES),
    Row("environment", "queue='few'", {
        "synchronization": {"semaphores": [{"configMapKeyRef": {"name": "limits", "key": "licences"}}]}
    }, profile=QUEUES),
    Row("profile", "queue = 'fast'\n" + QUEUES, FAST),
    Row("profile", "queue = 'fast'\n" + QUEUES, {"synchronization": {"mutexes": [{"name": "database"}]}},
        also={"decorator": "queue='alone'"}),
    # together
    Row("environment", "interruptible=True, queue='fast', resources=tiphys.Resources(gpu='T4:1')", {
        "nodeSelector": {
            "cloud.google.com/gke-spot": "true", "example.com/pool": "fast",
            "cloud.google.com/gke-accelerator": "nvidia-tesla-t4",
        },
        "tolerations": [{"key": "nvidia.com/gpu"}, {"key": "cloud.google.com/gke-spot"}, {"key": "dedicated"}],
    }, profile=f"accelerators = 'gke'\n{SPOT}\n{QUEUES}"),
]  # fmt: skip
AS_PODS_HAVE_IT = """\
[interruptible]
node_selector = { spot = "yes" }
tolerations = [{ key = "a", operator = "Exists", effect = "NoExecute" }, { key = "b", operator = "Equal", value = "c" }]
"""
ROWS.append(
    Row(
        "environment",
        "interruptible=True",
        {
            "tolerations": [
                {"key": "a", "operator": "Exists", "effect": "NoExecute"},
                {"key": "b", "operator": "Equal", "value": "c"},
            ]
        },
        profile=AS_PODS_HAVE_IT,
    )
)
REFUSALS = [
    *[
        Refusal("profile", f"interruptible.tolerations = [{{ key = 'a', {said} }}]", message)
        for said, message in (
            ("operator = 'Exist'", "the operator 'Exist' is none of 'Exists', 'Equal'"),
            ("operator = 'Exists', value = 'b'", "any value is tolerated: leave `value` out"),
        )
    ],
    *[Refusal(level, "interruptible=1", "(interruptible=1)`: write True or False") for level in LEVELS],
    *[
        Refusal(level, "interruptible=True", "the profile does not say which nodes are interruptible", "'gke'")
        for level in LEVELS
    ],
    *[Refusal(level, "queue=3", "(queue=3)`: write the name of a queue") for level in LEVELS],
    *[Refusal(level, "queue='fast'", "the profile has no queue `fast`", "`[queues.fast]`") for level in LEVELS],
    Refusal("environment", "queue='fats'", "the profile has no queue `fats`", "Did you mean `fast`?", profile=QUEUES),
    Refusal("profile", "queue = 'fats'\n" + QUEUES, "`queue = 'fats'`", "Did you mean `fast`?"),
    Refusal("profile", "queues.a.priority = 'high'", "there is no key `queues.a.priority`", "`priority_class`"),
    Refusal("profile", "queues.a = {}", "a queue must say something"),
    Refusal("profile", "queues.a = {semaphore = {config_map = 'a'}}", "`queues.a.semaphore.key` is not said"),
    Refusal("profile", "queues.a = {kueue = 'a', tolerations = ['b:Never']}", "'b:Never' is no taint", "kubectl"),
    Refusal("profile", "queues.a = {kueue = 'Team A'}", "`queues.a.kueue = 'Team A'`: a name in Kubernetes"),
    Refusal("profile", "queues.a = {kueue = 'a', tolerations = ['b=c d']}", "'c d' is no value of a label"),
    Refusal("profile", "queues.'A b' = {kueue = 'a'}", "a name in Kubernetes has lower-case letters"),
    Refusal("profile", "queues.a = {node_selector = {b = true}}", "the value of b is not text", 'b = "true"'),
    Refusal("profile", "interruptible = true", "say which nodes"),
    Refusal("profile", "interruptible = 'gcp'", "there is no preset 'gcp' for `interruptible`", "`gke`"),
    Refusal("profile", "accelerators = 'gkee'", "there is no preset 'gkee' for `accelerators`", "Did you mean `gke`"),
    Refusal("profile", "accelerators.GPUS = {}", "there is no key `accelerators.GPUS`", "Did you mean `GPU`"),
    Refusal("profile", "accelerators.GPU.devices.T4 = {nodes = 'a'}",
            "there is no key `accelerators.GPU.devices.T4.nodes`", "`node_selector`"),
    Refusal("profile", "accelerators.TPU = {}", "`accelerators.TPU.resource` is not said"),
    Refusal("profile", "accelerators.GPU.resource = 'gpu'", "the name of a resource has a domain"),
    Refusal("environment", "interruptible=True, queue='fast'",
            "no node has the label pool as both spot, which is asked for, and fast", "profile's rows",
            profile="interruptible = {node_selector = {pool = 'spot'}}\n"
            "queues.fast = {node_selector = {pool = 'fast'}}"),
]  # fmt: skip
SAMPLES = {"interruptible": ("True", "False"), "queue": ("'a'", "'b'")}
