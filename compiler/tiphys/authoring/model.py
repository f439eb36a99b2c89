"""The frozen pydantic model under every setting that users write: a wrong value is reported at the user's own line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from tiphys.authoring.location import caller, keyword
from tiphys.diagnostics import AuthoringError, Mistake, ProgramError, nearest, shown

SAID: Mapping[str, str] = {
    "string_type": "write a text",
    "string_too_short": "it is empty; write a text",
    "bool_type": "write True or False",
    "bool_parsing": "write True or False",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "dict_type": "write a dict",
    "list_type": "write a list",
    "tuple_type": "write a tuple",
    "string_pattern_mismatch": "a name in Kubernetes has lower-case letters, digits, `-` and `.` only",
}
"""What pydantic finds of itself, in the words of the other errors."""


class Setting(BaseModel):
    """A value object of the authoring API: frozen, with no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    def __init__(self, **data: Any) -> None:
        for name, value in data.items():
            if isinstance(value, bytes | bytearray):  # which pydantic would read as texts
                text = f"`{type(self).__name__}({name}={shown(value)})`: write a text"
                raise AuthoringError(Mistake(text, keyword(caller(), name)))
        try:
            super().__init__(**data)
        except ValidationError as error:
            where = caller()
            owner = type(self)
            raise AuthoringError(*(one for item in error.errors() for one in explain(owner, item, where))) from None


def explain(owner: type[BaseModel], item: Any, where: Any) -> list[Mistake]:
    """Turn one of pydantic's findings into mistakes at the argument it is about."""
    name = str(item["loc"][0]) if item["loc"] else ""
    if item["type"] == "extra_forbidden":
        mend = nearest(name, list(owner.model_fields))
        return [Mistake(f"`{owner.__name__}` has no field `{name}`", keyword(where, name), mend)]
    entry = "".join(f"[{part!r}]" for part in item["loc"][1:]) if item["type"] == "string_type" else ""
    what = f"{owner.__name__}({name}{entry}={shown(item['input'])})" if name else owner.__name__
    place = keyword(where, name) if name else where
    return [Mistake(f"`{what}`: {said}", place, mend) for said, mend in sayings(item)]


def sayings(item: Any) -> list[tuple[str, str | None]]:
    """Give what one of pydantic's findings says, and how to mend it; of a setting made inside, what that one says.

    Its place is left out: it was made of the argument at which all is told anyway.
    """
    inner = (item.get("ctx") or {}).get("error")
    if isinstance(inner, ProgramError):
        return [(one.message, one.mend) for one in inner.mistakes]
    return [(said_of(item), None)]


def said_of(item: Any) -> str:
    """Say what one of pydantic's findings is, and what to write instead."""
    kind = item["type"]
    if kind.startswith("datetime_"):
        return "write a datetime"
    if kind == "literal_error":
        words = re.findall("'([^']*)'", item["ctx"]["expected"])
        like = nearest(str(item["input"]), words)
        return f"write one of {item['ctx']['expected']}" + (f". {like}" if like.startswith("Did") else "")
    if kind in ("greater_than_equal", "less_than_equal"):
        return f"write a number {'from {ge} on' if 'ge' in item['ctx'] else 'up to {le}'}".format(**item["ctx"])
    return SAID.get(kind) or str(item["msg"]).removeprefix("Value error, ")
