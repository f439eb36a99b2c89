"""Build the chain of N calls with Hera's classes; `models` or `yaml`."""

import json
import sys

from clock import now
from hera.workflows import DAG, Container, Parameter, WorkflowTemplate
from hera.workflows.models import ValueFrom

count, until = int(sys.argv[1]), sys.argv[2]
begun = now()
with WorkflowTemplate(name="chain", entrypoint="main") as template:
    step = Container(
        name="step",
        image="python:3.11-slim",
        command=["python3", "/code/step.py"],
        args=["{{inputs.parameters.x}}"],
        inputs=[Parameter(name="x")],
        outputs=[Parameter(name="v", value_from=ValueFrom(path="/out/v"))],
    )
    with DAG(name="main"):
        before = step(name="step", arguments={"x": "0"})
        for number in range(2, count + 1):
            task = step(name=f"step-{number}", arguments={"x": f"{{{{tasks.{before.name}.outputs.parameters.v}}}}"})
            before >> task
            before = task
template.build()
size = len(template.to_yaml().encode()) if until == "yaml" else 0
print(json.dumps({"seconds": now() - begun, "bytes": size}))
