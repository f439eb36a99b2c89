"""The command line: every command parses, calls the library, prints."""

from __future__ import annotations

import sys

from tiphys.cli.app import app
from tiphys.cli.failures import told

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line, and exit with its code."""
    sys.exit(told(app, "--json" in sys.argv))
