"""`Image`: what its methods take, its address, and how mistakes are told."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.building.conftest import Load
from tiphys.authoring.image import Image
from tiphys.diagnostics import AuthoringError, ProgramError

HERE = f"3.{sys.version_info.minor}"
BASE = "Image.from_debian_base()"
REFUSED = {
    "calling the class": ("Image()", "an image is not made by calling `Image`", "Begin with `Image.from_debian_base()`"),
    "a list of packages": (
        f"{BASE}.with_pip_packages(['pandas', 'numpy'])", "`with_pip_packages`: packages are named one by one, not as a list",
        "Write `with_pip_packages('pandas', 'numpy')`, or put a star before it",
    ),
    "packages in one text": (f"{BASE}.with_pip_packages('pandas numpy')", "looks like several packages", "Write each"),
    "Debian packages in one text": (f"{BASE}.with_apt_packages('git curl')", "is no Debian package", "Write each"),
    "an option as a package": (f"{BASE}.with_pip_packages('-U', 'x')", "'-U' is an option", "Say it as `extra_args=...`."),
    "one sign of two": (f"{BASE}.with_pip_packages('pandas =2')", "'pandas =2' is no requirement that pip takes", "'pandas>=2'"),
    "packages with a comma": (f"{BASE}.with_pip_packages('pandas,numpy')", "'pandas,numpy' is no requirement", "Write each package as a text of its own"),
    "a file as a package": (f"{BASE}.with_pip_packages('requirements.txt')", "'requirements.txt' is a file", "`with_requirements`"),
    "no text": (f"{BASE}.with_pip_packages(3)", "3 is no package", ""),
    "a version of Python": ("Image.from_debian_base(python='3')", "'3' is no version of Python", "Write it as '3.12', or as (3, 12)."),
    "a float": ("Image.from_debian_base(python_version=3.12)", "3.12 is no version of Python", "'3.12'"),
    "two versions of Python": ("Image.from_debian_base((3, 11), python='3.12')", "`python_version` and `python` differ: (3, 11), '3.12'", "Say one."),
    "a registry with a scheme": ("Image.from_debian_base(registry='https://r.example')", "is no registry", "without `https://`"),
    "a name in capitals": ("Image.from_debian_base(name='Mine')", "'Mine' is no name of an image", "lower-case"),
    "a tag in the name": ("Image.from_debian_base(name='mine:1')", "is no name of an image", "the tag is made of the contents"),
    "no name": ("Image.from_dockerfile('Dockerfile', name='')", "'' is no name of an image", "lower-case"),
    "a name without end": ("Image.from_debian_base(name='a' * 300)", "is no name of an image", ""),
    "a platform": ("Image.from_debian_base(platform='amd64')", "'amd64' is no platform", "'linux/amd64'"),
    "an address": ("Image.from_base('a b')", "'a b' is no address of an image", "python:3.12-slim"),
    "an address with a scheme": ("Image.from_base('https://r.example/a')", "is no address of an image", "Leave out `https://`."),
    "layers on a base": ("Image.from_base('a').with_pip_packages('x')", "a is taken as it is, and cannot be built upon", "extendable=True).with_pip_packages"),
    "layers on a Dockerfile": ("Image.from_dockerfile('Dockerfile').with_workdir('/x')", "cannot be built upon", "Write it into the Dockerfile."),
    "a Dockerfile that is extended": ("Image.from_dockerfile('Dockerfile').clone(extendable=True)", "cannot be built upon", "Write it into the Dockerfile."),
    "a base without a name": ("Image.from_base('a').clone(extendable=True)", "needs a name", "clone(name=..., extendable=True)"),
    "a base of another Python": ("Image.from_base('python:3.11').clone(python_version='3.12')", "python:3.11 has Python 3.11", "`base_image=...`"),
    "no Dockerfile": ("Image.from_dockerfile('nowhere/Dockerfile')", "there is no file nowhere/Dockerfile in ", "Relative paths are meant from the file"),
    "no file": (f"{BASE}.with_source_file('x.txt')", "there is no file x.txt", ""),
    "no folder": (f"{BASE}.with_source_folder('x')", "there is no folder x", ""),
    "a file as a folder": (f"{BASE}.with_source_folder('Dockerfile')", "Dockerfile is no folder", ""),
    "requirements by another name": (f"{BASE}.with_requirements('Dockerfile')", "its name must end in .txt", ""),
    "requirements that read nothing": (f"{BASE}.with_requirements('requirements.txt')", "which requirements.txt reads", ""),
    "requirements of a path": (f"{BASE}.with_requirements('local.txt')", "names a path of this computer: -e .", ""),
    "no lock": (f"{BASE}.with_uv_project('pyproject.toml')", "there is no uv.lock beside ", "Make it there: `uv lock`."),
    "another lock": (f"{BASE}.with_uv_project('pyproject.toml', 'other.lock')", "there is no file other.lock", "Relative paths"),
    "an argument by another name": (f"{BASE}.with_pip_packages('x', index='https://i')", "`with_pip_packages` has no argument `index`", "Did you mean `index_url`?"),
    "an argument of another time": (f"{BASE}.clone(addl_layer=1)", "`clone` has no argument `addl_layer`", "`registry`"),
    "variables by name": (f"{BASE}.with_env_vars(A='1')", "`with_env_vars` has no argument `A`", "There is `env_vars`."),
    "an argument that is missing": (f"{BASE}.with_requirements()", "`with_requirements`: it is missing 1 required positional argument: 'file'", ""),
    "a layer by another name": (f"{BASE}.with_pip_package('x')", "an image has no `with_pip_package`", "Did you mean `with_pip_packages`"),
    "a switch": (f"{BASE}.with_pip_packages('x', pre='yes')", "'yes' is neither True nor False", ""),
    "an index that is none": (f"{BASE}.with_pip_packages('x', index_url='our pypi')", "'our pypi' is no address of an index", "https://pypi.example/simple"),
    "a mode": (f"{BASE}.with_poetry_project('pyproject.toml', project_install_mode='all')", "'all' is no mode", "'install_project'"),
    "one command": (f"{BASE}.with_commands('make')", "it takes a list of commands", "Write `with_commands(['make'])`."),
    "RUN": (f"{BASE}.with_commands(['RUN make'])", "begins with `RUN`", "Leave it out."),
    "no command": (f"{BASE}.with_commands(['  '])", "'  ' is no command", ""),
    "a folder that nothing is in": (f"{BASE}.with_commands(['cd /x', 'make'])", "`cd /x` changes nothing", "Join it to another by `&&`, or use `with_workdir`"),
    "a variable for nothing": (f"{BASE}.with_commands(['export A=1'])", "`export A=1` changes nothing", "`with_env_vars`"),
    "variables": (f"{BASE}.with_env_vars({{'A': 1}})", "the value of A is 1; write it as text: '1'", ""),
    "our variables": (f"{BASE}.with_env_vars({{'TIPHYS_POD': '/x'}})", "are tiphys' own", "Choose another name."),
    "a working folder": (f"{BASE}.with_workdir('a b')", "'a b' is no path in an image", ""),
    "a target with quotes": (f"{BASE}.with_source_file('Dockerfile', \"/it's\")", "is no path in an image", "'/app'"),
    "a variable of lines": (f"{BASE}.with_env_vars({{'A': 'a\\nb'}})", "the value of A has several lines", "TaskEnvironment(env_vars=...)"),
    "a secret": (f"{BASE}.with_pip_packages('x', secret_mounts=[3])", "3 is no secret", ""),
    "a Secret that no cluster has": ("Image.from_debian_base(registry_secret='Bad_Name')", "'Bad_Name' is no secret", "Kubernetes Secret"),
    "pixi": (f"{BASE}.with_pixi_project('pixi.toml')", "pixi is not supported", "Use `from_dockerfile`"),
    "a script without a header": ("Image.from_uv_script('plain.py')", "it has no header", ""),
    "a script with a broken header": ("Image.from_uv_script('broken.py')", "is not TOML", ""),
    "a script and another Python": ("Image.from_uv_script('script.py', python_version='3.10')", "script.py needs Python >=3.11", ""),
}  # fmt: skip


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    """Write what the programs above name."""
    texts = {
        "Dockerfile": "FROM python:3.11\n",
        "requirements.txt": "-r nowhere.txt\n",
        "local.txt": "-e .\n",
        "pyproject.toml": "",
        "poetry.lock": "",
        "plain.py": "",
        "broken.py": "# /// script\n# dependencies = [\n# ///\n",
        "script.py": '# /// script\n# requires-python = ">=3.11"\n# dependencies = ["httpx", "rich>13"]\n# ///\n',
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_says_what_where_and_how_to_mend_it(name: str, refused: Callable[[str], str]) -> None:
    expression, message, mend = REFUSED[name]
    text = refused(expression)
    assert message in text
    assert mend in text


def test_an_image_that_is_taken_as_it_is_has_its_own_address(image: Load) -> None:
    assert image("Image.from_base('r.example/a:1')").uri == "r.example/a:1"
    assert image("Image.from_debian_base()").uri == f"python:{HERE}-slim-bookworm"
    assert not image("Image.from_debian_base()").is_built


@pytest.mark.parametrize("said", ["python='3.11'", "python_version='3.11'", "python=(3, 11)", "(3, 11)", "'3.11'"])
def test_a_version_of_python_is_a_text_or_a_pair(said: str, image: Load) -> None:
    assert image(f"Image.from_debian_base({said})").uri == "python:3.11-slim-bookworm"


def test_the_address_is_registry_name_and_digest(image: Load) -> None:
    uri = image("Image.from_debian_base(registry='r.example/team/', name='mine').with_pip_packages('a')").uri
    home, _, tag = uri.rpartition(":")
    assert home == "r.example/team/mine"
    assert len(tag) == 20
    assert image("Image.from_debian_base().with_pip_packages('a')").uri == f"tiphys:{tag}"


def test_equal_images_are_equal_and_have_one_address(image: Load) -> None:
    one, two = (image("Image.from_debian_base().with_pip_packages('a').with_apt_packages('b')") for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    assert one.uri == two.uri
    assert repr(one) == f"<image python:{HERE}-slim-bookworm and 2 layers>"


def test_every_difference_has_an_address_of_its_own(image: Load) -> None:
    layers = [
        "with_pip_packages('a', 'b')", "with_pip_packages('b', 'a')", "with_pip_packages('ab')",
        "with_pip_packages('a').with_pip_packages('b')", "with_pip_packages('a', 'b', pre=True)",
        "with_pip_packages('a', 'b', index_url='https://i.example')", "with_apt_packages('a', 'b')",
        "with_env_vars({'a': 'b'})", "with_env_vars({'a': 'c'})", "with_workdir('/a')", "with_commands(['a', 'b'])",
        "with_commands(['a b'])", "with_source_file('script.py')", "with_source_file('script.py', '/x')",
    ]  # fmt: skip
    whole = [f"Image.from_debian_base().{layer}" for layer in layers]
    whole += ["Image.from_debian_base(python='3.10').with_pip_packages('a', 'b')"]
    whole += ["Image.from_debian_base(platform='linux/arm64').with_pip_packages('a', 'b')"]
    assert len({image(expression).uri for expression in whole}) == len(whole)


def test_the_contents_of_files_are_in_the_address(image: Load, tmp_path: Path) -> None:
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "data" / "deep" / "a.txt").write_text("1")
    (tmp_path / "more.txt").write_text("x\n")
    (tmp_path / "good.txt").write_text("-r more.txt\n")
    expressions = ["with_source_folder('data')", "with_requirements('good.txt')", "with_source_file('more.txt')"]

    def uris() -> list[str]:
        return [image(f"Image.from_debian_base().{each}").uri for each in expressions]

    before = uris()
    assert uris() == before
    (tmp_path / "data" / "deep" / "a.txt").write_text("2")
    (tmp_path / "more.txt").write_text("y\n")
    assert [one == two for one, two in zip(before, uris(), strict=True)] == [False, False, False]


@pytest.mark.slow
def test_the_address_is_the_same_in_another_folder_and_under_another_hash_seed(tmp_path: Path) -> None:
    code = (
        "from tiphys import Image\n"
        "print(Image.from_debian_base(python='3.11').with_env_vars({'A': '1', 'B': '2'}).with_source_folder('data').uri)\n"
    )
    found = set()
    for seed, folder in (("1", tmp_path / "one"), ("2", tmp_path / "another")):
        (folder / "data").mkdir(parents=True)
        for name in ("b", "a", "c") if seed == "1" else ("c", "a", "b"):
            (folder / "data" / name).write_text(name)
        (folder / "flow.py").write_text(code)
        run = [sys.executable, str(folder / "flow.py")]
        done = subprocess.run(
            run,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(done.stdout)
    assert len(found) == 1


def test_an_image_cannot_be_changed(image: Load) -> None:
    one = image(BASE)
    with pytest.raises(AttributeError):
        one.name = "other"  # type: ignore[misc]
    assert one.with_pip_packages("a") is not one
    assert one.recipe.layers == ()


def test_no_packages_are_no_layer(image: Load) -> None:
    one = image(BASE)
    assert one.with_pip_packages() is one
    assert one.with_apt_packages() is one
    assert one.with_commands([]) is one


@pytest.mark.parametrize(
    "package",
    [
        "pandas", "ruamel.yaml", "pandas>=2,<3", "pandas ~= 2.1", "torch==2.1.0+cu118", "x==1.*", "x===a", "x[a, b]>=1",
        "x (>=1)", "x;python_version<'3.12'", "x>=1 ; sys_platform == 'linux' and extra == 'a'", "x @ https://h.example/x.whl",
        "git+https://h.example/x@main#egg=x", "git+ssh://git@h.example/x", "./wheels/x.whl", "/opt/x", "x==$VERSION",
    ],
)  # fmt: skip
def test_whatever_pip_takes_is_taken(package: str, image: Load) -> None:
    assert len(image(f"{BASE}.with_pip_packages({package!r})").recipe.layers) == 1


def test_paths_in_an_image_may_be_paths(image: Load) -> None:
    assert image(f"{BASE}.with_workdir(Path('/x'))") == image(f"{BASE}.with_workdir('/x')")
    assert image(f"{BASE}.with_source_file('script.py', Path('/x/y'))") == image(
        f"{BASE}.with_source_file('script.py', '/x/y')"
    )


def test_what_an_image_does_not_have_is_no_attribute(image: Load) -> None:
    with pytest.raises(AttributeError, match="object has no attribute 'nothing'"):
        _ = image(BASE).nothing  # type: ignore[attr-defined]


def test_an_error_inside_is_no_wrong_call(image: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise TypeError("inside")

    monkeypatch.setattr("tiphys.authoring.layers.path_in_image", broken)
    with pytest.raises(ProgramError, match="TypeError: inside"):
        image(f"{BASE}.with_workdir('/x')")


def test_what_flyte_puts_into_images_for_itself_changes_nothing(image: Load) -> None:
    one = image("Image.from_debian_base(flyte_version='2.0', install_flyte=False)")
    assert one.with_local_v2() is one
    assert one.with_local_v2_plugins("x") is one
    assert one.with_local_rs_controller() is one
    assert one.with_code_bundle(copy_style="all") is one


def test_a_clone_keeps_what_is_not_said(image: Load) -> None:
    one = image("Image.from_debian_base(python='3.11', registry='a.example', name='x').with_pip_packages('p')")
    assert one.clone(registry="b.example").uri == one.uri.replace("a.example", "b.example")
    other = one.clone(python_version=(3, 12))
    assert other.recipe.base == "python:3.12-slim-bookworm"
    assert other.recipe.layers == one.recipe.layers
    based = one.clone(base_image="python:3.13")
    assert (based.recipe.base, based.recipe.python) == ("python:3.13", (3, 13))
    assert one.clone() == one


def test_a_base_that_is_cloned_as_extendable_takes_layers(image: Load) -> None:
    one = image("Image.from_base('a:1').clone(name='mine', extendable=True).with_pip_packages('p')")
    assert one.recipe.base == "a:1"
    assert one.uri.startswith("mine:")


def test_a_reference_has_no_address_until_a_program_is_compiled(image: Load) -> None:
    one = image("Image.from_ref_name('gpu')")
    with pytest.raises(AuthoringError, match="known when a program is compiled"):
        _ = one.uri
    assert one.address(base="a:1") == "a:1"
    layered = one.clone(name="mine", extendable=True).with_pip_packages("p")
    assert layered.address(base="a:1") != layered.address(base="a:2")


def test_the_header_of_a_script_says_what_is_installed(image: Load) -> None:
    one = image("Image.from_uv_script('script.py', name='s')")
    assert [layer.packages for layer in one.recipe.layers if hasattr(layer, "packages")] == [("httpx", "rich>13")]
    assert one.requires == ">=3.11"


def test_images_are_copied_and_pickled(image: Load) -> None:
    one = image(f"{BASE}.with_pip_packages('p')")
    assert pickle.loads(pickle.dumps(one)) == one
    assert isinstance(one, Image)
