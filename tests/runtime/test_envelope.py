"""Envelopes: nothing for Argo to substitute, spilled over the limit, checked on arrival."""

import base64
import hashlib
import json
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiphys.bundle import LiveWorld
from tiphys_runtime import codec, envelope
from tiphys_runtime.errors import NonRecoverableError, TaskLostError
from tiphys_runtime.failure import record

WORLD = LiveWorld()
NOWHERE = envelope.Source()


def encoded(text: str) -> str:
    """Write an envelope as Argo's `toBase64` does."""
    return base64.b64encode(text.encode()).decode()


@given(st.text("{}=$()\\ab\"'", max_size=30))
def test_neither_argo_nor_the_kubelet_finds_anything_to_substitute(text):
    written, _ = envelope.make({text: [text]}, WORLD, inline=10**6, key=None)

    assert not any(mark in written for mark in ("{{", "$(", "$$"))
    assert envelope.value_of(envelope.parse(written), WORLD, NOWHERE) == {text: [text]}


def test_a_pack_joined_as_text_holds_each_value():
    one, two = envelope.write({"v": "{{x"}), envelope.write({"v": 2})
    pack = envelope.parse(f'{{"l":[{one},{two},{{}}]}}')
    first, second, lost = envelope.value_of(pack, WORLD, NOWHERE)

    assert (first, second) == ("{{x", 2)
    assert isinstance(lost, TaskLostError)


def test_a_value_over_the_limit_is_spilled():
    text, data = envelope.make("x" * 100, WORLD, inline=50, key="tiphys/u/v/a/_")

    assert data == b'J"' + b"x" * 100 + b'"'
    assert json.loads(text) == {"k": "tiphys/u/v/a/_", "h": hashlib.sha256(data).hexdigest(), "n": len(data)}
    assert envelope.value_of(envelope.parse(text), WORLD, envelope.Source(lambda: data)) == "x" * 100


def test_the_limit_is_on_the_whole_envelope():
    text, data = envelope.make("x" * 10, WORLD, inline=18, key=None)

    assert (len(text), data) == (18, None)
    with pytest.raises(envelope.TooLarge):
        envelope.make("x" * 11, WORLD, inline=18, key=None)


def test_an_opaque_value_is_spilled_as_the_pickle_itself():
    _, data = envelope.make(print, WORLD, inline=1, key="k")

    assert data is not None
    assert data[:1] == b"P"
    assert codec.from_file(data, WORLD) is print


@pytest.mark.parametrize(("data", "said"), [(b"J1", "has 2 bytes instead of 3"), (b"J13", "its digest differs")])
def test_a_spilled_file_that_changed_is_refused(data, said):
    told = {"k": "key", "h": hashlib.sha256(b"J12").hexdigest(), "n": 3}

    with pytest.raises(ValueError, match=said):
        envelope.value_of(told, WORLD, envelope.Source(lambda: data))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", '{"x":1}', '{"v":1,"k":"a"}', "{{tasks.a.outputs.parameters.v}}", '{"s":"1"}']
)
def test_what_is_no_envelope_is_refused(text):
    with pytest.raises(ValueError, match="not an envelope"):
        envelope.parse(text)


@pytest.mark.parametrize(
    "told",
    [{"k": "k", "h": "", "n": 1}, {"b": "x"}, {"t": "eA=="}, {"l": [{"k": "k", "h": "", "n": 1}]}, {"k": "k", "c": 1}],
)
def test_parts_that_nobody_can_bring_are_refused(told):
    with pytest.raises(ValueError, match="stands where"):
        envelope.value_of(told, WORLD, NOWHERE)


def test_a_list_of_files_is_read_from_them():
    files = {0: b"J1", 2: b'E{"type":"builtins.KeyError","message":"m"}'}
    found = envelope.value_of({"k": "tiphys/u/m/g", "c": 3}, WORLD, envelope.Source(item=files.get))

    assert [type(each) for each in found] == [int, TaskLostError, KeyError]


def test_a_list_that_travels_in_a_parameter_holds_each_item_encoded():
    inner = envelope.write({"a": [encoded('{"v":2.0}')]})
    found = envelope.parse(envelope.write({"a": [encoded('{"v":36893488147419103232}'), encoded(inner), ""]}))

    first, second, third = envelope.value_of(found, WORLD, NOWHERE)
    assert (first, second) == (2**65, [2.0])
    assert isinstance(third, TaskLostError)


def test_what_was_too_long_for_an_argument_says_so():
    with pytest.raises(ValueError, match=r"takes 140,000 bytes, .* without an artifact repository no argument"):
        envelope.value_of({"o": 140_000}, WORLD, NOWHERE)


def test_a_typed_text_names_its_type():
    asked = []
    source = envelope.Source(typed=lambda text, kind: asked.append((text, kind)))
    envelope.value_of(envelope.parse('{"t":"w6k=","y":3}'), WORLD, source)

    assert asked == [("é", 3)]


def test_a_result_carries_a_short_repr():
    text, _ = envelope.make(["y" * 5000], WORLD, inline=10, key="k", described=True)

    assert json.loads(text)["s"] == "['" + "y" * 3998


class Silent:
    def __repr__(self):
        raise ValueError("no")


def test_a_repr_that_raises_harms_nothing():
    assert envelope.describe(Silent()) == "<Silent, whose repr raised ValueError>"


def test_an_error_comes_back_as_the_exception_with_its_origin():
    try:
        raise KeyError("lost")  # noqa: TRY301
    except KeyError as error:
        told = record(error, WORLD, task="env.f", where="flow.py:3", attempt=2)
    again = envelope.value_of({"e": told}, WORLD, NOWHERE)

    assert type(again) is KeyError
    assert again.args == ("lost",)
    assert again.code == "KeyError"
    assert (again.__cause__, again.__context__) == (None, None)
    assert traceback.extract_tb(again.__traceback__)[-1].line == 'raise KeyError("lost")  # noqa: TRY301'
    assert (told["type"], told["bases"][:2], told["where"]) == (
        "builtins.KeyError",
        ["builtins.LookupError", "builtins.Exception"],
        "flow.py:3",
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("builtins.ValueError", "ValueError"),
        ("tiphys_runtime.errors.OOMError", "OOMError"),
        ("elsewhere.Special", "RuntimeUserError"),
        ("builtins.UnicodeDecodeError", "RuntimeUserError"),
        ("builtins.print", "RuntimeUserError"),
    ],
)
def test_without_a_pickle_the_nearest_class_stands_in(kind, expected):
    again = envelope.value_of({"e": {"type": kind, "message": "m", "pickle": None}}, WORLD, NOWHERE)

    assert type(again).__name__ == expected
    assert str(again) == "m"
    assert again.code == kind.rpartition(".")[2]


def test_a_pickle_that_cannot_be_read_is_no_harm():
    again = envelope.value_of({"e": {"type": "builtins.OSError", "message": "m", "pickle": "AAAA"}}, WORLD, NOWHERE)

    assert isinstance(again, OSError)


class Demanding(Exception):
    def __init__(self, one, *, two):
        super().__init__(one, "more")
        self.two = two
        self.odd = lambda: 1


def test_an_exception_whose_attributes_cannot_be_pickled_travels_without_them():
    cause = NonRecoverableError("first")
    error = Demanding(1, two=2)
    error.__cause__ = cause
    again = envelope.value_of({"e": record(error, WORLD, task="t")}, WORLD, NOWHERE)

    assert isinstance(again, Demanding)
    assert again.args == (1, "more")
