"""Exceptions travel: the same class with the same fields, what they were raised from, and where."""

import dataclasses
import io
import pickle
import traceback

import pytest

from tiphys.bundle import LiveWorld
from tiphys_runtime import errors, tracebacks
from tiphys_runtime.failure import LARGEST_PICKLE, ORIGIN, exception_of, record
from tiphys_runtime.loading import ValuePickler


class World(LiveWorld):
    """Pickles as pods do, with the classes of this process."""

    def dumps(self, value):
        target = io.BytesIO()
        ValuePickler(target, self).dump(value)
        return target.getvalue()

    def pid_of(self, _value):
        return None


WORLD = World()


def sent(value):
    """Give a value as another pod sees it."""
    return WORLD.loads(WORLD.dumps(value))


def told(error, **said):
    return record(error, WORLD, **{"task": "env.f", **said})


def caught(function, *args):
    try:
        function(*args)
    except BaseException as error:  # noqa: BLE001
        return error
    raise AssertionError(function)


class Refused(Exception):
    def __init__(self, item, *, price):
        super().__init__(f"no {item}")
        self.item = item
        self.price = price


class Slotted(ValueError):
    __slots__ = ("place",)

    def __init__(self, place):
        self.place = place


class Quiet(OSError):
    def __init__(self, code):
        super().__init__(code, "quiet", "some file")
        self.extra = [code]


class OwnPickle(Exception):
    def __init__(self, one, two):
        super().__init__("fixed")
        self.pair = (one, two)

    def __reduce__(self):
        return OwnPickle, self.pair


@dataclasses.dataclass(frozen=True)
class Frozen(Exception):
    item: str
    price: float = dataclasses.field(default=1.0, kw_only=True)


class Guarded(Exception):
    def __setattr__(self, name, value):
        raise RuntimeError(name)

    @property
    def code(self):
        raise RuntimeError("no code")

    def __str__(self):
        raise RuntimeError("no text")


class Family(ExceptionGroup):
    def derive(self, excs):
        return Family(self.message, excs)


UNICODE = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")


@pytest.mark.parametrize(("error", "fields"), [
    (ValueError("a", 1), ()),
    (KeyError("k"), ()),
    (Refused("cake", price=2), ("item", "price")),
    (Slotted("here"), ("place",)),
    (Quiet(5), ("errno", "strerror", "filename", "extra")),
    (OwnPickle(1, 2), ("pair",)),
    (Frozen("cake", price=2.0), ("item", "price")),
    (FileNotFoundError(2, "none", "a", None, "b"), ("errno", "strerror", "filename", "filename2")),
    (ImportError("no", name="n", path="p"), ("name", "path", "msg")),
    (AttributeError("no", name="n", obj=3), ("name", "obj")),
    (NameError("no", name="n"), ("name",)),
    (StopIteration(3), ("value",)),
    (SystemExit(3), ("code",)),
    (SyntaxError("bad", ("f.py", 3, 4, "x =", 3, 5)), ("msg", "filename", "lineno", "offset", "text", "end_offset")),
    (UNICODE, ("encoding", "object", "start", "end", "reason")),
    (errors.OOMError("m"), ("code", "message")),
])  # fmt: skip
def test_an_exception_keeps_class_arguments_and_fields(error, fields):
    for again in (sent(error), exception_of(told(error), WORLD)):
        assert type(again) is type(error)
        assert (again.args, str(again)) == (error.args, str(error))
        assert [getattr(again, name) for name in fields] == [getattr(error, name) for name in fields]


def test_an_exception_is_a_value_inside_others():
    error = Refused("cake", price=2)
    first, second, [third] = sent({"a": error, "b": error, "c": [ValueError(error)]}).values()

    assert first is second
    assert third.args[0] is first
    assert first.price == 2


def test_groups_keep_their_members():
    group = Family("all", [ValueError("a"), ExceptionGroup("inner", [Refused("cake", price=2)])])
    group.add_note("in haste")
    again = exception_of(told(group), WORLD)

    assert (type(again), again.message, again.__notes__) == (Family, "all", ["in haste"])
    first, inner = again.exceptions
    assert (type(first), first.args) == (ValueError, ("a",))
    assert (type(inner), inner.exceptions[0].item) == (ExceptionGroup, "cake")


def test_an_exception_may_refer_to_itself():
    error = ValueError("a")
    error.me = [error]
    again = sent(error)

    assert again.me[0] is again


def test_nothing_of_an_exception_is_asked_that_may_raise():
    found = told(caught(reraise, Guarded(1)))
    again = exception_of(found, WORLD)

    assert (type(again), again.args, again.__traceback__ is None) == (Guarded, (1,), False)
    assert found["message"] == "<no message: its __str__ raised RuntimeError>"
    assert exception_of({**found, "pickle": None}, WORLD).code == "Guarded"


def inner(n):
    return 1 / n


def from_cause():
    try:
        inner(0)
    except ZeroDivisionError as error:
        raise Refused("cake", price=1) from error


def in_context():
    try:
        inner(0)
    except ZeroDivisionError:
        raise Refused("cake", price=1)  # noqa: B904


def from_none():
    try:
        inner(0)
    except ZeroDivisionError:
        raise Refused("cake", price=1) from None


@pytest.mark.parametrize("function", [inner, from_cause, in_context, from_none])
def test_the_traceback_of_a_chain_is_told_as_python_tells_it(function):
    error = caught(function, *([0] if function is inner else []))
    error.__traceback__ = error.__traceback__.tb_next  # without `caught`
    again = exception_of(told(error), WORLD)

    assert "".join(traceback.format_exception(again)) == "".join(traceback.format_exception(error))
    assert type(again.__cause__) is type(error.__cause__)
    assert type(again.__context__) is type(error.__context__)
    assert (again.__cause__ is again.__context__) == (error.__cause__ is error.__context__)
    assert again.__suppress_context__ == error.__suppress_context__
    assert told(error)["traceback"] == "".join(traceback.format_exception(error))


def reraise(error):
    raise error


def test_raised_again_by_the_orchestrator_it_is_still_that_of_its_task():
    first = told(caught(inner, 0), attempt=2)
    again = caught(reraise, exception_of(first, WORLD))
    second = told(again, task="main", where="flow.py:9")

    assert {name: second[name] for name in ("task", "attempt", "time", "where", "type")} == {
        name: first[name] for name in ("task", "attempt", "time", "where", "type")
    }
    assert second["again"] == "flow.py:9"
    lines = second["traceback"].splitlines()
    assert [line.rpartition(", in ")[2] for line in lines if line.startswith("  File")] == [
        "caught", "reraise", "caught", "inner",
    ]  # fmt: skip
    assert type(exception_of(second, WORLD)) is ZeroDivisionError


def test_raised_again_by_a_task_it_is_that_tasks_failure():
    again = caught(reraise, exception_of(told(caught(inner, 0)), WORLD))

    assert told(again, task="env.g")["task"] == "env.g"


def test_what_an_orchestrator_adds_to_an_exception_travels():
    error = exception_of(told(Refused("cake", price=1)), WORLD)
    error.price = 9
    error.add_note("twice")
    again = exception_of(told(error, task="main", where="flow.py:9"), WORLD)

    assert (again.price, again.__notes__) == (9, ["twice"])


def test_one_raised_from_another_tells_both():
    first = exception_of(told(caught(inner, 0)), WORLD)
    second = Refused("cake", price=1)
    second.__cause__ = first
    found = told(second, task="main", where="flow.py:9")

    assert (found["task"], found["where"]) == ("main", "flow.py:9")
    assert "in inner\n    return 1 / n" in found["traceback"]
    assert "direct cause" in found["traceback"]
    assert exception_of(found, WORLD).__cause__.__dict__[ORIGIN]["task"] == "env.f"


def test_an_exception_whose_class_is_not_here_is_handed_on_as_it_came():
    first = {**told(ValueError("m"), attempt=3), "type": "flow.Gone", "pickle": "AAAA"}
    stand_in = caught(reraise, exception_of(first, WORLD))

    assert (type(stand_in), stand_in.code) == (errors.RuntimeUserError, "Gone")
    assert told(sent(stand_in), task="main", where="flow.py:9") == {**first, "again": "flow.py:9"}


def test_frames_of_a_text_serve_where_there_is_no_pickle():
    found = told(caught(inner, 0))
    again = exception_of({**found, "pickle": None}, WORLD)

    assert [(each.name, each.line) for each in traceback.extract_tb(again.__traceback__)] == [
        ("caught", "function(*args)"), ("inner", "return 1 / n"),
    ]  # fmt: skip


def deep(n):
    return deep(n - 1) if n else 1 / 0


def test_of_a_deep_traceback_both_ends_travel():
    frames = tracebacks.frames_of(caught(deep, 300))

    assert len(frames) == 80
    assert (frames[0][1], frames[-1][1]) == ("caught", "deep")


def test_what_cannot_be_pickled_is_left_out_and_the_class_stays():
    error = Refused("cake", price=(n for n in [1]))
    error.__cause__ = ValueError(lambda: 1)
    again = exception_of(told(error), WORLD)

    assert (type(again), again.args, again.item) == (Refused, ("no cake",), "cake")
    assert not hasattr(again, "price")
    assert type(again.__cause__) is ValueError
    assert "lambda" in again.__cause__.args[0]


def test_what_is_too_large_is_left_out_and_the_class_stays():
    error = Refused("cake", price="x" * LARGEST_PICKLE)
    error.args = ("y" * LARGEST_PICKLE, 1)
    small, large = told(error), told(error, largest=10 * LARGEST_PICKLE)
    again = exception_of(small, WORLD)

    assert len(small["pickle"]) < LARGEST_PICKLE
    assert (type(again), again.item, again.args[1]) == (Refused, "cake", 1)
    assert exception_of(large, WORLD).price == error.price


def test_plain_pickles_of_ours_can_be_read():
    assert pickle.loads(pickle.dumps(errors.OOMError("m"))).code == "OOMError"
