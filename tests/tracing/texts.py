"""Texts inside tests."""

from __future__ import annotations

import textwrap


def expected(text: str) -> str:
    """Take the indentation off."""
    return textwrap.dedent(text).strip("\n")
