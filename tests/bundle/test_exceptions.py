"""Exceptions of a program cross its pods: recorded, caught, matched, handed on, raised again."""

import json

from tiphys.bundle import Output, Step, decode_live
from tiphys_runtime.objects import handler_of, raise_, split_group

PROGRAM = """
class Trouble(Exception):
    def __init__(self, place, *, depth):
        super().__init__(f"trouble at {place}")
        self.place = place
        self.depth = depth

class Deeper(Trouble):
    pass

def local_class():
    class Local(Trouble):
        __slots__ = ("extra",)
    return Local

Local = local_class()

def fails(n):
    try:
        {}[n]
    except KeyError as error:
        raise Deeper("here", depth=[n]) from error

def fails_locally(n):
    error = Local("inside", depth=n)
    error.extra = {n}
    raise error

def fails_in_a_group(n):
    inner = ExceptionGroup("inner", [Trouble("b", depth=n), OSError(2, "gone", "file")])
    raise ExceptionGroup("outer", [ValueError("a"), inner])

def inspects(error):
    assert isinstance(error, Trouble)
    return [type(error).__name__, error.place, error.depth, type(error.__cause__).__name__, isinstance(error, Local)]

def raises(error):
    raise error

def returns(errors):
    return {"first": errors[0], "all": errors}
"""
CATCH = {"task": None, "function": None, "args": ()}


def glue(text, **known):
    """Write a step over what a catch found, as the tracer does: with a namespace of its own."""
    function = eval(text, known)
    names = function.__code__.co_varnames
    return Step(
        function, tuple("v" if name == "error" else int(name[1:]) for name in names), "trouble.py:99", text, "main"
    )


def caught(made, result, *, catch="catch", operands=()):
    """Give to a catch the record of a pod that failed."""
    record = made.root / "in" / "records" / "x" / "_"
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_bytes(result.files["record"])
    return made.run(catch, "{}", *operands)


def test_a_handler_finds_the_class_and_the_fields(load, bundler, entry, pod):
    program = load("trouble", PROGRAM)
    kinds = (program.Local, (OSError, program.Trouble))
    which = glue("lambda error: handler_of(error, *kinds)", handler_of=handler_of, kinds=kinds)
    place = glue("lambda error: error.place * 2")
    outputs = (Output("v", "v", 2048, True), Output("p1", 0, 99, False), Output("p2", 1, 99, False))
    bundler.add(entry(program.fails, "n", records=True))
    bundler.add(entry(program.fails_locally, "n", records=True))
    bundler.add(entry(program.fails, name="catch", catch=0, after=(which, place), outputs=outputs, **CATCH))
    bundler.add(entry(program.inspects, "error"))
    made = pod(bundler.build())

    found = caught(made, made.run("fails", '{"v":3}', "try", '{"l":[]}'))
    assert (found.text("p1"), found.text("p2")) == ('{"v":1}', '{"v":"herehere"}')
    again = made.run("inspects", found.text())
    assert decode_live(again.text()) == ["Deeper", "here", [3], "KeyError", False]

    found = caught(made, made.run("fails_locally", '{"v":3}', "try", '{"l":[]}'))
    assert found.text("p1") == '{"v":0}'
    again = made.run("inspects", found.text())
    assert decode_live(again.text()) == ["Local", "inside", 3, "NoneType", True]


def test_raised_again_it_keeps_its_task_and_its_traceback(load, bundler, entry, pod):
    program = load("trouble", PROGRAM)
    again = glue("lambda error: raise_(error)", raise_=raise_)
    bundler.add(entry(program.fails, "n", records=True))
    bundler.add(entry(program.fails, name="catch", catch=0, after=(again,), records=True, **CATCH))
    made = pod(bundler.build())
    first = made.run("fails", '{"v":3}', "try", '{"l":[]}', TIPHYS_ATTEMPT="0")
    second = caught(made, first, operands=("outer", '{"l":[]}'))
    one, two = (json.loads(each.files["record"])["e"] for each in (first, second))

    assert (first.code, second.code) == (2, 3)
    assert [two[name] for name in ("task", "attempt", "where", "time")] == [one["task"], 1, None, one["time"]]
    assert two["again"] == "trouble.py:99"
    assert "in fails\n    {}[n]" in two["traceback"]
    assert "in fails\n    raise Deeper(" in two["traceback"]
    assert "tiphys_runtime" not in two["traceback"]
    error = decode_live(second.text())
    assert (type(error), error.place, type(error.__cause__)) == (program.Deeper, "here", KeyError)
    assert second.err == two["traceback"]


def test_a_task_may_raise_what_it_was_given(load, bundler, entry, pod):
    program = load("trouble", PROGRAM)
    bundler.add(entry(program.fails, "n"))
    bundler.add(entry(program.raises, "error"))
    made = pod(bundler.build())
    first = made.run("fails", '{"v":3}')
    second = made.run("raises", first.text())
    told = second.envelope()["e"]

    assert (second.code, told["task"]) == (1, "env.raises")
    assert told["traceback"].index("in raises\n    raise error") < told["traceback"].index(
        "in fails\n    raise Deeper("
    )
    assert "again" not in told


def test_exceptions_are_values_in_containers(load, bundler, entry, pod):
    program = load("trouble", PROGRAM)
    bundler.add(entry(program.fails, "n"))
    bundler.add(entry(program.returns, "errors"))
    bundler.add(entry(program.inspects, "error", args=((0, 0),)))
    made = pod(bundler.build())
    first = made.run("fails", '{"v":3}')
    second = made.run("returns", f'{{"l":[{first.text()},{{"v":1}}]}}')
    found = decode_live(second.text())

    assert (second.code, type(found["first"]), found["first"].depth, found["all"][1]) == (0, program.Deeper, [3], 1)
    third = made.run("returns", first.text().join(('{"l":[', "]}")))
    inside = json.dumps({"v": json.loads(third.text())["v"]["all"]})
    assert decode_live(made.run("inspects", inside).text())[:2] == ["Deeper", "here"]


def test_groups_are_split_by_the_classes_of_the_program(load, bundler, entry, pod):
    program = load("trouble", PROGRAM)
    split = glue("lambda error: split_group(error, kind)", split_group=split_group, kind=program.Trouble)
    count = glue("lambda _0: [_0[0].exceptions[0].exceptions[0].place, len(_0[1].exceptions), "
                 "_0[1].exceptions[1].exceptions[0].filename]")  # fmt: skip
    outputs = (Output("v", 0, 99_999, True), Output("p1", 1, 99, False))
    bundler.add(entry(program.fails_in_a_group, "n", records=True))
    bundler.add(entry(program.fails, name="catch", catch=0, after=(split, count), outputs=outputs, **CATCH))
    made = pod(bundler.build())
    found = caught(made, made.run("fails_in_a_group", '{"v":3}', "try", '{"l":[]}'))

    assert (found.code, found.err) == (0, "")
    assert decode_live(found.text("p1")) == ["b", 2, "file"]
    part, rest = decode_live(found.text())
    assert (part.message, rest.exceptions[0].args) == ("outer", ("a",))
