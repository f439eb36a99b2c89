"""What is computed at run time about lists of coroutines: it raises what the list, the dict and `zip` would."""

from __future__ import annotations

import operator
from typing import Any

import pytest

from tiphys_runtime.items import place_in, places_of, shortest


@pytest.mark.parametrize(("count", "index", "place"), [(3, 0, 0), (3, 2, 2), (3, -1, 2), (3, -3, 0)])
def test_an_index_means_a_place(count: int, index: int, place: int) -> None:
    assert place_in(count, index) == place


@pytest.mark.parametrize(("count", "index"), [(3, 3), (3, -4), (0, 0), (2, "a"), (2, None)])
def test_a_wrong_index_raises_what_a_list_raises(count: int, index: Any) -> None:
    with pytest.raises((IndexError, TypeError)) as of_a_list:
        operator.getitem([None] * count, index)

    with pytest.raises(type(of_a_list.value)) as caught:
        place_in(count, index)

    assert str(caught.value) == str(of_a_list.value)


def test_the_last_of_a_key_counts_at_the_place_of_the_first() -> None:
    keys = ["b", "a", "b", "c"]

    assert list(places_of(keys).items()) == list({key: place for place, key in enumerate(keys)}.items())
    assert list(places_of(keys).items()) == [("b", 2), ("a", 1), ("c", 3)]


@pytest.mark.parametrize("counts", [(0,), (3, 2), (2, 5, 4), (0, 9)])
def test_rows_end_with_the_shortest(counts: tuple[int, ...]) -> None:
    assert shortest(False, *counts) == len(list(zip(*map(range, counts), strict=False)))


def test_a_strict_zip_raises_as_it_does() -> None:
    with pytest.raises(ValueError, match=r"zip\(\) argument 2 is shorter than argument 1"):
        shortest(True, 3, 2)
