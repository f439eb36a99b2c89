from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tiphys.cluster import connect

if TYPE_CHECKING:
    from tests.kubernetes.server import Server
    from tiphys.cluster import Cluster


@pytest.fixture
def cluster(api_server: Server, namespace: str) -> Cluster:
    """Connect to the test API server, in a namespace of the test's own."""
    return connect(kubeconfig=api_server.kubeconfig, namespace=namespace)
