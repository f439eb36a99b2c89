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
        names = (variable_of(key.secret, key.key), key.variable)
        name = next((name for name in names if name in known), None)
        if name is not None:
            found[key] = known[name]
        elif not key.optional:
            missing[f"secret `{key.secret}`, key `{key.key}`"] = f"{names[0]}, or {names[1]}"
    if missing:
        lines = [f"  {what}: set {names}" for what, names in missing.items()]
        message = "secrets are missing (environment variables, or a `.env` file in this folder):\n" + "\n".join(lines)
        raise UsageError(message)
    return found


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
