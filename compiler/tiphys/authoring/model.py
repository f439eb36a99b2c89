"""The frozen pydantic model under every setting that users write: a wrong value is reported at the user's own line."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from tiphys.authoring.location import caller, keyword
from tiphys.diagnostics import AuthoringError, Mistake, nearest


class Setting(BaseModel):
    """A value object of the authoring API: frozen, with no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    def __init__(self, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            where = caller()
            owner = type(self)
            raise AuthoringError(*(explain(owner, item, where) for item in error.errors())) from None


def explain(owner: type[BaseModel], item: Any, where: Any) -> Mistake:
    """Turn one of pydantic's findings into a mistake at the argument it is about."""
    name = str(item["loc"][0]) if item["loc"] else ""
    if item["type"] == "extra_forbidden":
        mend = nearest(name, list(owner.model_fields))
        return Mistake(f"`{owner.__name__}` has no field `{name}`", keyword(where, name), mend)
    said = item["msg"].removeprefix("Value error, ")
    if not name:
        return Mistake(f"`{owner.__name__}`: {said}", where)
    return Mistake(f"`{owner.__name__}({name}={item['input']!r})`: {said}", keyword(where, name))
