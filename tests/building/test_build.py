"""`tiphys build`: what is built, with which tool, and what is remembered. The tools are stand-ins that note their words."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tiphys.cli import command
from tiphys.cli.failures import told

FLOW = """\
import tiphys
from tiphys import Image

ours = Image.from_debian_base(registry="reg.example/ml", name="train").with_pip_packages("pandas").with_source_folder("lib")
one = tiphys.TaskEnvironment("one", image=ours)
two = tiphys.TaskEnvironment("two", image=ours)
bare = tiphys.TaskEnvironment("bare", image=Image.from_debian_base().with_apt_packages("git"))
plain = tiphys.TaskEnvironment("plain", image="a/b:1")
env = tiphys.TaskEnvironment("env", depends_on=[bare, two])

@one.task
def train() -> int:
    return 1

@plain.task
def look() -> int:
    return 2

@env.task
def main() -> int:
    return train() + look()

@env.task
def dull() -> int:
    return look()
"""
TOOL = """\
#!{python}
import json, os, pathlib, sys
words = sys.argv[1:]
said = {{"words": [pathlib.Path(sys.argv[0]).name, *words], "secret": os.environ.get("TOKEN")}}
if "build" in words[:2] and "--help" not in words:
    named = {{flag: words[words.index(flag) + 1] for flag in ("--file",) if flag in words}}
    place = pathlib.Path(words[-1])
    if "--file" not in named:
        locals_ = dict(word.split("=", 1) for word in words if word.startswith(("context=", "dockerfile=")))
        place, named["--file"] = pathlib.Path(locals_["context"]), locals_["dockerfile"] + "/Dockerfile"
    said["dockerfile"] = pathlib.Path(named["--file"]).read_text()
    said["context"] = sorted(item.relative_to(place).as_posix() for item in place.rglob("*") if item.is_file())
if "--help" not in words and words[0] not in ("version", "debug"):
    with open({log!r}, "a") as file:
        file.write(json.dumps(said) + "\\n")
print("chatter")
if {fails!r} in words[:2]:
    print("trouble: " + " ".join(words[:2]), file=sys.stderr)
    sys.exit({code})
"""
BUILDCTL = (
    "buildctl build --frontend dockerfile.v0 --local context --local dockerfile=/ --opt filename=Dockerfile "
    "--output type=image,name=*,push=true"
)


@dataclass
class Printed:
    code: int
    out: str
    err: str


@dataclass
class Bench:
    """A folder with a program, and a PATH that holds the tools that were put there."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def tool(self, name: str, fails: str = "nothing", code: int = 1) -> None:
        """Put a stand-in on the PATH. fails: the word at which it ends with `code`."""
        place = self.folder / "bin" / name
        text = TOOL.format(python=sys.executable, log=str(self.folder / "log"), fails=fails, code=code)
        place.write_text(text)
        place.chmod(0o755)

    def build(self, *words: str) -> Printed:
        return self.run("build", "flow.py", *words)

    def run(self, *words: str) -> Printed:
        self.capture.readouterr()
        code = told(lambda: command(list(words)), "--json" in words)
        printed = self.capture.readouterr()
        return Printed(code, printed.out, printed.err)

    @property
    def calls(self) -> list[dict[str, object]]:
        log = self.folder / "log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    @property
    def words(self) -> list[list[str]]:
        """What the tools were told, without the temporary folders."""
        calls = [call["words"] for call in self.calls]
        return [[re.sub(r".*/tiphys-build-[^/]+/", "", word) for word in call] for call in calls]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Bench]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "a.txt").write_text("a")
    (tmp_path / "flow.py").write_text(FLOW)
    path, modules = list(sys.path), set(sys.modules)
    yield Bench(tmp_path, capfd)
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def test_all_images_of_a_file_are_built_and_those_with_a_registry_pushed(bench: Bench) -> None:
    bench.tool("docker")
    done = bench.build()
    assert done.code == 0, done.err
    train, git = done.out.split()
    assert train.startswith("reg.example/ml/train:")
    assert git.startswith("tiphys:")
    assert bench.words == [
        ["docker", "build", "--file", "Dockerfile", "--tag", train, "context"],
        ["docker", "push", train],
        ["docker", "build", "--file", "Dockerfile", "--tag", git, "context"],
    ]
    assert bench.calls[0]["context"] == ["1/a.txt"]
    assert bench.calls[2]["context"] == []
    assert "pandas" in str(bench.calls[0]["dockerfile"])
    assert "chatter" in done.err


def test_the_image_of_a_task_without_an_environment_is_built_and_needs_no_python(bench: Bench) -> None:
    bench.tool("docker")
    text = """
import tiphys
from tiphys.extras import ContainerTask
image = tiphys.Image.from_base("alpine:3").clone(registry="reg.example", name="sh", extendable=True).with_commands(["true"])
old = tiphys.Image.from_base("python:3.9").clone(registry="reg.example", name="old")
say = ContainerTask("say", image, ["echo"])
say_old = ContainerTask("say-old", old, ["echo"])
env = tiphys.TaskEnvironment("e")

@env.task
async def main() -> None:
    await say()
    await say_old()
"""
    (bench.folder / "own.py").write_text(text)
    first, second = bench.run("build", "own.py").out.split()
    assert bench.run("build", "own.py", "main", "--json").code == 0
    compiled = bench.run("compile", "own.py", "-o", "-")
    assert compiled.code == 0, compiled.err
    assert f"image: {first}" in compiled.out
    assert f"image: {second}" in compiled.out
    shim = bench.run("compile", "own.py", "--image", "python:3.9")
    assert "the image python:3.9 (--image) has Python 3.9" in shim.err


def test_of_a_task_only_what_it_calls_is_built(bench: Bench) -> None:
    bench.tool("docker")
    assert len(bench.build("main").out.split()) == 1
    nothing = bench.build("dull")
    assert (nothing.code, len(bench.calls)) == (0, 2)
    assert "nothing to build for flow.py" in nothing.out


def test_the_image_in_which_an_orchestrators_own_code_runs_is_built(bench: Bench) -> None:
    text = """
import asyncio
import tiphys
plain = tiphys.TaskEnvironment("plain", image="a/b:1")
env = tiphys.TaskEnvironment("env", image=tiphys.Image.from_debian_base(registry="reg.example").with_pip_packages("x"))

@plain.task
async def look() -> int:
    return 2

@env.task
async def main() -> int:
    return sum(await asyncio.gather(look(), look()))
"""
    (bench.folder / "flow.py").write_text(text)
    found = json.loads(bench.build("main", "--print", "--json").out)["images"]
    assert [image["environments"] for image in found] == [["env"]]
    assert f"image: {found[0]['image']}" in bench.run("compile", "flow.py", "-o", "-").out


def test_a_wrong_image_is_told_where_it_is_said(bench: Bench) -> None:
    (bench.folder / "flow.py").write_text(FLOW.replace('image="a/b:1"', 'image="python:3.9"'))
    said = bench.run("compile", "flow.py").err
    assert "the image python:3.9 has Python 3.9" in said
    assert 'image="python:3.9"' in said.partition("flow.py:8:")[2]


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("podman", [["podman", "build", "--file", "Dockerfile", "--tag", "*", "context"], ["podman", "push", "*"]]),
        (
            "buildah",
            [
                ["buildah", "build", "--layers", "--file", "Dockerfile", "--tag", "*", "context"],
                ["buildah", "push", "*"],
            ],
        ),
        ("buildctl", [BUILDCTL.split()]),
    ],
)
def test_whatever_tool_is_there_is_used(tool: str, words: list[list[str]], bench: Bench) -> None:
    bench.tool(tool)
    done = bench.build("main")
    assert done.code == 0, done.err
    address = done.out.strip()
    found = [[word.replace(address, "*") for word in call] for call in bench.words]
    if tool == "buildctl":
        found[0][7] = "dockerfile=/"
    assert found == words
    assert bench.calls[0]["context"] == ["1/a.txt"]


def test_a_tool_that_is_asked_for_is_used(bench: Bench) -> None:
    bench.tool("docker")
    bench.tool("podman")
    bench.build("main", "--tool", "podman", "--no-push")
    assert [call[0] for call in bench.words] == ["podman"]


def test_what_was_pushed_is_not_built_again_unless_that_is_forced(bench: Bench) -> None:
    bench.tool("docker")
    first = json.loads(bench.build("main", "--json").out)["images"]
    assert [(image["environments"], image["built"], image["pushed"]) for image in first] == [(["one"], True, True)]
    again = bench.build("main", "--json")
    assert [image["built"] for image in json.loads(again.out)["images"]] == [False]
    assert "was built and pushed before" in again.err
    bench.build("main", "--force")
    assert len(bench.calls) == 4
    (bench.folder / "lib" / "a.txt").write_text("b")
    bench.build("main")
    assert len(bench.calls) == 6


def test_what_was_not_pushed_is_built_again_as_it_may_be_gone(bench: Bench) -> None:
    bench.tool("docker")
    bench.build("main", "--no-push")
    bench.build("main")
    assert [call[1] for call in bench.words] == ["build", "build", "push"]


def test_dockerfiles_are_printed_without_a_tool(bench: Bench) -> None:
    done = bench.build("--print")
    assert done.code == 0
    first, second = done.out.split("\n\n")
    assert first.splitlines()[0].startswith("# reg.example/ml/train:")
    assert first.splitlines()[0].endswith(": one, two")
    assert "apt-get install" in second
    found = json.loads(bench.build("--print", "--json").out)["images"]
    assert [image["environments"] for image in found] == [["one", "two"], ["bare"]]
    assert all(image["dockerfile"].startswith("FROM python:3") for image in found)


def test_no_tool_is_an_error_that_names_them(bench: Bench) -> None:
    done = bench.build()
    assert done.code == 2
    assert "nothing here builds images: docker, podman, buildah or buildctl is not on the PATH" in done.err
    assert "`--print` shows the Dockerfiles" in done.err
    assert "podman is not on the PATH" in bench.build("--tool", "podman").err
    assert "Did you mean `docker`?" in bench.build("--tool", "dockr").err


def test_a_tool_that_fails_ends_the_command_and_is_not_remembered(bench: Bench) -> None:
    bench.tool("docker", fails="build", code=7)
    done = bench.build("main")
    assert done.code == 1
    assert "`docker build` failed for reg.example/ml/train:" in done.err
    assert "(exit code 7)" in done.err
    assert len(bench.calls) == 1
    assert "was not built here" in bench.run("compile", "flow.py").err


@pytest.mark.parametrize("lacks", ["version", "--help"])
def test_a_tool_that_cannot_build_is_passed_over(lacks: str, bench: Bench) -> None:
    bench.tool("docker", fails=lacks)
    bench.tool("podman")
    assert bench.build("main", "--no-push").code == 0
    assert [call[0] for call in bench.words] == ["podman"]


def test_where_no_tool_can_build_each_says_why(bench: Bench) -> None:
    bench.tool("docker", fails="version")
    bench.tool("buildctl", fails="debug")
    done = bench.build("main")
    assert done.code == 2
    assert "nothing here builds images:\n  docker: trouble: version\n  buildctl: trouble: debug workers\n" in done.err
    assert bench.calls == []


def test_a_tool_that_does_not_answer_is_passed_over(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiphys.building.tools.PATIENCE", 0.2)
    place = bench.folder / "bin" / "docker"
    place.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    place.chmod(0o755)
    bench.tool("podman", fails="version")
    assert "docker: no answer in 0.2 seconds" in bench.build("main").err


@pytest.mark.parametrize(
    ("tool", "fails", "hint"),
    [
        ("docker", "push", "  Is the registry reg.example there, and may you push to it (`docker login reg.example`)?"),
        ("podman", "push", "  Is the registry reg.example there, and may you push to it (`podman login reg.example`)?"),
        ("buildctl", "build", "  Where it could not push: is the registry reg.example there, and may you push to it"),
        ("docker", "build", None),
    ],
)
def test_a_push_that_fails_says_what_to_look_at_and_is_not_remembered(
    tool: str, fails: str, hint: str | None, bench: Bench
) -> None:
    bench.tool(tool, fails=fails)
    done = bench.build("main")
    assert done.code == 1
    assert f"`{tool} {fails}` failed for reg.example/ml/train:" in done.err
    assert (hint or "") in done.err
    assert ("`--no-push` only builds." in done.err) == (hint is not None)
    assert not (bench.folder / "cache" / "tiphys" / "images").exists()
    assert "was not built here" in bench.run("compile", "flow.py").err


def test_an_image_that_was_only_built_is_told_when_compiling(bench: Bench) -> None:
    bench.tool("docker")
    bench.build("main", "--no-push")
    assert "was built here, but not pushed: `tiphys build --push` pushes it" in bench.run("compile", "flow.py").err
    bench.build("main")
    assert "note: the image" not in bench.run("compile", "flow.py").err


@pytest.mark.parametrize(
    ("line", "words"), [("COPY lib /lib", ["--layers"]), ("RUN --mount=target=/x make", ["--no-cache"])]
)
def test_what_buildah_kept_is_not_taken_where_it_does_not_look_at_files(
    line: str, words: list[str], bench: Bench
) -> None:
    bench.tool("buildah")
    (bench.folder / "Dockerfile").write_text(f"FROM a\n{line}\n")
    begin = 'Image.from_debian_base(registry="reg.example/ml", name="train").with_pip_packages("pandas").with_source_folder("lib")'
    own = 'Image.from_dockerfile("Dockerfile", registry="reg.example/ml", name="train")'
    assert begin in FLOW
    (bench.folder / "flow.py").write_text(FLOW.replace(begin, own))
    bench.build("main", "--no-push")
    assert bench.words[0][:4] == ["buildah", "build", *words, "--file"]


def test_pushing_without_a_registry_is_refused_before_anything_is_built(bench: Bench) -> None:
    bench.tool("docker")
    done = bench.build("--push")
    assert done.code == 2
    assert "no registry to push to: tiphys:" in done.err
    assert bench.calls == []


def test_compiling_says_what_was_never_built_and_what_no_cluster_can_pull(bench: Bench) -> None:
    bench.tool("docker")
    (bench.folder / "flow.py").write_text(FLOW.replace("@plain.task", "@bare.task"))
    before = bench.run("compile", "flow.py").err
    assert before.count("was not built here: `tiphys build` builds it") == 2
    assert "has no registry, so no cluster can pull it: say `registry=`, or `registry` in the profile" in before
    assert bench.build().code == 0
    assert "was not built here" not in bench.run("compile", "flow.py").err
    (bench.folder / "tiphys.toml").write_text("registry = 'reg.example/all'\n")
    after = bench.run("compile", "flow.py")
    assert "has no registry" not in after.err
    assert "reg.example/all/tiphys:" in after.err


def test_a_run_here_says_nothing_of_images(bench: Bench) -> None:
    done = bench.run("run", "flow.py", "--debug")
    assert (done.code, done.out.strip()) == (0, "3"), done.err
    assert "note:" not in done.err


def test_a_secret_of_the_build_is_handed_to_the_tool(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.tool("docker")
    text = FLOW.replace('"pandas")', '"pandas", secret_mounts="token")')
    (bench.folder / "flow.py").write_text(text)
    missing = bench.build("main")
    assert missing.code == 2
    assert "secrets of the build are missing: set TOKEN, or write them into `.env`" in missing.err
    (bench.folder / ".env").write_text("TOKEN=s3cret\n")
    assert bench.build("main").code == 0
    at = bench.words[0].index("--secret")
    assert bench.words[0][at + 1] == "id=TOKEN,env=TOKEN"
    assert bench.calls[0]["secret"] == "s3cret"
    assert "s3cret" not in str(bench.calls[0]["dockerfile"])


def test_several_platforms(bench: Bench) -> None:
    said = 'registry="reg.example/ml", platform=("linux/amd64", "linux/arm64")'
    (bench.folder / "flow.py").write_text(FLOW.replace('registry="reg.example/ml"', said))
    bench.tool("docker")
    done = bench.build("main")
    address = done.out.strip()
    platforms = ["--platform", "linux/amd64,linux/arm64"]
    assert bench.words == [
        ["docker", "buildx", "build", "--file", "Dockerfile", *platforms, "--tag", address, "--push", "context"]
    ]
    refused = bench.build("main", "--no-push")
    assert refused.code == 2
    assert "docker keeps such an image only in a registry" in refused.err
    bench.tool("podman")
    bench.build("main", "--tool", "podman", "--force")
    assert bench.words[1:] == [
        ["podman", "build", "--file", "Dockerfile", *platforms, "--manifest", address, "context"],
        ["podman", "manifest", "push", "--all", address, f"docker://{address}"],
    ]


def test_a_name_that_stands_for_an_image_is_said_on_the_command_line(bench: Bench) -> None:
    text = FLOW.replace(
        'Image.from_debian_base(registry="reg.example/ml", name="train")',
        'Image.from_ref_name("gpu").clone(registry="reg.example", name="train", extendable=True)',
    )
    (bench.folder / "flow.py").write_text(text)
    assert "which image is `gpu`?" in bench.build("--print").err
    assert "FROM nvidia/cuda:12\n" in bench.build("--print", "--image", "gpu=nvidia/cuda:12").out
    (bench.folder / "tiphys.toml").write_text("[images]\ngpu = 'a/cuda:1'\n")
    assert "FROM a/cuda:1\n" in bench.build("--print").out
    assert "FROM nvidia/cuda:12\n" in bench.build("--print", "--image", "gpu=nvidia/cuda:12").out


def test_names_of_images_and_the_default_are_said_from_python_too(bench: Bench) -> None:
    from tiphys.compiling import compile_task, with_images
    from tiphys.loading import load_module
    from tiphys.profile import Profile

    default, profile = with_images(["a:1", "gpu=b:1"], Profile(images={"gpu": "c:1", "cpu": "d:1"}))
    assert (default, profile.images) == ("a:1", {"gpu": "b:1", "cpu": "d:1"})
    text = "import tiphys\nenv = tiphys.TaskEnvironment('e', image=tiphys.Image.from_ref_name('gpu'))\n@env.task\ndef main(): ...\n"
    (bench.folder / "named.py").write_text(text)
    manifest = compile_task(load_module(bench.folder / "named.py").main, image=["gpu=b:1"])
    images = [item["container"]["image"] for item in manifest.objects[1]["spec"]["templates"] if "container" in item]
    assert images == ["b:1"]


def test_an_image_with_another_python_is_refused_wherever_it_is_said(bench: Bench) -> None:
    said = bench.run("compile", "flow.py", "dull", "--image", "python:3.10")
    assert said.code == 0, "no task takes the default"
    (bench.folder / "other.py").write_text(FLOW.replace(', image="a/b:1"', ""))
    said = bench.run("compile", "other.py", "dull", "--image", "python:3.10")
    assert said.code == 2
    assert "the image python:3.10 (--image) has Python 3.10, and this program is compiled with 3." in said.err
    (bench.folder / "tiphys.toml").write_text("image = 'python:3.10'\n")
    assert "the image python:3.10 (profile) has Python 3.10" in bench.run("compile", "other.py", "dull").err


WRONG: list[tuple[list[str], str]] = [
    (["--image", "a", "--image", "b"], "two images for tasks that name none: a and b; write NAME=ADDRESS for others"),
    (["--image", "a="], "'a=' is no address of an image; write one such as 'python:3.12-slim', or NAME=ADDRESS"),
    (["--image", "=a"], "'=a' is no address of an image"),
]


@pytest.mark.parametrize(("words", "message"), WRONG)
@pytest.mark.parametrize("verb", ["build", "compile", "explain", "run"])
def test_a_wrong_image_on_the_command_line(verb: str, words: list[str], message: str, bench: Bench) -> None:
    done = bench.run(verb, "flow.py", *words)
    assert done.code == 2
    assert message in done.err


def test_a_file_that_disappears_is_named(bench: Bench) -> None:
    import shutil

    bench.tool("docker")
    assert bench.build("main", "--no-push").code == 0
    shutil.rmtree(bench.folder / "lib")
    done = bench.build("main", "--no-push")
    assert done.code == 2
    assert "lib" in done.err
