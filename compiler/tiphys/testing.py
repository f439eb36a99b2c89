"""Helpers for tests of programs."""

from tiphys.answers import answers

__all__ = ["answers"]
