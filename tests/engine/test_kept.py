"""When results that were kept go: unused for long, or too many bytes."""

from __future__ import annotations

import os
from pathlib import Path

from tiphys.engine.kept import SWEPT, UNUSED_SECONDS, sweep, sweep_sometimes
from tiphys.engine.locks import Locks
from tiphys.engine.store import Store

NOW = 2_000_000_000.0


def result(folder: Path, name: str, *, unused: float, size: int = 10) -> Path:
    """Keep a result that was used last so many seconds ago."""
    file = folder / "code" / name / "_"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"x" * size)
    os.utime(file, (NOW - unused, NOW - unused))
    return file


def test_a_result_that_no_run_has_used_for_long_goes_with_its_folder(tmp_path: Path) -> None:
    old, new = result(tmp_path, "old", unused=UNUSED_SECONDS + 1), result(tmp_path, "new", unused=UNUSED_SECONDS - 1)
    sweep(tmp_path, now=NOW)
    assert not old.parent.exists()
    assert new.exists()


def test_of_too_many_bytes_those_go_that_were_used_longest_ago(tmp_path: Path) -> None:
    files = [result(tmp_path, str(age), unused=age) for age in (30, 10, 20)]
    sweep(tmp_path, now=NOW, most=25)
    assert [file.exists() for file in files] == [False, True, True]


def test_code_of_which_no_result_is_left_goes(tmp_path: Path) -> None:
    old = result(tmp_path / "of-old", "old", unused=UNUSED_SECONDS + 1)
    result(tmp_path / "of-new", "new", unused=0)
    sweep(tmp_path, now=NOW)
    assert [folder.name for folder in tmp_path.iterdir()] == ["of-new"]
    assert not old.exists()


def test_to_be_found_is_to_be_used(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", tmp_path)
    file = tmp_path / "tiphys/cache/local/c/i/_"
    file.parent.mkdir(parents=True)
    file.write_text("1.0\nJ1")
    os.utime(file, (1, 1))
    assert store.find("tiphys/cache/local/c/i/_") == str(file)
    assert file.stat().st_mtime > 1


def test_results_are_looked_through_once_an_hour(tmp_path: Path) -> None:
    first = result(tmp_path, "first", unused=NOW)
    sweep_sometimes(tmp_path)
    assert not first.exists()
    second = result(tmp_path, "second", unused=NOW)
    sweep_sometimes(tmp_path)
    assert second.exists()
    os.utime(tmp_path / SWEPT, (1, 1))
    sweep_sometimes(tmp_path)
    assert not second.exists()
    sweep_sometimes(tmp_path / "nothing")


def test_a_mutex_is_held_by_one_run_of_several(tmp_path: Path) -> None:
    one, other = Locks(tmp_path), Locks(tmp_path)
    taken = one.take(["a", "b"])
    assert taken is not None
    assert one.take(["b"]) is None
    assert other.take(["a"]) is None
    free = other.take(["c"])
    assert free is not None
    assert one.take(["c", "d"]) is None
    held = other.take(["d"])  # what could not be taken whole was given back
    assert held is not None
    one.give_back(taken)
    assert other.take(["a"]) is not None
    other.close()
    assert one.take(["a", "c", "d"]) is not None


def test_where_nothing_can_be_written_a_run_heeds_its_own_pods(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    locks = Locks(tmp_path / "file" / "locks")
    taken = locks.take(["a"])
    assert taken is not None
    assert locks.take(["a"]) is None
    locks.give_back(taken)
    assert locks.take(["a"]) is not None
