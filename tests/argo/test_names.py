"""Names: valid for Argo and Kubernetes, the same each time, never two things under one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.argo.conftest import Load, Lower, parameters
from tiphys.argo.expressions import parameter_of
from tiphys.argo.names import Names, valid, with_digest
from tiphys.argo.packing import labels
from tiphys.compiling import compile_task
from tiphys.diagnostics import ProgramError

VALID = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
# what Argo's expressions read as something else than a name
RESERVED = "let true false nil matches contains startsWith endsWith".split()


@given(st.lists(st.text(max_size=150), max_size=20, unique=True))
def test_every_wish_gets_a_valid_name_of_its_own(wishes: list[str]) -> None:
    names = Names("join")
    found = [names.of(wish, wish) for wish in wishes]
    assert all(VALID.fullmatch(name) and len(name) <= 128 for name in found)
    assert len({*found, "join"}) == len(wishes) + 1
    assert [names.of(wish, "other") for wish in wishes] == found


@given(st.text(), st.binary())
def test_a_name_with_a_digest_is_a_label(base: str, content: bytes) -> None:
    name = with_digest(base, content)
    assert VALID.fullmatch(name)
    assert len(name) <= 63
    assert VALID.fullmatch(valid(base))


def test_programs_whose_names_begin_alike_have_labels_of_their_own() -> None:
    long = "a" * 60
    found = {labels(f"{long}{end}")["tiphys.dev/program"] for end in ("", "-one", "-two", "-three")}
    assert len(found) == 4
    assert long in found
    assert all(VALID.fullmatch(label) and len(label) <= 63 for label in found)


@given(st.lists(st.from_regex(r"\A[^\W\d]\w*\Z"), unique=True))
def test_variables_become_parameters_of_their_own(variables: list[str]) -> None:
    found = [parameter_of(name) for name in variables]
    assert all(re.fullmatch(r"[-a-zA-Z0-9_]+", name, re.ASCII) for name in found)
    assert len({*found, "at"}) == len(variables) + 1


@pytest.mark.parametrize("name", RESERVED)
def test_a_task_may_be_named_like_a_word_of_argos_expressions(lower: Lower, name: str) -> None:
    made = lower(f"""
@env.task
async def {name}(i: int) -> int: return i
@env.task
async def main() -> int: return await {name}(await {name}(1))
""")
    assert name not in made.tasks()
    assert all(VALID.fullmatch(task) for task in made.tasks())


def test_names_outside_ascii_and_names_of_our_own_travel(lower: Lower) -> None:
    made = lower("""
@env.task
async def größe(länge: int, at: str, item: str, v: str = "") -> str: return at
@env.task
async def join(at: str, item: str, höhe: int) -> str: return await größe(höhe, at, item)
@env.task
async def main(at: str, n: int = 1) -> str:
    a = await größe(n, at, "i")
    return await join(a, at, n)
""")
    sub = made["e-join"]
    assert list(parameters(sub["inputs"]))[::2] == ["at", "item"]
    assert "h--f6--he" in parameters(sub["inputs"])
    for item in made.templates.values():
        names = [each["name"] for each in item.get("inputs", {}).get("parameters", ())]
        assert len({*names}) == len(names)
        assert all(re.fullmatch(r"[-a-zA-Z0-9_]+", name, re.ASCII) for name in names)


def test_an_argument_of_the_run_is_refused_where_argo_would_not_take_its_name(load: Load) -> None:
    with pytest.raises(ProgramError, match="`größe` is an argument of the run"):
        compile_task(load("@env.task\nasync def main(größe: int) -> int: return größe"))


def test_names_that_differ_in_case_alone_stay_apart(lower: Lower) -> None:
    made = lower("""
@env.task
async def Fit(i: int) -> int: return i
@env.task
async def fit(i: int) -> int: return i + 1
@env.task
async def fit_(i: int) -> int: return i + 2
@env.task
async def main() -> int: return await Fit(await fit(await fit_(1)))
""")
    assert len({task["template"] for task in made.tasks().values()}) == len(made.tasks()) == 3


def test_a_very_long_name_is_cut(lower: Lower) -> None:
    name = "a" * 300
    task = f"@env.task\nasync def {name}(i: int) -> int: return i"
    made = lower(f"{task}\n@env.task\nasync def main() -> int: return await {name}(1)")
    assert all(len(task) <= 128 for task in made.tasks())
    assert all(len(template) <= 128 for template in made.templates)
    assert len(made.template["metadata"]["name"]) <= 63
