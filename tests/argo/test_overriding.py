"""Settings that only run time knows: which travel, and what is said of the others."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.argo.conftest import Lower, Lowered
from tiphys.diagnostics import ProgramError

TASKS = """
@env.task
async def size(n: int) -> int: return n
@env.task
async def f(x: int) -> int: return x
@env.task
async def inner(x: int) -> int: return await f(x)
@env.task
async def main(n: int = 1) -> int:
    mb = await size(n)
    return await {call}(1)
"""


def patch(made: Lowered) -> Any:
    """Give the patch of the pod whose resources run time says, its expressions by their parameters."""
    patches = [item["podSpecPatch"] for item in made.spec["templates"] if "podSpecPatch" in item]
    assert len(patches) == 1
    return json.loads(patches[0])["containers"][0]


def read(parameter: str) -> str:
    return "{{=fromJSON(inputs.parameters['" + parameter + "']).v}}"


@pytest.mark.parametrize(
    ("said", "asked", "known"),
    [
        ("memory=f'{mb}Mi'", {"requests": {"memory": read("requests_memory")}}, None),
        (
            "memory=(f'{mb}Mi', '2Gi')",
            {"requests": {"memory": read("requests_memory")}, "limits": {"memory": read("limits_memory")}},
            None,
        ),
        ("cpu=mb, memory='1Gi'", {"requests": {"cpu": read("requests_cpu")}}, {"requests": {"memory": "1Gi"}}),
        (
            "mb, disk=f'{mb}Gi'",
            {"requests": {"cpu": read("requests_cpu"), "ephemeral-storage": read("requests_ephemeral-storage")}},
            None,
        ),
    ],
)
def test_quantities_of_run_time_are_written_into_the_pod(
    lower: Lower, said: str, asked: dict[str, Any], known: dict[str, Any] | None
) -> None:
    made = lower(TASKS.format(call=f"f.override(resources=tiphys.Resources({said}))"))
    assert patch(made) == {"name": "main", "resources": asked}
    pod = next(item for item in made.spec["templates"] if "podSpecPatch" in item)
    assert pod["container"].get("resources") == known


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("f.override(resources=tiphys.Resources(gpu=mb))", "`gpu` of resources has to be known when the program is"),
        ("f.override(resources=tiphys.Resources(shm=f'{mb}Mi'))", "`shm` of resources has to be known"),
        ("f.override(resources=tiphys.Resources(cpu='x', memory=f'{mb}Mi'))", "'x' is not a quantity"),
        ("f.override(retries=tiphys.RetryStrategy(mb))", "the `RetryStrategy` of a task has to be known when the"),
        ("f.override(retries=tiphys.RetryStrategy(mb))", "Write the number alone: `retries=n`; or choose"),
        ("f.override(timeout=tiphys.Timeout(mb))", "the `Timeout` of a task has to be known when the program is"),
        ("f.override(timeout=tiphys.Timeout(deadline=mb))", "Write the seconds alone: `timeout=n`; or choose"),
        ("f.override(queue=str(mb))", "`queue` of a task has to be known when the program is compiled"),
        ("inner.override(retries=mb)", "`e.inner` calls tasks and has no pod"),
        ("f.override(timeout=mb, image='a')", "`image` of a task cannot be overridden"),
        (
            "f.override(retries=tiphys.RetryStrategy(1, grow_memory=2), resources=tiphys.Resources(mb, '1Gi'))",
            "its memory cannot grow (`grow_memory`) where run time says its resources",
        ),
        ("inner.override(resources=tiphys.Resources(memory=f'{mb}Mi'))", "`e.inner` calls tasks and has no pod"),
    ],
)
def test_what_cannot_be_known_at_run_time_is_refused(lower: Lower, call: str, message: str) -> None:
    with pytest.raises(ProgramError) as caught:
        lower(TASKS.format(call=call))
    assert message in str(caught.value)
    assert ".py:14:" in str(caught.value)


def limits(made: Lowered) -> list[str]:
    """Give the limits of attempts that run time says."""
    found = [item["retryStrategy"]["limit"] for item in made.spec["templates"] if "retryStrategy" in item]
    return [limit for limit in found if "{{" in limit]


def test_the_number_of_retries_comes_with_the_call(lower: Lower) -> None:
    made = lower(TASKS.format(call="f.override(retries=mb)"))
    assert limits(made) == ["{{=string(asInt(fromJSON(inputs.parameters['retries']).v) + 0)}}"]


def test_the_attempt_that_tells_of_a_kill_stands_beside_those_of_run_time(lower: Lower) -> None:
    tried = "try:\n        return await {call}(1)\n    except ValueError:\n        return 0"
    made = lower(TASKS.replace("return await {call}(1)", tried).format(call="f.override(retries=mb)"))
    assert limits(made) == ["{{=string(asInt(fromJSON(inputs.parameters['retries']).v) + 1)}}"]


def test_the_names_of_variables_are_in_the_pod_and_the_values_come_with_the_call(lower: Lower) -> None:
    made = lower(TASKS.format(call="f.override(env_vars={'MODE': str(mb), 'FIX': 'f'})"))
    (pod,) = (item for item in made.spec["templates"] if "MODE" in str(item.get("container")))
    held = {item["name"]: item.get("value") for item in pod["container"]["env"]}
    assert (held["MODE"], held["FIX"]) == ("as the run decides", "f")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{str(mb): 'x'}", "the names in `env_vars` of a task have to be known when the program is compiled"),
        ("dict.fromkeys(['MODE'] * mb, 'x')", "the names in `env_vars` of a task have to be known"),
        ("{'TIPHYS_ROOT': str(mb)}", "variables that start with `TIPHYS_` are tiphys' own"),
        ("{'A=B': str(mb)}", "'A=B' is no name of a variable"),
    ],
)
def test_variables_whose_names_cannot_be_taken_are_refused(lower: Lower, said: str, message: str) -> None:
    with pytest.raises(ProgramError, match=re.escape(message)):
        lower(TASKS.format(call=f"f.override(env_vars={said})"))


def test_variables_of_run_time_do_not_reach_other_containers(lower: Lower) -> None:
    container = "w = tiphys.extras.ContainerTask('w', image='a', command=['true'], inputs={'n': int}, outputs={})\n"
    container += "tiphys.TaskEnvironment.from_task('ws', w)\n"
    call = "w.override(env_vars={'A': str(mb)})(n=1)\n    return mb"
    with pytest.raises(ProgramError, match="variables of run time do not reach the container of `w`"):
        lower(container + TASKS.replace("return await {call}(1)", "await " + call))


def test_a_short_name_of_run_time_is_dropped_with_a_note(lower: Lower) -> None:
    made = lower(TASKS.format(call="f.override(short_name=f'f-{mb}')"))
    assert [note for note in made.manifest.notes if "a `short_name` of run time is not shown" in note]


def test_quantities_do_not_travel_together_with_other_values(lower: Lower) -> None:
    numbers = ", ".join(f"await size({index})" for index in range(20))
    made = lower(f"""
@env.task
async def size(n: int) -> int: return n
@env.task
async def total(xs: list[int]) -> int: return sum(xs)
@env.task
async def main() -> int:
    xs = [{numbers}]
    return await total.override(resources=tiphys.Resources(memory=f"{{xs[0]}}Mi"))(xs)
""")
    assert patch(made)["resources"] == {"requests": {"memory": read("requests_memory")}}


CHOSEN = {
    "an if": "r = BIG\n    if mb < 3:\n        r = SMALL",
    "a conditional expression": "r = SMALL if mb < 3 else BIG",
    "a dict": "r = SIZES[mb]",
    "a dict with a default": "r = SIZES.get(mb, BIG)",
    "a list": "r = [SMALL, BIG][mb]",
}
CHOICE = """
SMALL, BIG = tiphys.Resources(cpu=1), tiphys.Resources(cpu=4, gpu=1)
SIZES = {{1: SMALL, 2: BIG}}
@env.task
async def size(n: int) -> int: return n
@env.task
async def f(x: int) -> int: return x
@env.task
async def main(n: int = 1) -> int:
    mb = await size(n)
    {chosen}
    return await f.override(resources=r, retries=1)(1)
"""


@pytest.mark.parametrize("how", CHOSEN)
def test_each_of_the_settings_that_run_time_chooses_among_has_a_pod_of_its_own(how: str, lower: Lower) -> None:
    made = lower(CHOICE.format(chosen=CHOSEN[how]))

    pods = [item["container"] for item in made.spec["templates"] if "container" in item]
    assert sorted((pod["resources"] for pod in pods if "resources" in pod), key=str) == [
        {"limits": {"nvidia.com/gpu": "1"}, "requests": {"cpu": "4", "nvidia.com/gpu": "1"}},
        {"requests": {"cpu": "1"}},
    ]


PLAIN = {
    "a conditional expression": ("service_account='a' if mb > 2 else 'b'", ["a", "b"]),
    "one of three": ("service_account='a' if mb > 2 else 'b' if mb > 1 else 'c'", ["a", "b", "c"]),
    "one that is assigned before": ("service_account=account", ["a", "b"]),
}


@pytest.mark.parametrize("how", PLAIN)
def test_a_text_that_is_one_of_several_known_ones_makes_as_many_pods(how: str, lower: Lower) -> None:
    said, accounts = PLAIN[how]
    made = lower(CHOICE.format(chosen="account = 'a' if mb > 2 else 'b'").replace("resources=r, retries=1", said))

    found = [item["serviceAccountName"] for item in made.spec["templates"] if "serviceAccountName" in item]
    assert sorted(found) == accounts


WITH_POD_TEMPLATE = """
import tiphys
env = tiphys.TaskEnvironment("env")
@env.task
async def f(x: int) -> int: return x
@env.task
async def main(n: int = 1) -> int:
    pod = tiphys.PodTemplate.from_spec({"containers": [{"name": "primary"}], "nodeSelector": {"disk": "ssd"}})
    return await f.override(pod_template=pod.with_termination_grace_period(5))(n)
"""


def test_a_pod_template_may_be_made_in_an_orchestrator(tmp_path: Path) -> None:
    """In a process of its own, which has read nothing of ours before."""
    file = tmp_path / "flow.py"
    file.write_text(WITH_POD_TEMPLATE)

    command = [sys.executable, "-m", "tiphys.cli", "compile", str(file), "-o", "-"]
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    made = subprocess.run(command, capture_output=True, text=True, check=False, env=paths)

    assert made.stderr == ""
    assert "disk: ssd" in made.stdout
    assert "terminationGracePeriodSeconds" in made.stdout


def test_an_override_that_nothing_calls_is_told(lower: Lower) -> None:
    text = TASKS.format(call="f").replace("    mb =", "    f.override(retries=2)\n    mb =")

    (note,) = lower(text).manifest.notes

    assert "`override` gives another task, and leaves `e.f` as it is; call what it gives" in note
    assert ".py:13:5: " in note
