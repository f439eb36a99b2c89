"""A pod's own folder: what is laid out in it before the pod starts, and what is read from it afterwards."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiphys.engine.containers import BUNDLE_FILE, BUNDLE_FOLDER
from tiphys.engine.functions import Unevaluable
from tiphys.engine.pods import Job
from tiphys.engine.store import copy

if TYPE_CHECKING:
    from tiphys.engine.containers import SecretKey
    from tiphys.engine.roots import Root
    from tiphys.engine.scope import Scope
    from tiphys.engine.store import Store

LONGEST_ARGUMENT = 131_071
"""Bytes; a longer argument reaches the program as `@file`, as in Argo (the kernel's limit for one argument)."""

_VARIABLE = re.compile(r"\$(?:\$|\(([^()]*)\))")
TERMINATION_LOG = "termination-log"
QUEUED = "TIPHYS_QUEUED"
_MESSAGE = 4096

_HOST = frozenset(
    {
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TMPDIR",
        "TMP",
        "TEMP",
        "SYSTEMROOT",
        "PYTHONPATH",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    }
)
_HOST_PREFIXES = ("LC_", "AWS_", "GOOGLE_", "AZURE_")


@dataclass(frozen=True, slots=True)
class Results:
    """What a pod has left behind."""

    outputs: dict[str, str]
    artifacts: dict[str, str]
    problem: str


def host_variables(env: Mapping[str, str]) -> dict[str, str]:
    """Keep what stands for the image and its identity here: paths, locale, proxies, cloud credentials."""
    return {name: text for name, text in env.items() if name in _HOST or name.startswith(_HOST_PREFIXES)}


def lay_out(root: Root, *, scope: Scope, store: Store) -> None:
    """Deliver the input artifacts. An absent one is an empty folder."""
    for artifact in root.container.inputs:
        if artifact.raw is not None:
            with open(root.place(artifact.path, is_there=True), "w", encoding="utf-8") as file:
                file.write(artifact.raw.render(scope))
            continue
        source = None if artifact.key is None else store.find(artifact.key.render(scope))
        place = root.place(artifact.path, is_there=source is not None)
        if source is not None:
            copy(source, place)
        elif not artifact.optional:
            message = f"input artifact `{artifact.name}` failed to load: there is nothing at its key"
            raise Unevaluable(message)


def make_job(
    root: Root,
    *,
    scope: Scope,
    number: int,
    log: str,
    secrets: Mapping[SecretKey, str],
    queued: float,
    longest: float | None = None,
) -> Job:
    """Render the arguments and the environment of a pod; `longest` bounds its deadline.

    queued: when the pod was made, in seconds of the clock. Argo renders at that moment.
    """
    container, path = root.container, root.path
    environment = {name: text.render(scope) for name, text in container.environment}
    for key in container.secrets:
        if key in secrets:
            deliver(key, secrets[key], environment, path)
    for name, _ in container.environment:
        environment[name] = expanded(environment[name], environment)
    if QUEUED in environment:
        environment[QUEUED] = repr(queued)
    environment["TIPHYS_POD"] = path
    environment["TIPHYS_MODE"] = "local"
    environment["TIPHYS_TERMINATION_LOG"] = f"{path}/{TERMINATION_LOG}"
    arguments = [
        _argument(text.render(scope), f"{path}/argument-{index}.txt") for index, text in enumerate(container.arguments)
    ]
    deadline = None if container.deadline is None else _seconds(container.deadline.render(scope))
    if longest is not None:
        deadline = longest if deadline is None else min(deadline, longest)
    return Job(
        number=number,
        arguments=arguments,
        environment=environment,
        root=path,
        folder=f"{path}/work",
        bundle=f"{root.mounts[BUNDLE_FOLDER]}/{BUNDLE_FILE}",
        log=log,
        deadline=deadline,
    )


def deliver(key: SecretKey, text: str, environment: dict[str, str], root: str) -> None:
    """Put a secret into its variable, or into its file; the variables that hold the file's path follow it."""
    if key.path is None:
        environment[key.variable] = text
        return
    place = f"{root}{key.path}"
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    environment.update({name: place for name, value in environment.items() if value == key.path})


def expanded(text: str, known: Mapping[str, str]) -> str:
    """Put variables in the place of `$(NAME)`, as Kubernetes does; `$$` is a `$`."""
    if "$" not in text:
        return text
    return _VARIABLE.sub(lambda found: "$" if found[1] is None else known.get(found[1], found[0]), text)


def collect(root: Root, *, scope: Scope, store: Store) -> Results:
    """Read the outputs and save the artifacts, after success and after failure alike."""
    outputs: dict[str, str] = {}
    problem = ""
    for output in root.container.outputs:
        text = read_text(f"{root.path}/{output.path}")
        if text is None:
            text = output.default
        if text is None:
            problem = problem or f"the output parameter `{output.name}` was not written to {output.path}"
        else:
            outputs[output.name] = text
    artifacts: dict[str, str] = {}
    for artifact in root.container.artifacts:
        path = f"{root.path}/{artifact.path}"
        if os.path.lexists(path):
            key = artifacts[artifact.name] = artifact.key.render(scope)
            store.save(path, key)
        elif not artifact.optional:
            problem = problem or f"the output artifact `{artifact.name}` was not written to {artifact.path}"
    return Results(outputs, artifacts, problem)


def termination_message(root: Root) -> str:
    """Give what the pod wrote to its termination log."""
    return (read_text(f"{root.path}/{TERMINATION_LOG}") or "").strip()[:_MESSAGE]


def _argument(text: str, path: str) -> str:
    if len(text) <= LONGEST_ARGUMENT // 4 or len(text.encode()) <= LONGEST_ARGUMENT:
        return text
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return f"@{path}"


def read_text(path: str) -> str | None:
    """Read a text file, if there is one; one trailing newline is dropped."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        return file.readall().decode(errors="replace").removesuffix("\n")


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        message = f"activeDeadlineSeconds: `{text}` is not a number"
        raise Unevaluable(message) from None
