"""A stand-in for the shim and the bundle: entries are snippets of Python, run against the pod's root."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

SHIM = '''
import json, os, sys, zipfile

def main(argv, root, *, alone=False):
    """Run the snippet named by the second argument. `args` are the envelopes, `out(name, text)` writes an output."""
    root = os.fspath(root)
    with zipfile.ZipFile(os.path.join(root, "code", "tiphys.zip")) as archive:
        snippets = json.loads(archive.read("snippets.json"))
    return perform(snippets[argv[1]], argv, root)

def perform(snippet, argv, root):
    def write(path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    def read(path):
        with open(path, encoding="utf-8") as file:
            return file.read()
    def out(name, text):
        write(os.path.join(root, "out", name), text)
    scope = {"args": argv[4:], "argv": argv, "root": root, "out": out, "read": read, "write": write, "os": os, "sys": sys}
    exec(snippet, scope)
    return scope.get("code", 0)
'''
MAIN = "import os, sys\nfrom tiphys_runtime.shim import main\nsys.exit(main(sys.argv[1:], os.environ['TIPHYS_POD']))\n"

Object = dict[str, Any]


def config_map(snippets: dict[str, str]) -> Object:
    """Make the bundle's ConfigMap."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("__main__.py", MAIN)
        archive.writestr("tiphys_runtime/__init__.py", "")
        archive.writestr("tiphys_runtime/shim.py", SHIM)
        archive.writestr("snippets.json", json.dumps(snippets))
    text = base64.b64encode(buffer.getvalue()).decode()
    return {"kind": "ConfigMap", "metadata": {"name": "bundle"}, "binaryData": {"tiphys.zip": text}, "immutable": True}


def shim_of(snippets: dict[str, str]) -> Callable[[list[str], str], int]:
    """Make a shim for the in-process executor that opens no archive."""
    scope: dict[str, Any] = {}
    exec(SHIM, scope)
    compiled = {name: compile(text, f"<{name}>", "exec") for name, text in snippets.items()}

    def main(argv: list[str], root: str) -> int:
        return int(scope["perform"](compiled[argv[1]], argv, root))

    return main


def pod(name: str, *inputs: str, outputs: tuple[str, ...] = ("v",), **more: Any) -> Object:
    """Make a task template as the compiler does: an input `at`, one optional artifact per input and per output."""
    parameters = [{"name": item} for item in ("at", *inputs)]
    container = {
        "image": "python:3.11-slim",
        "command": ["python3", "/tiphys/code/tiphys.zip"],
        "args": ["0" * 64, name, "{{workflow.uid}}", "{{inputs.parameters.at}}"]
        + ["{{inputs.parameters.%s}}" % item for item in inputs],
        "env": [{"name": "PYTHONHASHSEED", "value": "0"}, *more.pop("env", [])],
        "volumeMounts": [{"name": "tiphys", "mountPath": "/tiphys"}, {"name": "code", "mountPath": "/tiphys/code"}],
    }
    key = "tiphys/{{workflow.uid}}/v/{{inputs.parameters.at}}"
    body = {
        "name": name,
        "inputs": {
            "parameters": parameters,
            "artifacts": [
                {
                    "name": item,
                    "path": f"/tiphys/in/{item}",
                    "optional": True,
                    "archive": {"none": {}},
                    "s3": {"key": "{{=fromJSON(inputs.parameters['%s'])?.k ?? 'tiphys/none'}}" % item},
                }
                for item in inputs
            ],
        },
        "outputs": {
            "parameters": [
                {"name": item, "valueFrom": {"path": f"/tiphys/out/{item}", "default": "{}"}} for item in outputs
            ],
            "artifacts": [
                {
                    "name": item,
                    "path": f"/tiphys/out/{item}.data",
                    "optional": True,
                    "archive": {"none": {}},
                    "s3": {"key": f"{key}/_" if item == "v" else f"{key}/{item}/_"},
                }
                for item in outputs
            ],
        },
        "container": container,
        "volumes": [{"name": "tiphys", "emptyDir": {}}, {"name": "code", "configMap": {"name": "bundle"}}],
    }
    return body | more


def task(
    name: str, template: str = "", *, depends: str | None = None, when: str | None = None, **arguments: Any
) -> Object:
    """Make a DAG task; `at` is its name unless it says otherwise."""
    values = {"at": name} | arguments
    body: Object = {
        "name": name,
        "template": template or name,
        "arguments": {"parameters": [{"name": item, "value": text} for item, text in values.items()]},
    }
    if depends is not None:
        body["depends"] = depends
    if when is not None:
        body["when"] = when
    return body


def dag(name: str, *tasks: Object, inputs: tuple[str, ...] = (), outputs: Object | None = None, **more: Any) -> Object:
    """Make a DAG template; an output is a reference, or an expression if it holds no braces, with default `{}`."""
    written = [
        {"name": item, "valueFrom": {"parameter" if "{{" in source else "expression": source, "default": "{}"}}
        for item, source in (outputs or {}).items()
    ]
    settings = {word: more.pop(word) for word in ("target", "failFast") if word in more}
    body = {
        "name": name,
        "inputs": {"parameters": [{"name": item} for item in inputs]},
        "outputs": {"parameters": written},
        "dag": {"failFast": False, **settings, "tasks": list(tasks)},
    }
    return body | more


JOIN = [
    {"name": "join", "dag": {"tasks": [{"name": "never", "template": "join-never", "when": "false"}]}},
    {"name": "join-never", "suspend": {}},
]
"""A point where arms meet: no pod."""


def manifest(*templates: Object, snippets: dict[str, str] | None = None, **arguments: str | None) -> list[Object]:
    """Make a manifest whose first template is the entrypoint."""
    parameters = [{"name": item} | ({} if text is None else {"value": text}) for item, text in arguments.items()]
    spec = {
        "entrypoint": templates[0]["name"],
        "arguments": {"parameters": parameters},
        "templates": list(templates),
    }
    return [
        {"kind": "WorkflowTemplate", "metadata": {"name": "prog"}, "spec": spec},
        config_map(snippets or {}),
    ]


def of(name: str, output: str = "v") -> str:
    """Refer to a task's output."""
    return "{{tasks.%s.outputs.parameters.%s}}" % (name, output)


__all__ = ["JOIN", "config_map", "dag", "manifest", "of", "pod", "shim_of", "task"]
