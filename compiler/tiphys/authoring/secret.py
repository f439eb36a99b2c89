"""`Secret`: a value that the cluster keeps, given to the pod as an environment variable."""

from __future__ import annotations

import re

from pydantic import model_validator

from tiphys.authoring.model import Setting

VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


class Secret(Setting):
    """A secret that the pod sees as an environment variable.

    key: the entry's name. With `group`, the entry `key` of the Kubernetes Secret `group`; without, the entry `value` of
    the Secret `key`. as_env_var: the variable's name; by default `GROUP_KEY` in capitals. On this computer the value is
    read from the environment or from `.env`.
    """

    key: str
    group: str | None = None
    as_env_var: str | None = None

    def __init__(self, key: str, group: str | None = None, mount: object = None, as_env_var: str | None = None) -> None:
        if mount is not None:
            from tiphys.authoring.location import caller, keyword
            from tiphys.diagnostics import AuthoringError, Mistake

            said = "`mount` is not supported yet: secrets arrive as environment variables"
            raise AuthoringError(Mistake(said, keyword(caller(), "mount"), "Use `as_env_var=` instead."))
        super().__init__(key=key, group=group, as_env_var=as_env_var)

    @model_validator(mode="after")
    def _variable(self) -> Secret:
        if not VARIABLE.fullmatch(self.variable):
            msg = f"{self.variable!r} is no name of a variable; say one, such as as_env_var='API_TOKEN'"
            raise ValueError(msg)
        return self

    @property
    def variable(self) -> str:
        """The environment variable that holds the value."""
        if self.as_env_var is not None:
            return self.as_env_var
        name = f"{self.group}_{self.key}" if self.group else self.key
        return name.upper().replace("-", "_")

    @property
    def source(self) -> tuple[str, str]:
        """The Kubernetes Secret and the entry in it."""
        return (self.group, self.key) if self.group else (self.key, "value")


def as_secrets(value: object) -> object:
    """Let one secret, or just its key, stand for a list of secrets."""
    if value is None:
        return None
    items = list(value) if isinstance(value, list | tuple) else [value]
    return tuple(Secret(item) if isinstance(item, str) else item for item in items)
