from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kubernetes import server as kube
from tests.kubernetes.fixtures import need

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kubernetes.server import Server


@pytest.fixture
def without_crds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIPHYS_CRDS", str(tmp_path))


@pytest.mark.usefixtures("without_crds")
def test_what_is_missing_skips_the_tests_and_is_named(
    monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Argo's CRDs are not in"):
        need(pytestconfig)


@pytest.mark.usefixtures("without_crds")
def test_what_is_missing_fails_the_tests_under_ci(monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Argo's CRDs are not in"):
        need(pytestconfig)


@pytest.mark.kubernetes
def test_argos_kinds_are_served(api_server: Server) -> None:
    assert {"workflows", "workflowtemplates", "cronworkflows"} <= api_server.served()


@pytest.mark.kubernetes
@pytest.mark.usefixtures("api_server")
def test_a_process_ends_when_nobody_holds_its_standard_input(tmp_path: Path) -> None:
    listen, peer = (f"http://127.0.0.1:{port}" for port in kube.free_ports(2))
    with kube.Processes(tmp_path) as processes:
        processes.start(
            "etcd",
            *("--data-dir", "etcd", "--listen-client-urls", listen, "--advertise-client-urls", listen),
            *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
            *("--initial-cluster", f"default={peer}"),
        )
        (process,) = processes.started
        assert process.poll() is None
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.mark.kubernetes
@pytest.mark.usefixtures("api_server")
def test_a_process_that_ends_early_is_reported_with_its_log(tmp_path: Path) -> None:
    with kube.Processes(tmp_path) as processes:
        processes.start("etcd", "--no-such-flag")
        processes.started[0].wait(20)
        assert "etcd ended with" in processes.report()
        assert "no-such-flag" in processes.report()
