"""The Secrets that a program reads are looked for before anything is written; their values are never kept."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from tiphys.cluster.refusals import Refused
from tiphys.diagnostics import Mistake, ProgramError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from tiphys.cluster.connection import Cluster
    from tiphys.diagnostics import Span

    class Needed(Protocol):
        """An entry of a Secret, a task that reads it, and the line that says so."""

        @property
        def secret(self) -> str: ...
        @property
        def key(self) -> str: ...
        @property
        def task(self) -> str: ...
        @property
        def where(self) -> Span: ...


def check_secrets(cluster: Cluster, needed: Iterable[Needed]) -> list[str]:
    """Look for the entries of Secrets, and give notes on those that this user may not read.

    Raises ProgramError that names all that are missing, each with a task that reads it and the line that says so.
    """
    keys: dict[str, frozenset[str] | str | None] = {}
    missing, notes = [], []
    for entry in needed:
        if entry.secret not in keys:
            keys[entry.secret] = keys_of(cluster, entry.secret)
            found = keys[entry.secret]
            if isinstance(found, str):
                notes.append(f"the Secret `{entry.secret}`, which `{entry.task}` reads, was not looked for: {found}")
        found = keys[entry.secret]
        if found is None or (isinstance(found, frozenset) and entry.key not in found):
            missing.append(lacking(entry, found, cluster.namespace))
    if missing:
        raise ProgramError(*missing)
    return notes


def keys_of(cluster: Cluster, name: str) -> frozenset[str] | str | None:
    """List the entries of a Secret; None where there is no such Secret, a text where this user cannot know."""
    try:
        found = cluster.read("Secret", name)
    except Refused as error:
        if error.code == HTTPStatus.FORBIDDEN:
            return f"{str(error).splitlines()[0]}"
        raise
    return None if found is None else frozenset(found.get("data") or ())


def lacking(entry: Needed, keys: frozenset[str] | None, namespace: str) -> Mistake:
    """Say which Secret or which entry is missing, and how to make it."""
    make = f"kubectl -n {namespace} create secret generic {entry.secret} --from-literal={entry.key}=..."
    if keys is None:
        message = f"`{entry.task}` reads the Secret `{entry.secret}`, and there is none in namespace `{namespace}`"
        return Mistake(message, entry.where, f"Make it: `{make}`.")
    message = f"`{entry.task}` reads the key `{entry.key}` of the Secret `{entry.secret}`, which has none"
    held = ", ".join(f"`{key}`" for key in sorted(keys)) or "no key at all"
    return Mistake(message, entry.where, f"In namespace `{namespace}` it has {held}.")
