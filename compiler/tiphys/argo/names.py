"""Names that Argo and Kubernetes take: lower-case, a letter first, never two things under one."""

from __future__ import annotations

import hashlib
import re


class Names:
    """Gives each key one name, the same each time, and no two keys the same."""

    def __init__(self, *taken: str) -> None:
        self._of: dict[object, str] = {}
        self._taken = set(taken)

    def of(self, key: object, wish: str, limit: int = 100) -> str:
        """Give the name of `key`: the wish, made valid; a number follows where that is taken."""
        if key not in self._of:
            base = valid(wish)[:limit].strip("-")
            free, count = base, 2
            while free in self._taken:
                free, count = f"{base}-{count}", count + 1
            self._taken.add(free)
            self._of[key] = free
        return self._of[key]


def valid(wish: str) -> str:
    """Make a name of lower-case letters, digits and hyphens, a letter first."""
    name = re.sub(r"[^a-z0-9]+", "-", wish.lower()).strip("-")
    return name if name and name[0].isalpha() else f"t-{name}".strip("-")


def with_digest(base: str, content: bytes, limit: int = 63) -> str:
    """End a name in a hash of the content; at most `limit` characters."""
    digest = hashlib.sha256(content).hexdigest()[:10]
    return f"{valid(base)[: limit - 11].strip('-')}-{digest}"
