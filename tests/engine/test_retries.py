"""Retries: who is tried again, how often, after how long, and what the last attempt leaves behind."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from standin import dag, of, pod, task

from tiphys.diagnostics import UsageError
from tiphys.engine.functions import Unevaluable
from tiphys.engine.phases import Phase
from tiphys.engine.retries import compile_retries, decide
from tiphys.engine.scope import Scope

COUNT = """
path = os.path.join(os.path.dirname(os.path.dirname(root)), 'tries')
tries = read(path) if os.path.exists(path) else ''
write(path, tries + 'x')
attempt = len(tries) + 1
out('v', '{"v":%d}' % attempt)
"""
UNTIL_THIRD = COUNT + "code = 0 if attempt == 3 else 75"
ALWAYS_ONE = COUNT + "code = 1\nwrite(os.environ['TIPHYS_TERMINATION_LOG'], 'm.KeyError')"


def strategy(**more):
    return {"limit": "3", "retryPolicy": "Always"} | more


def play_one(play, snippet, **retry):
    return play(
        dag("main", task("t"), outputs={"r": "tasks.t.outputs.parameters.v"}),
        pod("t", retryStrategy=strategy(**retry)),
        snippets={"t": snippet},
    )


def attempts(run):
    return [node for node in run.nodes.values() if node["attempt"] is not None]


def test_attempts_are_children_and_the_last_one_counts(play):
    run = play_one(play, UNTIL_THIRD, expression="asInt(lastRetry.exitCode) == 75")

    assert [(node["name"], node["phase"]) for node in attempts(run)] == [
        ("t(0)", "Failed"),
        ("t(1)", "Failed"),
        ("t(2)", "Succeeded"),
    ]
    node = next(node for node in run.nodes.values() if node["name"] == "t")
    assert (node["kind"], node["phase"], len(node["children"])) == ("Retry", "Succeeded", 3)
    assert (run.outputs, run.pods) == ({"r": '{"v":3}'}, 3)


def test_a_false_expression_ends_it_and_the_outputs_of_the_failure_stay(play):
    run = play_one(play, ALWAYS_ONE, expression="lastRetry.exitCode in ['75', '137']")

    node = next(node for node in run.nodes.values() if node["name"] == "t")
    assert (run.pods, node["message"]) == (1, "retryStrategy.expression evaluated to false")
    assert node["outputs"] == {"v": '{"v":1}'}
    assert attempts(run)[0]["message"] == "main: Error (exit code 1): m.KeyError"
    assert attempts(run)[0]["exit_code"] == 1


def test_the_message_and_the_count_can_be_asked(play):
    run = play_one(play, ALWAYS_ONE, expression="lastRetry.message matches 'KeyError' && asInt(retries) < 1")

    assert run.pods == 2


def test_an_exhausted_limit_says_so(play):
    run = play_one(play, ALWAYS_ONE)

    node = next(node for node in run.nodes.values() if node["name"] == "t")
    assert (run.pods, node["phase"], node["message"]) == (4, "Failed", "No more retries left")
    assert node["outputs"] == {"v": '{"v":4}'}


def test_an_expression_that_cannot_be_computed_is_an_error(play):
    run = play_one(play, ALWAYS_ONE, expression="asInt(lastRetry.message) == 1")

    node = next(node for node in run.nodes.values() if node["name"] == "t")
    assert (run.pods, node["phase"]) == (1, "Error")


@pytest.mark.parametrize(("policy", "pods"), [("OnFailure", 4), ("OnError", 1), ("Always", 4)])
def test_the_policy_chooses_the_phases(play, policy, pods):
    assert play_one(play, ALWAYS_ONE, retryPolicy=policy).pods == pods


def test_the_handler_sees_the_last_attempt(play):
    run = play(
        dag(
            "main",
            task("t"),
            task(
                "h", depends="t.Failed", x="{{= tasks.t?.outputs?.parameters?.v ?? 'lost'}}", y="{{tasks.t.exitCode}}"
            ),
            outputs={"r": of("h")},
        ),
        pod("t", retryStrategy=strategy(limit="1")),
        {**pod("h", "x", "y"), "inputs": {"parameters": [{"name": n} for n in ("at", "x", "y")]}},
        snippets={"t": ALWAYS_ONE, "h": "out('v', args[0] + args[1])"},
    )

    assert run.outputs == {"r": '{"v":2}1'}


def test_retries_is_known_in_the_template(play):
    template = pod("t", retryStrategy=strategy(), env=[{"name": "N", "value": "{{retries}}-{{lastRetry.exitCode}}"}])

    run = play(
        dag("main", task("t"), outputs={"r": of("t")}),
        template,
        snippets={"t": "out('v', os.environ['N']); code = 0 if os.environ['N'] == '2-7' else 7"},
    )

    assert run.outputs == {"r": "2-7"}


def test_backoff_is_waited_for_as_the_scale_says(play):
    begun = time.monotonic()
    run = play(
        dag("main", task("t")),
        pod("t", retryStrategy=strategy(limit="2", backoff={"duration": "10s", "factor": "2"})),
        snippets={"t": ALWAYS_ONE},
        time_scale=0.002,
    )

    assert run.pods == 3
    assert time.monotonic() - begun >= (10 + 20) * 0.002


def test_a_backoff_beyond_the_longest_duration_ends_it(play):
    run = play_one(play, ALWAYS_ONE, limit="9", backoff={"duration": "10s", "factor": "2", "maxDuration": "1m"})

    node = next(node for node in run.nodes.values() if node["name"] == "t")
    assert (run.pods, node["message"]) == (3, "Backoff would exceed max duration limit")


def verdict(attempts=1, elapsed=0.0, phase=Phase.FAILED, **body):
    last = SimpleNamespace(phase=phase, exit_code=1, started=0.0, finished=1.0, message="m")
    compiled = compile_retries(strategy(**body), where="t")
    return decide(compiled, attempts, last, scope=Scope({}, {}), elapsed=elapsed)


@pytest.mark.parametrize(
    ("attempts", "backoff", "wait"),
    [
        (1, {"duration": "1s", "factor": "2"}, 1.0),
        (3, {"duration": "1s", "factor": "2"}, 4.0),
        (3, {"duration": "90", "factor": 2, "cap": "5m"}, 300.0),
        (2, {"duration": "1m30s"}, 90.0),
        (3, {"duration": "500ms", "factor": "3"}, 4.5),
    ],
)
def test_the_wait_grows_by_the_factor_up_to_the_cap(attempts, backoff, wait):
    assert verdict(attempts, backoff=backoff).wait == wait


def test_the_longest_duration_counts_from_the_first_attempt_and_bounds_the_next():
    assert verdict(elapsed=61.0, backoff={"duration": "1s", "maxDuration": "60s"}).reason == (
        "Max duration limit exceeded"
    )
    assert verdict(elapsed=10.0, backoff={"duration": "1s", "maxDuration": "60s"}).left == 49.0


def test_mistakes_are_refused():
    with pytest.raises(UsageError, match="OnTransientError"):
        compile_retries({"retryPolicy": "OnTransientError"}, where="t")
    with pytest.raises(UsageError, match="no duration"):
        compile_retries({"backoff": {"factor": "2"}}, where="t")
    with pytest.raises(Unevaluable, match="not a duration"):
        verdict(backoff={"duration": "soon"})


def test_a_container_is_told_how_the_attempt_before_ended(play):
    snippet = (
        COUNT
        + "write(path, tries + os.environ['LAST'] + ';')\nout('v', tries + os.environ['LAST'])\ncode = 1 if attempt < 20 else 0"
    )
    template = pod("t", retryStrategy=strategy(limit="2"))
    template["container"]["env"] = [{"name": "LAST", "value": "{{lastRetry.status}} {{lastRetry.exitCode}}"}]

    run = play(dag("main", task("t"), outputs={"r": "tasks.t.outputs.parameters.v"}), template, snippets={"t": snippet})

    assert [node["outputs"]["v"] for node in attempts(run)] == [" 0", " 0;Failed 1", " 0;Failed 1;Failed 1"]


def test_a_pod_that_waits_too_long_for_a_place_does_not_run(play):
    first = {**pod("first")}
    second = {**pod("second"), "pendingTimeout": "1s"}

    run = play(
        dag("main", task("a", "first"), task("b", "second")),
        first,
        second,
        snippets={"first": "import time; time.sleep(1.2)", "second": ""},
        parallelism=1,
    )

    ended = {node["name"]: (node["phase"], node["message"]) for node in run.nodes.values()}
    assert ended["a"] == ("Succeeded", "")
    assert ended["b"] == ("Failed", "timeout")


def test_a_pod_is_told_when_it_was_queued(play):
    queued = pod("t", env=[{"name": "TIPHYS_QUEUED", "value": "{{=sprig.unixEpoch(sprig.now())}}"}])
    show = "import time; out('v', str(0 <= time.time() - float(os.environ['TIPHYS_QUEUED']) < 300))"

    run = play(dag("main", task("t"), outputs={"r": of("t")}), queued, snippets={"t": show})

    assert run.outputs == {"r": "True"}
