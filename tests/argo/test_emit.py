"""What is written reads back equal, by this reader and by kubectl's."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.argo.conftest import Lower
from tiphys.argo.emit import to_json, to_yaml

# what a reader of YAML 1.1, or Go's, takes for something else than a text
TRUTHS = "y Y n N yes Yes YES no No NO on On ON off Off OFF true True false False null Null NULL ~ = <<".split()
NUMBERS = (
    "1 1.5 -1 +1 .5 1. 1e3 1E5 -1e-3 .5e2 0x1F 0b1 017 0o17 08 09.5 1_000 12:30 1:2:3 1234e567 .inf -.Inf .nan".split()
)
WORDS = [*TRUTHS, *NUMBERS, "2024-01-01", "2024-01-01T00:00:00Z"]


@pytest.mark.parametrize("word", ["", *WORDS])
def test_a_text_that_looks_like_something_else_is_quoted(word: str) -> None:
    assert to_yaml([{word: word}]) == f"'{word}': '{word}'\n"


@pytest.mark.parametrize("word", ["1s", "500m", "2Gi", "python:3.11", "a-1", "1.2.3", "e3", "yesterday"])
def test_other_texts_are_plain(word: str) -> None:
    assert to_yaml([{"a": word}]) == f"a: {word}\n"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.slow
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.dictionaries(TEXT, VALUES, min_size=1, max_size=4), min_size=1, max_size=3))
def test_objects_read_back_equal(objects: list[dict[str, object]]) -> None:
    assert list(yaml.safe_load_all(to_yaml(objects))) == objects
    read = json.loads(to_json(objects))
    assert ([read] if len(objects) == 1 else read["items"]) == objects


def test_an_object_that_occurs_twice_is_written_twice() -> None:
    shared = {"a": "b"}
    assert to_yaml([{"x": shared, "y2": shared}]) == "x:\n  a: b\ny2:\n  a: b\n"


def test_a_manifest_is_one_stream_that_reads_back_equal(lower: Lower) -> None:
    made = lower("""
yes = tiphys.TaskEnvironment("yes", env_vars={"y": "on", "off": "1e3", "E": "é ☃ \\U0001f600", "L": "a\\nb: c # d"})
@yes.task
async def n(y: str) -> str: return y
@yes.task
async def main(on: str = "no") -> str: return await n(on + "off")
""")
    text = to_yaml(made.manifest.objects)
    assert text.count("\n---\n") == 1
    assert list(yaml.safe_load_all(text)) == list(made.manifest.objects)
    assert "- name: 'on'" in text
