"""Secrets are looked for before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tiphys.cluster import check_secrets
from tiphys.cluster.refusals import Refused, Unreachable
from tiphys.compiling import compile_task
from tiphys.diagnostics import ProgramError
from tiphys.loading import load_module
from tiphys.runs import RunContext

if TYPE_CHECKING:
    from tiphys.cluster import Cluster

PROGRAM = """\
import tiphys

env = tiphys.TaskEnvironment("e", secrets=["token", tiphys.Secret("key", group="db", mount="/etc/own")])

@env.task
async def f(n: int) -> int:
    return n

@tiphys.TaskEnvironment("m").task
async def main(n: int = 1) -> int:
    return await f(n)
"""


@dataclass
class Held:
    """A stand-in for a cluster that holds these Secrets."""

    read_one: Callable[[str], Any]
    namespace: str = "ml"

    def read(self, kind: str, name: str) -> Any:
        assert kind == "Secret"
        return self.read_one(name)


def needed(tmp_path: Path) -> Any:
    file = tmp_path / "with_secrets.py"
    file.write_text(PROGRAM)
    return compile_task(load_module(file).main).secrets


def test_a_program_says_what_its_tasks_read_and_where(tmp_path: Path) -> None:
    found = [(one.secret, one.key, one.task, one.where.place) for one in needed(tmp_path)]

    assert found == [("token", "value", "e.f", "with_secrets.py:3"), ("db", "key", "e.f", "with_secrets.py:3")]


def test_all_that_is_missing_is_named_with_the_task_the_line_and_the_mending(tmp_path: Path) -> None:
    held = {"db": {"data": {"user": "", "pass": ""}}}

    with pytest.raises(ProgramError) as caught:
        check_secrets(Held(held.get), needed(tmp_path))  # type: ignore[arg-type]  # a stand-in

    text = str(caught.value)
    assert "`e.f` reads the Secret `token`, and there is none in namespace `ml`" in text
    assert "with_secrets.py:3:" in text
    assert "    env = tiphys.TaskEnvironment(" in text
    assert "kubectl -n ml create secret generic token --from-literal=value=..." in text
    assert "`e.f` reads the key `key` of the Secret `db`, which has none" in text
    assert "In namespace `ml` it has `pass`, `user`." in text


def test_all_that_is_read_of_a_missing_secret_is_made_at_once(tmp_path: Path) -> None:
    one, _ = needed(tmp_path)

    with pytest.raises(ProgramError) as caught:
        check_secrets(Held({}.get), [one, replace(one, key="other")])  # type: ignore[arg-type]  # a stand-in

    assert len(caught.value.mistakes) == 1
    assert "create secret generic token --from-literal=value=... --from-literal=other=...`" in str(caught.value)


def test_what_is_there_needs_no_word(tmp_path: Path) -> None:
    held = {"db": {"data": {"key": ""}}, "token": {"data": {"value": ""}}}

    assert check_secrets(Held(held.get), needed(tmp_path)) == []  # type: ignore[arg-type]  # a stand-in


def test_a_user_who_may_not_read_secrets_gets_a_note(tmp_path: Path) -> None:
    def forbidden(name: str) -> Any:
        raise Refused(f"`ada` may not get secrets in namespace `ml`\n  {name}", code=HTTPStatus.FORBIDDEN)

    notes = check_secrets(Held(forbidden), needed(tmp_path))  # type: ignore[arg-type]  # a stand-in

    assert notes == [
        f"the Secret `{name}`, which `e.f` reads, was not looked for: `ada` may not get secrets in namespace `ml`"
        for name in ("token", "db")
    ]


def test_other_refusals_are_not_hidden(tmp_path: Path) -> None:
    def unreachable(name: str) -> Any:
        raise Unreachable(name)

    with pytest.raises(Unreachable):
        check_secrets(Held(unreachable), needed(tmp_path))  # type: ignore[arg-type]  # a stand-in


@pytest.mark.kubernetes
def test_nothing_is_written_where_a_secret_is_missing(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "with_secrets_there.py"
    file.write_text(PROGRAM)
    manifest = compile_task(load_module(file).main)
    monkeypatch.setattr(RunContext, "cluster", lambda _: cluster)

    with pytest.raises(ProgramError, match="there is none in namespace"):
        RunContext(mode="cluster").there(manifest, {})

    assert [cluster.read(item["kind"], item["metadata"]["name"]) for item in manifest.objects] == [None, None]
    cluster.create({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "token"}, "stringData": {"value": "x"}})
    cluster.create({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "stringData": {"key": "x"}})
    assert RunContext(mode="cluster").there(manifest, {}).notes == ()
