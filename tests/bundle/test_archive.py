"""The runtime in a bundle: the same code, without what is written for people."""

import ast
import io
import re
import sys
import zipfile
from pathlib import Path

import cloudpickle
import pytest

import tiphys_runtime
from tiphys.bundling import archive, thinning
from tiphys.bundling.thinning import bare
from tiphys.engine.zygote import _is_same_runtime

RUNTIME = Path(tiphys_runtime.__file__).parent
FILES = [*RUNTIME.glob("*.py"), *Path(cloudpickle.__file__).parent.glob("*.py")]


class Plain(ast.NodeTransformer):
    """Leaves of a program what runs, as other code than that under test finds it."""

    def visit_Expr(self, node):
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return ast.Pass() if is_text else node

    def visit_If(self, node):
        self.generic_visit(node)
        return ast.Pass() if ast.unparse(node.test) == "TYPE_CHECKING" else node

    def visit_Assign(self, node):
        return ast.Pass() if ast.unparse(node) == "TYPE_CHECKING = False" else node

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        return ast.Pass() if node.value is None else ast.Assign([node.target], node.value, lineno=0)

    def visit_arg(self, node):
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.returns = None
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815


def statements(source):
    text = ast.dump(Plain().visit(ast.parse(source)))
    return re.sub(r"Pass\(\),? ?", "", text).replace(", ]", "]")


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_bare_source_does_the_same(file):
    source = file.read_bytes()

    assert statements(bare(source)) == statements(source)
    assert bare(bare(source)) == bare(source)
    assert len(bare(source)) <= len(source)
    compile(bare(source), str(file), "exec")


def test_what_is_for_people_and_for_type_checkers_goes():
    source = '''"""Doc
more.
"""  # why
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
# a comment
LIMIT: int = 3
def f(x: Any = """text  # no comment
    of two lines
""", *rest: int, key: str = "k") -> Any:
    """Doc."""; y = """Doc."""
    count: int
    if x:
        return f"""
    {y}
        """
    return "# none", x  # none
class C:
    "Doc."
    name: str = "of"
'''
    space: dict = {}
    exec(bare(source.encode()), space)

    assert b"Doc.\n" not in bare(source.encode())
    assert b"comment\n" not in bare(source.encode()).replace(b"no comment", b"")
    assert b"Any" not in bare(source.encode())
    assert space["f"](0) == ("# none", 0)
    assert space["f"](1) == "\n    Doc.\n        "
    assert space["f"].__defaults__ == ("text  # no comment\n    of two lines\n",)
    assert space["f"].__kwdefaults__ == {"key": "k"}
    assert (space["f"].__doc__, space["C"].__doc__, space["C"].name) == (None, None, "of")
    assert space["LIMIT"] == 3


def test_a_licence_stays():
    source = Path(sys.modules["cloudpickle.cloudpickle"].__file__).read_bytes()

    assert b"Redistributions of source code must retain the above copyright" in bare(source)


def test_the_engine_knows_the_runtime_that_is_installed(bundler, tmp_path):
    data = bundler.build().data
    bundle, changed = tmp_path / "bundle.zip", tmp_path / "changed.zip"
    bundle.write_bytes(data)
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) if name != "runtime.sha256" else b"another")

    assert _is_same_runtime(str(bundle), str(RUNTIME))
    assert not _is_same_runtime(str(changed), str(RUNTIME))
    assert not _is_same_runtime(str(bundle), str(tmp_path))
    assert not _is_same_runtime(str(tmp_path / "none.zip"), str(RUNTIME))


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Give the folder of what is kept, and count what is made."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(thinning, "bare", lambda source: made.append(source) or bare(source))
    made = []
    return tmp_path / "tiphys" / "runtime", made


def test_a_runtime_is_made_once_for_all_programs(kept):
    folder, made = kept
    sources = {"a.py": b"x = 1  # one\n", "b.py": "y = 'ü'\n".encode()}
    first = archive.thinned(sources)

    assert first == {name: bare(source) for name, source in sources.items()}
    assert archive.thinned(sources) == first
    assert len(made) == 2
    assert archive.thinned({**sources, "a.py": b"x = 2"})["a.py"] == b"x = 2"
    assert len(made) == 4
    for number in range(10):
        archive.thinned({"a.py": f"x = {number}".encode()})
    assert len(list(folder.iterdir())) == archive.KEPT


def test_what_is_kept_and_broken_is_made_again(kept):
    folder, made = kept
    archive.thinned({"a.py": b"x = 1"})
    (place,) = folder.iterdir()
    for text in ('{"a.py": "x', "[]"):
        place.write_text(text)
        assert archive.thinned({"a.py": b"x = 1"}) == {"a.py": b"x = 1"}
    assert len(made) == 3


def test_a_runtime_is_made_where_nothing_can_be_kept(tmp_path, monkeypatch):
    (tmp_path / "tiphys").write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert archive.thinned({"a.py": b"x = 1"}) == {"a.py": b"x = 1"}


def test_the_runtime_leaves_room_for_programs(bundler):
    # kubectl keeps an object, in base64, in an annotation of 256 KiB
    assert len(bundler.build().data) * 4 / 3 < 200 * 1024
