"""Which file a profile is read from, which of its tables, and which line a mistake is in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiphys.diagnostics import UsageError
from tiphys.profile import Profile, find_profile

NAMED = """\
namespace = "ml"
[pods.labels]
team = "ml"
[profiles.test]
namespace = "test"
[profiles.test.pods.labels]
stage = "test"
"""


def test_nothing_is_said_where_there_is_no_file(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert find_profile(tmp_path) == Profile()


def test_the_nearest_file_is_read_up_to_the_end_of_the_repository(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "tiphys.toml").write_text("namespace = 'outer'")
    assert find_profile(inner).namespace == "outer"

    (tmp_path / "a" / "pyproject.toml").write_text("[tool.tiphys]\nnamespace = 'project'")
    assert find_profile(inner).namespace == "project"

    (inner / "pyproject.toml").write_text("[project]\nname = 'x'")
    assert find_profile(inner).namespace == "project"

    (inner / ".git").mkdir()
    assert find_profile(inner) == Profile()


def test_a_named_profile_is_laid_over_the_others_key_by_key(tmp_path: Path) -> None:
    (tmp_path / "tiphys.toml").write_text(NAMED)

    assert (find_profile(tmp_path).namespace, find_profile(tmp_path).pods.labels) == ("ml", {"team": "ml"})
    found = find_profile(tmp_path, "test")
    assert (found.namespace, found.pods.labels) == ("test", {"team": "ml", "stage": "test"})


def test_a_file_can_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(NAMED)
    assert find_profile(tmp_path, str(tmp_path / "other.toml")).namespace == "ml"
    with pytest.raises(UsageError, match=r"there is no profile .*gone\.toml"):
        find_profile(tmp_path, str(tmp_path / "gone.toml"))


@pytest.mark.parametrize(
    ("text", "asked", "line"),
    [
        ("a = 1\n", None, 1),
        ("namespace = 'a'\nnamespaces = 'b'\n", None, 2),
        ("[pods]\n\nlabels = 3\n", None, 3),
        ("namespace = 'a'\npods.labels = 3\n", None, 2),
        ("[pods]\n# labels = 3\nlabels.a = 3 # labels\n", None, 3),
        ("pods = { labels = 3 }\n", None, 1),
        ("[runs]\nttl = '1d'\n[queues.a]\nkueue = 'a'\n[queues.b]\nkueue = 3\n", None, 6),
        ('[accelerators.GPU.devices."A100 80G"]\nnode_selector = 3\n', None, 2),
        ("namespace = 'a'\n[profiles.b]\nnamespace = 3\n", "b", 3),
        ("namespace = 3\n[profiles.b]\nservice_account = 'c'\n", "b", 1),
        ("[profiles.c]\nnamespace = 3\n[profiles.b]\nnamespace = 4\n", "b", 4),
    ],
)
def test_a_mistake_names_its_line(text: str, asked: str | None, line: int, tmp_path: Path) -> None:
    (tmp_path / "tiphys.toml").write_text(text)
    with pytest.raises(UsageError, match=rf"^{tmp_path}/tiphys\.toml:{line}:1: "):
        find_profile(tmp_path, asked)


def test_a_mistake_shows_its_line(tmp_path: Path) -> None:
    (tmp_path / "tiphys.toml").write_text("[queues.a]\n  kue = 'x'  # whose\n")
    with pytest.raises(UsageError) as caught:
        find_profile(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}/tiphys.toml:2:3: there is no key `queues.a.kue` in a profile. Did you mean `kueue`, `mutex`?\n"
        "      kue = 'x'  # whose\n"
        "      ^"
    )


def test_a_profile_is_checked_before_it_is_asked_for(tmp_path: Path) -> None:
    text = "namespace = 'ml'\n[profiles.a]\nnamespce = 'x'\n[profiles.b]\nservice_account = 'y'\n"
    (tmp_path / "tiphys.toml").write_text(text)
    for asked in (None, "b"):
        with pytest.raises(UsageError, match=r"tiphys\.toml:3:1: there is no key `namespce` in a profile"):
            find_profile(tmp_path, asked)


def test_two_files_of_one_folder_cannot_both_be_the_profile(tmp_path: Path) -> None:
    (tmp_path / "tiphys.toml").write_text("namespace = 'ml'")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n[tool.tiphys.runs]\nparallelism = 3\n")
    with pytest.raises(UsageError, match=r"pyproject\.toml:3:1: tiphys\.toml beside it is the profile, so this would"):
        find_profile(tmp_path)

    (tmp_path / "pyproject.toml").write_text("this is no TOML, and does not matter")
    assert find_profile(tmp_path).namespace == "ml"


def test_lines_of_a_project_file_are_found_in_its_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\nnamespace = 1\n[tool.tiphys]\nnamespace = 3\n")
    with pytest.raises(UsageError, match=r"pyproject\.toml:5:1: `namespace = 3`: write text, in quotes"):
        find_profile(tmp_path)


def test_an_unknown_profile_says_how_one_is_declared(tmp_path: Path) -> None:
    (tmp_path / "tiphys.toml").write_text("namespace = 'a'")
    with pytest.raises(UsageError, match=r"has no profile `test`\. \[profiles\.test\] declares it\."):
        find_profile(tmp_path, "test")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"image =\n", ":1:8: this is not TOML: invalid value\n    image =\n           ^"),
        (b'namespace = "a"\n[pods\nx = 1', ":2:6: this is not TOML: expected ']' at the end of a table"),
        ('\timage = "ü" x'.encode(), ":1:14: this is not TOML: expected newline or end of"),
        ('a = "ü" x'.encode(), 'after a statement\n    a = "ü" x\n            ^'),
        (b"[a]\nb = [1,\n", ":2:8: this is not TOML: "),
        (b"a = 1\nb = '\xff'\n", ":2:6: this is not UTF-8, and so no TOML"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["tiphys.toml", "pyproject.toml"])
def test_what_is_no_toml_is_told_with_its_place_and_line(name: str, text: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(text)
    with pytest.raises(UsageError) as caught:
        find_profile(tmp_path)
    where = str(caught.value).removeprefix(f"{tmp_path}/{name}")
    assert where.startswith(said) if said.startswith(":") else where.endswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("retries = 3", "`retries` is a table; its key is lost"),
        ("runs = 3", "`runs` is a table; its keys are parallelism, ttl, pod_gc"),
        ("interruptible = true", "`interruptible = true`: say which nodes"),
        ("interruptible.preset = ['gke']", "there is no preset ['gke'] for `interruptible`"),
        ("accelerators.preset = { GPU = 1 }", "there is no preset {'GPU': 1} for `accelerators`"),
        ("image = 1979-05-27", "`image = 1979-05-27`: write text, in quotes"),
        ("interruptible.tolerations = [{key = 3}]", "the key 3 is not text; write it in quotes"),
        ("pod_templates.a.containers = 3", "`pod_templates.a`: `pod_spec.containers`"),
        ('queues."A B".kueue = "x"', "`queues.A B = 'A B'`: a name in Kubernetes has lower-case"),
        ("runs.parallelism = 99999999999999999999", "`runs.parallelism = 99999999999999999999`: write a number up to"),
    ],
)
def test_a_wrong_value_is_told_in_words_of_toml(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "tiphys.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        find_profile(tmp_path)
    assert said in str(caught.value)


@pytest.mark.parametrize("said", ["Bad_Namespace", "ml.prod", "-a", "", "a" * 64])
def test_a_namespace_is_a_label_of_rfc_1123(said: str, tmp_path: Path) -> None:
    (tmp_path / "tiphys.toml").write_text(f"namespace = '{said}'")
    with pytest.raises(UsageError, match=r"tiphys\.toml:1:1: `namespace = .*is no name of a namespace"):
        find_profile(tmp_path)
