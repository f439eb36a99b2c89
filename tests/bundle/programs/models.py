"""A program with pydantic models."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    computed_field,
    field_serializer,
    field_validator,
    model_validator,
)
from typing_extensions import TypedDict

T = TypeVar("T")


class Inner(BaseModel):
    n: int = 1


class Base(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str


class Setting(Base):
    """A setting."""

    rate: Annotated[float, Field(gt=0)] = 0.5
    inner: Inner = Field(default_factory=Inner)
    kind: Literal["a", "b"] = "a"
    tags: set[str] = {"x", "y", "z"}
    _hidden: int = PrivateAttr(default=3)

    @field_validator("name")
    @classmethod
    def not_empty(cls, value: str) -> str:
        if not value:
            raise ValueError("empty")
        return value.strip()

    @model_validator(mode="after")
    def checked(self) -> Setting:
        if self.rate > 100:
            raise ValueError("too fast")
        return self

    @field_serializer("rate")
    def as_text(self, value: float) -> str:
        return f"{value:.2f}"

    @computed_field
    @property
    def double(self) -> float:
        return self.rate * 2

    def shout(self) -> str:
        return self.name.upper()


class Tree(BaseModel):
    value: int
    children: list[Tree] = []


class Box(BaseModel, Generic[T]):
    item: T


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)
    n: int


class Late(BaseModel):
    friend: Friend | None = None


class Friend(BaseModel):
    late: Late | None = None


Late.model_rebuild()


class Row(TypedDict):
    n: int


@dataclasses.dataclass
class Point:
    x: int

    def path(self) -> Path:
        return Path(start=self, rows=[{"n": 1}], any=self)


class Path(BaseModel):
    start: Point
    rows: list[Row] = []
    any: Any = None


class Long(Path):
    more: list[Path] = []


def check(setting):
    assert isinstance(setting, Setting)
    assert setting.inner == Inner()
    made = Setting(name=" s ", rate=2)
    assert (made.name, made.double, made.shout(), made._hidden) == ("s", 4.0, "S", 3)
    assert made.model_dump()["rate"] == "2.00"
    for wrong in (
        {"name": ""},
        {"name": "x", "rate": 0},
        {"name": "x", "rate": 101},
        {"name": "x", "more": 1},
        {"name": "x", "kind": "c"},
    ):
        try:
            Setting(**wrong)
        except ValueError:
            continue
        raise AssertionError(wrong)
    assert Tree(value=1, children=[{"value": 2}]).children[0].value == 2
    assert Box[int](item="3").item == 3
    assert Box[Inner](item={"n": 4}).item.n == 4
    assert hash(Frozen(n=1)) == hash(Frozen(n=1))
    assert Late(friend={"late": {}}).friend.late == Late()
    assert Setting.model_json_schema()["properties"]["rate"]["exclusiveMinimum"] == 0
    assert Long(start={"x": "1"}, more=[Point(2).path()]).more[0].start == Point(2)
    assert Point(3).path().model_dump()["any"] == {"x": 3}
    assert "defer_build" not in Path.model_config
    return made


def given(setting: Setting, tree: Tree):
    return (setting, tree)
