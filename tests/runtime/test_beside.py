"""The shim of a container task, where the container runs beside it: the files by which they wait for each other."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tiphys_runtime import beside, files
from tiphys_runtime.errors import ContainerError, OOMError


@pytest.fixture(autouse=True)
def _signals() -> object:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_the_exit_code_is_awaited_until_it_is_written_whole(tmp_path: Path) -> None:
    file = tmp_path / "exitcode"
    file.write_text("")
    threading.Timer(0.2, lambda: file.write_text("7")).start()

    assert beside.awaited(str(tmp_path)) == 7


def test_a_pod_that_is_ended_before_there_is_an_exit_code_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "GRACE", 0.2)
    threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()

    assert beside.awaited(str(tmp_path)) is None


def test_a_pod_that_is_ended_still_reads_the_exit_code(tmp_path: Path) -> None:
    threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
    threading.Timer(0.3, lambda: (tmp_path / "exitcode").write_text("3")).start()

    assert beside.awaited(str(tmp_path)) == 3


def test_a_container_that_was_killed_whole_ends_the_shim_with_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[int] = []

    def leave(code: int) -> None:
        left.append(code)
        raise SystemExit(code)

    monkeypatch.setenv("TIPHYS_POD", str(tmp_path))
    monkeypatch.setattr(beside, "awaited", lambda _folder: None)
    monkeypatch.setattr(os, "_exit", leave)

    with pytest.raises(SystemExit):
        body()()
    assert left == [137]


def test_the_gate_opens_when_the_inputs_are_there(tmp_path: Path) -> None:
    threading.Timer(0.2, lambda: (tmp_path / "ready").write_text("go")).start()
    begun = time.monotonic()

    assert beside.gate(str(tmp_path), str(tmp_path)) == 0
    assert time.monotonic() - begun > 0.1


def test_the_gate_stays_shut_when_the_shim_failed_before(tmp_path: Path) -> None:
    (tmp_path / "main").mkdir()
    (tmp_path / "main" / "exitcode").write_text("3")

    assert beside.gate(str(tmp_path), str(tmp_path)) == 1


def body(**changed: object) -> beside.Container:
    said = {"command": None, "variables": (), "folders": ("/in", "/out"), "outputs": (), **changed}
    return beside.Container("t", **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(("code", "kind"), [(137, OOMError), (1, ContainerError), (64, ContainerError)])
def test_what_exit_codes_mean(code: int | None, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        body().check(code)


def test_a_value_with_a_zero_byte_is_no_word() -> None:
    with pytest.raises(ValueError, match="the input `n` holds a zero byte"):
        body(command=((("input", "n"),),)).script({"n": "a\0b"}, {})


def test_a_word_has_a_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "LONGEST", 10)

    with pytest.raises(ValueError, match="an argument of the task t has 11 bytes, and may have 10"):
        body(command=((("input", "n"),),)).script({"n": "x" * 11}, {})


def test_folders_are_replaced_where_they_stand_as_paths() -> None:
    text = "/var/inputs /var/inputs/a '/var/inputs' --x=/var/inputs/b /var/inputs2 /opt/var/inputs"

    assert beside.moved(text, {"/var/inputs": "/R"}) == "/R /R/a '/R' --x=/R/b /var/inputs2 /opt/var/inputs"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a\nb", b"a\nb"),
        (True, b"true"),
        (3, b"3"),
        (0.5, b"0.5"),
        ([1, None], b"[1, null]"),
        (b"\xff", b"\xff"),
        (timedelta(minutes=1), b"60"),
        (timedelta(milliseconds=1500), b"1.5"),
    ],
)
def test_values_are_text_or_json(value: object, expected: bytes) -> None:
    assert files.encoded(value) == expected


def test_what_no_program_could_read_is_refused() -> None:
    with pytest.raises(ValueError, match="a object cannot be written"):
        files.encoded([object()])
