"""Compile the chain of N calls with kfp to a YAML file."""

import json
import sys
import tempfile
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
from clock import now  # noqa: E402
from kfp import compiler, dsl  # noqa: E402

count = int(sys.argv[1])


@dsl.component(base_image="python:3.11-slim")
def step(x: int) -> int:
    return x + 1


def chain() -> int:
    task = step(x=0)
    for _ in range(count - 1):
        task = step(x=task.output)
    return task.output


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "chain.yaml"
    begun = now()
    compiler.Compiler().compile(dsl.pipeline(chain), str(path))
    seconds = now() - begun
    print(json.dumps({"seconds": seconds, "bytes": path.stat().st_size}))
