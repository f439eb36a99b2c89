"""From a file and a name to a task: the user's module is imported, its authoring mistakes gathered."""

from __future__ import annotations

import importlib.util
import linecache
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from tiphys.authoring.environment import TaskEnvironment
from tiphys.authoring.task import TaskTemplate
from tiphys.diagnostics import Mistake, ProgramError, Span, UsageError, collecting, nearest
from tiphys.settings import resolve

MARKS = ("pyproject.toml", "tiphys.toml", "setup.py", "setup.cfg", ".git", "uv.lock", "requirements.txt")


def load_module(path: Path) -> ModuleType:
    """Import a file as a module of its own name, its folder importable; one that is loaded already is not run again.

    Raises ProgramError with all authoring mistakes of the file, or UsageError where there is no such file.
    """
    if path.is_dir():
        files = sorted(str(item) for item in path.glob("*.py"))
        advice = f"Name a file in it, such as {files[0]}." if files else "It holds no Python file."
        message = f"{path} is a folder, and a program is a file. {advice}"
        raise UsageError(message)
    if not path.is_file():
        near = sorted(str(item) for item in path.parent.glob("*.py")) if path.parent.is_dir() else []
        message = f"there is no file {path}. {nearest(str(path), near)}".strip()
        raise UsageError(message)
    file = path.resolve()
    name = module_name(file)
    folder = str(source_root(file))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    loaded = sys.modules.get(name)
    if loaded is not None and getattr(loaded, "__file__", None) == str(file):
        return loaded
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        message = f"{path} is not a Python file"
        raise UsageError(message)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with collecting() as found:
        try:
            spec.loader.exec_module(module)
        except ProgramError as error:
            found.extend(error.mistakes)
        except SyntaxError as error:
            where = Span(error.filename or str(file), error.lineno or 1, max((error.offset or 1) - 1, 0))
            found.append(Mistake(f"this is not Python: {error.msg}", where))
        except SystemExit as error:
            said = f"importing {path.name} ends the program: {type(error).__name__}({error})"
            mend = "Let it do so only where it is run by itself: `if __name__ == '__main__':`."
            found.append(Mistake(said, last_line(error, file), mend))
        except Exception as error:  # noqa: BLE001  whatever the user's module raises
            said = f"importing {path.name} failed: {type(error).__name__}: {error}"
            mend = None
            if isinstance(error, ImportError):
                mend = "Install what the program imports, or call tiphys in the environment that has it."
            elif isinstance(error, AttributeError) and isinstance(error.obj, TaskEnvironment):
                said_of = nearest(str(error.name), [each for each in dir(error.obj) if not each.startswith("_")])
                mend = said_of if said_of.startswith("Did") else None
            found.append(Mistake(said, last_line(error, file), mend))
    if found:
        del sys.modules[name]
        raise ProgramError(*dict.fromkeys(found))
    return module


def last_line(error: BaseException, file: Path) -> Span | None:
    """Find the line of the user's file at which an exception passed."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            found = Span(str(file), trace.tb_lineno)
        trace = trace.tb_next
    return found


def module_name(file: Path) -> str:
    """Give a file the name it would be imported by: dotted where it lies in a package."""
    parts = [file.stem]
    folder = file.parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts)


def source_root(file: Path) -> Path:
    """Give the folder that a file is imported from."""
    folder = file.parent
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder


def project_root(file: Path) -> Path:
    """Give the folder of the project that a file belongs to: modules below it travel with the program."""
    root = source_root(file.resolve())
    for folder in (root, *root.parents):
        if any((folder / mark).exists() for mark in MARKS):
            return folder
    return root


def tasks_of(module: ModuleType) -> dict[str, TaskTemplate[..., Any]]:
    """List the tasks that a module names."""
    return {name: value for name, value in vars(module).items() if isinstance(value, TaskTemplate)}


def find_task(module: ModuleType, name: str | None) -> TaskTemplate[..., Any]:
    """Find a task by the name of its function, or by its full name.

    Without a name: the one that says `entrypoint=True`, else `main`, else the only orchestrator.

    Raises UsageError with the nearest ones.
    """
    tasks = tasks_of(module)
    file = Path(str(module.__file__)).name
    if not tasks:
        message = f"{file} defines no task; decorate a function with `@env.task`"
        raise UsageError(message)
    if name is None:
        return only_task(tasks, file)
    full = {task.name: task for task in tasks.values()}
    if name in tasks or name in full:
        return tasks.get(name) or full[name]
    message = f"{file} has no task `{name}`. {nearest(name, list(tasks))}"
    raise UsageError(message)


def only_task(tasks: Mapping[str, TaskTemplate[..., Any]], file: str) -> TaskTemplate[..., Any]:
    """Find the task that a file is about. Raises UsageError where that is not clear."""
    marked = {key: task for key, task in tasks.items() if resolve(task.levels).settings.entrypoint}
    if len(marked) == 1:
        return next(iter(marked.values()))
    if marked:
        names = ", ".join(f"`{item}`" for item in marked)
        message = f"several tasks of {file} say `entrypoint=True`: name one of {names}"
        raise UsageError(message)
    if "main" in tasks:
        return tasks["main"]
    from tiphys.tracing.reach import is_orchestrator

    outer = [task for task in tasks.values() if is_orchestrator(task)] or list(tasks.values())
    if len(outer) == 1:
        return outer[0]
    message = f"{file} has several tasks: name one of {', '.join(f'`{item}`' for item in tasks)}"
    raise UsageError(message)


def root_of(task: TaskTemplate[..., Any]) -> Path:
    """Give the project folder of the file that defines a task."""
    file = Path(task.source_file)
    return project_root(file) if file.is_file() else Path.cwd()


def refresh() -> None:
    """Read sources anew from now on."""
    linecache.checkcache()
