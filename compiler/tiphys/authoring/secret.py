"""`Secret`: a value that the cluster keeps, given to the pod as an environment variable or as a file."""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePath
from typing import Any

from pydantic import field_validator, model_validator

from tiphys.authoring.model import Setting

VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
OWN = ("/tiphys", "/argo", "/mainctrfs", "/var/run", "/run", "/proc", "/sys", "/dev")
"""Folders that Argo, the kernel or the shim fill."""
SYSTEM = frozenset(
    "/ /bin /boot /etc /home /lib /lib64 /media /mnt /opt /root /sbin /srv /tmp /usr /var /usr/bin /usr/lib /usr/local "
    "/usr/sbin /usr/share /etc/ssl /etc/pki /var/lib /var/log /var/tmp".split()
)
"""Folders that images have, and that a mount would hide."""


class Secret(Setting):
    """A secret that the pod sees as an environment variable, as a file, or as both.

    key: the entry's name. With `group`, the entry `key` of the Kubernetes Secret `group`; without, the entry `key` of
    the Secret that the profile names (`secrets.default`), or where it names none, the entry `value` of the Secret
    `key`. as_env_var: the variable's name; by default `GROUP_KEY` in capitals. mount: a folder; the value is the file
    `<mount>/<key>` in it, with a group `<mount>/<group>/<key>`, and the variable `<GROUP_KEY>_FILE` holds that path.
    With both `mount` and `as_env_var` it is a file and a variable.

    On this computer the value is read from the environment or from `.env`, and the variable ending in `_FILE` says
    where the file is.
    """

    key: str
    group: str | None = None
    mount: str | None = None
    as_env_var: str | None = None

    def __init__(
        self,
        key: str,
        group: str | None = None,
        mount: str | PurePath | None = None,
        as_env_var: str | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(key=key, group=group, mount=mount, as_env_var=as_env_var, **unknown)

    @field_validator("key", "group")
    @classmethod
    def _named(cls, value: str | None) -> str | None:
        if value is not None and not value:
            msg = "the name is empty; write that of the secret in the cluster"
            raise ValueError(msg)
        return value

    @field_validator("mount", mode="before")
    @classmethod
    def _folder(cls, value: object) -> object:
        return value if value is None else folder(value)

    @model_validator(mode="after")
    def _variable(self) -> Secret:
        if self.variable is not None and not VARIABLE.fullmatch(self.variable):
            msg = f"{self.variable!r} is no name of a variable; say one, such as as_env_var='API_TOKEN'"
            raise ValueError(msg)
        return self

    @property
    def variable(self) -> str | None:
        """The environment variable that holds the value, where one does."""
        if self.as_env_var is not None or self.mount is not None:
            return self.as_env_var
        name = f"{self.group}_{self.key}" if self.group else self.key
        return name.upper().replace("-", "_")

    @property
    def path(self) -> str | None:
        """The file that holds the value, where one does."""
        return posixpath.join(self.mount, self.group or "", self.key) if self.mount is not None else None

    @property
    def path_variable(self) -> str:
        """The environment variable that holds the path of the file."""
        name = self.as_env_var or (f"{self.group}_{self.key}" if self.group else self.key)
        return f"{re.sub(r'^(?=[0-9])|[^A-Z0-9_]', '_', name.upper())}_FILE"

    def source(self, default: str | None) -> tuple[str, str]:
        """Give the Kubernetes Secret and the entry in it. default: the Secret of those that name no group."""
        group = self.group or default
        return (group, self.key) if group else (self.key, "value")


def folder(value: object) -> str:
    """Check the folder that secrets are mounted into. Raises ValueError."""
    text = value.as_posix() if isinstance(value, PurePath) else value
    if not isinstance(text, str) or not text.startswith("/") or ":" in text or "{{" in text or "$(" in text:
        msg = f"{value!r} is no folder in a pod; write one such as '/etc/tiphys/secrets'"
        raise ValueError(msg)
    place = posixpath.normpath(f"/{text.strip('/')}")
    if any(place == own or place.startswith(f"{own}/") for own in OWN):
        msg = f"{place} belongs to the pod itself; write a folder such as '/etc/tiphys/secrets'"
        raise ValueError(msg)
    if place in SYSTEM:
        msg = f"the secrets would hide what the image has in {place}; write a folder of their own in it"
        raise ValueError(msg)
    return place


def as_secrets(value: object) -> object:
    """Let one secret, or just its key, stand for a list of secrets. Raises ValueError for what is none."""
    if value is None:
        return None
    items = list(value) if isinstance(value, list | tuple) else [value]
    for item in items:
        if not isinstance(item, str | Secret):
            msg = f"{item!r} is no secret; write its key as text, or tiphys.Secret(key, group=...), or a list of those"
            raise ValueError(msg)
    return tuple(Secret(item) if isinstance(item, str) else item for item in items)
