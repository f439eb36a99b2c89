"""What a traced program becomes: templates, tasks, arguments, outputs, artifacts."""

from __future__ import annotations

import json

import pytest

from tests.argo.conftest import Lower, artifacts, parameters

CHAIN = """
@env.task
async def load(n: int) -> list[int]: return list(range(n))
@env.task
async def add(xs: list[int]) -> int: return sum(xs)
@env.task
async def main(n: int, k: int = 3, name: str = "x") -> str:
    xs = await load(n)
    return f"{name} {await add(xs)} {k}"
"""


def test_a_task_call_becomes_a_task_and_its_arguments_become_envelopes(lower: Lower) -> None:
    made = lower(CHAIN)
    assert [(name, task["template"], task.get("depends")) for name, task in made.tasks().items()] == [
        ("load", "e-load", None),
        ("add", "e-add", "load.Succeeded"),
    ]
    assert made.arguments("load") == {"at": "load", "n": """{"t":"{{=toBase64(workflow.parameters['n'])}}","y":0}"""}
    assert made.arguments("add")["xs"] == "{{tasks.load.outputs.parameters.v}}"
    assert made.entry["dag"]["failFast"] is False


def test_what_people_type_is_a_plain_argument_of_the_workflow(lower: Lower) -> None:
    made = lower(CHAIN)
    assert made.spec["arguments"]["parameters"] == [
        {"name": "n"},
        {"name": "k", "value": "3"},
        {"name": "name", "value": '"x"'},
    ]
    assert "inputs" not in made.entry


def test_the_container_runs_the_shim_with_one_argument_per_operand(lower: Lower) -> None:
    made = lower(CHAIN)
    container = made["e-add"]["container"]
    assert container["command"] == ["python3", "/tiphys/code/tiphys.zip"]
    digest, entry, uid, at, *operands = container["args"]
    assert len(digest) == 64
    assert (entry, uid, at) == ("e-add", "{{workflow.uid}}", "{{inputs.parameters.at}}")
    assert operands == [
        f"{{{{inputs.parameters.{name}}}}}" for name in parameters(made["e-add"]["inputs"]) if name != "at"
    ]
    mounts = {item["name"]: item["mountPath"] for item in container["volumeMounts"]}
    assert mounts == {"tiphys": "/tiphys", "code": "/tiphys/code"}
    assert made["e-add"]["volumes"] == [
        {"name": "tiphys", "emptyDir": {}},
        {"name": "code", "configMap": {"name": made.config["metadata"]["name"]}},
    ]


def test_every_output_has_a_default(lower: Lower) -> None:
    made = lower(CHAIN)
    found = [output for item in made.spec["templates"] for output in item.get("outputs", {}).get("parameters", ())]
    assert len(found) > 2
    assert {output["valueFrom"]["default"] for output in found} == {"{}"}


def test_a_value_that_may_be_large_has_an_artifact_at_both_ends(lower: Lower) -> None:
    made = lower(CHAIN)
    assert artifacts(made["e-load"]["outputs"])["v"] == {
        "name": "v",
        "path": "/tiphys/out/v.data",
        "optional": True,
        "archive": {"none": {}},
        "s3": {"key": "tiphys/{{workflow.uid}}/v/{{inputs.parameters.at}}/_"},
    }
    assert artifacts(made["e-add"]["inputs"])["xs"] == {
        "name": "xs",
        "path": "/tiphys/in/xs",
        "optional": True,
        "archive": {"none": {}},
        "s3": {"key": "{{=fromJSON(inputs.parameters['xs'])?.k ?? 'tiphys/none'}}"},
    }


@pytest.mark.parametrize("kind", ["bool", "int", "float", "None", "datetime.date", "datetime.timedelta"])
def test_a_scalar_edge_has_no_artifact(lower: Lower, kind: str) -> None:
    made = lower(f"""
import datetime
@env.task
async def give() -> {kind}: ...
@env.task
async def take(x: {kind}) -> {kind}: ...
@env.task
async def main() -> {kind}: return await take(await give())
""")
    assert [
        item.get("artifacts") for name in ("e-give", "e-take") for item in (made[name]["outputs"], made[name]["inputs"])
    ] == [None] * 4


def test_text_edges_have_artifacts(lower: Lower) -> None:
    made = lower("""
@env.task
async def give() -> str: ...
@env.task
async def take(x: str) -> int: ...
@env.task
async def main() -> int: return await take(await give())
""")
    assert list(artifacts(made["e-take"]["inputs"])) == ["x"]


def test_the_result_of_the_run_is_the_output_r(lower: Lower) -> None:
    made = lower(CHAIN)
    assert parameters(made.entry["outputs"]) == {
        "r": {"parameter": "{{tasks.add.outputs.parameters.r}}", "default": "{}"}
    }
    assert parameters(made["e-add"]["outputs"])["r"] == {"path": "/tiphys/out/r", "default": "{}"}


def test_sequential_awaits_are_ordered_and_gathered_ones_are_not(lower: Lower) -> None:
    made = lower("""
@env.task
async def f(i: int) -> int: return i
@env.task
async def main() -> None:
    await f(1)
    await asyncio.gather(f(2), f(3))
    await f(4)
""")
    assert [task.get("depends") for task in made.tasks().values()] == [
        None,
        "f.Succeeded",
        "f.Succeeded",
        "f-2.Succeeded && f-3.Succeeded",
    ]
    assert len(made.templates) == 2


def test_an_orchestrator_becomes_one_dag_that_its_calls_share(lower: Lower) -> None:
    made = lower("""
@env.task
async def f(i: int) -> int: return i
@env.task
async def sub(i: int) -> int: return await f(await f(i))
@env.task
async def main(n: int = 1) -> list[int]:
    a, b = await asyncio.gather(sub(n), sub(n))
    return [await f(a), b]
""")
    assert [task["template"] for name, task in made.tasks().items() if name.startswith("sub")] == ["e-sub", "e-sub"]
    assert made.arguments("sub-2")["at"] == "sub-2"
    assert made.arguments("f", "e-sub")["at"] == "{{inputs.parameters.at}}/f"
    assert made.arguments("f", "e-sub")["i"] == "{{inputs.parameters.i}}"
    assert parameters(made["e-sub"]["outputs"]) == {
        "v": {"parameter": "{{tasks.f-2.outputs.parameters.v}}", "default": "{}"}
    }


def test_a_graph_without_pods_is_a_dag_whose_task_never_runs(lower: Lower) -> None:
    made = lower("""
@env.task
async def f(i: int) -> int: return i
@env.task
async def sub(x: int, deep: bool) -> int: return await f(x) if deep else x
@env.task
async def main(n: int) -> int: return await f(await sub(n, False))
""")
    assert made["e-sub"]["dag"]["tasks"] == [{"name": "never", "template": "join-never", "when": "false"}]
    assert made["join-never"]["suspend"] == {}


def test_a_result_known_at_compile_time_is_a_text(lower: Lower) -> None:
    made = lower("@env.task(orchestrator=True)\nasync def main() -> str: return 'a{{b}}$$'")
    expression = parameters(made.entry["outputs"])["r"]["expression"]
    assert expression == r'"{\"v\":\"a{\\u007bb}}$\\u0024\"}"'
    assert json.loads(json.loads(expression)) == {"v": "a{{b}}$$"}


def test_a_wide_fan_in_of_small_values_is_one_parameter(lower: Lower) -> None:
    made = lower("""
@env.task
async def f(i: int) -> int: return i
@env.task
async def add(xs: list[int]) -> int: return sum(xs)
@env.task
async def main() -> int: return await add(await asyncio.gather(*(f(i) for i in range(40))))
""")
    inner = ",".join(f"{{{{tasks.f{f'-{i}' if i > 1 else ''}.outputs.parameters.v}}}}" for i in range(1, 41))
    assert made.arguments("add") == {"at": "add", "pack": f'{{"l":[{inner}]}}'}


def test_a_wide_fan_in_of_large_values_is_one_directory(lower: Lower) -> None:
    made = lower("""
@env.task
async def f(i: int) -> str: return "x"
@env.task
async def add(xs: list[str]) -> int: return len(xs)
@env.task
async def main() -> int: return await add(await asyncio.gather(*(f(i) for i in range(40))))
""")
    assert made.arguments("add") == {"at": "add", "items": "add-items"}
    assert made.arguments("f-2")["map-item"] == "add-items/1"
    assert artifacts(made["e-add"]["inputs"])["items"]["s3"] == {
        "key": "tiphys/{{workflow.uid}}/m/{{inputs.parameters.items}}"
    }
    assert artifacts(made["e-f"]["outputs"])["v"]["s3"] == {
        "key": "tiphys/{{workflow.uid}}/m/{{inputs.parameters.map-item}}/_"
    }
    assert made["e-f"]["container"]["args"][-1] == "{{inputs.parameters.map-item}}"
    assert made["e-add"]["container"]["args"][-1] == "{}"


def test_a_wide_graph_is_nested_and_joined_without_a_pod(lower: Lower) -> None:
    made = lower("""
@env.task
async def f(i: int) -> int: return i
@env.task
async def main() -> None:
    await asyncio.gather(*(f(i) for i in range(300)))
    await asyncio.gather(*(f(i) for i in range(300)))
""")
    assert max(len(item["dag"]["tasks"]) for item in made.spec["templates"] if "dag" in item) <= 200
    assert made.manifest.report.pods == 600
    assert sum("container" in item for item in made.spec["templates"]) == 1
    assert made["join"]["dag"]["tasks"] == [{"name": "never", "template": "join-never", "when": "false"}]


def test_equal_programs_have_equal_names_and_others_have_others(lower: Lower) -> None:
    texts = [CHAIN, CHAIN, CHAIN.replace("sum(xs)", "sum(xs) + 1")]
    names = [lower(text).template["metadata"]["name"].rpartition("-")[2] for text in texts]
    assert len(names[0]) == 10
    assert len({*names}) > 1


def test_the_objects_say_whose_they_are(lower: Lower) -> None:
    made = lower(CHAIN)
    for item in made.manifest.objects:
        assert item["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "tiphys", "tiphys.dev/program": "e-main"}
    assert made["e-load"]["metadata"]["annotations"]["tiphys.dev/task"] == "e.load"
    assert made.config["immutable"] is True
    assert list(made.config["binaryData"]) == ["tiphys.zip"]


def test_the_report_counts_pods_templates_depth_and_bytes(lower: Lower) -> None:
    made = lower(CHAIN)
    report = made.manifest.report
    assert (report.pods, report.templates, report.depth) == (2, 3, 2)
    size = len(json.dumps(made.template, separators=(",", ":")))
    assert report.bytes[f"WorkflowTemplate/{made.template['metadata']['name']}"] == size
