"""The build context: the files that a recipe needs, by the paths that its Dockerfile names; and the digest of both.

Modes are made alike, so that any user of the container may read the files, and that each computer makes the same image.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from tiphys.building.dockerfile import text_of
from tiphys.building.given import copied
from tiphys.building.ignoring import Rules, rules_of
from tiphys.building.recipe import File, Folder, Ignore, Project, Recipe, Requirements
from tiphys.building.requirements import laid_out

IGNORE = ".dockerignore"
DOCKERFILE = "Dockerfile"
TAG = 20
"""Hexadecimal digits of the digest in a tag."""
SHORT = 12
"""Hexadecimal digits of the digest in the name of a folder."""


def contents_of(recipe: Recipe) -> dict[str, Path]:
    """Give the files of the context: path in it -> file of this computer, in a fixed order."""
    if recipe.dockerfile is not None:
        found = dict(given_files(recipe.dockerfile))
    else:
        rules = rules_in(recipe)
        found = {}
        for folder, layer in zip(folders_of(recipe), recipe.layers, strict=True):
            found.update((f"{folder}/{path}", file) for path, file in files_of(layer, rules))
    return dict(sorted(found.items()))


def folders_of(recipe: Recipe) -> list[str]:
    """Name the folder of each layer in the context: by its number.

    What an instruction only sees is named by its contents, too: podman and buildah take what they built before where
    the text of such an instruction is the same, whatever it saw.
    """
    rules, found = rules_in(recipe), []
    for index, layer in enumerate(recipe.layers):
        is_seen = isinstance(layer, Requirements) or (isinstance(layer, Project) and not layer.whole)
        seen = hashlib.sha256()
        if is_seen:
            add_files(seen, sorted(files_of(layer, rules)))
        found.append(f"{index}-{seen.hexdigest()[:SHORT]}" if is_seen else f"{index}")
    return found


def rules_in(recipe: Recipe) -> list[Path]:
    """Give the files of rules that were said for an image."""
    return [layer.file for layer in recipe.layers if isinstance(layer, Ignore)]


def files_of(layer: object, rules: list[Path]) -> Iterable[tuple[str, Path]]:
    """Give the files of one layer, by their paths below its own folder."""
    match layer:
        case Requirements(file=file):
            return laid_out(file).items()
        case Project(pyproject=pyproject, lock=lock, whole=whole):
            own = {"pyproject.toml": pyproject, f"{layer.tool}.lock": lock}
            return {**dict(below(pyproject.parent, rules)), **own}.items() if whole else own.items()
        case File(source=source):
            return [(source.name, source)]
        case Folder(source=source):
            return below(source, rules)
        case _:
            return ()


def below(folder: Path, rules: Iterable[Path] = ()) -> Iterator[tuple[str, Path]]:
    """Give the files below a folder, but for those that the rules leave out: its own, or those that were said."""
    said = list(rules) or [folder / IGNORE]
    lines = [line for file in said if file.is_file() for line in file.read_text(encoding="utf-8").splitlines()]
    return walked(folder, rules_of(lines))


def walked(folder: Path, rules: Rules) -> Iterator[tuple[str, Path]]:
    """Walk through a folder in a fixed order. Links are followed, but not in circles. Raises OSError."""
    seen: set[str] = set()
    for place, folders, files in os.walk(folder, onerror=stop, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        prefix = "" if Path(place) == folder else Path(place).relative_to(folder).as_posix() + "/"
        folders[:] = [name for name in sorted(folders) if rules.brings_back or not rules.drop(prefix + name)]
        for name in sorted(files):
            file = Path(place, name)
            if not rules.drop(prefix + name) and file.is_file():
                yield prefix + name, file


def stop(error: OSError) -> None:
    """Raise what walking through a folder would pass over."""
    raise error


def given_files(dockerfile: Path) -> Iterator[tuple[str, Path]]:
    """Give what a Dockerfile of the user's copies: of its folder, as docker would see it."""
    folder = dockerfile.parent
    named = Path(f"{dockerfile}{IGNORE}")
    wanted = copied(dockerfile.read_text(encoding="utf-8"))
    for path, file in below(folder, [named] if named.is_file() else ()):
        if wanted is None or wanted(path):
            yield path, file


def digest_of(recipe: Recipe) -> str:
    """Hash the Dockerfile, and path, mode and content of every file that it may copy: what is built is what is named.

    Raises OSError where a file cannot be read, ValueError where it is not what it should be.
    """
    digest = hashlib.sha256()
    for part in (dockerfile_of(recipe), *recipe.platforms):
        digest.update(part.encode() + b"\0")
    add_files(digest, contents_of(recipe).items())
    return digest.hexdigest()


def add_files(digest: hashlib._Hash, files: Iterable[tuple[str, Path]]) -> None:
    """Add path, mode and content of files to a digest."""
    for path, file in files:
        with file.open("rb") as opened:
            content = hashlib.file_digest(opened, "sha256").hexdigest()
        digest.update(f"{path}\0{mode_of(file):o}\0{content}\0".encode())


def dockerfile_of(recipe: Recipe) -> str:
    """Give the text of the Dockerfile."""
    if recipe.dockerfile is not None:
        return recipe.dockerfile.read_text(encoding="utf-8").replace("\r\n", "\n")
    return text_of(recipe, folders_of(recipe))


def mode_of(file: Path) -> int:
    """Give the mode that a file has in the context."""
    return 0o755 if os.access(file, os.X_OK) else 0o644


def write_context(recipe: Recipe, folder: Path) -> Path:
    """Lay out the context in an empty folder, and the Dockerfile beside it. Gives the file.

    Raises OSError, ValueError.
    """
    place = folder / "context"
    place.mkdir()
    for name, layer in zip(folders_of(recipe), recipe.layers, strict=True):
        if isinstance(layer, Folder | Project):
            (place / name).mkdir()  # it is copied, even where all of it is left out
    for path, file in contents_of(recipe).items():
        copy(file, place / path)
    for inner in (place, *place.rglob("*")):
        if inner.is_dir():
            inner.chmod(0o755)
    made = folder / DOCKERFILE
    made.write_text(dockerfile_of(recipe), encoding="utf-8", newline="\n")
    return made


def copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    target.chmod(mode_of(file))
