"""The Secrets that a program reads are looked for before anything is written; their values are never kept."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from tiphys.cluster.refusals import Refused
from tiphys.diagnostics import Mistake, ProgramError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
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
    secrets: dict[str, list[Needed]] = {}
    for entry in needed:
        secrets.setdefault(entry.secret, []).append(entry)
    missing, notes = [], []
    for secret, entries in secrets.items():
        found = keys_of(cluster, secret)
        if found is None:
            missing.append(absent(entries, cluster.namespace))
        elif isinstance(found, str):
            notes.append(f"the Secret `{secret}`, which `{entries[0].task}` reads, was not looked for: {found}")
        else:
            missing.extend(lacking(entry, found, cluster.namespace) for entry in entries if entry.key not in found)
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


def absent(entries: Sequence[Needed], namespace: str) -> Mistake:
    """Say which Secret is missing, and how to make it with all that is read of it."""
    first = entries[0]
    message = f"`{first.task}` reads the Secret `{first.secret}`, and there is none in namespace `{namespace}`"
    values = " ".join(f"--from-literal={entry.key}=..." for entry in entries)
    make = f"kubectl -n {namespace} create secret generic {first.secret} {values}"
    return Mistake(message, first.where, f"Make it: `{make}`.")


def lacking(entry: Needed, keys: frozenset[str], namespace: str) -> Mistake:
    """Say which entry of a Secret is missing, and which there are."""
    message = f"`{entry.task}` reads the key `{entry.key}` of the Secret `{entry.secret}`, which has none"
    held = ", ".join(f"`{key}`" for key in sorted(keys)) or "no key at all"
    return Mistake(message, entry.where, f"In namespace `{namespace}` it has {held}.")
