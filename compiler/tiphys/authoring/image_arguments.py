"""What the methods of `Image` are told: each value is checked at the argument that says it."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self, TypeVar

from tiphys.authoring.location import caller, keyword
from tiphys.building.addresses import Wrong
from tiphys.building.recipe import PLATFORMS, Options
from tiphys.diagnostics import AuthoringError, Mistake

T = TypeVar("T")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
DEBIAN_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*(?::[a-z0-9]+)?(?:[=/]\S+)?")
TWO_WORDS = re.compile(r"[\w.\[\]-]+\s+[\w.\[\]-]+(\s.*)?")


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
        if is_apt and not DEBIAN_PACKAGE.fullmatch(value):
            message = f"{value!r} is no Debian package"
            raise Wrong(message, "Write each name as a text of its own, such as 'git' or 'curl=7.88.*'.")
    return tuple(str(value) for value in values)


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
        index_url=said.checked("index_url", line, index_url),
        extra_index_urls=said.checked("extra_index_urls", lines, extra_index_urls),
        pre=bool(pre),
        extra_args=said.checked("extra_args", line, extra_args),
        secrets=said.checked("secret_mounts", secrets_of, secret_mounts),
    )


def line(value: object) -> str | None:
    """Check a text of one line."""
    if value is None or (isinstance(value, str) and value.strip() and "\n" not in value):
        return value
    message = f"{value!r} must be a text of one line"
    raise Wrong(message)


def lines(value: object) -> tuple[str, ...]:
    """Check one text or several."""
    items = (value,) if isinstance(value, str) else value or ()
    if not isinstance(items, list | tuple):
        message = f"{value!r} must be a text, or a list of texts"
        raise Wrong(message)
    return tuple(found for item in items if (found := line(item)) is not None)


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
    if value is None or (isinstance(value, str) and value):
        return value
    source = getattr(value, "source", None)
    if source is None:
        message = f"{value!r} is no secret"
        raise Wrong(message, "Write the name of the Kubernetes Secret that holds the registry's credentials.")
    return str(source(None)[0])


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
    return tuple(textwrap.dedent(item.replace("\r\n", "\n")).strip() for item in value)


def variables_of(value: object) -> tuple[tuple[str, str], ...]:
    """Check variables of the image."""
    if not isinstance(value, dict):
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
    if isinstance(value, str) and value and not any(sign.isspace() or sign in "$\\\"'" for sign in value):
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
