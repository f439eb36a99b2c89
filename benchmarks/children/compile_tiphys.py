"""Compile PROGRAM for N calls after everything is imported. With `models`, stop where objects would be dumped."""

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from clock import now
from hera.workflows import models

from tiphys import passes
from tiphys.argo.emit import to_yaml
from tiphys.argo.manifest import lower
from tiphys.argo.packing import pack_program
from tiphys.compiling import uncollected
from tiphys.loading import find_task, load_module, root_of
from tiphys.tracing import trace


class Built(Exception):
    """The models are built."""


def stop(*_: Any, **__: Any) -> None:
    raise Built


program, count, until = sys.argv[1], int(sys.argv[2]), sys.argv[3]
task = find_task(load_module(Path(__file__).parents[1] / "programs" / f"{program}.py"), "main")
if until == "models":
    models.WorkflowSpec.model_dump = stop  # type: ignore[method-assign]  # the benchmark ends here
size = 0
moments = [now()]
with uncollected(), suppress(Built):
    traced, _ = trace(task, {"n": count})
    moments.append(now())
    passed = passes.run(traced)
    moments.append(now())
    packed = pack_program(passed, root=root_of(task))
    moments.append(now())
    manifest = lower(packed)
    if until == "yaml":
        size = len(to_yaml(manifest.objects[1:]).encode())
moments.append(now())
stages = {
    name: after - before
    for name, before, after in zip(("trace", "passes", "bundle", "lower"), moments, moments[1:], strict=False)
}
print(json.dumps({**stages, "seconds": moments[-1] - moments[0], "bytes": size}))
