"""Records of how entries ended, and the catches that read them."""

import hashlib
import json

import pytest

from tiphys.bundle import Operand, Output, Step, decode_live
from tiphys_runtime import errors
from tiphys_runtime.objects import same

ONE = '{"v":1}'
FRAME = '{"l":[{"v":"outer"},{"k":"tiphys/u/v/a/_","h":"00","n":9}]}'
V = (Output("v", "v", 2048, slot=True),)


def record(made):
    return json.loads((made.root / "out" / "record").read_text())


def test_a_call_records_that_it_went_well(pod):
    made = pod("add", "a", records=True, frame=(0,))

    assert made.run("add", ONE, "try", FRAME) == 0
    found = record(made)
    assert (made.text(), found["at"], found["e"], found["frame"]) == ('{"v":2}', "at/x", None, [])


def test_where_nobody_reads_nothing_is_recorded(pod):
    made = pod("divides", "n", records=True)

    assert made.run("divides", ONE, "-", '{"l":[]}') == 0
    assert made.run("divides", '{"v":0}', "-", '{"l":[]}') == 1
    assert not (made.root / "out" / "record").exists()


def test_a_failure_is_recorded_with_the_frame_of_the_entry(pod):
    step = Step(lambda n: [n, "computed"], (0,), "flow.py:3", "...")
    made = pod("divides", "n", "other", before=(step,), args=(0,), records=True, frame=(1, 2, (2, 0), "v", (0, 1), 0))
    other = '{"k":"tiphys/u/v/b/_","h":"ff","n":3}'

    assert made.run("divides", '{"v":0}', other, "try", FRAME) == 1
    found = record(made)
    assert (found["e"]["type"], found["e"]["task"]) == ("builtins.ZeroDivisionError", "env.divides")
    assert found["frame"] == [json.loads(other), {"v": [0, "computed"]}, {"v": 0}, {}, {}, {"v": 0}]


def test_without_a_frame_of_its_own_the_one_around_it_is_handed_on(pod):
    made = pod("divides", "n", records=True)

    assert made.run("divides", '{"v":0}', "try", FRAME) == 1
    assert record(made)["frame"] == json.loads(FRAME)["l"]


def test_a_step_that_raises_has_its_own_frame(pod):
    first = Step(lambda n: n + 1, (0,), "flow.py:3", "...")
    second = Step(lambda n: 1 / n, (0,), "flow.py:4", "...", "main", frame=(1, 2, "v"))
    third = Step(same, (0,), "flow.py:5", "...")
    made = pod("divides", "n", before=(first, second, third), records=True, frame=(0,))

    assert made.run("divides", '{"v":0}', "try", FRAME) == 3
    found = record(made)
    assert (found["e"]["task"], found["e"]["where"]) == ("main", "flow.py:4")
    assert found["frame"] == [{"v": 1}, {}, {}]


def test_elements_are_handed_on_as_they_came(pod):
    made = pod("divides", "n", "pack", "files", Operand("all", directory=1), args=(0,), records=True,
               frame=((1, 1), (2, 0), (2, 1), (2, 2), 2, (3, 0), 3))  # fmt: skip
    made.put("in/files/0/_", b'J"large"')
    made.put("in/files/1/_", b'E{"type":"builtins.KeyError","message":"m"}')
    made.put("in/all/0/_", b"J5")
    files = {"k": "tiphys/u/m/f", "c": 3}
    pack = '{"l":[{"v":1},{"t":"eA==","y":0}]}'

    assert made.run("divides", '{"v":0}', pack, json.dumps(files), "{}", "try", FRAME) == 1
    typed, large, error, lost, whole, item, directory = record(made)["frame"]
    assert typed == {"t": "eA==", "y": 0}
    assert large == {"k": "tiphys/u/m/f/0/_", "h": hashlib.sha256(b'J"large"').hexdigest(), "n": 8}
    assert (error["k"], lost, whole) == ("tiphys/u/m/f/1/_", {}, files)
    assert (item, directory) == ({"v": 5}, {"v": [5]})


def test_an_operand_that_cannot_be_read_is_recorded_too(pod):
    made = pod("divides", "n", records=True, frame=(0,))

    assert made.run("divides", "nonsense", "try", FRAME) == 3
    assert record(made)["e"]["type"] == "builtins.ValueError"
    assert record(made)["frame"] == [{}]


def test_what_parameters_cannot_hold_of_an_exception_the_record_does(pod):
    made = pod("refuses", "size", records=True)

    assert made.run("refuses", '{"v":100000}', "try", FRAME) == 1
    short, whole = made.error, record(made)["e"]
    assert len(made.text()) < 100_000
    assert {**short, "pickle": None} == {**whole, "pickle": None}
    assert decode_live(json.dumps({"e": whole})).payload == "x" * 100_000
    assert type(decode_live(json.dumps({"e": short}))).__name__ == "Refused"


@pytest.mark.parametrize(("attempts", "attempt", "code"), [(1, "0", 2), (3, "1", 1), (3, "2", 2), (1, "", 1)])
def test_the_last_attempt_of_the_users_is_the_last(pod, attempts, attempt, code):
    made = pod("divides", "n", records=True, attempts=attempts)

    assert made.run("divides", '{"v":0}', "try", FRAME, env={"TIPHYS_ATTEMPT": attempt}) == code


def test_outside_of_a_try_argo_counts_the_attempts(pod):
    made = pod("divides", "n")

    assert made.run("divides", '{"v":0}', env={"TIPHYS_ATTEMPT": "0"}) == 1


@pytest.mark.parametrize(("last", "kind", "said"), [
    ("Failed 137", errors.OOMError, "more memory than it has"),
    ("Failed 137 main: OOMKilled (exit code 137)", errors.OOMError, "was killed, as it used more memory than it has"),
    ("Failed 137 main: Error (exit code 137)", errors.OOMError, "was killed, most likely as it used more memory"),
    ("Failed 143", errors.TaskLostError, "its process was ended by the signal SIGTERM, exit code 143"),
    ("Failed 9 main: Error (exit code 9)", errors.TaskLostError, "its process ended with exit code 9, as by"),
    ("Failed 1 The node was low on resource", errors.TaskLostError, "lost, evicted or deleted"),
    ("Error 0", errors.TaskLostError, "lost, evicted or deleted"),
    ("Failed", errors.TaskLostError, "lost, evicted or deleted"),
])  # fmt: skip
def test_one_attempt_more_tells_how_the_last_one_ended(pod, last, kind, said):
    made = pod("noisy", records=True, attempts=2, frame=())

    assert made.run("noisy", "try", FRAME, env={"TIPHYS_ATTEMPT": "2", "TIPHYS_LAST": last}) == 2
    assert made.out == ""
    error = decode_live(json.dumps({"e": record(made)["e"]}))
    assert type(error) is kind
    assert said in str(error)
    assert (made.error["task"], made.error["attempt"]) == ("env.noisy", 2)
    assert record(made)["frame"] == json.loads(FRAME)["l"]


@pytest.mark.parametrize(("attempt", "last"), [
    ("0", " 0"), ("0", ""), ("1", "Failed 137"), ("2", "{{lastRetry.status}} 0"), ("2", " "),
])  # fmt: skip
def test_other_attempts_call_the_body(pod, attempt, last):
    made = pod("noisy", records=True, attempts=2)

    assert made.run("noisy", "try", FRAME, env={"TIPHYS_ATTEMPT": attempt, "TIPHYS_LAST": last}) == 0
    assert made.out == "called\n"


def test_a_deadline_of_argos_is_a_timeout_where_the_task_has_one(pod):
    made = pod("noisy", records=True, timeout=9.0)

    assert made.run("noisy", "try", FRAME, env={"TIPHYS_ATTEMPT": "1", "TIPHYS_LAST": "Failed 143"}) == 2
    assert made.error["type"] == "tiphys_runtime.errors.MaxRuntimeExceeded"


# ---- catches


def put(made, at, time, error=None, frame=()):
    told = {"type": f"builtins.{type(error).__name__}", "bases": [], "message": str(error), "traceback": "",
            "task": f"env.{at}", "attempt": 1, "time": time, "pickle": None, "where": None}  # fmt: skip
    content = {"at": at, "time": time, "e": told if error is not None else None, "frame": list(frame)}
    made.put(f"in/records/{at}/_", json.dumps(content).encode())
    return told


CATCH = {"task": None, "function": None, "args": (), "title": "orchestrator"}


def test_a_catch_finds_the_earliest_error_and_its_frame(pod):
    which = Step(lambda error: isinstance(error, KeyError), ("v",), "flow.py:3", "...")
    outputs = (*V, Output("p1", ("f", 1), 2048, True), Output("p2", 0, 99, False), Output("p3", ("f", 2), 99, True))
    made = pod("catch", catch=2, after=(which,), outputs=outputs, **CATCH)
    put(made, "a", "2026-01-01T00:00:01")
    put(made, "sub/deep/c", "2026-01-01T00:00:03", ValueError("late"), [{"v": "no"}])
    spilled = {"k": "tiphys/u/v/b/_", "h": "ff", "n": 3}
    told = put(made, "sub/b", "2026-01-01T00:00:02", KeyError("early"), [{"v": 1}, spilled])

    assert made.run("catch", "{}") == 0
    assert made.envelope() == {"e": told}
    assert (made.envelope("p1"), made.text("p2"), made.text("p3")) == (spilled, '{"v":true}', "{}")


def test_errors_of_one_time_are_ordered_by_their_calls(pod):
    made = pod("catch", catch=0, outputs=V, **CATCH)
    put(made, "b", "2026-01-01T00:00:01", ValueError("b"))
    put(made, "a", "2026-01-01T00:00:01", ValueError("a"))

    assert made.run("catch", "{}") == 0
    assert made.error["task"] == "env.a"


@pytest.mark.parametrize("is_there", [True, False])
def test_without_a_record_the_call_was_lost(pod, is_there):
    made = pod("catch", catch=1, outputs=(*V, Output("p1", ("f", 0), 99, True)), **CATCH)
    if is_there:
        put(made, "a", "2026-01-01T00:00:01")

    assert made.run("catch", "{}") == 0
    assert isinstance(decode_live(made.text()), errors.TaskLostError)
    assert made.text("p1") == "{}"


def test_a_catch_has_operands_and_may_record_and_fail_itself(pod):
    def again(error, _factor):
        raise error

    step = Step(again, ("v", 0), "flow.py:9", "raise", "main", frame=(0, "v", ("f", 0)))
    made = pod("catch", "factor", catch=1, after=(step,), outputs=V, records=True, **CATCH)
    told = put(made, "a", "2026-01-01T00:00:01", KeyError("k"), [{"t": "eA==", "y": 0}])

    assert made.run("catch", "{}", '{"v":7}', "outer", '{"l":[]}') == 3
    found = record(made)
    assert {name: found["e"][name] for name in ("type", "task", "where", "time", "attempt", "message")} == {
        name: told[name] for name in ("type", "task", "where", "time", "attempt", "message")
    }
    assert found["frame"] == [{"v": 7}, {"e": told}, {"t": "eA==", "y": 0}]


def test_what_is_handed_on_is_spilled_when_it_is_large(pod):
    outputs = (Output("v", "v", 99, True), Output("p1", ("f", 0), 99, True), Output("p2", ("f", 0), 99, False))
    made = pod("catch", catch=1, outputs=outputs, **CATCH)
    large = {"v": "x" * 200}
    told = put(made, "a", "2026-01-01T00:00:01", KeyError("k"), [large])

    assert made.run("catch", "{}") == 0
    assert made.envelope()["k"] == "tiphys/uid/v/at/x/_"
    assert json.loads(made.file()[1:]) == told
    assert isinstance(decode_live(made.text(), data=made.file()), KeyError)
    assert decode_live(made.text("p1"), data=made.file("p1.data")) == "x" * 200
    assert made.envelope("p2") == large


def test_a_caught_exception_can_be_the_result_of_a_run(pod):
    outputs = (*V, Output("r", "v", 2048, True, repr=True), Output("p1", ("f", 0), 2048, True, repr=True))
    made = pod("catch", catch=1, outputs=outputs, types=(int,), **CATCH)
    put(made, "a", "2026-01-01T00:00:01", KeyError("k"), [{"t": "Nw==", "y": 0}])

    assert made.run("catch", "{}") == 0
    assert isinstance(decode_live(made.text("r")), KeyError)
    assert made.envelope("r")["s"] == "KeyError(\"'k'\")"
    assert made.text("p1") == '{"v":7,"s":"7"}'


def test_a_record_that_is_broken_is_told(pod):
    made = pod("catch", catch=0, outputs=V, **CATCH)
    made.put("in/records/a/_", b"{")

    assert made.run("catch", "{}") == 3


def test_records_and_items_take_arguments_behind_the_operands(pod):
    made = pod("divides", "n", records=True, item="v")

    assert made.run("divides", '{"v":4}', "m/3", "try", '{"l":[]}') == 0
    assert made.file() == b"J0.25"
    assert record(made)["e"] is None
    assert made.run("divides", '{"v":4}', "m/3") == 3
    assert "the entry 'divides' takes 4 envelopes, not 2" in made.err
