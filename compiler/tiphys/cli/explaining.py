"""`explain`, and what `compile` says of what it made: pods, templates, depth, sizes, rounds of loops."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tiphys.argo.report import Manifest


def explain(
    file: str, name: str | None, bind: list[str], image: list[str], profile: str | None, *, as_json: bool
) -> None:
    """Run `tiphys explain`."""
    from tiphys.cli.making import bound
    from tiphys.cli.running import task_in
    from tiphys.compiling import compile_task, profile_of

    task = task_in(file, name)
    manifest = compile_task(task, bindings=bound(task, bind), image=image, profile=profile_of(task, profile))
    if as_json:
        print(json.dumps(described(manifest)))
        return
    for note in manifest.notes:
        print(f"note: {note}", file=sys.stderr)
    print(explained(manifest))


def explained(manifest: Manifest) -> str:
    """Say what a run costs, and how near it is to what Argo takes."""
    from tiphys.argo.limits import OBJECT, TEMPLATES
    from tiphys.argo.rounds import DEEPEST

    report = manifest.report
    rows = [
        ("pods", str(report.pods)),
        ("templates", f"{report.templates} of {TEMPLATES}"),
        ("depth", f"{report.depth} of {DEEPEST}"),
        *(("bytes", f"{size:,} of {OBJECT:,} in {name}") for name, size in report.bytes.items()),
        *(("rounds", f"up to {rounds:,} of the loop at {where}") for where, rounds in report.loops),
        *(("calls", f"up to {calls:,} of {title} inside each other") for title, calls in report.recursions),
        *(("image", f"must provide {name}") for name in report.requirements),
    ]
    return "\n".join([manifest.program, *(f"  {name:<11}{text}" for name, text in rows)])


def described(manifest: Manifest) -> dict[str, Any]:
    """Give what was made as plain JSON."""
    report = manifest.report
    return {
        "program": manifest.program,
        "objects": [
            {"kind": item["kind"], "name": item["metadata"]["name"], "bytes": size}
            for item, size in zip(manifest.objects, report.bytes.values(), strict=True)
        ],
        "bytes": sum(report.bytes.values()),
        "templates": report.templates,
        "pods": report.pods,
        "depth": report.depth,
        "loops": [{"where": where, "rounds": rounds} for where, rounds in report.loops],
        "recursions": [{"title": title, "calls": calls} for title, calls in report.recursions],
        "requirements": list(report.requirements),
        "notes": list(manifest.notes),
    }


def summary(manifest: Manifest) -> str:
    """Say what was made, for people."""
    report = manifest.report
    lines = [f"{manifest.program}: {report.pods} pods, {report.templates} templates, {report.depth} deep"]
    lines.extend(f"  {name}  {size:,} bytes" for name, size in report.bytes.items())
    if report.requirements:
        lines.append(f"  the image must provide: {', '.join(report.requirements)}")
    lines.append("Write it with -o FOLDER, print it with -o -, or run it with --submit.")
    return "\n".join(lines)
