"""The Dockerfile of an image, its context, and what is read from Dockerfiles of users."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.building.conftest import Load
from tiphys.building.context import contents_of, write_context
from tiphys.building.given import copied, python_in
from tiphys.building.ignoring import rules_of
from tiphys.building.pythons import allows, python_of

Lines = Callable[[str], list[str]]
PIP = "PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install --disable-pip-version-check --root-user-action=ignore --cache-dir=/var/cache/tiphys/pip"
SEEN = re.compile(r"\b0-[0-9a-f]{12}")
"""The folder of what an instruction only sees: named by its contents, too."""
CACHE = "--mount=type=cache,target=/var/cache/tiphys"


def one_line(lines: list[str]) -> str:
    """Join the lines of an instruction as docker does."""
    return " ".join(line.removesuffix("\\").strip() for line in lines)


def test_packages_are_installed_with_a_cache_that_stays_out_of_the_image(dockerfile: Lines) -> None:
    assert dockerfile(".with_pip_packages('pandas>=2', 'numpy')") == [
        f"RUN {CACHE} \\",
        f"    {PIP} 'pandas>=2' numpy",
    ]


def test_how_packages_are_found_is_said_to_pip(dockerfile: Lines) -> None:
    said = "index_url='https://a.example', extra_index_urls=['https://b.example'], pre=True, extra_args='--no-deps'"
    lines = dockerfile(f".with_pip_packages('x', {said})")
    options = "--index-url https://a.example --extra-index-url https://b.example --pre --no-deps"
    assert one_line(lines) == f"RUN {CACHE} {PIP} {options} x"


def test_a_secret_is_seen_by_one_instruction_alone(dockerfile: Lines) -> None:
    lines = dockerfile(".with_pip_packages('git+https://$TOKEN@h.example/a$b', secret_mounts='token')")
    mount = "--mount=type=secret,id=TOKEN,required=true"
    export = 'export TOKEN="$(cat /run/secrets/TOKEN)"'
    assert one_line(lines) == f'RUN {CACHE} {mount} {export} && {PIP} "git+https://$TOKEN@h.example/a\\$b"'


def test_debian_packages_are_installed_with_the_caches_of_apt(dockerfile: Lines) -> None:
    assert one_line(dockerfile(".with_apt_packages('git', 'curl')")) == (
        "RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked "
        "rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && "
        "DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends git curl"
    )


def test_each_command_is_an_instruction(dockerfile: Lines) -> None:
    assert dockerfile(".with_commands(['make', 'make install'])") == ["RUN make", "RUN make install"]
    assert dockerfile(r""".with_commands(["make \\\n  install"])""") == ["RUN make \\", "  install"]
    assert dockerfile(""".with_commands(['echo "$HOME" # so'])""") == ['RUN echo "$HOME" # so']


@pytest.mark.parametrize(
    ("command", "script"),
    [
        ("\n    set -u\n    if true; then\n      make\n    fi\n", "set -u\nif true; then\n  make\nfi"),
        ("cat > /a <<'E'\r\nx\r\nE", "cat > /a <<'E'\nx\nE"),
        ("bash -c 'cat <<< x'", "bash -c 'cat <<< x'"),
        ("true \\", "true \\"),
        ("make \\\n # all\n", "make \\\n # all"),
    ],
)
def test_what_a_dockerfile_would_read_otherwise_is_handed_to_a_shell(
    command: str, script: str, dockerfile: Lines
) -> None:
    first, second = dockerfile(f".with_commands([{command!r}, 'after'])")
    assert json.loads(first.removeprefix("RUN ")) == ["/bin/sh", "-ec", script]
    assert second == "RUN after"


def test_a_script_sees_secrets_too(dockerfile: Lines) -> None:
    mount, script = dockerfile(".with_commands(['a\\nb'], secret_mounts='token')")
    assert mount == "RUN --mount=type=secret,id=TOKEN,required=true \\"
    assert json.loads(script)[2].splitlines() == ['export TOKEN="$(cat /run/secrets/TOKEN)"', "a", "b"]


def test_variables_are_quoted_and_may_use_others(dockerfile: Lines) -> None:
    lines = dockerfile(r""".with_env_vars({"A": 'say "x"', "PATH": "/a:$PATH", "B": "\\$x", "C": "a\\b"})""")
    assert lines == [r'ENV A="say \"x\""', 'ENV PATH="/a:$PATH"', r'ENV B="\$x"', r'ENV C="a\\b"']


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("5$", r"5\$"), ("$$", r"\$\$"), ("$1", r"\$1"), ("$(date)", r"\$(date)"), ("${X", r"\${X"),
        ("${X}/$Y", "${X}/$Y"), ("${X:-a b}", "${X:-a b}"), ("tail\\", r"tail\\"), ("ü", "ü"), ("", ""),
    ],
)  # fmt: skip
def test_a_dollar_that_names_nothing_stands_for_itself(value: str, written: str, dockerfile: Lines) -> None:
    assert dockerfile(f".with_env_vars({{'A': {value!r}}})") == [f'ENV A="{written}"']


def test_files_and_folders_are_copied_where_flyte_copies_them(dockerfile: Lines, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "a.txt").write_text("")
    layers = [
        ".with_workdir('/work')", ".with_source_file('a.txt')", ".with_source_file('a.txt', '/x/b.txt')",
        ".with_source_folder(Path('data'))", ".with_source_folder('data', copy_contents_only=True)",
        ".with_source_folder('data', '/x')",
    ]  # fmt: skip
    assert dockerfile("".join(layers)) == [
        "WORKDIR /work",
        'COPY ["1/a.txt", "./"]',
        'COPY ["2/a.txt", "/x/b.txt"]',
        'COPY ["3/", "./data/"]',
        'COPY ["4/", "./"]',
        'COPY ["5/", "/x/"]',
    ]


@pytest.mark.parametrize("name", ["a[1] b.txt", "$HOME", "st*r?", "quo'te", "back\\slash"])
def test_an_odd_name_is_not_written_where_it_would_be_read(name: str, dockerfile: Lines, tmp_path: Path) -> None:
    (tmp_path / name).write_text("")
    assert dockerfile(f".with_source_file({name!r})") == ['COPY ["0/", "./"]']
    assert dockerfile(f".with_source_file({name!r}, '/x/')") == ['COPY ["0/", "/x/"]']
    pattern = "".join(sign if sign.isalnum() or sign in ". " else "?" for sign in name)
    assert dockerfile(f".with_source_file({name!r}, '/x')") == [f'COPY ["0/{pattern}", "/x"]']


def test_names_that_are_no_patterns_are_written(dockerfile: Lines, tmp_path: Path) -> None:
    (tmp_path / "ü-b c_1.txt").write_text("")
    assert dockerfile(".with_source_file('ü-b c_1.txt')") == ['COPY ["0/ü-b c_1.txt", "./"]']


def test_a_folder_of_an_odd_name_keeps_it(dockerfile: Lines, tmp_path: Path) -> None:
    (tmp_path / "it's $x").mkdir()
    (line,) = dockerfile(""".with_source_folder("it's $x")""")
    assert json.loads(line.removeprefix("COPY ")) == ["0/", r"./it\'s \$x/"]


def test_requirements_are_shown_to_pip_with_those_that_they_read(
    dockerfile: Lines, image: Load, tmp_path: Path
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "base.txt").write_text("numpy\n")
    (tmp_path / "deep" / "all.txt").write_text("-r ../base.txt\n--constraint=limits.txt\npandas\n")
    (tmp_path / "deep" / "limits.txt").write_text("pandas<3\n")
    lines = dockerfile(".with_requirements('deep/all.txt')")
    assert SEEN.sub("0-*", one_line(lines)) == (
        f"RUN {CACHE} --mount=type=bind,source=0-*,target=/tmp/tiphys {PIP} -r /tmp/tiphys/deep/all.txt"
    )
    found = contents_of(image("Image.from_debian_base().with_requirements('deep/all.txt')").recipe)
    assert [SEEN.sub("0-*", path) for path in found] == ["0-*/base.txt", "0-*/deep/all.txt", "0-*/deep/limits.txt"]
    (tmp_path / "deep" / "limits.txt").write_text("pandas<2\n")
    assert dockerfile(".with_requirements('deep/all.txt')") != lines, "podman and buildah look at the text alone"


@pytest.mark.parametrize("tool", ["uv", "poetry"])
def test_a_project_is_installed_as_its_lock_says(tool: str, dockerfile: Lines, image: Load, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    for name in ("pyproject.toml", f"{tool}.lock", "src/a.py", "README.md"):
        (project / name).write_text("")
    text = one_line(dockerfile(f".with_{tool}_project('project/pyproject.toml')"))
    shown = f"RUN {CACHE} --mount=type=bind,source=0-*,target=/tmp/tiphys python3 -m venv /tmp/{tool} && "
    assert SEEN.sub("0-*", text).startswith(shown)
    assert f"&& rm -r /tmp/{tool}" in text
    assert ("uv sync --project /tmp/tiphys --locked --no-dev --inexact --no-install-project" in text) == (tool == "uv")
    assert ("poetry install --directory /tmp/tiphys --no-interaction --only main --no-root" in text) == (tool != "uv")
    layer = f".with_{tool}_project('project/pyproject.toml', project_install_mode='install_project')"
    lines = dockerfile(layer)
    assert lines[0] == 'COPY ["0/", "/opt/0/"]'
    assert "--no-install-project" not in one_line(lines)
    assert "--no-root" not in one_line(lines)
    few = contents_of(image(f"Image.from_debian_base().with_{tool}_project('project/pyproject.toml')").recipe)
    assert sorted(SEEN.sub("0-*", path) for path in few) == sorted(["0-*/pyproject.toml", f"0-*/{tool}.lock"])
    every = contents_of(image(f"Image.from_debian_base(){layer}").recipe)
    assert sorted(every) == sorted(["0/README.md", "0/pyproject.toml", "0/src/a.py", f"0/{tool}.lock"])


def test_a_lock_that_was_made_with_another_index_is_taken_as_it_is(dockerfile: Lines, tmp_path: Path) -> None:
    for name in ("pyproject.toml", "uv.lock"):
        (tmp_path / name).write_text("")
    text = one_line(dockerfile(".with_uv_project('pyproject.toml', index_url='https://i.example')"))
    assert "--frozen --no-dev --inexact --no-install-project --index-url https://i.example" in text
    assert "--locked" not in text


@pytest.mark.parametrize(
    ("tool", "words", "default", "is_left_out"),
    [
        ("uv", "--group dev", "--no-dev", True),
        ("uv", "--all-groups", "--no-dev", True),
        ("uv", "--group ml --extra dev", "--no-dev", False),
        ("poetry", "--with ml", "--only main", True),
        ("poetry", "--without=docs", "--only main", True),
        ("poetry", "--all-extras", "--only main", False),
    ],
)
def test_groups_that_are_asked_for_are_installed(
    tool: str, words: str, default: str, is_left_out: bool, dockerfile: Lines, tmp_path: Path
) -> None:
    for name in ("pyproject.toml", f"{tool}.lock"):
        (tmp_path / name).write_text("")
    text = one_line(dockerfile(f".with_{tool}_project('pyproject.toml', extra_args={words!r})"))
    assert words in text
    assert (default not in text) == is_left_out


def test_the_context_holds_what_is_copied_and_its_modes_are_alike(image: Load, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name, mode in (("a.txt", 0o600), ("run.sh", 0o700)):
        (tmp_path / "data" / name).write_text(name)
        (tmp_path / "data" / name).chmod(mode)
    place = tmp_path / "out"
    place.mkdir()
    recipe = image("Image.from_debian_base(python='3.11').with_source_folder('data').with_pip_packages('x')").recipe
    made = write_context(recipe, place)
    assert made.read_text().startswith("FROM python:3.11-slim-bookworm\n")
    modes = {
        item.relative_to(place / "context").as_posix(): item.stat().st_mode & 0o777
        for item in (place / "context").rglob("*")
    }
    assert modes == {"0": 0o755, "0/a.txt": 0o644, "0/run.sh": 0o755}


def write(folder: Path, *names: str) -> None:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)


def test_what_dockerignore_leaves_out_is_not_copied(image: Load, tmp_path: Path) -> None:
    write(tmp_path / "data", "a.py", "__pycache__/a.pyc", ".git/HEAD", "logs/x.log", "logs/keep.log", "deep/logs/y.log")
    folder = "Image.from_debian_base().with_source_folder('data')"
    every = [f"0/{name}" for name in ("a.py", "deep/logs/y.log", "logs/keep.log", "logs/x.log")]
    assert list(contents_of(image(folder).recipe)) == every
    (tmp_path / "data" / ".dockerignore").write_text("# no logs\n**/*.log\n!logs/keep.log\n.dockerignore\n")
    assert list(contents_of(image(folder).recipe)) == ["0/a.py", "0/logs/keep.log"]
    (tmp_path / "rules").write_text("deep\n/logs/\n.dockerignore\n")
    assert list(contents_of(image(f"{folder}.with_dockerignore('rules')").recipe)) == ["0/a.py"]


def test_a_folder_of_which_nothing_is_left_is_there_to_be_copied(image: Load, tmp_path: Path) -> None:
    write(tmp_path / "data", ".git/HEAD")
    place = tmp_path / "out"
    place.mkdir()
    write_context(image("Image.from_debian_base().with_source_folder('data')").recipe, place)
    assert [item.name for item in (place / "context").rglob("*")] == ["0"]


@pytest.mark.parametrize(
    ("rule", "dropped", "kept"),
    [
        ("*.txt", "a.txt", "b/a.txt"),
        ("**/*.txt", "b/c/a.txt", "a.py"),
        ("b", "b/c/a.txt", "bb/a.txt"),
        ("/b/", "b/a.txt", "c/b/a.txt"),
        ("a?.py", "ab.py", "a/b.py"),
        ("[ab].py", "a.py", "c.py"),
        ("b/**", "b/c/d", "b.py"),
        ("[z-a]", "[z-a]", "z"),
    ],
)
def test_rules_match_as_those_of_docker(rule: str, dropped: str, kept: str) -> None:
    rules = rules_of([rule])
    assert rules.drop(dropped)
    assert not rules.drop(kept)


def test_links_are_followed_but_not_in_circles(image: Load, tmp_path: Path) -> None:
    write(tmp_path / "data", "a.txt")
    (tmp_path / "data" / "again").symlink_to(tmp_path / "data", target_is_directory=True)
    (tmp_path / "data" / "gone").symlink_to(tmp_path / "nowhere")
    assert list(contents_of(image("Image.from_debian_base().with_source_folder('data')").recipe)) == ["0/a.txt"]


def test_a_dockerfile_is_built_as_it_is_with_what_it_copies(image: Load, tmp_path: Path) -> None:
    write(tmp_path / "img", "src/a.py", "src/b.txt", "secret.env", "more/x")
    text = "FROM python:3.11\nCOPY --chown=1 ./src/./*.py \\\n  /app/\nCOPY --from=other /x /y\nADD https://h.example/z more /z/\n"
    (tmp_path / "img" / "Dockerfile").write_text(text)
    one = image("Image.from_dockerfile('img/Dockerfile', registry='r.example', name='own')")
    assert list(contents_of(one.recipe)) == ["more/x", "src/a.py"]
    assert one.recipe.python == (3, 11)
    before = one.uri
    (tmp_path / "img" / "secret.env").write_text("changed")
    assert one.uri == before
    (tmp_path / "img" / "src" / "a.py").write_text("changed")
    assert one.uri != before


@pytest.mark.parametrize(
    "line", ["COPY . /app", "COPY $WHAT /app", "RUN --mount=type=bind,target=/x make", "RUN --mount=target=/x make"]
)
def test_where_only_the_build_knows_what_is_copied_everything_is(line: str) -> None:
    assert copied(f"FROM a\n{line}\n") is None


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("FROM python:3.12-slim\n", (3, 12)),
        ("# x\nFROM --platform=linux/amd64 python:3.11 AS build\nFROM build\n", (3, 11)),
        ("FROM python:3.11 AS build\nFROM debian:12\n", None),
        ("ARG V=3.12\nFROM python:$V\n", None),
        ("", None),
    ],
)
def test_the_last_stage_tells_the_python(text: str, version: tuple[int, int] | None) -> None:
    assert python_in(text) == version


@pytest.mark.parametrize(
    ("address", "version"),
    [
        ("python:3.12", (3, 12)),
        ("python:3.12.4-slim-bookworm", (3, 12)),
        ("r.example:5000/library/python:3.9-alpine@sha256:abc", (3, 9)),
        ("ghcr.io/astral-sh/uv:python3.13-bookworm", (3, 13)),
        ("a/b:py3.10-v2", (3, 10)),
        ("python:3", None),
        ("python:3-slim", None),
        ("python", None),
        ("a/b:3.12", None),
        ("a/python-app:3.12", None),
        ("happy3.1/x:numpy3.1", None),
    ],
)
def test_addresses_of_well_known_images_tell_their_python(address: str, version: tuple[int, int] | None) -> None:
    assert python_of(address) == version


@pytest.mark.parametrize(
    ("requires", "allowed", "refused"),
    [
        (">=3.11", (3, 11), (3, 10)),
        (">=3.11.4,<3.13", (3, 11), (3, 13)),
        ("==3.12.*", (3, 12), (3, 11)),
        ("==3.12", (3, 12), (3, 13)),
        ("~=3.11", (3, 13), (3, 10)),
        ("~=3.11.2", (3, 11), (3, 12)),
        (">3.11,!=3.12.*", (3, 13), (3, 12)),
        ("<=3.11.9", (3, 11), (3, 12)),
    ],
)
def test_requirements_of_a_python_version(requires: str, allowed: tuple[int, int], refused: tuple[int, int]) -> None:
    assert allows(requires, allowed)
    assert not allows(requires, refused)


def test_what_is_no_requirement_says_so() -> None:
    with pytest.raises(ValueError, match="'three' is no requirement of a Python version"):
        allows("three", (3, 11))
