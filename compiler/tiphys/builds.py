"""Building the images of a program: which there are, and how each is made."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from tiphys.argo.images import base_of
from tiphys.argo.packing import used_plans
from tiphys.argo.resolving import settings_of
from tiphys.authoring.environment import TaskEnvironment
from tiphys.authoring.image import Image
from tiphys.authoring.task import TaskTemplate
from tiphys.building import record
from tiphys.building.context import dockerfile_of, write_context
from tiphys.building.given import is_bound
from tiphys.building.recipe import Recipe, secrets_in
from tiphys.building.tools import MODERN, Job, commands, why_push_fails
from tiphys.diagnostics import BuildFailed, UsageError
from tiphys.engine.secrets import read_env_file
from tiphys.ir import Program
from tiphys.loading import project_root
from tiphys.profile import Profile
from tiphys.settings import resolve

STANDARD_ERROR = 2


@dataclass(frozen=True)
class Wanted:
    """An image that a program needs: its address, what it is made of, and the environments that say it."""

    address: str
    recipe: Recipe
    environments: tuple[str, ...]
    is_built: bool

    @property
    def dockerfile(self) -> str:
        """The text of its Dockerfile."""
        return dockerfile_of(self.recipe)

    @property
    def has_registry(self) -> bool:
        """Whether its address names a registry."""
        return "/" in self.address


def wanted(said: Iterable[tuple[str, Image]], profile: Profile) -> list[Wanted]:
    """Give the images that environments say, each once, in the order in which they are said.

    Raises ProgramError for a name that stands for nothing, UsageError for a file that cannot be read.
    """
    users: dict[Image, list[str]] = {}
    for environment, image in said:
        users.setdefault(image, []).append(environment)
    found: dict[str, Wanted] = {}
    for image, names in users.items():
        base = base_of(image, profile)
        recipe = image.recipe if base is None else image.recipe.beginning_with(base)
        try:
            address = image.address(profile.registry, base)
        except (OSError, ValueError) as error:
            message = f"{image!r} cannot be described: {error}"
            raise UsageError(message) from None
        known = found[address].environments if address in found else ()
        found[address] = Wanted(address, recipe, tuple(dict.fromkeys((*known, *names))), image.is_built)
    return list(found.values())


def said_in_file(module: ModuleType) -> Iterator[tuple[str, Image]]:
    """Give the images of all environments, and tasks without one, of a module and of those of its project beside it."""
    root = project_root(Path(str(module.__file__)))
    waiting: list[object] = []
    for other in [module, *sys.modules.values()]:
        file = getattr(other, "__file__", None)
        if isinstance(other, ModuleType) and isinstance(file, str) and Path(file).is_relative_to(root):
            waiting.extend(vars(other).values())
    seen: set[int] = set()
    while waiting:
        found = waiting.pop(0)
        # not `isinstance`, which proxies of other packages answer by running code
        if not issubclass(type(found), TaskTemplate | TaskEnvironment):
            continue
        assert isinstance(found, TaskTemplate | TaskEnvironment)
        if isinstance(found, TaskTemplate) and found.environment is not None:
            found = found.environment
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, TaskEnvironment):
            waiting.extend(found.depends_on)
        levels = found.levels if isinstance(found, TaskTemplate) else (("environment", found.settings),)
        image = resolve(levels).settings.image
        if isinstance(image, Image):
            yield found.name, image


def said_in_program(program: Program, profile: Profile) -> Iterator[tuple[str, Image]]:
    """Give the images of the pods that a program has."""
    for plan in (program.plans[name] for name in used_plans(program)):
        task = plan.task or plan.around or program.owners.get(program.main.task)
        image = settings_of(plan, program, profile).settings.image
        if isinstance(image, Image) and task is not None:
            yield task.name.partition(".")[0], image


def build(image: Wanted, tool: str, *, push: bool) -> None:
    """Build an image, and push it if asked to; what the tool prints goes to standard error.

    Raises BuildFailed where the tool fails, UsageError where something is missing.
    """
    secrets = secrets_in(image.recipe)
    variables = {**os.environ, **MODERN, **values_of(secrets)}
    with tempfile.TemporaryDirectory(prefix="tiphys-build-") as folder:
        place = Path(folder)
        try:
            dockerfile = write_context(image.recipe, place)
        except (OSError, ValueError) as error:
            message = f"the files of {image.address} cannot be copied: {error}"
            raise UsageError(message) from None
        given = image.recipe.dockerfile is not None and is_bound(image.dockerfile)
        job = Job(image.address, dockerfile, place / "context", image.recipe.platforms, secrets, push, given)
        for words in commands(tool, job):
            try:
                code = subprocess.run(words, env=variables, stdout=STANDARD_ERROR, check=False).returncode  # noqa: S603
            except OSError as error:
                message = f"`{tool}` cannot be started: {error.strerror or error}"
                raise UsageError(message) from None
            if code:
                message = f"`{' '.join(words[:2])}` failed for {image.address} (exit code {code}): see what it said"
                raise BuildFailed(message + why_push_fails(words, job))
    with suppress(OSError):  # it is built; only what is remarked and skipped later hangs on the note
        record.note(image.address, pushed=push)


def values_of(names: Iterable[str]) -> dict[str, str]:
    """Find the values of the secrets of a build. Raises UsageError that names all that are missing."""
    known = {**read_env_file(Path(".env")), **os.environ}
    missing = [name for name in names if name not in known]
    if missing:
        message = f"secrets of the build are missing: set {', '.join(missing)}, or write them into `.env`"
        raise UsageError(message)
    return {name: known[name] for name in names}
