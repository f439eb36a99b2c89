"""Pod templates: what of a pod spec appears where in the cluster, and what cannot be in a pod of Argo's."""

from __future__ import annotations

import json
from typing import Any

from tests.settings.rows import GONE, Refusal, Row

KUBERNETES = """
from kubernetes.client import (
    V1Capabilities, V1Container, V1EmptyDirVolumeSource, V1EnvVar, V1PodSecurityContext, V1PodSpec, V1ResourceRequirements,
    V1SecurityContext, V1Toleration, V1Volume, V1VolumeMount,
)
POD = V1PodSpec(
    containers=[
        V1Container(name="primary", volume_mounts=[V1VolumeMount(name="data", mount_path="/data", read_only=True)]),
        V1Container(name="proxy", image="proxy:1", command=["proxy"]),
    ],
    init_containers=[V1Container(name="fill", image="fill:1", env=[V1EnvVar(name="A", value="1")])],
    volumes=[V1Volume(name="data", empty_dir=V1EmptyDirVolumeSource())],
    tolerations=[V1Toleration(key="spot", operator="Exists")],
    security_context=V1PodSecurityContext(run_as_non_root=True, fs_group=1000),
)
"""
HERA = """
from hera.workflows import models as m
POD = {"containers": [m.Container(name="primary", image="i:1", command=None)], "tolerations": [m.Toleration(key="k")]}
"""


def pod(**spec: Any) -> str:
    """Write a pod template with a spec."""
    return f"pod_template=tiphys.PodTemplate({spec!r})"


def main(**fields: Any) -> str:
    """Write a pod template whose primary container has fields."""
    return pod(containers=[{"name": "primary", **fields}])


def patch(**fields: Any) -> dict[str, Any]:
    """Expect a patch of the pod."""
    return {"podSpecPatch": json.dumps(fields, sort_keys=True)}


def resources(**sides: Any) -> dict[str, Any]:
    return {"container": {"resources": sides}}


AFFINITY = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}]
        }
    }
}
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def term(key: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": "Exists"}]}


def asked(**requirement: Any) -> str:
    """Write a pod template that asks for a label of nodes."""
    return pod(affinity={"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": [requirement]}]}}})


def sidecar(**sides: Any) -> str:
    """Write a pod template with a sidecar that asks for resources."""
    return pod(containers=[{"name": "primary"}, {"name": "a", "image": "a", "resources": sides}])


LOCKED = {
    "runAsNonRoot": True, "runAsUser": 1000, "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"},
}  # fmt: skip
SPREAD = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}
DATA = {"name": "data", "emptyDir": {}}
MOUNT = {"name": "data", "mountPath": "/data"}
DNS = {"nameservers": ["1.1.1.1"], "searches": ["a"]}
GPU = """[pod_templates.gpu]
nodeSelector = { gpu = "yes" }
containers = [{ name = "trainer", image = "trainer:1" }]
"""
WHOLE = """[pod_templates.gpu]
kind = "PodTemplate"
[pod_templates.gpu.template]
metadata = { labels = { team = "ml" } }
spec = { priorityClassName = "high" }
"""
ROWS = [
    Row("environment", main(ports=[{"name": "web", "containerPort": 80, "protocol": "TCP"}], readinessProbe={"httpGet": {"port": "web"}}),
        {"container": {"readinessProbe": {"httpGet": {"port": 80}}}}),
    Row("environment", main(livenessProbe={"httpGet": {"port": "81"}}), {"container": {"livenessProbe": {"httpGet": {"port": 81}}}}),
    *[
        Row(level, "pod_template=tiphys.PodTemplate(POD)", fragment, head=KUBERNETES)
        for level in ("environment", "decorator", "override")
        for fragment in (
            {"container": {"volumeMounts": [{"name": "data", "mountPath": "/data", "readOnly": True}, {"name": "tiphys"}]}},
            {"sidecars": [{"name": "proxy", "image": "proxy:1", "command": ["proxy"]}]},
            {"initContainers": [{"name": "fill", "image": "fill:1", "env": [{"name": "A", "value": "1"}]}]},
            {"volumes": [{"name": "data", "emptyDir": {}}, {"name": "tiphys"}, {"name": "code"}]},
            {"tolerations": [{"key": "spot", "operator": "Exists"}]},
            {"securityContext": {"runAsNonRoot": True, "fsGroup": 1000}},
            {"podSpecPatch": GONE},
        )
    ],
    Row("environment", "pod_template=tiphys.PodTemplate(POD)", {"container": {"image": "i:1"}}, head=HERA),
    Row("environment", "pod_template=tiphys.PodTemplate(POD)", {"tolerations": [{"key": "k"}]}, head=HERA),
    Row("environment", "pod_template=tiphys.PodTemplate()", {"container": {"command": ["python3", "/tiphys/code/tiphys.zip"]}}),
    Row("environment", main(image="own:1"), {"container": {"image": "own:1"}}),
    Row("decorator", main(image="own:1"), {"container": {"image": "own:1"}}, also={"environment": "image='other:1'"}),
    Row("environment", main(env=[{"name": "A", "value": "1"}]), {"container": {"env": [{"name": "A", "value": "1"}]}}),
    Row(
        "override", main(env=[{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)"}]),
        {"container": {"env": [{"name": "A", "value": "2"}, {"name": "B", "value": "$(A)"}]}},
        also={"environment": "env_vars={'A': '2'}"},
    ),
    Row(
        "environment", main(resources={"limits": {"cpu": 4, "x.y/z": 1}, "requests": {"cpu": 1}}),
        resources(limits={"cpu": "4", "x.y/z": "1"}, requests={"cpu": "2", "memory": "1Gi"}),
        also={"override": "resources=tiphys.Resources(cpu=2, memory='1Gi')"},
    ),
    Row(
        "environment", pod(nodeSelector={"a": "b"}, priorityClassName="high", tolerations=[{"key": "t"}]),
        {"nodeSelector": {"a": "b", "disk": "ssd"}, "priorityClassName": "high", "tolerations": [{"key": "t"}, {"key": "q"}]},
        also={"override": "queue='q'"},
        profile="[queues.q]\nnode_selector = { disk = 'ssd' }\npriority_class = 'high'\ntolerations = [{ key = 'q' }]",
    ),
    Row("environment", main(securityContext=LOCKED), {"container": {"securityContext": LOCKED}}),
    Row("environment", main(ports=[{"containerPort": 80, "protocol": "TCP"}]), {"container": {"ports": [{"containerPort": 80, "protocol": "TCP"}]}}),
    Row("environment", main(imagePullPolicy="Always"), {"container": {"imagePullPolicy": "Always"}}),
    Row("environment", main(envFrom=[{"secretRef": {"name": "s"}}]), {"container": {"envFrom": [{"secretRef": {"name": "s"}}]}}),
    Row("environment", pod(nodeSelector={"disk": "ssd"}), {"nodeSelector": {"disk": "ssd"}}),
    Row("environment", pod(affinity=AFFINITY), {"affinity": AFFINITY}),
    Row("environment", pod(priorityClassName="high"), {"priorityClassName": "high"}),
    Row("environment", pod(schedulerName="volcano"), {"schedulerName": "volcano"}),
    Row("environment", pod(hostAliases=[{"ip": "1.2.3.4", "hostnames": ["a"]}]), {"hostAliases": [{"ip": "1.2.3.4", "hostnames": ["a"]}]}),
    Row("environment", pod(serviceAccountName="runner"), {"serviceAccountName": "runner"}, profile="service_account='p'"),
    Row("environment", pod(serviceAccountName="a"), {"serviceAccountName": "b"}, also={"decorator": "service_account='b'"}),
    Row("environment", pod(dnsPolicy="None", dnsConfig=DNS), patch(dnsPolicy="None", dnsConfig=DNS)),
    Row("environment", pod(terminationGracePeriodSeconds=5), patch(terminationGracePeriodSeconds=5)),
    Row("environment", pod(topologySpreadConstraints=[SPREAD]), patch(topologySpreadConstraints=[SPREAD])),
    Row("environment", pod(imagePullSecrets=[{"name": "a"}]), patch(imagePullSecrets=[{"name": "a"}])),
    Row("environment", pod(runtimeClassName="gvisor", restartPolicy="Never"), patch(runtimeClassName="gvisor")),
    Row("environment", "pod_template=tiphys.PodTemplate(labels={'team': 'ml'})", {"metadata": {"labels": {"team": "ml"}}}),
    Row("environment", "pod_template=tiphys.PodTemplate(annotations={'a/b': 'c d'})", {"metadata": {"annotations": {"a/b": "c d"}}}),
    Row(
        "environment", "pod_template=tiphys.PodTemplate.from_spec({'containers': [{'name': 'mine', 'image': 'm:1'}]})",
        {"container": {"image": "m:1"}, "sidecars": GONE},
    ),
    Row(
        "environment", "pod_template=tiphys.PodTemplate({'containers': [{'name': 'main', 'image': 'm:1'}]}, 'main')",
        {"container": {"image": "m:1"}, "sidecars": GONE},
    ),
    Row("environment", "pod_template=tiphys.PodTemplate().with_termination_grace_period(timedelta(minutes=1))", patch(terminationGracePeriodSeconds=60)),
    Row(
        "environment", "pod_template=tiphys.PodTemplate().allow_fuse()",
        {
            "metadata": {"annotations": {"tiphys.dev/capability-fuse": "true"}},
            "container": {
                "securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}, "privileged": GONE},
                "resources": {"limits": {"smarter-devices/fuse": "1"}, "requests": {"smarter-devices/fuse": "1"}},
            },
        },
    ),
    Row(
        "environment", "pod_template=tiphys.PodTemplate().allow_fuse(privileged=True)",
        {
            "volumes": [{"name": "fuse", "hostPath": {"path": "/dev/fuse", "type": "CharDevice"}}],
            "container": {"securityContext": {"privileged": True}, "volumeMounts": [{"name": "fuse", "mountPath": "/dev/fuse"}]},
        },
    ),
    Row(
        "environment", "pod_template=tiphys.PodTemplate().allow_fuse().allow_nested_sandboxing().allow_nested_sandboxing()",
        {
            "metadata": {"annotations": {"tiphys.dev/capability-fuse": "true", "tiphys.dev/capability-nested-sandboxing": "true"}},
            "container": {
                "securityContext": {
                    "capabilities": {"add": ["SYS_ADMIN"]}, "allowPrivilegeEscalation": False, "appArmorProfile": {"type": "Unconfined"},
                }
            },
        },
    ),
    Row("decorator", "pod_template='gpu'", {"container": {"image": "trainer:1"}, "nodeSelector": {"gpu": "yes"}}, profile=GPU),
    Row(
        "decorator", "pod_template='gpu'", {"container": {"image": "trainer:1"}}, profile=GPU,
        also={"environment": "image='own:1'"},
    ),
    Row("environment", "image='own:1'", {"container": {"image": "own:1"}}, profile="pod_template = 'gpu'\n" + GPU),
    Row("environment", "image='auto'", {"container": {"image": "trainer:1"}}, profile="pod_template = 'gpu'\n" + GPU),
    Row("environment", "pod_template='gpu'", {"metadata": {"labels": {"team": "ml"}}, "priorityClassName": "high"}, profile=WHOLE),
]  # fmt: skip
DEFAULT = "pod_template='locked'\n[pod_templates.locked]\nsecurityContext = { runAsNonRoot = true }"
ROWS += [
    Row("profile", DEFAULT, {"securityContext": {"runAsNonRoot": True}}),
    Row(
        "override",
        "pod_template='b'",
        {"securityContext": GONE, "nodeSelector": {"a": "b"}},
        profile=DEFAULT + "\n[pod_templates.b]\nnodeSelector = { a = 'b' }",
    ),
]
ROWS += [
    Row(
        "environment", main(resources={"requests": {"nvidia.com/gpu": 2}}),
        resources(requests={"nvidia.com/gpu": "2"}, limits={"nvidia.com/gpu": "2"}),
    ),
    Row(
        "environment", pod(affinity={"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [term("a"), term("b")]}}}),
        {"affinity": {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "a"}, {"key": "disk"}]}, {"matchExpressions": [{"key": "b"}, {"key": "disk"}]},
        ]}}}},
        also={"override": "queue='q'"}, profile="[queues.q]\nnode_selector = { disk = ['ssd', 'nvme'] }",
    ),
]  # fmt: skip
WRONG = [
    (pod(tolerances=[]), "`pod_spec` has no field 'tolerances'", "Did you mean `tolerations`"),
    (pod(node_selector={}), "`pod_spec` has no field 'node_selector'", "`nodeSelector`"),
    (main(imgae="a"), "`pod_spec.containers[0]` has no field 'imgae'", "Did you mean `image`"),
    (main(securityContext={"capabilities": {"ad": []}}), "`pod_spec.containers[0].securityContext.capabilities` has no field 'ad'", "`add`"),
    (main(image=3), "`pod_spec.containers[0].image` is a text, not 3", ""),
    (main(tty="yes"), "`pod_spec.containers[0].tty` is true or false, not 'yes'", ""),
    (pod(terminationGracePeriodSeconds="5"), "`pod_spec.terminationGracePeriodSeconds` is a whole number, not '5'", ""),
    (pod(containers={}), "`pod_spec.containers` is a list, not {}", ""),
    (main(resources={"limits": {"cpu": "lots"}}), "`pod_spec.containers[0].resources.limits.cpu`: 'lots' is not a quantity", ""),
    (main(env=[{"name": "A", "value": "{{workflow.name}}"}]), "`pod_spec.containers[0].env[0].value` holds `{{`", ""),
    (pod(nodeSelector={"a{{b": "c"}), "holds `{{`, which Argo would replace", ""),
    (main(command=["sh"]), "`pod_spec.containers[primary].command`: the command is the task's", "primary_container_name="),
    (main(args=["a"]), "`pod_spec.containers[primary].args`: the arguments are the task's", ""),
    (main(restartPolicy="Always"), "`pod_spec.containers[primary].restartPolicy`", "say `retries=`"),
    (main(env=[{"name": "TIPHYS_POD", "value": "/x"}]), "the variable `TIPHYS_POD` is tiphys' own", ""),
    (pod(containers=[{"name": "a"}, {"name": "b", "image": "b"}]), "it has no container `primary`, which the task would become", "primary_container_name="),
    (pod(containers=[{"name": "primary"}, {"name": "main", "image": "a"}]), "the task's own container is called `main`", ""),
    (pod(containers=[{"name": "primary"}, {"name": "wait", "image": "a"}]), "Argo's own container is called `wait`", "rename it"),
    (pod(containers=[{"name": "primary"}, {"name": "primary", "image": "a"}]), "two containers are called `primary`", ""),
    (pod(containers=[{"image": "a"}]), "`pod_spec.containers[0].name` is None, and must be lower-case letters", ""),
    ("pod_template=tiphys.PodTemplate(primary_container_name=3)", "3 is no name of a container", ""),
    (pod(containers=[{"name": "primary"}, {"name": "a"}]), "(`a`) has no image", ""),
    (sidecar(requests={"cpu": 2}, limits={"cpu": 1}), "`pod_spec.containers[1].resources.requests.cpu`: the request 2 is above the limit 1", ""),
    (sidecar(requests={"x.y/z": 2}), "a device needs a limit that is equal", ""),
    (sidecar(requests={"x.y/z": 1}, limits={"x.y/z": 2}), "a device's request and limit are equal, not 1, 2", ""),
    (main(resources={"requests": {"x.y/z": 1}, "limits": {"x.y/z": 2}}), "its request of x.y/z is 1, and its limit 2", "Let them be equal."),
    (pod(initContainers=[{"name": "A", "image": "a"}]), "`pod_spec.initContainers[0].name` is 'A'", ""),
    (pod(volumes=[{"name": "tiphys", "emptyDir": {}}]), "`tiphys`: a volume of tiphys' or of Argo's is called so", "rename it"),
    (pod(volumes=[{"name": "code", "emptyDir": {}}]), "`code`: a volume of tiphys' or of Argo's is called so", ""),
    (pod(volumes=[DATA, DATA]), "`data`: two volumes are called so", ""),
    (main(volumeMounts=[MOUNT]), "there is no volume `data` in `pod_spec.volumes`", ""),
    (pod(volumes=[DATA], containers=[{"name": "primary", "volumeMounts": [{"name": "data", "mountPath": "/tiphys/x"}]}]), "`/tiphys/x` is a folder of tiphys' or of Argo's", ""),
    (pod(volumes=[DATA], containers=[{"name": "primary", "volumeMounts": [{"name": "data", "mountPath": "/"}]}]), "`/` is a folder", ""),
    (pod(volumes=[DATA], containers=[{"name": "primary", "volumeMounts": [{"name": "data", "mountPath": "x"}]}]), "must be a path from `/` on", ""),
    (pod(activeDeadlineSeconds=3), "`pod_spec.activeDeadlineSeconds`: say `timeout=` of the task", ""),
    (pod(priority=3), "`pod_spec.priority`: Kubernetes computes it", "`priorityClassName`"),
    (pod(preemptionPolicy="Never"), "it is that of the class", "`priorityClassName`"),
    (pod(overhead={"cpu": 1}), "it is that of the runtime class", "`runtimeClassName`"),
    (pod(priorityClassName="A b"), "`pod_spec.priorityClassName`: 'A b' is no name in Kubernetes", ""),
    (pod(imagePullSecrets=[{"name": "A b"}]), "`pod_spec.imagePullSecrets[0].name`: 'A b' is no name in Kubernetes", ""),
    (pod(imagePullSecrets=[{}]), "`pod_spec.imagePullSecrets[0].name`: it is not said, and must be", ""),
    (pod(hostname="a.b"), "`pod_spec.hostname`: 'a.b' is no name of a host", ""),
    (pod(dnsPolicy="None"), "`dnsConfig.nameservers` says which servers there are", ""),
    (pod(os={"name": "linus"}), "`pod_spec.os.name`: it is one of linux, windows, not 'linus'", ""),
    (pod(nodeSelector={"a b": "c"}), "'a b' is no key of a label", ""),
    (pod(nodeSelector={"a": "c d"}), "`pod_spec.nodeSelector.a`: 'c d' is no value of a label", ""),
    (pod(terminationGracePeriodSeconds=-1), "it is from 0 to 2,147,483,647, not -1", ""),
    (pod(securityContext={"runAsUser": -1}), "`pod_spec.securityContext.runAsUser`: it is from 0 to", ""),
    (pod(tolerations=[{"key": "a", "operator": "Exists", "value": "b"}]), "`operator: Exists` asks for no value", "or write `Equal`"),
    (pod(tolerations=[{"key": "a b"}]), "'a b' is no key of a taint", ""),
    (pod(tolerations=[{"effect": "NoExecute"}]), "a toleration of every taint has `operator: Exists`", ""),
    (pod(tolerations=[{"key": "a", "tolerationSeconds": 3}]), "it holds for `effect: NoExecute` alone", ""),
    (asked(key="a b", operator="Exists"), "'a b' is no key of a label", ""),
    (asked(key="a", operator="In"), "`operator: In` needs some", ""),
    (asked(key="a", operator="Exists", values=["b"]), "`operator: Exists` takes none", ""),
    (asked(key="a", operator="Gt", values=["b"]), "takes one whole number, as text", ""),
    (asked(key="a"), ".operator`: it is not said, and must be", ""),
    (pod(topologySpreadConstraints=[{"maxSkew": 0, "topologyKey": "z", "whenUnsatisfiable": "DoNotSchedule"}]), "it is from 1 to 2,147,483,647, not 0", ""),
    (pod(volumes=[{**DATA, "hostPath": {"path": "/x"}}]), "`pod_spec.volumes[0]`: it is of several kinds: ", ""),
    (pod(volumes=[{"name": "a", "configMap": {"name": "b", "defaultMode": 0o7777}}]), "it is from 0o0 to 0o777, not 4095", ""),
    (pod(volumes=[{"name": "a", "secret": {"secretName": "b", "items": [{"key": "c"}]}}]), "items[0].path`: it is not said", ""),
    (pod(volumes=[DATA], containers=[{"name": "primary", "volumeMounts": [MOUNT, MOUNT]}]), "`pod_spec.containers[0].volumeMounts`: ", "is there twice"),
    (pod(volumes=[DATA], containers=[{"name": "primary", "volumeMounts": [{**MOUNT, "subPath": "../x"}]}]), "'../x' must lie in the volume", ""),
    (main(env=[{"name": "A"}, {"name": "A"}]), "`pod_spec.containers[0].env`: 'A' is there twice", ""),
    (main(env=[{"name": "A b"}]), "'A b' is no name of a variable", ""),
    (main(env=[{"name": "A", "value": "1", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]), "it has a `value` and a `valueFrom`", "say one"),
    (main(env=[{"name": "A", "valueFrom": {"secretKeyRef": {"key": "k"}}}]), "secretKeyRef.name`: it is not said", ""),
    (main(envFrom=[{}]), "`pod_spec.containers[0].envFrom[0]`: it has none", "one of configMapRef, secretRef"),
    (main(ports=[{"containerPort": 0}]), "it is from 1 to 65,535, not 0", ""),
    (main(ports=[{"containerPort": 80}, {"containerPort": 80, "protocol": "TCP"}]), "80 is there twice", ""),
    (main(livenessProbe={"periodSeconds": 3}), "it has none, and must have one of exec, grpc, httpGet, tcpSocket", ""),
    (main(livenessProbe={"httpGet": {"port": "web"}}), "`httpGet.port` of `primary` is 'web', and none of its `ports`", ""),
    (main(lifecycle={"preStop": {"exec": {"command": ["a"]}, "sleep": {"seconds": 3}}}), "it has exec and sleep", ""),
    (main(securityContext={"privileged": True, "allowPrivilegeEscalation": False}), "a privileged container may gain privileges", ""),
    (main(resources={"limits": {"gpu": 1}}), "the name of a device has a domain", "`nvidia.com/gpu`"),
    (main(resources={"limits": {"nvidia.com/gpu": "0.5"}}), "devices are counted in whole numbers, not 0.5", ""),
    (pod(restartPolicy="Always"), "Argo's pods are never restarted", "say `retries=`"),
    (pod(automountServiceAccountToken=False), "Argo reports from within the pod, and needs the token", ""),
    (pod(tolerations=[{"key": "a", "operator": "Perhaps"}]), "`pod_spec.tolerations[0].operator` is one of Equal, Exists", ""),
    (pod(kind="Pod", spec={}), "it is a whole object; give its `spec`", ""),
    ("pod_template=tiphys.PodTemplate({'containers': [object()]})", "which is no part of a pod spec", ""),
    ("pod_template=tiphys.PodTemplate(labels={'a': 'b c'})", "'b c' of `a` is no value of a label", ""),
    ("pod_template=tiphys.PodTemplate(labels={'a b': 'c'})", "'a b' is no key of a label", ""),
    ("pod_template=tiphys.PodTemplate(annotations={'a': '{{x}}'})", "holds `{{`, which Argo would replace", ""),
    ("pod_template=tiphys.PodTemplate(annotations={'workflows.argoproj.io/x': 'a'})", "is set by tiphys or by Argo", ""),
    ("pod_template=tiphys.PodTemplate.from_spec({'containers': [{'name': 'a'}, {'name': 'b'}]})", "none is called `primary`", "primary_container_name="),
    ("pod_template=tiphys.PodTemplate().with_termination_grace_period(-1)", "-1 is no time to end in", ""),
    ("pod_template=tiphys.PodTemplate().with_termination_grace_period(True)", "True is no time to end in", ""),
    ("pod_template=tiphys.PodTemplate().allow_nested_sandboxing().allow_fuse(privileged=True)", "says that its container is not privileged", ""),
    ("pod_template=tiphys.PodTemplate().allow_fuse(privileged=True).allow_nested_sandboxing()", "says that its container is privileged", ""),
]  # fmt: skip
REFUSALS = [
    *[Refusal("environment", said, message, mend) for said, message, mend in WRONG],
    *[
        Refusal(level, "pod_template=3", "it takes a `PodTemplate`, or the name of one that the profile declares")
        for level in ("environment", "decorator", "override")
    ],
    *[
        Refusal(level, "pod_template='cpu'", "the profile declares no pod template `cpu`", "Did you mean `gpu`", profile=GPU)
        for level in ("environment", "decorator", "override")
    ],
    Refusal("environment", "pod_template='gpu'", "the profile declares no pod template `gpu`", "[pod_templates.NAME]"),
    Refusal(
        "environment", main(resources={"limits": {"cpu": 1}}), "its limit of cpu is 1, and the task asks for 2", "Say both",
        also={"override": "resources=tiphys.Resources(cpu=2)"},
    ),
    Refusal(
        "environment", pod(volumes=[{"name": "shm", "emptyDir": {}}]), "the volume `shm` is called like one that the task's settings make",
        also={"override": "resources=tiphys.Resources(shm='1Gi')"},
    ),
    Refusal(
        "environment", pod(nodeSelector={"disk": "hdd"}), "`nodeSelector.disk` is 'hdd', and the task's settings ask for 'ssd'",
        also={"override": "queue='q'"}, profile="[queues.q]\nnode_selector = { disk = 'ssd' }",
    ),
    Refusal(
        "environment", pod(priorityClassName="low"), "`priorityClassName` is 'low', and the task's queue says 'high'",
        also={"override": "queue='q'"}, profile="[queues.q]\npriority_class = 'high'",
    ),
    Refusal("profile", "[pod_templates.x]\ntolerances = []", "`pod_templates.x`: `pod_spec` has no field 'tolerances'", "`tolerations`"),
    Refusal("profile", "pod_templates.x = 'missing.yaml'", "missing.yaml cannot be read: No such file or directory"),
    Refusal("profile", "pod_template = 'x'", "there is no such pod template. [pod_templates.NAME] declares one"),
    Refusal("profile", "pod_template = 'lockd'\n[pod_templates.locked]\nhostname = 'a'", "there is no such pod template. Did you mean `locked`"),
    Refusal("profile", "pod_templates = 3", "for each pod template: [pod_templates.NAME]"),
]  # fmt: skip
SAMPLES = {
    "pod_template": ("tiphys.PodTemplate(labels={'a': 'b'})", "tiphys.PodTemplate({'nodeSelector': {'a': 'b'}})")
}
