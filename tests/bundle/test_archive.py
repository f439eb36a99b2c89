"""The runtime in a bundle: the same code, without what is written for people."""

import ast
import io
import sys
import zipfile
from pathlib import Path

import cloudpickle
import pytest

import tiphys_runtime
from tiphys.bundling.archive import bare
from tiphys.engine.zygote import _is_same_runtime

RUNTIME = Path(tiphys_runtime.__file__).parent
FILES = [*RUNTIME.glob("*.py"), *Path(cloudpickle.__file__).parent.glob("*.py")]


class WithoutTexts(ast.NodeTransformer):
    def visit_Expr(self, node):
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else node


def statements(source):
    tree = WithoutTexts().visit(ast.parse(source))
    return ast.dump(tree), [(node.lineno, node.end_lineno) for node in ast.walk(tree) if hasattr(node, "lineno")]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_bare_source_does_the_same_on_the_same_lines(file):
    source = file.read_bytes()

    assert statements(bare(source)) == statements(source)
    assert bare(bare(source)) == bare(source)


def test_only_comments_and_docstrings_go():
    source = '''"""Doc
more.
"""  # why
from __future__ import annotations

# a comment

def f(x="""text  # no comment
"""):
    """Doc."""; y = """Doc."""
    r"""
    Doc.
    """
    return "# none", x  # none
class C:
    "Doc."
    name = 1
    "of the name"
'''
    expected = '''""


from __future__ import annotations



def f(x="""text  # no comment
"""):
    """Doc."""; y = """Doc."""
    ""


    return "# none", x
class C:
    ""
    name = 1
    ""
'''

    assert bare(source.encode()).decode() == expected


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


def test_the_runtime_leaves_room_for_programs(bundler):
    # kubectl keeps an object, in base64, in an annotation of 256 KiB
    assert len(bundler.build().data) * 4 / 3 < 200 * 1024
