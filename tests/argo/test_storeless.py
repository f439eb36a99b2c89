"""Without an artifact repository: no template has an artifact, and what needs one is refused at its line."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.argo.conftest import Load
from tiphys.argo.pods import ARGUMENT
from tiphys.compiling import compile_task
from tiphys.diagnostics import ProgramError
from tiphys.profile import Profile
from tiphys.runs import RunContext
from tiphys_runtime.envelope import too_long
from tiphys_runtime.errors import NonRecoverableError

PROFILE = Profile.model_validate({"storage": "none"})
HEAD = """
@env.task
async def step(n: int) -> list[str]:
    return ["x" * n]
@env.task
async def size(texts: list[str], more: list[str]) -> int:
    return sum(map(len, (*texts, *more)))
@env.task
async def main(n: int = 5000) -> {returns}:
"""
FLOWS = """
    first, second = await asyncio.gather(step(n), step(2))
    total = await size(first, second)
    while total < 3 * n:
        total += await size(first, [])
    if total > 1:
        total += len((await step(3))[0])
    return f"{total} {len(first)}"
"""
REFUSED = {
    "the results of `cache` are kept in one": """
    return await step.override(cache="auto")(n)
""",
}


def run(load: Load, folder: Path, n: int, text: str = FLOWS, head: str = "") -> Any:
    """Compile and run the program on this computer; no template has an artifact. head: further tasks."""
    manifest = compile_task(load(head + HEAD.format(returns="str") + text), profile=PROFILE)
    for template in manifest.objects[1]["spec"]["templates"]:
        assert "artifacts" not in template.get("inputs", {})
        assert "artifacts" not in template.get("outputs", {})
    return RunContext(executor="in-process", workdir=folder).here(manifest, {"n": str(n)}, None).result()


LISTS = """
    rows = await asyncio.gather(*(step(n + i) for i in range(len(await step(1)))))
    more = await asyncio.gather({calls})
    return f"{{[len(row[0]) for row in rows]}} {{await size(rows[0], [row[0] for row in more])}}"
"""


@pytest.mark.slow
def test_values_travel_in_parameters(load: Load, tmp_path: Path) -> None:
    """5000 + 2, and twice 5000 more until 15000 is reached; then 3."""
    assert run(load, tmp_path / "run", 5000) == "15005 1"


@pytest.mark.slow
def test_a_value_that_is_too_large_for_that_is_refused_by_its_task(load: Load, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"the task e\.step gives .* without an artifact repository only 32,768"):
        run(load, tmp_path / "run", 50_000)


@pytest.mark.slow
@pytest.mark.parametrize("many", [2, 17, 40])
def test_many_results_and_those_of_a_fan_out_travel_in_parameters(load: Load, tmp_path: Path, many: int) -> None:
    """A list of one item, and so many results more."""
    calls = ", ".join(["step(n)"] * many)

    assert run(load, tmp_path / "run", 3000, LISTS.format(calls=calls)) == f"[3000] {3000 * (many + 1)}"


@pytest.mark.slow
def test_what_is_too_long_for_one_argument_is_refused_by_the_task_that_takes_it(load: Load, tmp_path: Path) -> None:
    """18 times 10,000 are more than 131,000."""
    text = LISTS.format(calls=", ".join(["step(n)"] * 17))
    with pytest.raises(ValueError, match=r"it takes 18\d,\d+ bytes, .* without an artifact repository no argument"):
        run(load, tmp_path / "run", 10_000, text)


TRIES = """
    texts = []
    try:
        texts = await asyncio.gather({calls})
        await refuse(n)
    except tiphys.errors.NonRecoverableError as error:
        return f"{{error}} {{sum(len(text[0]) for text in texts)}}"
    return "went"
"""
REFUSE = """
@env.task
async def refuse(n: int) -> None:
    raise {error}
"""


MANY = """
    rows = [row for row in await step(1) for _ in range(19)]
    inner = [await asyncio.gather(*(step(len(row) * n) for row in rows))]
    return f"{len(inner[0])}"
"""


@pytest.mark.slow
def test_items_of_a_fan_out_share_the_room_of_the_run(load: Load, tmp_path: Path) -> None:
    """160,000 bytes for 19 items and one are 8,000 for each; the list around the text takes 10."""
    assert run(load, tmp_path / "run", 4_000, MANY) == "19"
    with pytest.raises(NonRecoverableError, match=r"8,014 bytes for `v`, .* only 8,000 can travel from each of so"):
        run(load, tmp_path / "run", 8_004, MANY)


STORM = """
@env.task
async def refuse(n: int) -> int:
    import os
    raise ValueError(n, os.urandom(30_000))
"""
REFUSALS = """
    many = list(range(24)) if await step(1) else []
    return str(await asyncio.gather(*(refuse(number) for number in many)))
"""


@pytest.mark.slow
def test_exceptions_of_items_share_the_room_of_the_run(load: Load, tmp_path: Path) -> None:
    """Each stands several times in the object that a run is, of which Argo writes 1 MiB, compressed and in base64."""
    with pytest.raises(ValueError, match=r"^\(\d+, "):
        run(load, tmp_path / "run", 1, REFUSALS, STORM)
    nodes = (tmp_path / "run" / "nodes.json").read_bytes()
    assert len(gzip.compress(nodes)) * 4 / 3 < 1024**2


@pytest.mark.slow
def test_what_variables_hold_where_something_fails_reaches_the_handler(load: Load, tmp_path: Path) -> None:
    text = TRIES.format(calls="step(n), step(n)")
    head = REFUSE.format(error="tiphys.errors.NonRecoverableError('no')")

    assert run(load, tmp_path / "run", 30_000, text, head) == "no 60000"


CHILD = """
@env.task
async def odd(n: int) -> int:
    if n % 2 == 0:
        raise ValueError(f"{n} is even")
    return n
@env.task
async def child(n: int) -> int:
    return 1 + await odd(n)
"""
SHARED = """
    total = await child(3)
    try:
        total += await child(n)
    except ValueError as error:
        return f"{error} {total}"
    return f"{total + await child(6)}"
"""


@pytest.mark.slow
def test_what_runs_inside_of_a_try_and_outside_fails_outside_only(load: Load, tmp_path: Path) -> None:
    """4 for 3, and the text for 2; for 5 the call behind the `try` fails the run."""
    assert run(load, tmp_path / "run", 2, SHARED, CHILD) == "2 is even 4"
    with pytest.raises(ValueError, match="6 is even"):
        run(load, tmp_path / "again", 5, SHARED, CHILD)


@pytest.mark.slow
def test_a_pod_that_may_fail_in_a_try_is_asked_in_a_task_that_always_runs(load: Load) -> None:
    templates = compile_task(load(CHILD + HEAD.format(returns="str") + SHARED), profile=PROFILE).objects[1]["spec"][
        "templates"
    ]
    guard = next(item for item in templates if item["name"].endswith("-guard"))
    tried = next(item for item in templates if item["name"] == "e-child-tried")

    assert "continueOn" not in str(templates)
    for item in (guard, tried):
        assert item["dag"]["tasks"][-1]["template"] == "join"
        assert "record" in [output["name"] for output in item["outputs"]["parameters"]]
    plain = next(item for item in templates if item["name"] == "e-child")
    assert [output["name"] for output in plain["outputs"]["parameters"]] == ["v"]


@pytest.mark.slow
def test_too_much_of_that_is_an_exception_of_its_own(load: Load, tmp_path: Path) -> None:
    """4 times 30,000 are more than 90,000. The handler is for another class, which is not what arrives."""
    text = TRIES.format(calls="step(n), step(n), step(n), step(n)").replace("NonRecoverableError as", "OOMError as")
    head = REFUSE.format(error="tiphys.errors.OOMError('no')")
    with pytest.raises(NonRecoverableError, match=r"OOMError: no; what the variables hold .* takes 12\d,\d+ bytes"):
        run(load, tmp_path / "run", 30_000, text, head)


def test_the_pod_says_the_limit_that_the_compiler_set() -> None:
    assert f"{ARGUMENT:,}" in too_long({"o": 1})


@pytest.mark.parametrize("text", REFUSED)
def test_what_needs_a_repository_is_refused_at_its_line(text: str, load: Load) -> None:
    with pytest.raises(ProgramError, match="without an artifact repository") as caught:
        compile_task(load(HEAD.format(returns="list[str]") + REFUSED[text]), profile=PROFILE)

    (mistake,) = caught.value.mistakes
    assert text in mistake.message
    assert mistake.where is not None
    assert mistake.where.line >= 14
    assert "storage = 's3'" in str(mistake.mend)


def test_attempts_know_of_each_other_by_their_messages(load: Load) -> None:
    """The user's two and three for lost pods are one limit to Argo; the message of the last one says which is which."""
    profile = Profile.model_validate({"storage": "none", "retries": {"lost": 3}})
    text = HEAD.format(returns="list[str]") + "    return await step.override(retries=2)(n)"
    manifest = compile_task(load(text), profile=profile)

    (pod,) = [item for item in manifest.objects[1]["spec"]["templates"] if "container" in item]
    assert pod["retryStrategy"]["limit"] == "5"
    assert "TIPHYS_LAST" in [variable["name"] for variable in pod["container"]["env"]]
    assert "artifacts" not in {**pod["inputs"], **pod["outputs"]}
    (told,) = [one for one in manifest.report.tasks if one.task == "e.step"]
    assert told.settings["retries"].value == {"count": 2, "lost right after a lost one": "counts as a failure"}
