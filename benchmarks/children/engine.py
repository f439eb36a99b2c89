"""Run N calls beside each other with WAY; a pod costs the difference between many and few."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from clock import now

from tiphys.compiling import compile_task
from tiphys.engine import InProcess, execute
from tiphys.loading import find_task, load_module

FEW, MANY = 20, 180
way = sys.argv[1]
task = find_task(load_module(Path(__file__).parents[1] / "programs" / "wide.py"), "main")
manifests = {count: compile_task(task, bindings={"n": count}).objects for count in (FEW, MANY)}


def instant(_: list[str], root: str) -> int:
    """Stand in for the shim: only the engine's own work is left."""
    for output in ("v", "r"):
        (Path(root) / "out" / output).write_text('{"v":1}')
    return 0


def seconds(count: int) -> float:
    executor: Any = InProcess(instant) if way == "engine-alone" else way
    with tempfile.TemporaryDirectory() as folder:
        begun = now()
        ended = execute(manifests[count], {}, executor=executor, workdir=Path(folder))
        taken = now() - begun
    if ended.pods != count + 1 or ended.message:
        sys.exit(f"{ended.phase} after {ended.pods} pods: {ended.message}")
    return taken


seconds(FEW)
few, many = seconds(FEW), seconds(MANY)
print(json.dumps({"seconds": (many - few) / (MANY - FEW), "start": few}))
