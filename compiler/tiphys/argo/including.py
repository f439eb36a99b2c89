"""The files that environments include: found when a program is compiled, written into the bundle."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from tiphys.argo.limits import BUNDLE, largest
from tiphys.authoring.include import Included
from tiphys.diagnostics import Mistake, ProgramError, counted
from tiphys.ir import Program
from tiphys.settings import Settings
from tiphys.tracing.keeping import Keeper
from tiphys.tracing.versions import tasks_used

Files = Mapping[str, Path]
"""Paths relative to the project's folder, and the files themselves."""


class Elsewhere(ValueError):
    """A pattern names what cannot be included; mend: what to do."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(message)
        self.mend = mend


def included(settings: Mapping[str, Settings], root: Path) -> tuple[dict[str, Settings], dict[str, Files]]:
    """Find, for each plan, the files that its environment includes; settings tell of their contents from then on.

    Raises ProgramError with all that is wrong.
    """
    known: dict[Included, tuple[Included, Files]] = {}
    mistakes: dict[Mistake, None] = {}
    for said in settings.values():
        include = said.include
        if include is not None and include not in known:
            try:
                files = found(include, root.resolve())
                known[include] = replace(include, digest=digest_of(files)), files
            except Elsewhere as error:
                known[include] = include, {}
                mistakes[Mistake(f"`include`: {error}", include.where, error.mend)] = None
            except OSError as error:
                known[include] = include, {}
                mistakes[Mistake(f"`include`: {error.filename} cannot be read: {error.strerror}", include.where)] = None
    if mistakes:
        raise ProgramError(*mistakes)
    including = {name: known[said.include] for name, said in settings.items() if said.include is not None}
    changed = {name: settings[name].model_copy(update={"include": told}) for name, (told, _) in including.items()}
    return {**settings, **changed}, {name: files for name, (_, files) in including.items()}


def with_files_of_callees(settings: Mapping[str, Settings], program: Program) -> dict[str, Settings]:
    """Let what tells kept results of orchestrators apart know the files of the tasks that those call, too."""
    told: dict[str, Settings] = {}
    of_tasks = {
        task.name: said.include.digest
        for name, said in settings.items()
        if said.include is not None and (task := program.plans[name].task) is not None and not task.is_own
    }
    for name, said in settings.items():
        plan = program.plans[name]
        if not of_tasks or not isinstance(plan.task, Keeper):
            continue
        called = sorted((task, of_tasks[task]) for task in tasks_used(plan.task.code) & of_tasks.keys())
        if called:
            own = said.include or Included(Path(), (), plan.where)
            digest = hashlib.sha256(repr((own.digest, called)).encode()).hexdigest()
            told[name] = said.model_copy(update={"include": replace(own, digest=digest)})
    return {**settings, **told}


def found(said: Included, root: Path) -> Files:
    """Find the files of one environment. Raises Elsewhere."""
    files = {
        file.relative_to(root).as_posix(): file for pattern in said.patterns for file in matches(pattern, said, root)
    }
    sizes = sizes_of(files)
    if sum(sizes.values()) > BUNDLE:
        have = "has" if len(files) == 1 else "have"
        message = (
            f"{counted(len(files), 'file')} {have} {sum(sizes.values()) // 1024:,} KiB, "
            f"and all that travels with a program has {BUNDLE // 1024} KiB; the largest are {largest(sizes)}"
        )
        raise Elsewhere(
            message, "Put them into the image (`with_source_folder`), or let a task read them from a store."
        )
    return dict(sorted(files.items()))


def matches(pattern: str, said: Included, root: Path) -> Iterator[Path]:
    """Give the files that a pattern names, without what nobody wants to send (`.git`, `__pycache__`)."""
    from tiphys.building.context import walked
    from tiphys.building.ignoring import rules_of

    place = Path(os.path.normpath(said.folder / pattern))
    if not place.is_relative_to(root):
        message = f"{pattern} lies outside of the project's folder {root}"
        raise Elsewhere(message, "Put it below that folder, or into the image: `with_source_file`.")
    if place.is_file():
        yield place
        return
    rules = rules_of(())
    if place.is_dir():
        names: Iterable[tuple[Path, str]] = ((place, name) for name, _ in walked(place, rules))
    else:
        hits = sorted(glob.glob(pattern, root_dir=said.folder, recursive=True, include_hidden=True))  # noqa: PTH207  Path's hides no less
        names = ((said.folder, name) for name in hits if not rules.drop(Path(name).as_posix()))
    files = [file for folder, name in names if (file := Path(os.path.normpath(folder / name))).is_file()]
    if not files:
        message = f"no file in {said.folder} is called {pattern}, or matches it"
        raise Elsewhere(message, "Paths are relative to the file that makes the environment.")
    yield from files


def digest_of(files: Files) -> str:
    """Hash the paths and the contents of files. Raises OSError."""
    digest = hashlib.sha256()
    for path, file in files.items():
        digest.update(f"{path}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\0".encode())
    return digest.hexdigest()


def sizes_of(files: Files) -> dict[str, int]:
    """Measure files."""
    return {path: file.stat().st_size for path, file in files.items()}
