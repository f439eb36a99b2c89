"""What leaves records: everything that the body of an attempt reaches, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from tests.passes.building import attempt, call, caught, fan, graph, program, region, sub, switch
from tiphys.passes.records import recording


def test_without_an_attempt_nothing_records() -> None:
    """Records are for a catch."""
    assert recording(program(graph("main", "", call("a")))) == frozenset()


def test_what_the_body_of_an_attempt_reaches_records() -> None:
    """Through constructs and calls of other graphs; the catch does not, and what stands around does not."""
    found = recording(
        program(
            graph("child", "", call("a")),
            region("main-arm", "", sub("child", "child")),
            switch("main-if", "n", "n", sub("arm", "main-arm"), None),
            region("main-body", "n", sub("if", "main-if", n="%n")),
            region("main-catch", "", caught("error", Exception)),
            attempt("main-try", "n", sub("body", "main-body", n="%n"), sub("catch", "main-catch")),
            graph("other", "", call("a")),
            graph("main", "n", sub("try", "main-try", n="%n"), sub("other", "other")),
        )
    )

    assert found == {"main-body", "main-if", "main-arm", "child"}


def test_the_catch_of_an_attempt_inside_another_one_records() -> None:
    """What it raises is for the outer catch."""
    found = recording(
        program(
            region("inner-body", "", call("a")),
            region("inner-catch", "", caught("error", Exception)),
            attempt("inner", "", sub("body", "inner-body"), sub("catch", "inner-catch")),
            region("outer-body", "", sub("inner", "inner")),
            region("outer-catch", "", caught("error", Exception)),
            attempt("outer", "", sub("body", "outer-body"), sub("catch", "outer-catch")),
            graph("main", "", sub("outer", "outer")),
        )
    )

    assert found == {"outer-body", "inner", "inner-body", "inner-catch"}


def test_items_whose_exceptions_are_values_record_where_there_is_no_repository() -> None:
    """With one the exception is in the item's own file."""
    each = replace(fan("main-map", "n", "n", "i", sub("it", "main-item")), keeps_errors=True)
    made = program(region("main-item", "", call("a")), each, graph("main", "n", sub("map", "main-map", n="%n")))

    assert recording(made) == frozenset()
    assert recording(replace(made, is_storeless=True)) == {"main-item"}
