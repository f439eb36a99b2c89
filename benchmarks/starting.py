"""How soon something happens: imports, help, the first line of the user's code in a pod, a second local run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from pathlib import Path

import peers
from clock import HERE, IN_PROCESSOR_TIME, command, take_turns, times_of
from report import Row

from tiphys.compiling import compile_task
from tiphys.loading import find_task, load_module

TIPHYS = Path(sys.executable).with_name("tiphys")


def imports(turns: int) -> list[Row]:
    """Import the package in a new interpreter."""
    flyte = peers.python_with("flyte")
    cases = {"bare": command(sys.executable, "-c", ""), "tiphys": command(sys.executable, "-c", "import tiphys")}
    if flyte is not None:
        cases["flyte"] = command(flyte, "-c", "import flyte")
        cases["bare with flyte"] = command(flyte, "-c", "")
    found = take_turns(cases, turns)
    others = {"flyte": found["flyte"].over(found["bare with flyte"])} if flyte is not None else {}
    ours = found["tiphys"].over(found["bare"])
    return [Row("`import tiphys` over bare Python", ours, "ms", 0.060, others)]


def help_page(turns: int) -> list[Row]:
    """Print the help of the command line."""
    flyte = peers.python_with("flyte")
    cases = {"tiphys": command(TIPHYS, "--help")}
    if flyte is not None:
        cases["flyte"] = command(flyte.with_name("flyte"), "--help")
    found = take_turns(cases, turns)
    return [Row("`tiphys --help`", found.pop("tiphys"), "ms", 0.150, found)]


def shim(turns: int) -> list[Row]:
    """Start a pod's process with the real bundle, up to the first line of an async task."""
    task = find_task(load_module(HERE / "programs" / "moment.py"), "main")
    config, template = compile_task(task).objects
    pod = next(item for item in template["spec"]["templates"] if "container" in item)
    digest, entry = pod["container"]["args"][:2]
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "code" / "tiphys.zip"
        bundle.parent.mkdir()
        bundle.write_bytes(b64decode(config["binaryData"]["tiphys.zip"]))
        words = [sys.executable, str(bundle), digest, entry, "uid", "moment"]
        environment = {"TIPHYS_POD": folder, "PYTHONHASHSEED": "0", "PATH": "/usr/bin:/bin"}

        def pod_reached() -> float:
            begun = time.monotonic()
            subprocess.run(words, env=environment, check=True)
            value = json.loads((Path(folder) / "out" / "v").read_text())["v"]
            return float(value) - begun

        def plain_reached() -> float:
            begun = time.monotonic()
            script = HERE / "children" / "plain.py"
            made = subprocess.run([sys.executable, script], env=environment, check=True, capture_output=True)
            return float(made.stdout) - begun

        importing = command(sys.executable, "-c", "import asyncio", env=environment)
        empty = command(sys.executable, "-c", "", env=environment)
        cases = {"pod": pod_reached, "bare": plain_reached, "asyncio": importing, "empty": empty}
        if IN_PROCESSOR_TIME in os.environ:
            cases |= {"pod": command(*words, env=environment), "bare": empty}
        found = take_turns(cases, turns)
    ours = found["pod"].over(found["bare"])
    others = {"of which `import asyncio`": found["asyncio"].over(found["empty"])}
    return [Row("shim: start of the process to user code, over bare Python", ours, "ms", 0.100, others)]


def second_run(turns: int) -> list[Row]:
    """Run the example again: its manifest is cached."""
    hello = HERE.parent / "examples" / "hello.py"
    flyte = peers.python_with("flyte")
    with tempfile.TemporaryDirectory() as folder:
        cache = {"XDG_CACHE_HOME": folder}
        ours = command(TIPHYS, "run", hello, "hello_wf", env=cache)
        first = times_of([ours()])
        cases = {"tiphys": ours}
        if flyte is not None:
            theirs = Path(folder) / "hello.py"
            text = hello.read_text().replace("import tiphys as flyte", "import flyte")
            theirs.write_text(text)
            cases["flyte run --local, one process"] = command(
                flyte.with_name("flyte"), "run", "--local", theirs.name, "hello_wf", env={"HOME": folder}, folder=folder
            )
        found = take_turns(cases, turns)
    return [
        Row("`tiphys run examples/hello.py hello_wf`: the first time", first, "ms"),
        Row("the same again", found.pop("tiphys"), "ms", 0.400, found),
    ]
