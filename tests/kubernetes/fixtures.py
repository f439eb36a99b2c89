"""The pytest fixtures of the test API server: `api_server`, `bare_api_server`, `namespace`.

Where something is missing the tests that ask for it are skipped, saying what; under CI they fail.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.kubernetes import server as kube

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kubernetes.server import Server


@pytest.fixture(scope="session")
def api_server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """Run an API server with Argo's CRDs, once for all tests."""
    need(pytestconfig)
    with kube.running() as server:
        yield server


@pytest.fixture(scope="session")
def bare_api_server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """Run an API server of a cluster where Argo is not installed."""
    need(pytestconfig)
    with kube.running(argo=False) as server:
        yield server


@pytest.fixture
def namespace(api_server: Server) -> str:
    """Make a namespace for one test."""
    return api_server.namespace()


def need(config: pytest.Config) -> None:
    """Skip the test, or fail it under CI, where the server cannot be started."""

    def notify(text: str) -> None:
        terminal, capture = map(config.pluginmanager.get_plugin, ("terminalreporter", "capturemanager"))
        if terminal and capture:
            with capture.global_and_fixture_disabled():
                terminal.write_line(f"\n{text}")

    try:
        kube.check(notify)
    except kube.Missing as missing:
        if os.environ.get("CI"):
            pytest.fail(f"no test API server: {missing}", pytrace=False)
        pytest.skip(f"no test API server: {missing}")
