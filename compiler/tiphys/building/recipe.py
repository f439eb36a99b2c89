"""What an image is made of: a base, and layers in the order in which they were said. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

DEBIAN = "python:{}.{}-slim-bookworm"
HOME = "/app"
"""The working folder of images that begin with the Debian base: not `/root`, which only root may read."""
PLATFORMS = ("linux/amd64", "linux/arm64")


@dataclass(frozen=True)
class Options:
    """How packages are found. secrets: variables that the installer sees and the image does not keep."""

    index_url: str | None = None
    extra_index_urls: tuple[str, ...] = ()
    pre: bool = False
    extra_args: str | None = None
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pip:
    """Packages by name, as pip takes them."""

    packages: tuple[str, ...]
    options: Options


@dataclass(frozen=True)
class Requirements:
    """A requirements file, and the files that it reads."""

    file: Path
    options: Options


@dataclass(frozen=True)
class Apt:
    """Debian packages."""

    packages: tuple[str, ...]
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Project:
    """A project with a lock file. tool: `uv` or `poetry`. whole: the project itself is installed, too."""

    tool: str
    pyproject: Path
    lock: Path
    whole: bool
    options: Options


@dataclass(frozen=True)
class Commands:
    """Shell commands."""

    commands: tuple[str, ...]
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variables:
    """Environment variables of the image."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Workdir:
    """The working folder from here on."""

    path: str


@dataclass(frozen=True)
class File:
    """A file of this computer, copied."""

    source: Path
    target: str


@dataclass(frozen=True)
class Folder:
    """The contents of a folder of this computer, copied into the folder `target`."""

    source: Path
    target: str


@dataclass(frozen=True)
class Ignore:
    """A file of rules, as `.dockerignore`: what of folders is not copied."""

    file: Path


Layer = Pip | Requirements | Apt | Project | Commands | Variables | Workdir | File | Folder | Ignore


@dataclass(frozen=True)
class Recipe:
    """All that an image is made of.

    base: an address. ref: the name of an address that is known only when a program is compiled. dockerfile: the user's
    own, instead of base and layers. python: the version in the image, where it is known.
    """

    base: str | None = None
    ref: str | None = None
    dockerfile: Path | None = None
    python: tuple[int, int] | None = None
    debian: bool = False
    """The base is `DEBIAN`, of the version `python`."""
    platforms: tuple[str, ...] = ()
    layers: tuple[Layer, ...] = ()

    def beginning_with(self, base: str) -> Recipe:
        """Put the address in the place of its name."""
        return replace(self, base=base, ref=None)


def secrets_in(recipe: Recipe) -> tuple[str, ...]:
    """Name the variables that the build of an image sees, each once."""
    found: dict[str, None] = {}
    for layer in recipe.layers:
        match layer:
            case Pip(options=options) | Requirements(options=options) | Project(options=options):
                found.update(dict.fromkeys(options.secrets))
            case Apt(secrets=secrets) | Commands(secrets=secrets):
                found.update(dict.fromkeys(secrets))
            case _:
                pass
    return tuple(found)
