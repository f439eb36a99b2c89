"""The limit of what a task takes and gives."""

import pytest

from tiphys_runtime.codec import to_file

TEXT = '{"v":"' + "x" * 500 + '"}'


def test_what_fits_is_let_through(pod):
    made = pod("add", "a", "b", most=1200)

    assert made.run("add", TEXT, TEXT) == 0


def test_inputs_that_are_too_large_together_are_told_of_before_the_body_runs(pod):
    made = pod("add", "a", "b", most=700)

    assert made.run("add", TEXT, '{"v":"' + "y" * 300 + '"}') == 3
    assert made.error["type"] == "tiphys_runtime.errors.InlineIOMaxBytesBreached"
    large, small = len(to_file("x" * 500, None)), len(to_file("y" * 300, None))
    assert made.error["message"].startswith(
        "the task env.add takes and gives at most 700 bytes (`max_inline_io_bytes`): "
        f"the inputs have {large + small} bytes, {large} of them `a`; raise the limit"
    )


@pytest.mark.parametrize(("n", "code"), [("90", 0), ("900", 2)])
def test_an_output_that_is_too_large_is_never_tried_again(pod, n, code):
    made = pod("big", "n", most=200, attempts=3)

    assert made.run("big", f'{{"v":{n}}}', env={"TIPHYS_ATTEMPT": "0"}) == code
    if code:
        assert made.error["type"] == "tiphys_runtime.errors.InlineIOMaxBytesBreached"
        assert f"the output has {len(to_file('x' * 900, None))} bytes" in made.error["message"]


def test_inputs_are_named_as_the_function_names_them(pod):
    made = pod("add", "given", kwargs={"b": 0}, args=(), most=100)

    assert made.run("add", TEXT) == 3
    assert f"the input `b` has {len(to_file('x' * 500, None))} bytes" in made.error["message"]
