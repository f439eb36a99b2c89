"""What is published: the names of the package, the content of the wheel, the files of the repository."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tiphys
from tests.architecture.rooms import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = {".md", ".py", ".toml", ".txt", ".yaml", ".yml", ".go", ".mod", ".sh", ""}


def test_the_exported_names_are_what_is_visible() -> None:
    assert set(tiphys.__all__) <= set(dir(tiphys))
    for name in tiphys.__all__:
        assert getattr(tiphys, name) is not None
    visible = {name for name in dir(tiphys) if not name.startswith("_")}
    # submodules appear once something imported them; so do the imports of the package's own loader
    others = {name for name in visible if f"tiphys.{name}" in sys.modules} - set(tiphys.__all__)
    others |= {"annotations", "import_module", "TYPE_CHECKING"}
    assert visible - others == set(tiphys.__all__) - {"__version__"}


def test_types_and_values_agree_on_the_exported_names() -> None:
    text = Path(tiphys.__file__).read_text()
    typed = set(re.findall(r"^    from \S+ import (?:\w+ as )?(\w+)$", text, re.MULTILINE))
    assert typed == set(tiphys.__all__) - {"__version__"}


def test_a_name_that_comes_later_says_so() -> None:
    with pytest.raises(AttributeError, match=r"`tiphys\.notify` is not supported yet"):
        _ = tiphys.notify
    with pytest.raises(AttributeError, match=r"no attribute 'qqqq'$"):
        _ = tiphys.qqqq
    with pytest.raises(AttributeError, match=r"no attribute 'TaskEnviroment'\. Did you mean `TaskEnvironment`"):
        _ = tiphys.TaskEnviroment


def test_the_version_is_said_once() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert project["version"] == tiphys.__version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build the wheel with the build back end of this environment: nothing is downloaded."""
    folder = tmp_path_factory.mktemp("wheel")
    code = f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return zipfile.ZipFile(folder / done.stdout.split()[-1])


@pytest.mark.slow
def test_the_wheel_holds_three_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert tops == {"tiphys", "tiphys_runtime", "tiphys_templates", f"tiphys-{tiphys.__version__}.dist-info"}


@pytest.mark.slow
def test_the_wheel_holds_every_module_and_the_mark_of_typed_packages(wheel: zipfile.ZipFile) -> None:
    held = set(wheel.namelist())
    for root, package in (("compiler", "tiphys"), ("runtime", "tiphys_runtime"), ("templates", "tiphys_templates")):
        wanted = {str(file.relative_to(REPOSITORY / root)) for file in (REPOSITORY / root / package).rglob("*.py")}
        assert wanted - held == set()
    assert "tiphys/py.typed" in held
    assert "tiphys_templates/presets/gpu-operator.toml" in held
    assert not [name for name in held if name.endswith(".pyc")]


def tracked() -> Iterator[Path]:
    """Give the text files of the repository."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    for name in names.split("\0"):
        file = REPOSITORY / name
        if name and file.suffix in TEXTS and file.name != "go.sum" and file.is_file():
            yield file


# written in pieces, so that this file does not name what it looks for
FOLDERS = "work/", r"home/\w", "root/", r"Users/\w"
HOSTS = "pypi", "proxy.golang", "files.pythonhosted"
FOREIGN = re.compile("|".join([*("/" + folder for folder in FOLDERS), *(re.escape(f"{host}.org") for host in HOSTS)]))


def test_no_file_names_a_registry_or_a_folder_of_one_computer() -> None:
    wrong = [
        f"{file.relative_to(REPOSITORY)}:{number}: {line.strip()[:100]}"
        for file in tracked()
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if FOREIGN.search(line)
    ]
    assert wrong == []


def modules_named(document: Path) -> set[str]:
    """Give the paths that a document names in backquotes, such as `compiler/tiphys/loading.py`."""
    found = re.findall(r"`([\w./-]+(?:\.py|/))`", document.read_text())
    return {name for name in found if "/" in name}


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"])
def test_what_the_documents_name_exists(name: str) -> None:
    roots = (REPOSITORY, REPOSITORY / "compiler" / "tiphys", REPOSITORY / "runtime" / "tiphys_runtime")
    missing = [path for path in modules_named(REPOSITORY / name) if not any((root / path).exists() for root in roots)]
    assert missing == []


def test_the_architecture_names_every_room() -> None:
    text = (REPOSITORY / "ARCHITECTURE.md").read_text()
    rooms = {
        f"{entry.name}/" if entry.is_dir() else entry.name
        for entry in (REPOSITORY / "compiler" / "tiphys").iterdir()
        if (entry.is_dir() and any(entry.glob("*.py"))) or (entry.suffix == ".py" and entry.name != "__init__.py")
    }
    assert [room for room in sorted(rooms) if f"`{room}" not in text and f"/{room}" not in text] == []
