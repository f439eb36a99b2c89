"""The tools that build images, and what each is told."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tiphys.diagnostics import UsageError, nearest

TOOLS = ("docker", "podman", "buildah", "buildctl")
"""In the order in which they are looked for."""
ASKED = {
    "docker": (["version"], ["build", "--help"]),
    "podman": (["version"],),
    "buildah": (["version"],),
    "buildctl": (["debug", "workers"],),
}
"""What tells whether a tool can build: that it is on the PATH says nothing of its daemon, or of BuildKit in it."""
MODERN = {"DOCKER_BUILDKIT": "1"}
"""Makes docker read mounts, which its first builder does not know."""
PATIENCE = 20
"""Seconds that a tool has to answer."""


@dataclass(frozen=True)
class Job:
    """One image to build. secrets: variables that it sees. is_bound: an instruction sees files without copying them."""

    address: str
    dockerfile: Path
    context: Path
    platforms: Sequence[str]
    secrets: Sequence[str]
    push: bool
    is_bound: bool = False


def find_tool(asked: str | None = None) -> str:
    """Name the tool to build with: the one that is asked for, else the first that can. Raises UsageError."""
    if asked is not None and asked not in TOOLS:
        message = f"{asked!r} is no tool that builds images. {nearest(asked, list(TOOLS))}"
        raise UsageError(message)
    there = [tool for tool in ([asked] if asked is not None else TOOLS) if shutil.which(tool) is not None]
    if len(there) == 1:  # it says itself what it lacks
        return there[0]
    reasons = {}
    for tool in there:
        reasons[tool] = what_lacks(tool)
        if not reasons[tool]:
            return tool
    names = asked or f"{', '.join(TOOLS[:-1])} or {TOOLS[-1]}"
    told = "".join(f"\n  {tool}: {reason}" for tool, reason in reasons.items()) or f" {names} is not on the PATH"
    message = f"nothing here builds images:{told}\n  `--print` shows the Dockerfiles instead."
    raise UsageError(message)


def what_lacks(tool: str) -> str:
    """Say why a tool cannot build, in its own words; an empty text where it can."""
    for words in ASKED[tool]:
        try:
            done = subprocess.run(  # noqa: S603
                [tool, *words],
                env={**os.environ, **MODERN},
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"no answer in {PATIENCE} seconds"
        except OSError as error:
            return error.strerror or str(error)
        if done.returncode:
            lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
            return lines[0] if lines else f"exit code {done.returncode}"
    return ""


def commands(tool: str, job: Job) -> list[list[str]]:
    """Give the commands that build an image, and push it if asked to. Raises UsageError for what a tool cannot do."""
    match tool:
        case "docker":
            return docker(job)
        case "buildctl":
            return [buildctl(job)]
        case _:
            return podman(tool, job)


def why_push_fails(words: Sequence[str], job: Job) -> str:
    """Say what to look at where a command that pushes fails; an empty text for one that only builds."""
    does_both = words[0] == "buildctl" or words[1] == "buildx"
    if not job.push or (words[1] == "build" and not does_both):
        return ""
    host = registry_of(job.address)
    login = "docker" if words[0] == "buildctl" else words[0]
    asked = f"s the registry {host} there, and may you push to it (`{login} login {host}`)? `--no-push` only builds."
    return "\n  " + (f"Where it could not push: i{asked}" if does_both else f"I{asked}")


def registry_of(address: str) -> str:
    """Name the host of an address: its first part where that looks like one, else Docker's own."""
    host, slash, _ = address.partition("/")
    return host if slash and (set(".:") & set(host) or host == "localhost") else "docker.io"


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
    # podman keeps the layers that it builds from by itself
    kept = ["--layers"] if tool == "buildah" else []
    if (
        job.is_bound
    ):  # both look at the text of such an instruction alone, and would take what they built of other files
        kept = ["--no-cache"]
    built = [[tool, "build", *kept, *job_words(job), kind, job.address, str(job.context)]]
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
