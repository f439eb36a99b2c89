"""What of a pod is not there on this computer is told of."""

from __future__ import annotations

from tiphys.engine.absent import absent

OURS = [{"name": "tiphys", "mountPath": "/tiphys"}, {"name": "code", "mountPath": "/tiphys/code"}]


def objects(**template: object) -> list[dict[str, object]]:
    return [{"kind": "WorkflowTemplate", "spec": {"templates": [{"name": "f", **template}]}}, {"kind": "ConfigMap"}]


def test_a_plain_pod_has_everything() -> None:
    mounts = [*OURS, {"name": "shm", "mountPath": "/dev/shm"}, {"name": "secrets-1", "mountPath": "/etc/secrets"}]
    volumes = [{"name": "secrets-1", "projected": {}}]

    assert list(absent(objects(container={"volumeMounts": mounts}, volumes=volumes))) == []


def test_other_containers_and_folders_are_named() -> None:
    container = {"volumeMounts": [*OURS, {"name": "data", "mountPath": "/data"}]}

    found = list(absent(objects(container=container, sidecars=[{"name": "proxy"}], initContainers=[{"name": "fill"}])))

    assert found == ["`f`: the init container `fill`, the sidecar `proxy`, the folder /data"]


def test_variables_that_only_the_cluster_fills_are_named() -> None:
    container = {
        "env": [
            {"name": "A", "value": "1"},
            {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
            {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        ],
        "envFrom": [{"configMapRef": {"name": "settings"}}, {"secretRef": {"name": "keys"}}],
    }

    found = list(absent(objects(container=container)))

    assert found == ["`f`: the variable IP, what the ConfigMap `settings` sets, what the Secret `keys` sets"]
