"""Container templates, compiled: arguments, environment, artifacts, outputs, retries; paths are below the root."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tiphys.diagnostics import UsageError
from tiphys.engine.retries import RetryStrategy, compile_retries
from tiphys.engine.tags import Text, compile_text

Object = Mapping[str, Any]

ROOT = "/tiphys"
BUNDLE_FOLDER, BUNDLE_FILE = "code", "tiphys.zip"
STORES = {"s3": "key", "gcs": "key", "oss": "key", "azure": "blob"}
COMMAND = ["python3", f"{ROOT}/{BUNDLE_FOLDER}/{BUNDLE_FILE}"]


@dataclass(frozen=True, slots=True)
class SecretKey:
    """An environment variable, or with a `path` a file, that comes from a key of a secret.

    The path is that in the cluster; here the file is below the pod's root.
    """

    variable: str
    secret: str
    key: str
    optional: bool
    path: str | None = None


@dataclass(frozen=True, slots=True)
class InputArtifact:
    """A file or folder laid out before the pod starts: from the store by key, or given as text."""

    name: str
    path: str
    key: Text | None
    raw: Text | None
    optional: bool


@dataclass(frozen=True, slots=True)
class OutputArtifact:
    """A file or folder saved to the store under a key."""

    name: str
    path: str
    key: Text
    optional: bool


@dataclass(frozen=True, slots=True)
class OutputFile:
    """An output parameter read from a file."""

    name: str
    path: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Container:
    """All that a pod needs; paths are relative to its root."""

    arguments: tuple[Text, ...]
    environment: tuple[tuple[str, Text], ...]
    secrets: tuple[SecretKey, ...]
    inputs: tuple[InputArtifact, ...]
    outputs: tuple[OutputFile, ...]
    artifacts: tuple[OutputArtifact, ...]
    mounts: tuple[tuple[str, str], ...]
    """Folder of the pod -> ConfigMap that fills it."""
    folders: tuple[str, ...]
    deadline: Text | None
    pending: Text | None
    """How long it may wait until it runs."""
    retries: RetryStrategy | None
    locks: tuple[Text, ...] = ()
    """The names of the mutexes that it holds while it runs."""


def compile_container(body: Object, *, where: str) -> Container:
    """Compile a container template that runs the shim; any other command is a `UsageError`."""
    container = body["container"]
    if list(container.get("command") or ()) != COMMAND:
        message = f"{where} runs {container.get('command')}; only {COMMAND} runs on this computer"
        raise UsageError(message)
    inputs = tuple(_input_artifact(item, where) for item in (body.get("inputs") or {}).get("artifacts") or ())
    section = body.get("outputs") or {}
    outputs = tuple(_output_file(item, where) for item in section.get("parameters") or ())
    artifacts = tuple(_output_artifact(item, where) for item in section.get("artifacts") or ())
    mounts = _mounts(body, container)
    if BUNDLE_FOLDER not in dict(mounts):
        message = f"{where} mounts no ConfigMap at {ROOT}/{BUNDLE_FOLDER}, where the bundle is expected"
        raise UsageError(message)
    environment, secrets = _environment(container, where)
    deadline = body.get("activeDeadlineSeconds")
    retries, pending = body.get("retryStrategy"), body.get("pendingTimeout")
    return Container(
        arguments=tuple(
            compile_text(text, where=f"{where}, argument {index}")
            for index, text in enumerate(container.get("args") or ())
        ),
        environment=environment,
        secrets=(*secrets, *_secret_files(body, container, environment)),
        inputs=inputs,
        outputs=outputs,
        artifacts=artifacts,
        mounts=mounts,
        folders=_folders(
            [
                *(artifact.path for artifact in inputs),
                *(output.path for output in outputs),
                *(artifact.path for artifact in artifacts),
                *(path for path, _ in mounts),
            ]
        ),
        deadline=None if deadline is None else compile_text(deadline, where=f"{where}, activeDeadlineSeconds"),
        pending=None if pending is None else compile_text(pending, where=f"{where}, pendingTimeout"),
        retries=None if retries is None else compile_retries(retries, where=where),
        locks=tuple(
            compile_text(item["name"], where=f"{where}, mutex")
            for item in (body.get("synchronization") or {}).get("mutexes") or ()
        ),
    )


def _below_root(path: str, where: str) -> str:
    plain = posixpath.normpath(path)
    if not plain.startswith(f"{ROOT}/"):
        message = f"{where}: `{path}` is not below {ROOT}, the only folder a pod has on this computer"
        raise UsageError(message)
    return plain.removeprefix(f"{ROOT}/")


def _input_artifact(item: Object, where: str) -> InputArtifact:
    place = f"{where}, input artifact `{item['name']}`"
    key = _key_of(item)
    raw = (item.get("raw") or {}).get("data")
    optional = item.get("optional") is True
    if key is None and raw is None and not optional:
        message = f"{place} has no `s3.key`; other places do not run on this computer"
        raise UsageError(message)
    return InputArtifact(
        name=str(item["name"]),
        path=_below_root(str(item["path"]), place),
        key=None if key is None else compile_text(key, where=place),
        raw=None if raw is None else compile_text(raw, where=place),
        optional=optional,
    )


def _key_of(item: Object) -> Any:
    """Give the key of an artifact, whatever kind of store it is in: on this computer it is a folder."""
    return next((item[kind][word] for kind, word in STORES.items() if word in (item.get(kind) or {})), None)


def _output_artifact(item: Object, where: str) -> OutputArtifact:
    place = f"{where}, output artifact `{item['name']}`"
    key = _key_of(item)
    if key is None:
        message = f"{place} has no `s3.key`; other places do not run on this computer"
        raise UsageError(message)
    return OutputArtifact(
        name=str(item["name"]),
        path=_below_root(str(item["path"]), place),
        key=compile_text(key, where=place),
        optional=item.get("optional") is True,
    )


def _output_file(item: Object, where: str) -> OutputFile:
    place = f"{where}, output `{item['name']}`"
    source = item.get("valueFrom") or {}
    if "path" not in source:
        message = f"{place} is not read from a file (`valueFrom.path`)"
        raise UsageError(message)
    default = source.get("default")
    text = None if default is None else compile_text(default, where=place)
    if text is not None and text.constant is None:
        message = f"{place}: its default holds a tag, which does not run on this computer"
        raise UsageError(message)
    return OutputFile(str(item["name"]), _below_root(str(source["path"]), place), text.constant if text else None)


def _mounts(body: Object, container: Object) -> tuple[tuple[str, str], ...]:
    maps = {
        volume["name"]: str(volume["configMap"]["name"])
        for volume in body.get("volumes") or ()
        if "configMap" in volume
    }
    return tuple(
        (posixpath.normpath(mount["mountPath"]).removeprefix(f"{ROOT}/"), maps[mount["name"]])
        for mount in container.get("volumeMounts") or ()
        if mount["name"] in maps and str(mount["mountPath"]).startswith(f"{ROOT}/")
    )


def _environment(container: Object, where: str) -> tuple[tuple[tuple[str, Text], ...], tuple[SecretKey, ...]]:
    texts: list[tuple[str, Text]] = []
    secrets: list[SecretKey] = []
    for item in container.get("env") or ():
        name = str(item["name"])
        place = f"{where}, environment variable `{name}`"
        source = item.get("valueFrom")
        if source is None:
            texts.append((name, compile_text(item.get("value") or "", where=place)))
        elif "secretKeyRef" in source:
            key = source["secretKeyRef"]
            secrets.append(SecretKey(name, str(key["name"]), str(key["key"]), key.get("optional") is True))
        # what only the cluster knows is not set here: `absent` says so
    return tuple(texts), tuple(secrets)


def _secret_files(body: Object, container: Object, environment: tuple[tuple[str, Text], ...]) -> tuple[SecretKey, ...]:
    """Find the files that are filled from secrets; the variable that holds the path of one names it."""
    mounted = {mount["name"]: str(mount["mountPath"]) for mount in container.get("volumeMounts") or ()}
    variables = {text.constant: name for name, text in environment}
    found = []
    for volume in body.get("volumes") or ():
        for source in (volume.get("projected") or {}).get("sources") or ():
            secret = source.get("secret")
            if secret is None or volume["name"] not in mounted:
                continue
            for item in secret.get("items") or ():
                path = posixpath.join(mounted[volume["name"]], item["path"])
                variable = variables.get(path, "").removesuffix("_FILE")
                optional = secret.get("optional") is True
                found.append(SecretKey(variable, str(secret["name"]), str(item["key"]), optional, path))
    return tuple(found)


def _folders(paths: list[str]) -> tuple[str, ...]:
    """List the folders that must exist above the paths, parents first."""
    needed = {"work", "out"}
    for path in paths:
        parent = posixpath.dirname(path)
        while parent:
            needed.add(parent)
            parent = posixpath.dirname(parent)
    return tuple(sorted(needed))
