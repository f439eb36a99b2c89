"""What the API server or Argo would refuse for its size is refused here, naming the count that fits."""

from __future__ import annotations

import re

import pytest

from tests.argo.conftest import Load, Lower
from tiphys.argo import limits
from tiphys.compiling import compile_task
from tiphys.diagnostics import ManifestError

MANY = """
@env.task
async def f(i: int, text: str) -> int: return i
@env.task
async def main() -> None:
    await asyncio.gather(*(f(i, {text!r}) for i in range({count})))
"""


@pytest.mark.slow
def test_a_template_that_is_too_large_names_the_count_that_fits(load: Load, lower: Lower) -> None:
    text = "x" * 1500
    with pytest.raises(ManifestError) as refused:
        compile_task(load(MANY.format(text=text, count=1000)))
    said = str(refused.value)
    assert "KiB for 1000 calls, and Kubernetes takes 1024 KiB" in said
    fits = re.search(r"About (\d+) such calls fit", said)
    assert fits is not None
    assert 400 < int(fits[1]) < 700
    assert lower(MANY.format(text=text, count=int(fits[1]))).manifest.report.pods == int(fits[1])


@pytest.mark.slow
def test_too_many_templates_are_refused(load: Load) -> None:
    tasks = "".join(f"@env.task\nasync def f{i}() -> int: return {i}\n" for i in range(210))
    calls = "".join(f"    await f{i}()\n" for i in range(210))
    with pytest.raises(ManifestError, match=r"the program needs 21\d templates, and Argo takes 200"):
        compile_task(load(f"{tasks}@env.task\nasync def main() -> None:\n{calls}"))


def test_a_bundle_that_is_too_large_is_refused(load: Load) -> None:
    text = """
import random
BIG = random.Random(0).randbytes(1_200_000)
@env.task
async def f(data: bytes) -> int: return len(data)
@env.task
async def main() -> int: return await f(BIG)
"""
    with pytest.raises(ManifestError, match=r"known arguments take \d+ KiB, a ConfigMap holds 900 KiB"):
        compile_task(load(text))


def test_a_known_argument_over_the_inline_limit_travels_in_the_bundle(lower: Lower) -> None:
    made = lower("""
@env.task
async def f(data: str) -> int: return len(data)
@env.task
async def main() -> int: return await f("x" * 5000)
""")
    assert re.fullmatch(r'\{"b":"[0-9a-f]{64}"\}', made.arguments("f")["data"])


def test_a_program_that_nests_too_deep_is_refused(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DEEPEST", 20)
    subs = "".join(f"@env.task\nasync def s{i}() -> int: return await s{i - 1}()\n" for i in range(1, 30))
    text = "@env.task\nasync def s0() -> int: return 1\n" + subs
    with pytest.raises(ManifestError, match=r"nests 3\d templates deep, Argo runs 20"):
        compile_task(load(text, "s29"))


@pytest.mark.slow
def test_no_template_has_more_tasks_or_inputs_than_argo_takes(lower: Lower) -> None:
    made = lower("""
@env.task
async def f(i: int) -> int: return i
@env.task
async def add(xs: list[int]) -> int: return sum(xs)
@env.task
async def main() -> int:
    xs = await asyncio.gather(*(f(i) for i in range(390)))
    return await add(await asyncio.gather(*(f(x) for x in xs)))
""")
    for template in made.spec["templates"]:
        assert len(template.get("dag", {}).get("tasks", ())) <= limits.TASKS
        assert len(template.get("inputs", {}).get("parameters", ())) <= limits.PARAMETERS
        assert len(template.get("outputs", {}).get("parameters", ())) <= limits.PARAMETERS


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["int", "str"])
def test_a_fan_in_is_as_wide_as_the_object_allows(lower: Lower, kind: str) -> None:
    made = lower(f"""
@env.task
async def f(i: int) -> {kind}: return {kind}(i)
@env.task
async def take(xs: list[{kind}]) -> int: return len(xs)
@env.task
async def main() -> int: return await take(await asyncio.gather(*(f(i) for i in range(1200))))
""")
    assert made.manifest.report.pods == 1201
    assert "items" in {item["name"] for item in made["e-take"]["inputs"]["artifacts"]}
    assert made["e-take"]["container"]["args"][-1] == "{}"
