"""Attempts, counted by themselves; what may be tried again, and for how long."""

import json
import time

import pytest

from tiphys_runtime.counting import LOST, OOM, TIME, last_of

ZERO, ONE = '{"v":0}', '{"v":1}'
FAILED = "Failed 1 main: Error (exit code 1): builtins.ValueError"


def told(attempt, last, **more):
    return {"TIPHYS_ATTEMPT": str(attempt), "TIPHYS_LAST": last, **more}


def tries(made):
    return json.loads((made.root / "out" / "tries").read_text())


@pytest.mark.parametrize(("text", "kind"), [
    (" 0 ", None), ("", None), ("Pending 0 PodInitializing", None), (FAILED, None), ("Failed 2", None),
    ("Failed 137 main: OOMKilled (exit code 137): grown 1", OOM), ("Failed 137", OOM),
    ("Failed 137 main: Error (exit code 137)", OOM),
    ("Failed 137 The node was low on resource: memory.", LOST),
    ("Failed -1 The node was low on resource: ephemeral-storage.", LOST),
    ("Failed 143 Pod was active on the node longer than the specified deadline", TIME),
    ("Failed 0 Pod was active on the node longer than the specified deadline", TIME),
    ("Error 0 pod deleted", LOST), ("Failed", LOST),
    ("Failed 1 Pod was terminated in response to imminent node shutdown.", LOST),
])  # fmt: skip
def test_how_an_attempt_ended_is_read_from_what_argo_says(text, kind):
    assert last_of(text, has_limit=True) == kind


def test_without_a_limit_of_time_a_terminated_pod_was_lost():
    assert last_of("Failed 143 main: Error (exit code 143)", has_limit=False) == LOST


def test_the_attempts_of_the_user_are_counted_apart_from_lost_ones(pod):
    made = pod("divides", "n", attempts=2, lost=3, tries=True)

    assert made.run("divides", ZERO, env=told(0, " 0 ")) == 1
    assert (tries(made)["user"], tries(made)["lost"]) == (1, 0)

    made.put("in/tries", json.dumps({"user": 0, "lost": 1, "first": 5.0}).encode())
    # the third pod, but the user's first attempt: the two before it were lost
    assert made.run("divides", ZERO, env=told(2, "Error 0 pod deleted")) == 1
    assert tries(made) == {"user": 1, "lost": 2, "first": 5.0}

    made.put("in/tries", json.dumps({"user": 1, "lost": 2, "first": 5.0}).encode())
    assert made.run("divides", ZERO, env=told(3, FAILED)) == 2
    assert made.error["type"] == "builtins.ZeroDivisionError"


@pytest.mark.parametrize(("attempt", "before", "counted"), [
    (2, {}, (1, 2)),  # two that said nothing: both may have been lost
    (3, {}, (1, 3)),
    (5, {}, (3, 3)),  # more than may be lost: the user's
    (4, {"user": 2, "lost": 0}, (3, 2)),
])  # fmt: skip
def test_attempts_that_nobody_counted_are_lost_ones_while_those_may_be_then_the_users(pod, attempt, before, counted):
    made = pod("divides", "n", attempts=9, lost=3, tries=True)
    made.put("in/tries", json.dumps(before).encode())

    assert made.run("divides", ZERO, env=told(attempt, "Error 0 pod deleted")) == 1
    assert (tries(made)["user"], tries(made)["lost"]) == counted


def test_a_file_that_is_not_there_yet_is_an_empty_folder(pod):
    made = pod("divides", "n", attempts=2, lost=3, tries=True)
    (made.root / "in" / "tries").mkdir(parents=True)

    assert made.run("divides", ZERO, env=told(1, "Error 0 pod deleted")) == 1
    assert (tries(made)["user"], tries(made)["lost"]) == (1, 1)


COUNTED = "Failed 1 main: Error (exit code 1): builtins.ZeroDivisionError tries 1 2 5.000"
KILLED = "Failed 137 main: OOMKilled (exit code 137): tries 0 1 5.000"


@pytest.mark.parametrize(("attempt", "last", "code", "counted"), [
    (0, " 0 ", 1, "tries 1 0"),
    (3, COUNTED, 1, "tries 2 2 5.000"),
    (2, KILLED, 1, "tries 2 1 5.000"),
    # what was lost left no message: the attempts before it count as the user's
    (1, "Error 0 pod deleted", 1, "tries 1 1"),
    (2, "Error 0 pod deleted", 1, "tries 2 1"),
    (4, COUNTED.replace("tries 1", "tries 2"), 2, "tries 3 2 5.000"),
])  # fmt: skip
def test_without_a_repository_attempts_count_themselves_in_their_message(pod, attempt, last, code, counted):
    made = pod("divides", "n", attempts=3, lost=3, tries=True, is_told=True)

    assert made.run("divides", ZERO, env=told(attempt, last)) == code
    assert made.log.startswith(f"builtins.ZeroDivisionError {counted}")
    assert not (made.root / "out" / "tries").exists()


def test_what_is_killed_later_has_left_its_count_at_its_start(pod):
    made = pod("noisy", attempts=3, lost=3, tries=True, is_told=True)

    assert made.run("noisy", env=told(3, COUNTED)) == 0
    assert made.log == "tries 1 2 5.000"


@pytest.mark.parametrize(("before", "last", "type_"), [
    ({"user": 0, "lost": 3}, "Error 0 pod deleted", "TaskLostError"),
    ({"user": 1, "lost": 0}, "Failed 137 main: OOMKilled (exit code 137)", "OOMError"),
])  # fmt: skip
def test_where_no_attempt_is_left_the_next_pod_tells_of_the_last(pod, before, last, type_):
    made = pod("noisy", attempts=2, lost=3, tries=True)
    made.put("in/tries", json.dumps(before).encode())

    assert made.run("noisy", env=told(4, last)) == 2
    assert (made.out, made.error["type"]) == ("", f"tiphys_runtime.errors.{type_}")


def test_a_pod_that_is_only_started_again_when_lost_tells_where_a_try_wants_it(pod):
    made = pod("noisy", attempts=1, lost=2, records=True)
    frame = ("try", '{"l":[]}')

    assert made.run("noisy", *frame, env=told(2, "Error 0 pod deleted")) == 0
    assert made.run("noisy", *frame, env=told(3, "Error 0 pod deleted")) == 2
    assert made.error["type"] == "tiphys_runtime.errors.TaskLostError"
    assert made.run("noisy", *frame, env=told(2, "Failed 137 main: OOMKilled (exit code 137)")) == 2
    assert made.error["type"] == "tiphys_runtime.errors.OOMError"


def test_where_lost_pods_are_never_started_again_the_next_one_only_tells(pod):
    made = pod("noisy", attempts=3, lost=0, records=True)

    assert made.run("noisy", "try", '{"l":[]}', env=told(1, "Error 0 pod deleted")) == 2
    assert (made.out, made.error["type"]) == ("", "tiphys_runtime.errors.TaskLostError")


@pytest.mark.parametrize(("on", "code"), [
    (["builtins.ZeroDivisionError"], 1), (["builtins.ArithmeticError"], 1), (["builtins.Exception"], 1),
    (["builtins.ValueError"], 2), (["functions.ZeroDivisionError"], 2),
])  # fmt: skip
def test_only_the_wanted_exceptions_and_their_subclasses_are_tried_again(pod, on, code):
    made = pod("divides", "n", attempts=3, on=tuple(on))

    assert made.run("divides", ZERO, env={"TIPHYS_ATTEMPT": "0"}) == code
    assert made.error["type"] == "builtins.ZeroDivisionError"


def test_a_kill_for_memory_is_not_tried_again_where_only_others_are(pod):
    made = pod("noisy", attempts=3, on=("builtins.ValueError",), records=True)

    assert made.run("noisy", "try", '{"l":[]}', env=told(1, "Failed 137 main: OOMKilled (exit code 137)")) == 2
    assert (made.out, made.error["type"]) == ("", "tiphys_runtime.errors.OOMError")


@pytest.mark.slow
@pytest.mark.parametrize(("settings", "first", "code", "type_"), [
    ({"timeout": 0.3, "on": ("builtins.TimeoutError",)}, 0, 4, "MaxRuntimeExceeded"),
    ({"timeout": 0.3, "on": ("builtins.ValueError",)}, 0, 2, "MaxRuntimeExceeded"),
    ({"deadline": 60.0}, 59.7, 2, "DeadlineExceeded"),
    ({"deadline": 60.0, "timeout": 0.3}, 50, 4, "MaxRuntimeExceeded"),
])  # fmt: skip
def test_the_shortest_limit_ends_an_attempt(pod, settings, first, code, type_):
    made = pod("slow", "seconds", attempts=3, tries=True, **settings)
    made.put("in/tries", json.dumps({"user": 1, "lost": 0, "first": time.time() - first}).encode())

    assert made.run("slow", '{"v":20}', env=told(1, FAILED, TIPHYS_QUEUED=str(time.time()))) == code
    assert made.error["type"] == f"tiphys_runtime.errors.{type_}"


def test_a_deadline_that_is_over_lets_nothing_begin(pod):
    made = pod("noisy", deadline=5.0)

    assert made.run("noisy", env={"TIPHYS_QUEUED": str(time.time() - 6)}) == 2
    assert (made.out, made.error["type"]) == ("", "tiphys_runtime.errors.DeadlineExceeded")
    assert "deadline of 5.0 s, all attempts together" in made.error["message"]


def test_a_pod_that_was_queued_too_long_does_not_begin(pod):
    made = pod("noisy", queued=60.0)

    assert made.run("noisy", env={"TIPHYS_QUEUED": str(time.time() - 1)}) == 0
    assert made.run("noisy", env={"TIPHYS_QUEUED": str(time.time() - 61)}) == 4
    assert (made.out, made.error["type"]) == ("", "tiphys_runtime.errors.MaxQueuedTimeExceeded")
    assert "and may wait 60.0 s" in made.error["message"]


def test_what_argo_reads_back_of_the_memory_is_there_before_and_after_a_failure(pod):
    made = pod("divides", "n")

    assert made.run("divides", ONE, env={"TIPHYS_GROWN": "2", "TIPHYS_ATTEMPT": "3"}) == 0
    assert made.log == "grown 2"
    assert made.run("divides", ZERO, env={"TIPHYS_GROWN": "2", "TIPHYS_ATTEMPT": "3"}) == 1
    assert made.log == "builtins.ZeroDivisionError grown 2"
