"""The pod of a task that is a container: the shim, a gate, and the user's image."""

from __future__ import annotations

import json

import pytest

from tests.argo.conftest import Lower
from tiphys.diagnostics import ProgramError

PROGRAM = """
from tiphys.extras import ContainerTask
task = ContainerTask("task", "alpine:3", [{command}], inputs={{"n": int}}, outputs={{"x": str}}, {settings})

@env.task
async def main(n: int) -> str:
    return await task(n=n)
"""


def program(command: str = '"cat", "/var/inputs/n"', settings: str = "") -> str:
    return PROGRAM.format(command=command, settings=settings)


def test_the_users_image_has_its_own_container(lower: Lower) -> None:
    made = lower(program(settings='env_vars={"A": "1"}, resources=tiphys.Resources(cpu=2)'), image="python:3.11")

    gate, user, main = made["task"]["containerSet"]["containers"]
    assert "container" not in made["task"]
    assert (gate["name"], user["name"], main["name"]) == ("gate", "user", "main")
    assert user["image"] == "alpine:3"
    assert user["command"] == ["cat"]
    assert user["args"] == ["/var/inputs/n"]
    assert user["dependencies"] == ["gate"]
    assert user["env"] == [{"name": "A", "value": "1"}]
    assert user["resources"] == {"requests": {"cpu": "2"}}
    assert user["volumeMounts"] == [
        {"name": "inputs", "mountPath": "/var/inputs"}, {"name": "outputs", "mountPath": "/var/outputs"}
    ]  # fmt: skip
    assert main["image"] == gate["image"] == "python:3.11"
    assert gate["args"] == ["gate"]
    assert main["command"] == ["python3", "/tiphys/code/tiphys.zip"]
    assert [item["name"] for item in main["env"]] == ["PYTHONHASHSEED", "TIPHYS_RUN"]
    assert {mount["mountPath"] for mount in main["volumeMounts"]} == {
        "/tiphys", "/tiphys/code", "/tiphys/inputs", "/tiphys/outputs"
    }  # fmt: skip
    assert {volume["name"] for volume in made["task"]["volumes"]} == {"tiphys", "code", "inputs", "outputs"}


def test_its_outputs_retries_and_deadline_are_those_of_any_task(lower: Lower) -> None:
    made = lower(program(settings="retries=2, timeout=10"))

    template = made["task"]
    assert [item["name"] for item in template["outputs"]["parameters"]] == ["v", "r"]
    assert template["retryStrategy"]["limit"] == "2"
    assert template["activeDeadlineSeconds"] == 70
    main = template["containerSet"]["containers"][2]
    assert "TIPHYS_ATTEMPT" in [item["name"] for item in main["env"]]


def test_a_command_with_inputs_is_a_script_that_the_shim_writes(lower: Lower) -> None:
    made = lower(program('"echo", "{{.inputs.n}}"'))

    user = made["task"]["containerSet"]["containers"][1]
    assert user["command"] == ["/bin/sh"]
    assert user["args"] == ["/var/inputs/.command"]
    assert "inputs.n" not in str(made.template["spec"]["templates"])


@pytest.mark.parametrize("word", ["{{workflow.name}}", "$(date)", "$$"])
def test_a_command_that_would_be_replaced_on_the_way_is_a_script(word: str, lower: Lower) -> None:
    made = lower(program(f'"echo", "{word}"'))

    assert made["task"]["containerSet"]["containers"][1]["args"] == ["/var/inputs/.command"]


def test_resources_that_only_run_time_knows_are_those_of_the_users_container(lower: Lower) -> None:
    changed = program().replace(
        "    return await task(n=n)",
        "    said = await size()\n    return await task.override(resources=tiphys.Resources(memory=said))(n=n)",
    )
    made = lower(changed.replace("@env.task", "@env.task\nasync def size() -> str: return '1Gi'\n\n@env.task", 1))

    patch = json.loads(made["task"]["podSpecPatch"])
    assert [item["name"] for item in patch["containers"]] == ["user"]


def test_an_override_is_another_pod(lower: Lower) -> None:
    made = lower(program().replace("task(n=n)", "task.override(resources=tiphys.Resources(cpu=3))(n=n)"))

    assert made["task"]["containerSet"]["containers"][1]["resources"] == {"requests": {"cpu": "3"}}


def test_a_variable_that_would_be_replaced_is_refused(lower: Lower) -> None:
    with pytest.raises(ProgramError, match=r"the value of `A` holds .* which would be replaced on the way"):
        lower(program(settings='env_vars={"A": "{{x}}"}'))


def test_its_memory_cannot_grow_as_argo_looks_at_another_container(lower: Lower) -> None:
    said = "retries=tiphys.RetryStrategy(2, grow_memory=2), resources=tiphys.Resources(memory='1Gi')"

    with pytest.raises(ProgramError, match="its container stands beside the one whose end Argo looks at"):
        lower(program(settings=said))


def test_variables_of_a_trigger_do_not_reach_it(lower: Lower) -> None:
    trigger = "tiphys.Trigger('t', tiphys.Cron('@daily'), inputs={'n': 1}, env_vars={'A': 'b'})"
    text = program().replace("@env.task", f"@env.task(triggers={trigger})")

    with pytest.raises(ProgramError, match="'t': its `env_vars` do not reach the container of `task`"):
        lower(text)


def test_retries_after_what_no_container_ends_with_are_refused(lower: Lower) -> None:
    for kind in ("OSError", "tiphys.errors.ContainerError", "'tiphys.errors.OOMError'"):
        assert lower(program(settings=f"retries=tiphys.RetryStrategy(2, on={kind})"))

    with pytest.raises(ProgramError, match="`on` names nothing that a container can end with: `ContainerError`"):
        lower(program(settings="retries=tiphys.RetryStrategy(2, on=ValueError)"))
