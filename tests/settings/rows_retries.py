"""Retries: how often, after what, with which pauses and how much memory; limits of time."""

from __future__ import annotations

from typing import Any

from tests.settings.rows import GONE, Refusal, Row

LOST = "lastRetry.status == 'Error' || !(lastRetry.message matches '^(main: |Pod was active on the node longer)')"
ALL = "lastRetry.exitCode in ['1','4','75','137','143']"
BOTH = ("decorator", "override")


def strategy(**more: Any) -> dict[str, Any]:
    return {"retryStrategy": {"retryPolicy": "Always", **more}}


def backoff(said: str, **shows: Any) -> Row:
    return Row("decorator", f"retries=tiphys.RetryStrategy(2, tiphys.Backoff({said}))", strategy(backoff=shows))


def variable(name: str, value: str) -> dict[str, Any]:
    return {"container": {"env": [{"name": name, "value": value}]}}


def counted(side: str) -> dict[str, Any]:
    """Show the file in which the attempts of a call count themselves."""
    key = "tiphys/{{workflow.uid}}/r/{{inputs.parameters.at}}/_"
    return {"artifacts": [{"name": "tries", "path": f"/tiphys/{side}/tries", "optional": True, "s3": {"key": key}}]}


STEPS = (
    "(lastRetry.message matches 'grown [0-9]+$' ? asInt(sprig.regexFind('[0-9]+$', lastRetry.message)) + "
    "(lastRetry.exitCode == '137' ? 1 : 0) : 0)"
)


def growing(request: int, limit: int, factor: str) -> dict[str, Any]:
    sizes = [f'{{"memory": "{{{{=string(int({size} * ({factor} ** {STEPS})))}}}}"}}' for size in (request, limit)]
    resources = f'{{"requests": {sizes[0]}, "limits": {sizes[1]}}}'
    return {
        "podSpecPatch": f'{{"containers": [{{"name": "main", "resources": {resources}}}]}}',
        **variable("TIPHYS_GROWN", f"{{{{=string({STEPS})}}}}"),
    }


MEMORY = {"environment": "resources=tiphys.Resources(memory='1Gi')"}
ROWS = [
    *[Row(level, "retries=2", strategy(limit="2", expression=f"{LOST} || {ALL}")) for level in BOTH],
    *[Row(level, "retries=tiphys.RetryStrategy(2)", strategy(limit="2", backoff=GONE)) for level in BOTH],
    *[Row("override", f"retries={none}", {"retryStrategy": GONE}, also={"decorator": "retries=3"})
      for none in ("0", "tiphys.RetryStrategy(0)")],
    Row("decorator", "retries=2", variable("TIPHYS_ATTEMPT", "{{retries}}")),
    backoff("timedelta(seconds=5)", duration="5s", factor="1"),
    backoff("1.5", duration="1500000us", factor="1"),
    backoff("timedelta(minutes=1), factor=2, cap=timedelta(hours=1)", duration="60s", factor="2", cap="3600s"),
    backoff("base=10, factor=3.0, cap=90", duration="10s", factor="3", cap="90s"),
    # after which exceptions; the shim decides, but for pods that were killed
    Row("decorator", "retries=tiphys.RetryStrategy(2, on=[ConnectionError, 'mypkg.Transient'])",
        strategy(limit="2", expression=f"{LOST} || lastRetry.exitCode in ['1','4','75']")),
    Row("decorator", "retries=tiphys.RetryStrategy(2, on='tiphys.errors.OOMError')",
        strategy(expression=f"{LOST} || lastRetry.exitCode in ['1','4','75','137']")),
    Row("decorator", "retries=tiphys.RetryStrategy(2, on=MemoryError)",
        strategy(expression=f"{LOST} || lastRetry.exitCode in ['1','4','75','137']")),
    Row("override", "retries=tiphys.RetryStrategy(2, on=('TimeoutError',))",
        strategy(expression=f"{LOST} || lastRetry.exitCode in ['1','4','75','143']")),
    Row("decorator", "retries=tiphys.RetryStrategy(2, on=Exception)", strategy(expression=f"{LOST} || {ALL}")),
    # pods that were lost: besides the user's own retries, where anyone says how often
    Row("profile", "[retries]\nlost = 2", strategy(limit="2", expression=LOST)),
    Row("profile", "[retries]\nlost = 2", strategy(limit="5", expression=f"{LOST} || {ALL}"),
        also={"decorator": "retries=3"}),
    Row("profile", "[retries]\nlost = 0", strategy(limit="3", expression=ALL), also={"decorator": "retries=3"}),
    Row("decorator", "retries=tiphys.RetryStrategy(lost=4)", strategy(limit="4", expression=LOST)),
    Row("decorator", "retries=tiphys.RetryStrategy(1, lost=4)", strategy(limit="5"), profile="[retries]\nlost = 2"),
    Row("override", "retries=tiphys.RetryStrategy(1, lost=4)", {"inputs": counted("in"), "outputs": counted("out")}),
    Row("decorator", "retries=tiphys.RetryStrategy(1, lost=4)",
        variable("TIPHYS_LAST", "{{lastRetry.status}} {{lastRetry.exitCode}} {{lastRetry.message}}")),
    # memory that grows
    Row("decorator", "retries=tiphys.RetryStrategy(3, grow_memory=2)", growing(2**30, 2**30, "2"), also=MEMORY),
    Row("decorator", "retries=tiphys.RetryStrategy(3, on=[ValueError, MemoryError], grow_memory=2)",
        growing(2**30, 2**30, "2"), also=MEMORY),
    Row("decorator", "retries=tiphys.RetryStrategy(3, grow_memory=2)", growing(2**30, 3 * 2**30, "2"), also={
        "environment": MEMORY["environment"] + ", pod_template=tiphys.PodTemplate("
        "{'containers': [{'name': 'primary', 'resources': {'limits': {'memory': '3Gi'}}}]})"}),
    Row("override", "retries=tiphys.RetryStrategy(3, grow_memory=1.5)", growing(10**9, 2 * 10**9, "1.5"),
        also={"environment": "resources=tiphys.Resources(memory=('1G', '2G'))"}),
    # limits of time
    *[Row(level, f"timeout={said}", {"activeDeadlineSeconds": 90, "pendingTimeout": GONE})
      for level in BOTH
      for said in ("30", "29.5", "timedelta(seconds=30)", "tiphys.Timeout(30)", "tiphys.Timeout(max_runtime=30)")],
    Row("decorator", "timeout=timedelta(days=36_000)", {"activeDeadlineSeconds": 2**31 - 1}),
    Row("override", "timeout=0", {"activeDeadlineSeconds": GONE}, also={"decorator": "timeout=9"}),
    Row("override", "timeout=tiphys.Timeout()", {"activeDeadlineSeconds": GONE}, also={"decorator": "timeout=9"}),
    *[Row(level, "timeout=tiphys.Timeout(max_queued_time=timedelta(minutes=5))",
          {"pendingTimeout": "300s", "activeDeadlineSeconds": GONE,
           **variable("TIPHYS_QUEUED", "{{=sprig.unixEpoch(sprig.now())}}")}) for level in BOTH],
    Row("decorator", "timeout=tiphys.Timeout(max_queued_time=20)",
        {"pendingTimeout": GONE, **variable("TIPHYS_QUEUED", "{{=sprig.unixEpoch(sprig.now())}}")},
        also={"override": "retries=1"}),
    *[Row(level, "timeout=tiphys.Timeout(deadline=100)",
          {"activeDeadlineSeconds": 160, "retryStrategy": GONE, "pendingTimeout": "160s",
           **variable("TIPHYS_QUEUED", "{{=sprig.unixEpoch(sprig.now())}}")}) for level in BOTH],
    Row("decorator", "timeout=tiphys.Timeout(max_queued_time=20, deadline=100)", {"pendingTimeout": "20s"}),
    Row("decorator", "timeout=tiphys.Timeout(30, deadline=100), retries=2",
        {"activeDeadlineSeconds": 90, "pendingTimeout": GONE, "inputs": counted("in"), "outputs": counted("out"),
         **strategy(limit="2", backoff={"duration": "0s", "maxDuration": "160s"})}),
    Row("decorator", "timeout=tiphys.Timeout(deadline=100), retries=tiphys.RetryStrategy(2, tiphys.Backoff(5))",
        strategy(backoff={"duration": "5s", "factor": "1", "maxDuration": "160s"})),
]  # fmt: skip
REFUSALS = [
    *[Refusal(level, f"retries={said}", "is not a number of retries; write a whole number from 0 on")
      for level in BOTH for said in ("-1", "1.5", "'2'", "True", "tiphys.RetryStrategy(-1)")],
    Refusal("decorator", "retries=1001", "1001 retries are more than the 1000 that are taken"),
    Refusal("environment", "retries=2", "`retries` cannot be said in an environment", "@env.task(retries=...)"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, backoff=5)", "5 is no backoff", "tiphys.Backoff(base="),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, tiphys.Backoff(-1))", "must not be negative"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, tiphys.Backoff('5s'))", "'5s' is not a duration"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, tiphys.Backoff(1, 1.5, 9))",
            "the factor 1.5 must be a whole number, as Argo takes no other", "write 1 or 2"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, tiphys.Backoff(1, 0))", "must be a whole number from 1 on"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, tiphys.Backoff(1, float('inf'), 9))", "whole number from 1"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, tiphys.Backoff(1, 2))", "a factor above 1 needs a cap"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, tiphys.Backoff(10, cap=5))", "is below the first pause"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, tiphys.Backoff())", "say the first pause"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, tiphys.Backoff(1, cup=3))", "`Backoff` has no field `cup`", "`cap`"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, backof=3)", "has no field `backof`", "`backoff`"),
    Refusal("decorator", "timeout=tiphys.Timeout(max_run=3)", "`Timeout` has no field `max_run`", "`max_runtime`"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, on='tiphys.errors.OMMError')",
            "there is no 'tiphys.errors.OMMError'", "Did you mean `OOMError`"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, on='tiphys.errors.NonRecoverableError')", "is never tried again"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, on=[])", "it names no exception", "or write count=0"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, on=3)", "3 is no exception class", "'mypkg.Busy'"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, on=int)", "is no exception class"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, on='ConectionError')",
            "'ConectionError' is no exception of Python", "`ConnectionError`"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, on=tiphys.errors.NonRecoverableError)",
            "NonRecoverableError is never tried again"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(0, on=ValueError)", "there are none", "such as count=3"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(grow_memory=2)", "there are none"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, grow_memory=1)", "1 is no factor for memory", "such as 2"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, grow_memory=2)",
            "says no memory to begin with", "`resources=tiphys.Resources(memory='1Gi')`"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, on=ValueError, grow_memory=2)",
            "grow_memory has no effect: `on` names nothing after a kill for lack of memory", "add MemoryError"),
    Refusal("decorator", "retries=tiphys.RetryStrategy(2, lost=-1)", "-1 is not a number of retries"),
    Refusal("profile", "retries={lost=-1}", "retries.lost"),
    *[Refusal(level, f"timeout={said}", "is not a duration; write seconds, or a timedelta")
      for level in BOTH for said in ("'5m'", "True", "[1]", "float('nan')", "tiphys.Timeout('5m')")],
    Refusal("decorator", "timeout=-1", "must not be negative"),
    Refusal("decorator", "timeout=1e300", "1e+300 is too long"),
    Refusal("decorator", "timeout=tiphys.Timeout(max_queued_time=-1)", "must not be negative"),
    Refusal("decorator", "timeout=tiphys.Timeout(60, deadline=30)", "longer than the deadline of all attempts"),
    *[Refusal("main", said, "speaks of a pod, and `m.main`, an orchestrator, has none", "Say it to the tasks")
      for said in ("timeout=tiphys.Timeout(deadline=9)", "timeout=tiphys.Timeout(max_queued_time=9)",
                   "retries=tiphys.RetryStrategy(1, lost=1)", "retries=tiphys.RetryStrategy(1, grow_memory=2)")],
]  # fmt: skip
