"""What the methods of `Image` are told: each value is checked at the argument that says it."""

from __future__ import annotations

import functools
import os
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar

from tiphys.authoring.location import caller, keyword
from tiphys.building.addresses import Wrong
from tiphys.building.recipe import PLATFORMS, Options
from tiphys.diagnostics import AuthoringError, Mistake, nearest

T = TypeVar("T")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
DEBIAN_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*(?::[a-z0-9]+)?(?:[=/]\S+)?")
TWO_WORDS = re.compile(r"[\w.\[\]-]+\s+[\w.\[\]-]+(\s.*)?")
CLAUSES = r"(?:(?:===?|~=|!=|<=|>=|<|>)\s*[^\s,;()=<>!~]+\s*,?\s*)*"
REQUIREMENT = re.compile(
    rf"[a-zA-Z0-9][\w.-]*\s*(?:\[[\w\s.,-]*\])?\s*(?:\({CLAUSES}\)|{CLAUSES})\s*(?:;.*)?", re.ASCII
)
ELSEWHERE = re.compile(r"[./~]|.*[@$]|.*://|.*\.(?:whl|zip|tar\.gz)$", re.DOTALL)
"""What pip takes and is no requirement by name: a path, an address, a variable."""
ALONE = re.compile(r"(?:cd|export|source|\.)\s[^;&|\n]*")
"""A command that only changes the shell that it runs in."""
OBJECT = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


class Place:
    """A call of a method, and where it stands: mistakes inside are reported there."""

    def __init__(self, method: str) -> None:
        self.method = method
        self.where = caller()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Wrong):
            raise AuthoringError(Mistake(f"`{self.method}`: {error}", self.where, error.mend)) from None

    def wrong(self, message: str, argument: str | None = None, mend: str | None = None) -> NoReturn:
        """Report a mistake."""
        where = keyword(self.where, argument) if argument is not None else self.where
        raise AuthoringError(Mistake(f"`{self.method}`: {message}", where, mend))

    def checked(self, argument: str, check: Callable[..., T], value: object) -> T:
        """Check the value of an argument."""
        try:
            return check(value)
        except (ValueError, OSError) as error:
            self.wrong(str(error), argument, getattr(error, "mend", None))


def located(owner: type[T]) -> type[T]:
    """Report, at the user's line, calls of `from_...`, `with_...` and `clone` with arguments that these do not have."""
    for name, method in list(vars(owner).items()):
        if name.startswith(("from_", "with_")) or name == "clone":
            is_bound = isinstance(method, classmethod)
            told = locating(method.__func__ if isinstance(method, classmethod) else method)
            setattr(owner, name, classmethod(told) if is_bound else told)
    return owner


def locating(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def called(*words: object, **named: object) -> object:
        try:
            return method(*words, **named)
        except TypeError as error:
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:  # it is from inside
                raise
            raise misnamed(method, named, error) from None

    return called


def misnamed(method: Callable[..., Any], named: dict[str, object], error: TypeError) -> AuthoringError:
    """Say which argument a method does not have, or what else of a call is wrong."""
    import inspect

    has = [name for name in inspect.signature(method).parameters if name not in ("self", "cls")]
    for name in named:
        if name not in has:
            wrong = f"`{method.__name__}` has no argument `{name}`"
            return AuthoringError(Mistake(wrong, keyword(caller(), name), nearest(name, has)))
    return AuthoringError(Mistake(f"`{method.__name__}`: it is {str(error).partition('() ')[2]}", caller()))


def version_of(value: object) -> tuple[int, int] | None:
    """Read a version of Python: `"3.12"`, `(3, 12)`."""
    if value is None:
        return None
    parts = value.split(".") if isinstance(value, str) else list(value) if isinstance(value, tuple | list) else []
    numbers = [int(part) for part in parts if isinstance(part, int) or (isinstance(part, str) and part.isdigit())]
    if len(numbers) != 2 or len(parts) != 2 or numbers[0] != 3:
        message = f"{value!r} is no version of Python"
        raise Wrong(message, "Write it as '3.12', or as (3, 12).")
    return numbers[0], numbers[1]


def platforms_of(value: object) -> tuple[str, ...]:
    """Check platforms."""
    found = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list | tuple) else ()
    if value is not None and (not found or any(item not in PLATFORMS for item in found)):
        message = f"{value!r} is no platform"
        raise Wrong(message, f"Use {' and '.join(map(repr, PLATFORMS))}.")
    return tuple(dict.fromkeys(found))


def packages_of(method: str, values: Sequence[object]) -> tuple[str, ...]:
    """Check packages: texts, one each."""
    is_apt = method == "with_apt_packages"
    for value in values:
        if isinstance(value, list | tuple | set | frozenset):
            items = ", ".join(f"'{item}'" for item in list(value)[:3]) + (", ..." if len(value) > 3 else "")
            message = f"packages are named one by one, not as a {type(value).__name__}"
            raise Wrong(message, f"Write `{method}({items})`, or put a star before it: `{method}(*packages)`.")
        if not isinstance(value, str) or not value.strip():
            message = f"{value!r} is no package"
            raise Wrong(message, "Write its name as a text.")
        if value.startswith("-"):
            message = f"{value!r} is an option, and no package"
            raise Wrong(message, None if is_apt else "Say it as `extra_args=...`.")
        if "\n" in value or (TWO_WORDS.fullmatch(value) and not is_apt):
            message = f"{value!r} looks like several packages"
            raise Wrong(message, "Write each as a text of its own.")
        if not is_apt:
            check_requirement(value)
        elif not DEBIAN_PACKAGE.fullmatch(value):
            message = f"{value!r} is no Debian package"
            raise Wrong(message, "Write each name as a text of its own, such as 'git' or 'curl=7.88.*'.")
    return tuple(str(value) for value in values)


def check_requirement(value: str) -> None:
    """Check what pip is asked for, as far as it has a form. Raises Wrong."""
    if value.endswith(".txt"):
        message = f"{value!r} is a file"
        raise Wrong(message, "Say it with `with_requirements`.")
    if not ELSEWHERE.match(value) and not REQUIREMENT.fullmatch(value.strip()):
        message = f"{value!r} is no requirement that pip takes"
        raise Wrong(message, "Write each package as a text of its own, such as 'pandas>=2'.")


def options_of(
    said: Place,
    index_url: object = None,
    extra_index_urls: object = None,
    extra_args: object = None,
    secret_mounts: object = None,
    *,
    pre: object = False,
) -> Options:
    """Check how packages are found."""
    return Options(
        index_url=said.checked("index_url", index_of, index_url),
        extra_index_urls=said.checked("extra_index_urls", indexes_of, extra_index_urls),
        pre=said.checked("pre", flag, pre),
        extra_args=said.checked("extra_args", line, extra_args),
        secrets=said.checked("secret_mounts", secrets_of, secret_mounts),
    )


def line(value: object) -> str | None:
    """Check a text of one line."""
    if value is None or (isinstance(value, str) and value.strip() and not {"\n", "\0"} & set(value)):
        return value
    message = f"{value!r} must be a text of one line"
    raise Wrong(message)


def index_of(value: object) -> str | None:
    """Check the address of an index; a part of it may be a variable."""
    found = line(value)
    if found is not None and (" " in found or not re.search(r"://|\$|^[./]", found)):
        message = f"{found!r} is no address of an index"
        raise Wrong(message, "Write one such as 'https://pypi.example/simple'.")
    return found


def indexes_of(value: object) -> tuple[str, ...]:
    """Check one address or several."""
    items = (value,) if isinstance(value, str) else () if value is None else value
    if not isinstance(items, list | tuple):
        message = f"{value!r} must be a text, or a list of texts"
        raise Wrong(message)
    return tuple(found for item in items if (found := index_of(item)) is not None)


def flag(value: object) -> bool:
    """Check a switch."""
    if isinstance(value, bool):
        return value
    message = f"{value!r} is neither True nor False"
    raise Wrong(message)


def secrets_of(value: object) -> tuple[str, ...]:
    """Check secrets of the build: the names of the variables that hold them."""
    from tiphys.authoring.secret import as_secrets

    found = as_secrets(value)
    assert found is None or isinstance(found, tuple)
    names = []
    for item in found or ():
        if not hasattr(item, "variable"):
            message = f"{item!r} is no secret"
            raise Wrong(message, "Write its key, or `Secret(key=...)`.")
        if getattr(item, "mount", None) is not None:
            message = f"the secret `{item.key}` cannot be a file while an image is built: it is seen as a variable"
            raise Wrong(message, "Use `as_env_var=` instead of `mount=`.")
        names.append(item.variable)
    return tuple(names)


def secret_name(value: object) -> str | None:
    """Give the name of the Kubernetes Secret that holds the credentials of a registry."""
    if value is None:
        return value
    source = getattr(value, "source", None)
    found = str(source(None)[0]) if source is not None else value
    if not isinstance(found, str) or not OBJECT.fullmatch(found):
        message = f"{value!r} is no secret" if source is None else f"{value!r} names no Secret of Kubernetes"
        raise Wrong(message, "Write the name of the Kubernetes Secret that holds the registry's credentials.")
    return found


def commands_of(value: object) -> tuple[str, ...]:
    """Check shell commands."""
    if isinstance(value, str) or not isinstance(value, list | tuple):
        message = f"it takes a list of commands, not {value!r}"
        raise Wrong(message, f"Write `with_commands([{value!r}])`." if isinstance(value, str) else None)
    for item in value:
        if not isinstance(item, str) or not item.strip() or "\0" in item:
            message = f"{item!r} is no command"
            raise Wrong(message)
        if re.match(r"(?i)\s*run\s", item):
            message = f"{item!r} begins with `RUN`, which is added"
            raise Wrong(message, "Leave it out.")
        if ALONE.fullmatch(item.strip()):
            message = f"`{item.strip()}` changes nothing: each command has a shell of its own"
            raise Wrong(message, "Join it to another by `&&`, or use `with_workdir` or `with_env_vars`.")
    return tuple(textwrap.dedent(item.replace("\r\n", "\n")).strip() for item in value)


def variables_of(value: object) -> tuple[tuple[str, str], ...]:
    """Check variables of the image."""
    if not isinstance(value, Mapping):
        message = "it takes a dict of texts, such as {'MODE': 'fast'}"
        raise Wrong(message)
    for name, text in value.items():
        if not isinstance(name, str) or not VARIABLE.fullmatch(name):
            message = f"{name!r} is no name of a variable"
            raise Wrong(message)
        if name.startswith("TIPHYS_"):
            message = f"`{name}`: variables that start with `TIPHYS_` are tiphys' own"
            raise Wrong(message, "Choose another name.")
        if not isinstance(text, str):
            message = f"the value of {name} is {text!r}; write it as text: {str(text)!r}"
            raise Wrong(message)
        if "\n" in text:
            message = f"the value of {name} has several lines, which no Dockerfile can say"
            raise Wrong(message, "Set it in the pods: `TaskEnvironment(env_vars=...)`.")
    return tuple(value.items())


def path_in_image(value: object) -> str:
    """Check a path in the image."""
    if isinstance(value, PurePath):
        value = value.as_posix()
    if isinstance(value, str) and value and not any(sign.isspace() or sign in "$\\\"'\0" for sign in value):
        return value
    message = f"{value!r} is no path in an image"
    raise Wrong(message, "Write one such as '/app', without spaces, quotes and `$`.")


def existing(value: object, *, folder: bool = False) -> Path:
    """Find a file or folder that is named relative to the file of the program that names it."""
    if not isinstance(value, str | Path) or not str(value):
        message = f"{value!r} is no path"
        raise Wrong(message)
    path = Path(value).expanduser()
    base = Path(caller().file).parent
    found = path if path.is_absolute() else base / path
    if not (found.is_dir() if folder else found.is_file()):
        what = "folder" if folder else "file"
        said = f"{value} is no {what}" if found.exists() else f"there is no {what} {value}"
        seen = "" if path.is_absolute() else f" in {base}"
        raise Wrong(f"{said}{seen}", "Relative paths are meant from the file that names them.")
    return Path(os.path.normpath(found))
