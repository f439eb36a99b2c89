"""Where runs are kept, and that only the latest are."""

from __future__ import annotations

import os

from standin import dag, manifest, of, pod, shim_of, task

from tiphys.engine import InProcess, execute, runs_folder
from tiphys.engine.local import KEPT_RUNS

SNIPPETS = {"a": "out('v', '{{}'); os.mkdir(os.path.join(root, 'out', 'v.data'))"}


def run_one():
    body = manifest(dag("main", task("a"), outputs={"r": of("a")}), pod("a"), snippets=SNIPPETS)
    return execute(body, {}, executor=InProcess(shim_of(SNIPPETS)))


def test_a_run_is_kept_in_the_users_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    run = run_one()

    assert run.folder.parent == runs_folder() == tmp_path / "tiphys" / "runs"
    assert run.name in run.folder.name
    assert sorted(os.listdir(run.folder)) == ["bundles", "logs", "nodes.json", "store"]
    assert run.phase == "Succeeded"


def test_old_runs_are_forgotten(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for number in range(KEPT_RUNS + 5):
        (runs_folder() / f"2000{number:03d}").mkdir(parents=True)

    run = run_one()

    kept = sorted(os.listdir(runs_folder()))
    assert len(kept) == KEPT_RUNS
    assert kept[-1] == run.folder.name
