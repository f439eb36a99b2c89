"""The engine: runs an emitted manifest on this computer, as Argo would.

It reads plain dicts and imports only the standard library. `execute` is all of it; `read_manifest` checks a manifest
without running it.
"""

from __future__ import annotations

from tiphys.engine.events import Event, Listener
from tiphys.engine.local import LocalRun, execute, runs_folder
from tiphys.engine.manifest import Program, read_manifest
from tiphys.engine.phases import Phase
from tiphys.engine.pods import Executor, Exit, Fresh, InProcess, Job

__all__ = [
    "Event",
    "Executor",
    "Exit",
    "Fresh",
    "InProcess",
    "Job",
    "Listener",
    "LocalRun",
    "Phase",
    "Program",
    "execute",
    "read_manifest",
    "runs_folder",
]
