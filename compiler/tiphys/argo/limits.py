"""What the API server or Argo would refuse is refused here, in the user's words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tiphys.argo.rounds import DEEPEST
from tiphys.diagnostics import ManifestError
from tiphys.ir import Graph, Pod, Program

OBJECT = 1_048_576
BUNDLE = 900 * 1024
ANNOTATION = 262_144
"""What client-side `kubectl apply` keeps of an object, in an annotation, may have so many bytes."""
TEMPLATES = 200
TASKS = 200
PARAMETERS = 500


def check_limits(
    program: Program, objects: Iterable[Mapping[str, Any]], depth: int, included: Mapping[str, int]
) -> None:
    """Raise ManifestError for objects that break a limit of Kubernetes or of Argo's object definitions.

    depth: how many templates stand in each other, the rounds of loops included. included: the bytes of the files that
    environments include.
    """
    for item in objects:
        if item["kind"] == "ConfigMap":
            check_bundle(item, included)
        else:
            check_template(program, item, depth)


def notes_on_sizes(sizes: Mapping[str, int]) -> tuple[str, ...]:
    """Say which objects the command line of kubectl takes only in another way."""
    large = [name for name, size in sizes.items() if size > ANNOTATION - 1024]
    return tuple(f"{name} is too large for `kubectl apply`: use `kubectl apply --server-side`" for name in large)


def check_bundle(item: Mapping[str, Any], included: Mapping[str, int]) -> None:
    """Check the size of the bundle."""
    size = sum(len(text) * 3 // 4 for text in item["binaryData"].values())
    if size > BUNDLE:
        message = (
            f"the program's code and known arguments take {size // 1024} KiB, a ConfigMap holds {BUNDLE // 1024} KiB\n"
            "  Let a task make or load large values, instead of keeping them in a module or passing them as arguments."
        )
        if included:
            total = sum(included.values()) // 1024
            message += (
                f"\n  {total:,} KiB of it are files that environments include; the largest are {largest(included)}."
            )
        raise ManifestError(message)


def largest(sizes: Mapping[str, int], most: int = 3) -> str:
    """Name the largest of some files, for people."""
    first = sorted(sizes, key=lambda path: (-sizes[path], path))[:most]
    return ", ".join(f"{path} ({sizes[path] // 1024:,} KiB)" for path in first)


def check_template(program: Program, item: Mapping[str, Any], depth: int) -> None:
    """Check the template's size and counts."""
    templates = item["spec"]["templates"]
    size = len(json.dumps(item, separators=(",", ":")))
    if size > OBJECT:
        graphs = [unit for unit in program.graphs.values() if isinstance(unit, Graph)]
        pods = sum(isinstance(node, Pod) for graph in graphs for node in graph.nodes)
        fits = pods * OBJECT // size * 95 // 100
        message = (
            f"the WorkflowTemplate has {size // 1024} KiB for {pods} calls, and Kubernetes takes {OBJECT // 1024} KiB\n"
            f"  About {fits} such calls fit. Let each task do more, or start several runs."
        )
        raise ManifestError(message)
    if len(templates) > TEMPLATES:
        message = (
            f"the program needs {len(templates)} templates, and Argo takes {TEMPLATES} in one object\n"
            "  Calls of one task with the same settings share a template: let calls differ in arguments only.\n"
            "  Each `if`, loop and `try` around calls needs up to three: write a part that repeats as a task."
        )
        raise ManifestError(message)
    for template in templates:
        tasks = len(template.get("dag", {}).get("tasks", ()))
        parameters = len(template.get("inputs", {}).get("parameters", ()))
        if tasks > TASKS or parameters > PARAMETERS:
            message = (
                f"`{template['name']}` has {tasks} tasks and {parameters} inputs, Argo takes {TASKS} and {PARAMETERS}\n"
                "  Gather large results in steps of a few hundred."
            )
            raise ManifestError(message)
    if depth > DEEPEST:
        message = (
            f"the program nests {depth} templates deep, Argo runs {DEEPEST}\n"
            "  Let fewer orchestrators call each other, and fewer loops stand in each other."
        )
        raise ManifestError(message)
