"""Addresses of images: registries, names, whole addresses."""

from __future__ import annotations

import re

PATH = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*")
HOST = re.compile(r"[a-zA-Z0-9](?:[-.a-zA-Z0-9]*[a-zA-Z0-9])?(?::\d+)?")
TAG, DIGEST = r":\w[\w.-]{0,127}", r"@[a-z0-9+._-]+:[0-9a-f]{32,}"
LONGEST = 200
"""Signs of a registry, and of a name: registries take 255 of both together."""
IMAGE = re.compile(f"(?:{HOST.pattern}/)?{PATH.pattern}(?:{TAG})?(?:{DIGEST})?", re.ASCII)


class Wrong(ValueError):
    """A value is wrong; mend: how to say it."""

    def __init__(self, message: str, mend: str | None = None) -> None:
        super().__init__(message)
        self.mend = mend


def address(value: object) -> str:
    """Check the address of an image."""
    if isinstance(value, str) and IMAGE.fullmatch(value):
        return value
    message = f"{value!r} is no address of an image"
    bare = "://" in value if isinstance(value, str) else False
    raise Wrong(message, "Leave out `https://`." if bare else "Write one such as 'python:3.12-slim'.")


def repository(value: object, *, is_registry: bool = False) -> str | None:
    """Check the name of a repository, or a registry: a host, and maybe a path."""
    if value is None:
        return None
    if isinstance(value, str) and len(value) <= LONGEST:
        host, slash, path = value.rstrip("/").partition("/") if is_registry else ("h", "/", value)
        if HOST.fullmatch(host) and (PATH.fullmatch(path) if slash else True):
            return value.rstrip("/")
    if is_registry:
        message = f"{value!r} is no registry"
        raise Wrong(message, "Write a host and a path, without `https://`: 'registry.example/team'.")
    message = f"{value!r} is no name of an image"
    raise Wrong(message, "Use lower-case letters, digits, `-`, `_` and `/`; the tag is made of the contents.")
