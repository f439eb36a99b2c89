"""The tools that build images, and what each is told."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tiphys.diagnostics import UsageError, nearest

TOOLS = ("docker", "podman", "buildah", "buildctl")
"""In the order in which they are looked for."""


@dataclass(frozen=True)
class Job:
    """One image to build. secrets: variables that the build sees."""

    address: str
    dockerfile: Path
    context: Path
    platforms: Sequence[str]
    secrets: Sequence[str]
    push: bool


def find_tool(asked: str | None = None) -> str:
    """Name the tool to build with. Raises UsageError where there is none."""
    if asked is not None and asked not in TOOLS:
        message = f"{asked!r} is no tool that builds images. {nearest(asked, list(TOOLS))}"
        raise UsageError(message)
    for tool in [asked] if asked is not None else TOOLS:
        if shutil.which(tool) is not None:
            return tool
    names = asked or f"{', '.join(TOOLS[:-1])} or {TOOLS[-1]}"
    message = f"nothing here builds images: {names} is not on the PATH\n  `--print` shows the Dockerfiles instead."
    raise UsageError(message)


def commands(tool: str, job: Job) -> list[list[str]]:
    """Give the commands that build an image, and push it if asked to. Raises UsageError for what a tool cannot do."""
    match tool:
        case "docker":
            return docker(job)
        case "buildctl":
            return [buildctl(job)]
        case _:
            return podman(tool, job)


def docker(job: Job) -> list[list[str]]:
    """Build with docker; images of several platforms exist only in a registry."""
    several = len(job.platforms) > 1
    if several and not job.push:
        message = f"{job.address} has several platforms, and docker keeps such an image only in a registry: push it"
        raise UsageError(message)
    words = [*job_words(job), "--tag", job.address]
    if several:
        return [["docker", "buildx", "build", *words, "--push", str(job.context)]]
    pushed = [["docker", "push", job.address]] if job.push else []
    return [["docker", "build", *words, str(job.context)], *pushed]


def podman(tool: str, job: Job) -> list[list[str]]:
    """Build with podman or buildah."""
    several = len(job.platforms) > 1
    kind = "--manifest" if several else "--tag"
    built = [[tool, "build", *job_words(job), kind, job.address, str(job.context)]]
    if not job.push:
        return built
    if several:
        return [*built, [tool, "manifest", "push", "--all", job.address, f"docker://{job.address}"]]
    return [*built, [tool, "push", job.address]]


def job_words(job: Job) -> list[str]:
    """Give the words that docker, podman and buildah share."""
    words = ["--file", str(job.dockerfile)]
    if job.platforms:
        words += ["--platform", ",".join(job.platforms)]
    for name in job.secrets:
        words += ["--secret", f"id={name},env={name}"]
    return words


def buildctl(job: Job) -> list[str]:
    """Build with a BuildKit daemon."""
    words = ["buildctl", "build", "--frontend", "dockerfile.v0", "--local", f"context={job.context}"]
    words += ["--local", f"dockerfile={job.dockerfile.parent}", "--opt", f"filename={job.dockerfile.name}"]
    if job.platforms:
        words += ["--opt", f"platform={','.join(job.platforms)}"]
    for name in job.secrets:
        words += ["--secret", f"id={name},env={name}"]
    return [*words, "--output", f"type=image,name={job.address}" + (",push=true" if job.push else "")]
