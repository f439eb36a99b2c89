"""`explain`, and what `compile` says of what it made: pods, templates, depth, sizes, rounds of loops."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tiphys.diagnostics import counted

if TYPE_CHECKING:
    from tiphys.argo.report import Manifest, Told

WIDEST = 72
"""Longer values are cut; `--json` has all of them."""
PAIRS = ("cpu", "memory", "disk", "replicas")
"""Parts that are a pair where they are a list."""
SECRET = {"key", "group", "mount", "as_env_var"}


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
    lines = [manifest.program, *(f"  {name:<11}{text}" for name, text in rows)]
    for one in report.tasks:
        lines.extend(told_lines(one))
    return "\n".join(lines)


def told_lines(one: Told) -> list[str]:
    """Say what a task was told, a setting a line, with the level that said it."""
    rows = [(name, cut(text_of(said.value)), said.level) for name, said in one.settings.items()]
    names, texts = (max(len(row[column]) for row in rows) for column in range(2))
    return [one.task, *(f"  {name:<{names}}  {text:<{texts}}  {level}" for name, text, level in rows)]


def cut(text: str) -> str:
    """Cut a text that is too long for a line."""
    return text if len(text) <= WIDEST else text[: WIDEST - 3] + "..."


def text_of(value: Any) -> str:
    """Write a value for people; a pair of quantities is a request and a limit."""
    match value:
        case {"quantity": count, "device_class": kind}:
            shared = " shared" if value.get("shared") else ""
            part = f" ({value['partition']})" if value.get("partition") else ""
            return f"{value.get('device') or kind}{shared}:{count}{part}"
        case dict():
            return ", ".join(f"{name} {part_of(name, item)}" for name, item in value.items()) or "none"
        case list():
            return ", ".join(secret_or_text(item) for item in value) or "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def secret_or_text(value: Any) -> str:
    """Write an item of a list; a secret by its name."""
    if isinstance(value, dict) and "key" in value and value.keys() <= SECRET:
        return "/".join(filter(None, (value.get("group"), value["key"])))
    return text_of(value)


def part_of(name: str, value: Any) -> str:
    """Write a part of a value; several items of a list in brackets, as commas part the parts."""
    if not isinstance(value, list) or len(value) < 2:
        return text_of(value)
    return f"{value[0]} to {value[1]}" if name in PAIRS else f"[{text_of(value)}]"


def described(manifest: Manifest) -> dict[str, Any]:
    """Give what was made as plain JSON."""
    report = manifest.report
    return {
        "program": manifest.program,
        "objects": [
            {"kind": title.partition("/")[0], "name": title.partition("/")[2], "bytes": size}
            for title, size in report.bytes.items()
        ],
        "bytes": sum(report.bytes.values()),
        "templates": report.templates,
        "pods": report.pods,
        "depth": report.depth,
        "loops": [{"where": where, "rounds": rounds} for where, rounds in report.loops],
        "recursions": [{"title": title, "calls": calls} for title, calls in report.recursions],
        "requirements": list(report.requirements),
        "tasks": [asdict(one) for one in report.tasks],
        "notes": list(manifest.notes),
    }


def summary(manifest: Manifest) -> str:
    """Say what was made, for people."""
    report = manifest.report
    pods = counted(report.pods, "pod") if isinstance(report.pods, int) else f"{report.pods} pods"
    lines = [f"{manifest.program}: {pods}, {counted(report.templates, 'template')}, {report.depth} deep"]
    lines.extend(f"  {name}  {size:,} bytes" for name, size in report.bytes.items())
    if report.requirements:
        lines.append(f"  the image must provide: {', '.join(report.requirements)}")
    lines.append("Write it with -o FOLDER, print it with -o -, apply it with --apply, or run it with --submit.")
    return "\n".join(lines)
