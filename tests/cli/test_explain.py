"""`tiphys explain`: what a run costs, before it is submitted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tiphys.compiling import compile_task
from tiphys.loading import load_module, tasks_of

CONTROL = """
env = tiphys.TaskEnvironment("shop")

@env.task
async def step(x: int) -> int:
    return x + 1

@env.task
async def main(n: int) -> int:
    first = x = await step(n)
    while x < 10:
        x = await step(x)
    if first > 11:
        x = await step(x)
    return x
"""


@pytest.fixture
def looping(program: Callable[[str], str]) -> str:
    """Give a program with a loop and a branch."""
    return program(CONTROL)


def test_pods_are_a_number_where_every_run_has_as_many(tiphys: Command, flow: str) -> None:
    assert json.loads(tiphys("explain", flow, "main", "--json").out)["pods"] == 3
    assert "  pods       3\n" in tiphys("explain", flow, "main").out


def test_pods_are_a_formula_where_they_depend_on_the_data(tiphys: Command, looping: str) -> None:
    """The first step also decides whether the loop begins, and which arm is taken."""
    pods = json.loads(tiphys("explain", looping, "--json").out)["pods"]

    assert pods == f"1 + 1 a round of the loop at {looping}:13 + 0 to 1 in the branch at {looping}:15"
    assert json.loads(tiphys("compile", looping, "--json").out)["pods"] == pods
    assert f"  pods       {pods}\n" in tiphys("explain", looping).out


def test_each_loop_is_told_with_its_rounds(tiphys: Command, looping: str) -> None:
    (loop,) = json.loads(tiphys("explain", looping, "--json").out)["loops"]

    assert loop["where"] == f"{looping}:13"
    assert loop["rounds"] >= 2048
    assert (
        f"  rounds     up to {loop['rounds']:,} of the loop at {looping}:13\n" in tiphys("explain", looping).out + "\n"
    )


def test_what_calls_itself_is_told_with_how_deep_it_may_go(tiphys: Command, program: Callable[[str], str]) -> None:
    name = program("""
        env = tiphys.TaskEnvironment("shop")

        @env.task
        async def step(x: int) -> int:
            return x + 1

        @env.task
        async def main(n: int) -> int:
            x = await step(n)
            return await main(x) if x < 9 else x
    """)
    (found,) = json.loads(tiphys("explain", name, "--json").out)["recursions"]

    assert found["title"] == "main"
    assert 40 <= found["calls"] < 95 / 2
    assert f"  calls      up to {found['calls']} of main inside each other\n" in tiphys("explain", name).out


def test_sizes_and_counts_stand_beside_what_argo_takes(tiphys: Command, flow: str) -> None:
    told = json.loads(tiphys("explain", flow, "main", "--json").out)
    lines = tiphys("explain", flow, "main").out.splitlines()

    assert lines[0] == "shop.main"
    assert f"  templates  {told['templates']} of 200" in lines
    assert f"  depth      {told['depth']} of 95" in lines
    for item in told["objects"]:
        assert f"  bytes      {item['bytes']:,} of 1,048,576 in {item['kind']}/{item['name']}" in lines


def test_a_bound_input_counts(tiphys: Command, looping: str) -> None:
    """The comparison of what a task gives stays; so does the loop."""
    assert json.loads(tiphys("explain", looping, "--bind", "n=3", "--json").out)["loops"]


def test_a_task_that_is_not_there(tiphys: Command, flow: str) -> None:
    done = tiphys("explain", flow, "mian")

    assert (done.code, done.out) == (2, "")
    assert "Did you mean `main`?" in done.err


SETTINGS = """
env = tiphys.TaskEnvironment(
    "shop", resources=tiphys.Resources(cpu=(1, 2), gpu="A100:2"), secrets=tiphys.Secret("token", group="bank"),
    env_vars={"key": "gold"}, image="registry.example/shop:1",
)
plain = tiphys.TaskEnvironment("plain")

@env.task(retries=3, timeout=60, queue="fast")
async def step(x: int) -> int:
    return x + 1

@plain.task
async def other(x: int) -> int:
    return x + 1

@plain.task(entrypoint=True)
async def main(n: int) -> int:
    x, y = await step(n), await step.override(retries=0, queue="slow", env_vars={})(n)
    return await other(x + y)
"""
PROFILE = """
namespace = "ml"
pods.labels.team = "ml"
retries.lost = 2
service_account = "runner"
interruptible = "gke"
queues.fast.kueue = "a"
queues.slow.kueue = "b"
"""


def test_each_setting_is_told_with_the_level_that_said_it(
    tiphys: Command, program: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "tiphys.toml").write_text(PROFILE)
    first, second, last, main, run = json.loads(tiphys("explain", program(SETTINGS), "--json").out)["tasks"]

    def levels(told: dict[str, Any]) -> dict[str, str]:
        return {name: said["level"] for name, said in told["settings"].items()}

    assert run["task"] == "run"
    assert {name: said["value"] for name, said in run["settings"].items()} == {
        "namespace": "ml", "labels": {"team": "ml"}, "retries.lost": 2
    }  # fmt: skip
    assert set(levels(run).values()) == {"profile"}
    assert (first["task"], second["task"], last["task"]) == ("shop.step", "shop.step", "plain.other")
    assert levels(first) == {
        "image": "environment", "resources": "environment", "env_vars": "environment", "secrets": "environment",
        "retries": "decorator", "timeout": "decorator", "queue": "decorator", "service_account": "profile",
    }  # fmt: skip
    assert first["settings"]["resources"]["value"] == {
        "cpu": ["1", "2"], "gpu": {"quantity": 2, "device_class": "GPU", "device": "A100"}
    }  # fmt: skip
    assert first["settings"]["secrets"]["value"] == [{"key": "token", "group": "bank"}]
    changed = {name for name, level in levels(second).items() if level != levels(first)[name]}
    assert changed == {"retries", "queue", "env_vars"}
    assert {levels(second)[name] for name in changed} == {"override"}
    assert levels(last) == {"image": "default", "service_account": "profile"}
    assert (main["task"], levels(main)) == ("plain.main", {"entrypoint": "decorator"})


def test_settings_are_told_in_lines(tiphys: Command, program: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "tiphys.toml").write_text(PROFILE)
    lines = tiphys("explain", program(SETTINGS), "--image", "registry.example/base:2").out.splitlines()
    words = [line.split() for line in lines]

    assert lines[lines.index("shop.step") - 1].startswith("  bytes")
    assert ["labels", "team", "ml", "profile"] in words
    assert ["resources", "cpu", "1", "to", "2,", "gpu", "A100:2", "environment"] in words
    assert ["secrets", "bank/token", "environment"] in words
    assert ["env_vars", "key", "gold", "environment"] in words
    assert ["env_vars", "none", "override"] in words
    assert ["image", "registry.example/base:2", "--image"] in words
    assert ["service_account", "runner", "profile"] in words


def test_durations_and_the_limits_of_orchestrators_are_told(
    tiphys: Command, program: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "tiphys.toml").write_text(
        "runs.ttl = { failed = '30d' }\nruns.pod_gc = { strategy = 'OnPodSuccess', delay = '5m' }"
    )
    text = """
env = tiphys.TaskEnvironment("e")

@env.task(timeout=3_000_000)
async def step(x: int) -> int:
    return x

@env.task(timeout=2_000_000)
async def main(n: int) -> int:
    return await step(n)
"""
    words = [line.split() for line in tiphys("explain", program(text)).out.splitlines()]

    assert ["timeout", "max_runtime", "2000000s", "orchestrator"] in words
    assert ["timeout", "max_runtime", "2000000s", "decorator"] in words
    assert ["ttl", "failed", "2592000s", "profile"] in words
    assert ["pod_gc", "strategy", "OnPodSuccess,", "delay", "300s", "profile"] in words


def test_what_only_the_run_knows_is_told_as_such(tiphys: Command, program: Callable[[str], str]) -> None:
    text = """
import tiphys
env = tiphys.TaskEnvironment("e")
@env.task
async def size() -> int: return 100
@env.task
async def work() -> int: return 1
@env.task
async def main() -> int:
    n = await size()
    return await work.override(resources=tiphys.Resources(cpu=1, memory=f"{n}Mi"), timeout=n)()
"""
    words = [line.split() for line in tiphys("explain", program(text)).out.splitlines()]

    assert "resources cpu 1, memory as the run decides override".split() in words
    assert "timeout max_runtime as the run decides override".split() in words


LISTS = """
env = tiphys.TaskEnvironment("e", cache=tiphys.Cache("auto", ignored_inputs=("a", "b")))
@env.task(retries=tiphys.RetryStrategy(2, on=[OSError, ValueError]))
async def work(a: int, b: int) -> int: return 1
@env.task
async def main() -> int: return await work(1, 2)
"""


def test_two_items_of_a_list_are_no_range(tiphys: Command, program: Callable[[str], str]) -> None:
    words = [line.split() for line in tiphys("explain", program(LISTS)).out.splitlines()]

    assert "retries count 2, on [builtins.OSError, builtins.ValueError] decorator".split() in words
    assert "cache behavior auto, ignored_inputs [a, b] environment".split() in words


LINKED = """
class Logs:
    name = "logs"

    def get_link(self, run_name, **others):
        return f"https://logs.example/{run_name}"

image = tiphys.Image.from_debian_base(registry_secret="ours")
env = tiphys.TaskEnvironment("linked", image=image)

@env.task(links=Logs())
async def main(x: int = 1) -> int:
    return x
"""


def test_links_are_told_as_argo_fills_them_in_and_credentials_with_who_needs_them(
    tiphys: Command, program: Callable[[str], str]
) -> None:
    words = [line.split() for line in tiphys("explain", program(LINKED)).out.splitlines()]

    assert "links name logs, url https://logs.example/{{workflow.name}} decorator".split() in words
    assert "image_pull_secrets ours image".split() in words


def test_another_profile_can_be_asked_for(tiphys: Command, program: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "tiphys.toml").write_text(PROFILE + "[profiles.test]\nservice_account = 'tester'\n")
    name = program(SETTINGS)

    def account(*asked: str) -> str:
        told = json.loads(tiphys("explain", name, "--json", *asked).out)["tasks"]
        return str(told[0]["settings"]["service_account"]["value"])

    assert (account(), account("--profile", "test")) == ("runner", "tester")
    done = tiphys("explain", name, "--profile", "tset")
    assert (done.code, "has no profile `tset`. Did you mean `test`?" in done.err) == (2, True)


def test_a_kept_manifest_tells_the_same(program: Callable[[str], str], tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "tiphys.toml").write_text(PROFILE)
    task = tasks_of(load_module(tmp_path / program(SETTINGS)))["main"]
    made, kept = (compile_task(task, cached=True).report.tasks for _ in range(2))

    assert [one.task for one in made] == ["shop.step", "shop.step", "plain.other", "plain.main", "run"]
    assert made == kept
