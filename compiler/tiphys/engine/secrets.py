"""Secrets on this computer: from environment variables or a `.env` file, checked before anything starts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from tiphys.diagnostics import UsageError
from tiphys.engine.containers import SecretKey

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")


def variable_of(secret: str, key: str) -> str:
    """Name the variable that holds a secret's key: secret `api`, key `token` -> `API_TOKEN`."""
    return re.sub(r"[^A-Z0-9]", "_", f"{secret}_{key}".upper())


def find_secrets(wanted: Iterable[SecretKey], env: Mapping[str, str], *, file: Path) -> dict[SecretKey, str]:
    """Find every secret; all that are missing are named in one error."""
    keys = list(dict.fromkeys(wanted))
    if not keys:
        return {}
    known = {**read_env_file(file), **env}
    found: dict[SecretKey, str] = {}
    missing: dict[str, str] = {}
    for key in keys:
        text = text_of(key, env)  # under any of its names: the environment wins over the file
        if text is None:
            text = text_of(key, known)
        if text is not None:
            found[key] = text
        elif not key.optional:
            missing[f"secret `{key.secret}`, key `{key.key}`"] = ", or ".join(names_of(key))
    if missing:
        lines = [f"  {what}: set {names}" for what, names in missing.items()]
        message = "secrets are missing (environment variables, or a `.env` file in this folder):\n" + "\n".join(lines)
        raise UsageError(message)
    return found


def names_of(key: SecretKey) -> list[str]:
    """List the variables that may hold a secret; for one that is a file, one ending in `_FILE` may name a file here."""
    names = [variable_of(key.secret, key.key), *([key.variable] if key.variable else [])]
    if key.path is not None:
        names.append(f"{names[-1]}_FILE")
    return list(dict.fromkeys(names))


def text_of(key: SecretKey, known: Mapping[str, str]) -> str | None:
    """Read a secret; None where there is none. Raises UsageError for a file that cannot be read."""
    names = names_of(key)
    if key.path is not None and names[-1] in known and not any(name in known for name in names[:-1]):
        try:
            return Path(known[names[-1]]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            what = f"the secret `{key.secret}`, key `{key.key}`"
            message = f"{what}: {names[-1]}={known[names[-1]]} cannot be read: {error}"
            raise UsageError(message) from None
    return next((known[name] for name in names if name in known), None)


def read_env_file(file: Path) -> dict[str, str]:
    """Read `NAME=value` lines; quotes around a value are dropped, `#` starts a comment line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return {}
    values: dict[str, str] = {}
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is not None:
            name, value = found.groups()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
            values[name] = value[1:-1] if quoted else value
    return values
