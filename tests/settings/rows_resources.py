"""Resources and devices: what the pod asks for, and on which nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.settings.rows import GONE, Refusal, Row

PRODUCT = "nvidia.com/gpu.product"
A100S = ["NVIDIA-A100-SXM4-40GB", "NVIDIA-A100-PCIE-40GB"]
TAINTED = [{"key": "nvidia.com/gpu", "operator": "Exists"}]


def says(text: str) -> str:
    return f"resources=tiphys.Resources({text})"


def both(name: str, count: int, **others: Any) -> dict[str, Any]:
    """Give a device as Kubernetes demands it: the limit is the request."""
    numbers = {name: str(count)}
    return {"container": {"resources": {"requests": numbers, "limits": numbers}}, **others}


def quantity(requests: Mapping[str, Any], limits: Any = GONE) -> dict[str, Any]:
    return {"container": {"resources": {"requests": requests, "limits": limits}}}


def one_of(key: str, values: list[str]) -> dict[str, Any]:
    terms = [{"matchExpressions": [{"key": key, "operator": "In", "values": values}]}]
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}


def device(text: str, shows: Mapping[str, Any], profile: str = "") -> Row:
    return Row("environment", says(f"gpu={text}"), shows, profile=profile)


ROWS = [
    Row("environment", says("cpu=0.5"), quantity({"cpu": "0.5"})),
    Row("environment", says("cpu=0.1 + 0.2"), quantity({"cpu": "0.3"})),
    Row("environment", says("cpu='500m'"), quantity({"cpu": "500m"})),
    Row("environment", says("cpu=(1, '2')"), quantity({"cpu": "1"}, {"cpu": "2"})),
    Row("environment", says("1, '1Gi'"), quantity({"cpu": "1", "memory": "1Gi"})),
    Row("environment", says("memory=('1Gi', '2Gi')"), quantity({"memory": "1Gi"}, {"memory": "2Gi"})),
    Row("override", says("disk='10Gi'"), quantity({"ephemeral-storage": "10Gi"})),
    Row("environment", says("shm='1Gi'"), {
        "volumes": [{"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}}],
        "container": {"volumeMounts": [{"name": "shm", "mountPath": "/dev/shm"}]},
    }),
    Row("environment", says("shm='auto'"), {"volumes": [{"emptyDir": {"medium": "Memory", "sizeLimit": GONE}}]}),
    Row("environment", says("gpu=0"), {"container": {"resources": GONE}, "tolerations": GONE}),
    device("2", both("nvidia.com/gpu", 2, tolerations=TAINTED, nodeSelector=GONE, affinity=GONE)),
    device("'T4:2'", both("nvidia.com/gpu", 2, nodeSelector={PRODUCT: "Tesla-T4"}, tolerations=TAINTED)),
    device("'A100:1'", both("nvidia.com/gpu", 1, affinity=one_of(PRODUCT, A100S))),
    device("'T4 shared:1'", both("nvidia.com/gpu", 1, nodeSelector={PRODUCT: "Tesla-T4-SHARED"})),
    device("tiphys.GPU('T4', 4)", both("nvidia.com/gpu", 4, nodeSelector={PRODUCT: "Tesla-T4"})),
    device("tiphys.GPU('A100', 2, '1g.5gb')", both("nvidia.com/mig-1g.5gb", 2, affinity=one_of(PRODUCT, A100S))),
    device("tiphys.GPU('A100_80G', 1)", both("nvidia.com/gpu", 1)),
    device("tiphys.Device(16, 'GPU', 'T4')", both("nvidia.com/gpu", 16, nodeSelector={PRODUCT: "Tesla-T4"})),
    device("tiphys.Neuron('Trn1n')", both(
        "aws.amazon.com/neuron", 1, nodeSelector={"node.kubernetes.io/instance-type": "trn1n.32xlarge"}
    )),
    device("'Trn1:16'", both("aws.amazon.com/neuron", 16)),
    device("tiphys.AMD_GPU('MI210')", both("amd.com/gpu", 1, nodeSelector={"amd.com/gpu.device-id": "740f"})),
    device("tiphys.HABANA_GAUDI('Gaudi1')", both("habana.ai/gaudi", 1)),
    # other clusters
    device("'T4:1'", both("nvidia.com/gpu", 1, nodeSelector={"cloud.google.com/gke-accelerator": "nvidia-tesla-t4"}),
           "accelerators = 'gke'"),
    device("tiphys.GPU('A100', 1, '1g.5gb')", both("nvidia.com/gpu", 1, nodeSelector={
        "cloud.google.com/gke-accelerator": "nvidia-tesla-a100", "cloud.google.com/gke-gpu-partition-size": "1g.5gb"
    }), "accelerators = 'gke'"),
    device("'T4 shared:1'", both("nvidia.com/gpu", 1, nodeSelector={
        "cloud.google.com/gke-accelerator": "nvidia-tesla-t4",
        "cloud.google.com/gke-gpu-sharing-strategy": "time-sharing",
    }), "accelerators = 'gke'"),
    device("tiphys.TPU('V5P', '2x2x1')", both("google.com/tpu", 4, nodeSelector={
        "cloud.google.com/gke-tpu-accelerator": "tpu-v5p-slice", "cloud.google.com/gke-tpu-topology": "2x2x1"
    }, tolerations=[{"key": "google.com/tpu", "operator": "Exists"}]), "accelerators = 'gke'"),
    device("tiphys.TPU('V6E', '2x4')", both("google.com/tpu", 8), "accelerators = 'gke'"),
    device("'H100:8'", both("nvidia.com/gpu", 8, affinity=one_of(
        "node.kubernetes.io/instance-type", ["p5.4xlarge", "p5.48xlarge"]
    )), "accelerators = 'eks'"),
    device("'H100:1'", both("nvidia.com/gpu", 1, nodeSelector={"karpenter.k8s.aws/instance-gpu-name": "h100"}),
           "accelerators.preset = 'karpenter'"),
    device("'A100:8'", both("nvidia.com/gpu", 8, nodeSelector={
        "node.kubernetes.io/instance-type": "Standard_ND96asr_v4"
    }, tolerations=[{"key": "sku", "operator": "Equal", "value": "gpu", "effect": "NoSchedule"}]),
        "accelerators = 'aks'"),
    # rows of the user's own, over those of the preset
    device("'T4:1'", both("nvidia.com/gpu", 1, nodeSelector={"example.com/gpu": "t4", PRODUCT: "Tesla-T4"}),
           "accelerators.GPU.devices.T4.node_selector.'example.com/gpu' = 't4'"),
    device("tiphys.Device(1, 'GPU', 'P100')", both("nvidia.com/gpu", 1, nodeSelector={"example.com/gpu": "p100"}),
           "[accelerators.GPU.devices.P100]\nnode_selector = {'example.com/gpu' = 'p100'}"),
    device("tiphys.Device(1, 'GPU', 'P100')", both("example.com/p100", 1),
           "[accelerators.GPU.devices.P100]\nresource = 'example.com/p100'"),
    device("'T4:1'", both("nvidia.com/gpu", 1, nodeSelector={"example.com/gpu": "t4", PRODUCT: GONE}, tolerations=GONE),
           "[accelerators]\npreset = 'none'\n[accelerators.GPU]\nresource = 'nvidia.com/gpu'\n"
           "[accelerators.GPU.devices.T4.node_selector]\n'example.com/gpu' = 't4'"),
    device("tiphys.APPLE_SILICON()", both("example.com/m4", 1),
           "accelerators.APPLE_SILICON.resource = 'example.com/m4'"),
    device("tiphys.GPU('A100', 1, '1g.5gb')", both("nvidia.com/mig-1g.5gb", 1),
           "accelerators.GPU.devices.A100.resource = 'example.com/a100'"),
    device("tiphys.GPU('A100', 1, '1g.5gb')", both("example.com/a100-1g.5gb", 1),
           "accelerators.GPU.devices.A100.resource = 'example.com/a100-{partition}'"),
    device("'T4 shared:1'", both("example.com/shared", 1),
           "accelerators.GPU.devices.T4.resource = 'example.com/t4'\naccelerators.GPU.shared.resource = 'example.com/shared'"),
    device("1", both("nvidia.com/gpu", 1, tolerations=[
        {"key": "dedicated", "operator": "Equal", "value": "ml", "effect": "NoSchedule"}
    ]), "accelerators.GPU.tolerations = ['dedicated=ml:NoSchedule']"),
]  # fmt: skip
REFUSALS = [
    *[
        Refusal(level, said, message)
        for level in ("environment", "override")
        for said, message in (
            ("resources=3", "`{}(resources=3)`"),
            (says("memory='1 GB'"), "'1 GB' is not a quantity; write '1Gi', or '1G' for powers of ten"),
        )
        for message in (message.format({"environment": "TaskEnvironment"}.get(level, level)),)
    ],
    *[
        Refusal("environment", says(said), message, mend)
        for said, message, mend in (
            ("cpu='banana'", "'banana' is not a quantity", "write a number of cores"),
            ("cpu='2 cores'", "'2 cores' is not a quantity", "write '2'"),
            ("cpu=True", "True is no number of cores", "such as 2, 0.5 or '500m'"),
            ("cpu=-1", "-1 is negative", ""),
            ("cpu=float('nan')", "nan is no number of cores", ""),
            ("cpu=0.0001", "less than a thousandth of a core", ""),
            ("cpu=[1, 2]", "a request and a limit are a tuple", "write (1, 2)"),
            ("cpu=(1, 2, 3)", "a (request, limit) pair", ""),
            ("cpu=(1, None)", "a pair says both", "for a request alone write it alone"),
            ("cpu=(2, 1)", "the request 2 is above the limit 1", "write (1, 2)"),
            ("memory=1024", "1024 has no unit", "'1024Mi'"),
            ("memory='1024'", "'1024' is 1024 bytes", "'1024Mi'"),
            ("memory='500m'", "`m` is no unit of sizes", "'500Mi'"),
            ("memory='2gb'", "'2gb' is not a quantity", "write '2Gi'"),
            ("memory=('2Gi', '1G')", "the request 2Gi is above the limit 1G", ""),
            ("disk='lots'", "'lots' is not a quantity", "'512Mi' or '2Gi'"),
            ("shm=True", "write a size such as '1Gi', or 'auto'", ""),
            ("mem='1Gi'", "`Resources` has no field `mem`", "It is called `memory`."),
            ("cpus=1", "`Resources` has no field `cpus`", "Did you mean `cpu`"),
            ("gpu=-1", "write how many GPUs the task needs", ""),
            ("gpu=1.5", "write how many GPUs the task needs", ""),
            ("gpu=('A100', 2)", "a device and its number are one text", "'A100:2'"),
            ("gpu='2'", "write the number itself", "gpu=2"),
            ("gpu='A100'", "how many are wanted?", "Write 'A100:1'"),
            ("gpu='A100:9'", "a node has 1 to 8 of them. Write 'A100:8'", ""),
            ("gpu='A10:1x'", "a node has 1 to 8 of them. Write 'A10:1'", ""),
            ("gpu='a100:2'", "'a100' is no device that we know", "Did you mean `A100:2`?"),
            ("gpu='A1OO:2'", "'A1OO' is no device that we know", "`A100:2`"),
            ("gpu='V5E:1'", "a TPU is asked for as a slice, by its topology", "gpu=tiphys.TPU('V5E', '1x1')"),
            ("gpu=''", "it is empty; write a device and how many", "'A100:1'"),
            ("gpu=tiphys.Neuron('Inf9')", "`Neuron` has no device 'Inf9'", "`Inf2`"),
            ("gpu='T4 shared:2'", "a shared device is one", "Write 'T4 shared:1'"),
            ("gpu=tiphys.GPU('P100', 1)", "`GPU` has no device 'P100' that we know", "tiphys.Device(1, 'GPU', 'P100')"),
            ("gpu=tiphys.GPU('T4', 9)", "a node has at most 8 of them", "tiphys.Device(9, 'GPU', 'T4')"),
            ("gpu=tiphys.GPU('T4', 0)", "write how many, 1 or more", ""),
            ("gpu=tiphys.GPU('T4', 1, '1g.5gb')", "`T4` cannot be divided into partitions", "`A100`"),
            ("gpu=tiphys.GPU('T4', 1, '1g.5gb')", "`Device`: `T4` cannot be divided", ""),
            ("gpu=tiphys.Device(1, 'GPU', 3)", "`Device(device=3)`: write the name of a device, as text", ""),
            ("gpu=tiphys.Device(2, 'TPU', 'V5E', '2x2')", "`Device`: a TPU is asked for as one slice", "'2x2'"),
            ("gpu=tiphys.GPU('A100', 1, '1g.6gb')", "`A100` has no partition '1g.6gb'", "Did you mean `1g.5gb`"),
            ("gpu=tiphys.TPU('V7')", "`TPU` has no device 'V7'", "There is `V5E`, `V5P`, `V6E`."),
            ("gpu=tiphys.Device(1, 'GPUS')", "there is no such class", "Did you mean `GPU`"),
            ("gpu=tiphys.Device(1, 'GPU', partition='1g.5gb')", "is that of which device?", "Name one"),
            # what this cluster does not have
            ("gpu=tiphys.APPLE_SILICON()", "no node of Kubernetes that we know offers Apple", "on this computer"),
            ("gpu=tiphys.TPU('V5P', '2x2x1')", "have no class `TPU`", "`accelerators = 'gke'`"),
            ("gpu=tiphys.Device(1, 'GPU', 'P100')", "have no `P100`", '[accelerators.GPU.devices."P100"]'),
        )
    ],
    Refusal("environment", says("gpu=tiphys.GPU('A100', 1, '1g.5gb')"), "does not say how the part 1g.5gb is asked for",
            "Write `{partition}` into `resource` or `selected`", profile="accelerators.GPU.partitioned.resource = 'a.b/mig'"),
    Refusal("environment", says("gpu='A100:1'"), "names no part, and the profile's `a.b/a100-{partition}` asks for one",
            profile="accelerators.GPU.devices.A100.resource = 'a.b/a100-{partition}'"),
    Refusal("environment", says("gpu=tiphys.TPU('V5P')"), "has no topology", "Say which one",
            profile="accelerators = 'gke'"),
    Refusal("environment", says("gpu=tiphys.TPU('V5E', '4x4')"), "16 chips on several nodes", "at most 8 chips",
            profile="accelerators = 'gke'"),
    Refusal("environment", says("gpu=tiphys.Device(1, 'GPU', shared=True)"), "is told from others by its name", "T4 shared"),
    Refusal("environment", says("gpu=tiphys.Device(1, 'TPU')"), "has no topology", 'TPU("V5E", "2x2")',
            profile="accelerators = 'gke'"),
    Refusal("environment", says("gpu='A10G:1'"), "have no `A10G`", "`A100`", profile="accelerators = 'gke'"),
    Refusal("environment", says("gpu='T4 shared:1'"), "have no shared devices", "[accelerators.GPU.shared]",
            profile="accelerators = 'eks'"),
    Refusal("override", says("gpu='A10G:1'"), "have no `A10G`", "`A100`", profile="accelerators = 'gke'"),
]  # fmt: skip
