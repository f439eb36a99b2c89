"""`execute`: runs a manifest on this computer and keeps what happened in a folder."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tiphys.answers import Answers
from tiphys.caches import own_folder
from tiphys.diagnostics import UsageError
from tiphys.engine.events import Listener
from tiphys.engine.folders import host_variables
from tiphys.engine.kept import sweep_sometimes
from tiphys.engine.locks import Locks
from tiphys.engine.manifest import Program, read_manifest
from tiphys.engine.nodes import Node, timestamp
from tiphys.engine.phases import Phase
from tiphys.engine.pods import Executor, Fresh, InProcess
from tiphys.engine.run import Run, default_parallelism
from tiphys.engine.secrets import find_secrets
from tiphys.engine.store import Store

Way = Literal["forked", "fresh", "in-process"]
KEPT_RUNS = 50


@dataclass(frozen=True, slots=True)
class LocalRun:
    """What a run came to.

    `nodes` maps each node's unique path to plain data, the entrypoint first; `store` is the folder of artifacts;
    `pods` counts the pods that were started, retries included.
    """

    name: str
    phase: Phase
    message: str
    outputs: Mapping[str, str]
    nodes: Mapping[str, dict[str, Any]]
    folder: Path
    store: Path
    seconds: float
    pods: int


def execute(
    manifest: Sequence[Mapping[str, Any]],
    arguments: Mapping[str, str],
    *,
    executor: Way | Executor | None = None,
    workdir: Path | None = None,
    parallelism: int | None = None,
    on_event: Listener | None = None,
    env: Mapping[str, str] | None = None,
    time_scale: float = 1.0,
    answers: Answers | None = None,
) -> LocalRun:
    """Run a manifest to its end. `time_scale` shortens backoffs and sleeps, not deadlines.

    answers: to the conditions it waits for; for others it asks on the terminal. Raises UsageError where there is none.
    """
    begun = time.perf_counter()
    variables = dict(os.environ if env is None else env)
    program = read_manifest(manifest)
    values = program.arguments(arguments)
    keys = [key for pod in program.pods() for key in pod.container.secrets]
    secrets = find_secrets(keys, variables, file=Path(".env"))
    uid = _new_uid()
    name = f"{program.name}-{uid[:5]}"
    try:
        kept, locks = kept_folder(), own_folder() / "locks"
        folder = _make_folder(name, workdir)
    except OSError as error:
        raise _no_folder(error) from None
    mounts = _write_config_maps(program, folder)
    run = Run(
        program,
        workflow=_workflow(name, uid, values),
        folder=str(folder),
        store=Store(folder / "store", kept, is_absent=program.is_storeless),
        executor=_executor(executor, variables, folder, mounts),
        parallelism=max(1, min(parallelism or default_parallelism(), program.parallelism or sys.maxsize)),
        mounts=mounts,
        secrets=secrets,
        locks=Locks(locks),
        on_event=on_event,
        time_scale=time_scale,
        answers=answers,
    )
    try:
        root = run.execute(values)
    finally:
        run.executor.close()
        run.locks.close()
        if run.store.has_kept:
            sweep_sometimes(kept)
        shutil.rmtree(folder / "pods", ignore_errors=True)
        nodes = _write_nodes(run.root, folder)
    return LocalRun(
        name=name,
        phase=root.phase,
        message=root.message,
        outputs=root.outputs or {},
        nodes=nodes,
        folder=folder,
        store=folder / "store",
        seconds=time.perf_counter() - begun,
        pods=run.pods,
    )


def runs_folder() -> Path:
    """Give the folder that keeps the runs of this user."""
    return own_folder() / "runs"


def kept_folder() -> Path:
    """Give the folder of the results that later runs of this user find again."""
    return own_folder() / "kept"


def _executor(way: Way | Executor | None, env: Mapping[str, str], folder: Path, mounts: Mapping[str, str]) -> Executor:
    if way is None:
        way = "forked" if sys.platform == "linux" else "fresh"
    host = host_variables(env)
    match way:
        case "in-process":
            return InProcess()
        case "fresh":
            return Fresh(host)
        case "forked":
            if not hasattr(os, "fork"):
                message = "this system cannot fork; use the executor `fresh`"
                raise UsageError(message)
            from tiphys.engine.forked import Forked

            forked = Forked(host, log=str(folder / "logs" / "zygote.log"))
            for mount in mounts.values():
                bundle = os.path.realpath(os.path.join(mount, "tiphys.zip"))
                if os.path.exists(bundle):
                    forked.prepare(bundle)
            return forked
        case str():
            message = f"there is no executor `{way}`; choose forked, fresh or in-process"
            raise UsageError(message)
        case _:
            return way


def _workflow(name: str, uid: str, values: Mapping[str, str]) -> dict[str, object]:
    return {
        "name": name,
        "uid": uid,
        "namespace": "local",
        "creationTimestamp": timestamp(time.time()),
        "parameters": dict(values),
    }


def _new_uid() -> str:
    digits = os.urandom(16).hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _no_folder(error: OSError) -> UsageError:
    where = f"{error.filename}: " if error.filename else ""
    message = (
        f"there is no place for what a run keeps: {where}{error.strerror}\n"
        "  Set XDG_CACHE_HOME to a folder that can be written."
    )
    return UsageError(message)


def _make_folder(name: str, workdir: Path | None) -> Path:
    if workdir is None:
        _forget_old_runs()
        workdir = runs_folder() / f"{time.strftime('%Y%m%d-%H%M%S')}-{name}"
    folder = workdir.resolve()
    for part in ("", "logs", "pods", "store", "bundles"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    return folder


def _forget_old_runs() -> None:
    try:
        runs = sorted(entry.path for entry in os.scandir(runs_folder()))
    except FileNotFoundError:
        return
    for path in runs[: -KEPT_RUNS + 1]:
        shutil.rmtree(path, ignore_errors=True)


def _write_config_maps(program: Program, folder: Path) -> dict[str, str]:
    mounts: dict[str, str] = {}
    for name in dict.fromkeys(name for pod in program.pods() for _, name in pod.container.mounts):
        place = folder / "bundles" / name
        place.mkdir(exist_ok=True)
        for file, content in program.files(name).items():
            (place / file).write_bytes(content)
        mounts[name] = str(place)
    return mounts


def _write_nodes(root: Node | None, folder: Path) -> dict[str, dict[str, Any]]:
    nodes: dict[str, dict[str, Any]] = {}
    waiting = [] if root is None else [root]
    while waiting:
        node = waiting.pop()
        nodes[node.id] = node.to_dict()
        waiting.extend(reversed(node.children))
    (folder / "nodes.json").write_text(json.dumps(nodes), encoding="utf-8")
    return nodes
