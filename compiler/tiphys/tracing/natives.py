"""What may be evaluated at compile time, what may run more than once, what changes its arguments, what is refused."""

from __future__ import annotations

import builtins
import datetime
import enum
import os
import pathlib
import random
import sys
import types
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import tiphys_templates
from tiphys.authoring.model import Setting

PURE_BUILTINS = frozenset(
    "abs all any ascii bin bool bytearray bytes chr complex dict divmod enumerate filter float format frozenset "
    "getattr hasattr hex int isinstance issubclass iter len list map max min next oct ord pow range repr reversed "
    "round set slice sorted str sum tuple type zip callable".split()
)
PURE_MODULES = frozenset(
    "math cmath operator itertools functools statistics string re json fractions decimal datetime collections "
    "collections.abc textwrap copy dataclasses enum pathlib typing uuid base64 binascii hashlib zlib urllib.parse "
    "html numbers bisect heapq _operator _functools _collections _json _decimal _bisect _heapq _struct struct "
    "fnmatch posixpath ntpath genericpath difflib calendar zoneinfo unicodedata keyword types ast "
    "tiphys_runtime.errors tiphys.authoring.devices _hashlib _sha1 _sha256 _sha2 _md5 _datetime _statistics "
    "colorsys builtins re._compiler".split()
)
IMPURE = frozenset(
    "datetime.datetime.now datetime.datetime.today datetime.datetime.utcnow datetime.date.today uuid.uuid1 "
    "uuid.uuid4 pathlib.Path.cwd pathlib.Path.home".split()
)
"""Read a clock or make something random: glue, evaluated at run time, once."""

MUTATORS = frozenset(
    "append extend insert remove pop clear sort reverse update setdefault popitem add discard difference_update "
    "intersection_update symmetric_difference_update appendleft popleft extendleft rotate subtract "
    "move_to_end add_note fill resize put write writelines itemset partition setflags".split()
)
"""Names of methods that change their object in place."""
CONTAINERS = (list, dict, set, deque, defaultdict, OrderedDict, Counter)
"""Containers of Python's own that change in place: their methods change nothing that they hold."""
CONTAINER_METHODS = MUTATORS - frozenset("fill resize put write writelines itemset partition setflags".split()) | {
    "__setitem__", "__delitem__",
}  # fmt: skip
"""Those of these containers."""
WRITTEN_IN_C = frozenset(("_heapq", "_bisect", "_operator", "_functools", "_statistics"))
"""Modules that stand behind those of the same name without the underscore."""
MUTATING_CALLS = frozenset(
    "heapq.heappush heapq.heappop heapq.heapify heapq.heapreplace heapq.heappushpop bisect.insort "
    "bisect.insort_left bisect.insort_right random.shuffle operator.setitem operator.delitem operator.iadd "
    "operator.iconcat operator.ior operator.iand operator.isub operator.ixor operator.imul builtins.setattr "
    "builtins.delattr builtins.object.__setattr__ builtins.object.__delattr__ random.Random.shuffle "
    "numpy.random.shuffle numpy.put numpy.copyto next".split()
)
"""Functions that change an argument in place."""
FIRST_CHANGED = frozenset(path.rpartition(".")[2] for path in MUTATING_CALLS) - {"next"}
"""Their names: they change their first argument."""
VALUE_METHODS = frozenset(
    "capitalize casefold center count decode encode endswith expandtabs find format format_map index isalnum "
    "isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join "
    "ljust lower lstrip partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip "
    "split splitlines startswith strip swapcase title translate upper zfill copy get items keys values union "
    "intersection difference issubset issuperset isdisjoint symmetric_difference hex bit_length as_integer_ratio "
    "is_integer isoformat strftime date time timestamp weekday isoweekday total_seconds with_suffix with_name "
    "joinpath as_posix relative_to".split()
)
"""Methods of builtin types that only read."""
DROPPED = frozenset("builtins.print warnings.warn pprint.pprint".split())

STARTS = "starts another run"
REFUSED: dict[str, str] = {
    "tiphys.runs.run": STARTS,
    "tiphys.runs.with_runcontext": STARTS,
    "builtins.open": "reads or writes a file",
    "builtins.input": "waits for a person",
    "builtins.breakpoint": "stops in a debugger",
    "builtins.exec": "runs code made at run time",
    "builtins.eval": "runs code made at run time",
    "builtins.globals": "reads the module's variables",
    "builtins.locals": "reads the frame's variables",
    "builtins.vars": "reads an object's variables",
    "builtins.__import__": "imports at run time",
    "os.getenv": "reads the environment",
}
REFUSED_MODULES: dict[str, str] = {
    "tiphys_runtime.report": "would belong to a pod, and it runs in none",
    "os": "reads or changes the computer it runs on",
    "posix": "reads or changes the computer it runs on",
    "shutil": "changes files",
    "subprocess": "starts a process",
    "socket": "uses the network",
    "_socket": "uses the network",
    "urllib.request": "uses the network",
    "http.client": "uses the network",
    "requests": "uses the network",
    "httpx": "uses the network",
    "io": "reads or writes a file",
    "_io": "reads or writes a file",
    "threading": "starts a thread",
    "multiprocessing": "starts a process",
    "concurrent.futures": "starts threads or processes",
    "tempfile": "makes files",
    "glob": "reads folders",
    "sqlite3": "opens a database",
}
PATH_READS = frozenset(
    "read_text read_bytes write_text write_bytes open exists is_file is_dir iterdir glob rglob mkdir touch unlink "
    "rmdir rename stat resolve samefile".split()
)
BUILTIN_TYPES = (
    int, float, complex, bool, str, bytes, bytearray, tuple, list, dict, set, frozenset, range, slice, type(None),
    datetime.datetime, datetime.date, datetime.time, datetime.timedelta, pathlib.PurePath, enum.Enum,
    types.MappingProxyType,
)  # fmt: skip


def path_of(function: object) -> str:
    """Give the dotted name of a callable, as `module.qualname`; of what is written in C, that of its Python module."""
    module = getattr(function, "__module__", None)
    if module in WRITTEN_IN_C:
        module = str(module)[1:]
    name = getattr(function, "__qualname__", getattr(function, "__name__", ""))
    owner: Any = getattr(function, "__self__", None)
    if module is None and owner is not None and not isinstance(owner, types.ModuleType):
        cls = owner if isinstance(owner, type) else type(owner)
        return f"{cls.__module__}.{cls.__qualname__}.{getattr(function, '__name__', '')}"
    if isinstance(owner, type) and "." not in str(name):
        return f"{owner.__module__}.{owner.__qualname__}.{name}"
    return f"{module or 'builtins'}.{name}"


def is_pure(function: object) -> bool:
    """Say whether a callable of no task gives the same for the same arguments and touches nothing else."""
    if isinstance(function, type):
        if function.__module__ == "builtins":
            return function.__name__ in PURE_BUILTINS or issubclass(function, BaseException)
        return function.__module__ in PURE_MODULES or issubclass(function, (enum.Enum, BaseException))
    name = getattr(function, "__name__", "")
    if isinstance(function, types.BuiltinFunctionType) and getattr(builtins, name, None) is function:
        return name in PURE_BUILTINS
    path = path_of(function)
    if path in IMPURE or path in MUTATING_CALLS:
        return False
    owner = getattr(function, "__self__", None)
    if owner is not None and not isinstance(owner, types.ModuleType):
        cls = owner if isinstance(owner, type) else type(owner)
        name = getattr(function, "__name__", "")
        if cls.__module__ == "pathlib" and name in PATH_READS:
            return False
        if cls.__module__ == "re" or issubclass(cls, Setting):
            return True
        return issubclass(cls, BUILTIN_TYPES) and cls.__module__ in PURE_MODULES | {"builtins"} and name not in MUTATORS
    module = getattr(function, "__module__", None) or getattr(getattr(function, "__objclass__", None), "__module__", "")
    return module in PURE_MODULES and path != "functools.cache"


def refusal(function: object) -> str | None:
    """Say why a callable may not be used in an orchestrator at all."""
    path = path_of(function)
    if path in REFUSED:
        return REFUSED[path]
    module = getattr(function, "__module__", None)
    owner = getattr(function, "__self__", None)
    if module is None and isinstance(owner, types.ModuleType):
        module = owner.__name__
    if isinstance(owner, pathlib.Path) and getattr(function, "__name__", "") in PATH_READS:
        return "reads or writes files"
    if isinstance(module, str):
        for name, why in REFUSED_MODULES.items():
            if module == name or module.startswith(name + "."):
                return why
    return None


def is_dropped(function: object) -> bool:
    """Say whether a call is output for people, which a pod has no place for: `print`, logging, warnings."""
    if path_of(function) in DROPPED:
        return True
    owner = getattr(function, "__self__", None)
    module = getattr(function, "__module__", None)
    return (module == "logging" and path_of(function) != "logging.getLogger") or type(owner).__module__ == "logging"


def may_change_arguments(function: object) -> bool:
    """Say whether a library function is known to change its arguments in place."""
    return path_of(function) in MUTATING_CALLS or getattr(function, "__name__", "") in MUTATORS


def is_stateful(function: object) -> bool:
    """Say whether a callable is a method of an object that every call changes, such as a random generator."""
    owner = getattr(function, "__self__", None)
    is_hidden = owner is getattr(random.random, "__self__", None)  # that of the functions of `random` themselves
    return isinstance(owner, random.Random) and not isinstance(owner, random.SystemRandom) and not is_hidden


_guarded: ContextVar[bool] = ContextVar("guarded", default=False)
_hooked: list[bool] = []
WATCHED = ("open", "socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "shutil.", "urllib.")


DATA = os.path.join(os.path.dirname(tiphys_templates.__file__), "")  # noqa: PTH118, PTH120  compared with texts


class Touched(Exception):
    """Native evaluation reached for a file, the network or a process."""


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event.startswith(WATCHED) and _guarded.get():
        if event == "open" and args and isinstance(args[0], str) and is_ours(args[0]):
            return
        raise Touched(event)


def is_ours(path: str) -> bool:
    """Say whether a file is code that is imported, or data of our own: what pod specs hold, say."""
    return path.endswith((".py", ".pyc", ".so")) or path.startswith(DATA)


@contextmanager
def guarded() -> Iterator[None]:
    """Refuse files, sockets and processes while user code is evaluated at compile time."""
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_watch)
    token = _guarded.set(True)
    try:
        yield
    finally:
        _guarded.reset(token)


def evaluate(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a native function at compile time, under guard."""
    with guarded():
        return function(*args, **kwargs)
