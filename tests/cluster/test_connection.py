from __future__ import annotations

import json
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.objects import template
from tests.kubernetes.server import free_ports
from tiphys.cluster import Cluster, Refused, Unreachable, apply, connect
from tiphys.diagnostics import ClusterError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kubernetes.server import Server


def write(path: Path, *, server: str, namespace: str | None = None, ca: Path | None = None) -> Path:
    context = {"cluster": "c", "user": "u", **({"namespace": namespace} if namespace else {})}
    cluster = {"server": server, **({"certificate-authority": str(ca)} if ca else {})}
    path.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "here",
                "clusters": [{"name": "c", "cluster": cluster}],
                "users": [{"name": "u", "user": {"token": "expired"}}],
                "contexts": [{"name": "here", "context": context}],
            }
        )
    )
    return path


def test_importing_the_package_does_not_import_kubernetes() -> None:
    code = "import sys, tiphys.cluster; sys.exit('kubernetes' in sys.modules or 'urllib3' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_a_kubeconfig_the_error_says_where_it_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ClusterError, match=r"there is no kubeconfig at .*/\.kube/config\n  Set KUBECONFIG"):
        connect()


def test_a_broken_kubeconfig_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "config"
    broken.write_text("{}")
    with pytest.raises(ClusterError, match=f"the kubeconfig {broken} cannot be used: "):
        connect(kubeconfig=broken)
    for text in ("[1, 2]", "3", "{contexts: 3}", "current-context: a\ncontexts: [1]\n"):
        broken.write_text(text)
        with pytest.raises(ClusterError, match=f"the kubeconfig {broken} cannot be used: "):
            connect(kubeconfig=broken)
    broken.write_text("{a: [")
    with pytest.raises(ClusterError, match=f"the kubeconfig {broken} cannot be used: "):
        connect(kubeconfig=broken)


def test_a_pod_uses_its_own_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "1")
    with pytest.raises(ClusterError, match="the account of this pod cannot be used: Service token file"):
        connect()


def test_a_context_that_is_not_there_gets_the_nearest_one_offered(tmp_path: Path) -> None:
    file = write(tmp_path / "config", server="https://127.0.0.1:1")
    with pytest.raises(ClusterError, match=r"has no context `her`\n  Did you mean `here`\?"):
        connect(kubeconfig=file, context="her")


def test_the_namespace_is_what_was_said_then_the_contexts_then_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "one", server="https://127.0.0.1:1", namespace="team")
    assert connect(kubeconfig=file, namespace="other").namespace == "other"
    assert connect(kubeconfig=file, context="here").namespace == "team"
    monkeypatch.setenv("KUBECONFIG", str(write(tmp_path / "two", server="https://127.0.0.1:1")))
    assert connect().namespace == "default"
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'none'}:{file}")
    assert connect().namespace == "team"


def test_an_api_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    file = write(tmp_path / "config", server=f"https://127.0.0.1:{port}")
    with pytest.raises(Unreachable, match=rf"cannot reach the API server https://127.0.0.1:{port}: .*refused"):
        connect(kubeconfig=file).read("Workflow", "x")


class Busy:
    """A server that says "not now" so often, and then answers."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.asked = 0
        self.configuration = self
        self.host = "https://busy"
        self.rest_client = self
        self.pool_manager = self

    def auth_settings(self) -> dict[str, Any]:
        return {}

    def request(self, *_: Any, **__: Any) -> Any:
        self.asked += 1
        self.left -= 1
        code = 429 if self.left >= 0 else 200
        return SimpleNamespace(status=code, close=lambda: None, stream=lambda **_: [b'{"message": "not now"}'])


def test_a_server_that_says_not_now_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("tiphys.cluster.connection.time.sleep", waited.append)
    short, long = Busy(2), Busy(9)

    assert Cluster(short, namespace="a").read("Workflow", "x") == {"message": "not now"}
    assert (short.asked, waited) == (3, [0.5, 1.0])
    with pytest.raises(Unreachable, match=r"now: 429 .*not now"):
        Cluster(long, namespace="a").read("Workflow", "x")
    assert long.asked == 4


@pytest.mark.kubernetes
def test_wrong_credentials_are_told_from_missing_rights(api_server: Server, tmp_path: Path) -> None:
    file = write(tmp_path / "config", server=api_server.url, ca=api_server.authority.folder / "ca.crt")
    with pytest.raises(Refused, match=r"does not accept the credentials: they are missing, wrong or have expired"):
        connect(kubeconfig=file).read("Workflow", "x")


@pytest.mark.kubernetes
def test_a_missing_right_names_user_verb_resource_and_namespace(api_server: Server, namespace: str) -> None:
    user = api_server.user("reader")
    cluster = connect(kubeconfig=user.kubeconfig, namespace=namespace)
    with pytest.raises(Refused) as caught:
        apply(cluster, [template()])
    assert str(caught.value) == (
        f"`reader` may not get workflowtemplates.argoproj.io in namespace `{namespace}`\n"
        "  It takes a Role with the verb `get` on `workflowtemplates` of API group `argoproj.io`."
    )
    api_server.allow(user, namespace, "get", group="argoproj.io", resources=("workflowtemplates",))
    # The API server learns of new rights through a watch: for a moment it may still refuse the reading.
    deadline = time.monotonic() + 60
    while True:
        with pytest.raises(Refused) as caught:
            apply(cluster, [template()])
        if "may not get" not in str(caught.value) or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    assert str(caught.value).startswith("`reader` may not create workflowtemplates")
    assert caught.value.exit_code == 3


@pytest.mark.kubernetes
def test_the_right_to_read_a_log_is_its_own(api_server: Server, namespace: str) -> None:
    user = api_server.user("nosy")
    with pytest.raises(Refused, match="verb `get` on `pods/log` of the core API group"):
        connect(kubeconfig=user.kubeconfig, namespace=namespace).log("pod")


@pytest.mark.kubernetes
def test_a_cluster_without_argo_is_told(bare_api_server: Server) -> None:
    with pytest.raises(Refused, match="Argo Workflows is not installed in this cluster") as caught:
        apply(connect(kubeconfig=bare_api_server.kubeconfig), [template()])
    assert "workflowtemplates.argoproj.io" in str(caught.value)


@pytest.mark.kubernetes
def test_a_missing_namespace_is_told(api_server: Server) -> None:
    with pytest.raises(Refused, match="there is no namespace `nowhere`\n  Create it"):
        apply(connect(kubeconfig=api_server.kubeconfig, namespace="nowhere"), [template()])


@pytest.mark.kubernetes
def test_a_certificate_that_cannot_be_trusted_is_told(api_server: Server, tmp_path: Path) -> None:
    file = write(tmp_path / "config", server=api_server.url)
    with pytest.raises(Unreachable, match="certificate verify failed"):
        connect(kubeconfig=file).read("Workflow", "x")


@pytest.mark.kubernetes
def test_objects_are_read_found_and_deleted(cluster: Cluster) -> None:
    apply(cluster, [template("one"), template("two")])
    found = cluster.find("WorkflowTemplate", labels="app.kubernetes.io/managed-by=tiphys")
    assert [each["metadata"]["name"] for each in found] == ["one", "two"]
    cluster.delete("WorkflowTemplate", "one")
    cluster.delete("WorkflowTemplate", "one")
    assert cluster.read("WorkflowTemplate", "one") is None
