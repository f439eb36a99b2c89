"""What all tests share: the test API server, and `--update-golden`."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.kubernetes.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the expected files of tests/golden anew")
