"""The layers of an image: what each `with_...` adds to it."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NoReturn, Self, TypeAlias

from tiphys.authoring.image_arguments import (
    Place,
    commands_of,
    existing,
    flag,
    located,
    options_of,
    packages_of,
    path_in_image,
    secrets_of,
    variables_of,
)
from tiphys.authoring.location import caller
from tiphys.building.recipe import (
    Apt,
    Commands,
    File,
    Folder,
    Ignore,
    Layer,
    Options,
    Pip,
    Project,
    Recipe,
    Requirements,
    Variables,
    Workdir,
)
from tiphys.diagnostics import AuthoringError, Mistake, Span, nearest

if TYPE_CHECKING:
    from tiphys.authoring.secret import Secret

MODES = ("dependencies_only", "install_project")
SecretRequest: TypeAlias = "str | Secret | Sequence[str | Secret] | None"


@located
@dataclass(frozen=True, init=False, repr=False)
class Layered:
    """What an image is, and what can be added to it. `requires`: what a script says of the Python that it needs."""

    recipe: Recipe
    registry: str | None
    name: str | None
    registry_secret: str | None
    extendable: bool
    requires: str | None
    where: Span = field(compare=False)

    def __repr__(self) -> str:
        return f"<image {self.title}>"

    if not TYPE_CHECKING:  # for a type checker, what is not there is not there

        def __getattr__(self, name: str) -> NoReturn:
            """Name what is like a `with_...` that there is not."""
            if not name.startswith("with_"):
                message = f"{type(self).__name__!r} object has no attribute {name!r}"
                raise AttributeError(message, name=name, obj=self)
            layers = [layer for layer in dir(type(self)) if layer.startswith("with_")]
            raise AuthoringError(Mistake(f"an image has no `{name}`", caller(), nearest(name, layers)))

    @property
    def title(self) -> str:
        """What it begins with, and how much was added, for people."""
        begin = self.recipe.base or self.recipe.ref or (self.recipe.dockerfile and self.recipe.dockerfile.name)
        count = len(self.recipe.layers)
        return f"{begin}" + (f" and {count} layer{'s' if count > 1 else ''}" if count else "")

    def with_pip_packages(
        self,
        *packages: str,
        index_url: str | None = None,
        extra_index_urls: str | Sequence[str] | None = None,
        pre: bool = False,
        extra_args: str | None = None,
        secret_mounts: SecretRequest = None,
    ) -> Self:
        """Install packages, spelt as for pip: `with_pip_packages("pandas>=2", "numpy")`.

        extra_args: further words for pip. secret_mounts: variables that pip sees and the image does not keep; `$NAME`
        in a package or an address is replaced by them.
        """
        with self._extended("with_pip_packages") as said:
            options = options_of(said, index_url, extra_index_urls, extra_args, secret_mounts, pre=pre)
            found = packages_of("with_pip_packages", packages)
            return self._with(Pip(found, options)) if found else self

    def with_requirements(self, file: str | Path, secret_mounts: SecretRequest = None) -> Self:
        """Install what a requirements file (.txt) says, and the files that it reads."""
        from tiphys.building.requirements import laid_out

        with self._extended("with_requirements") as said:
            found = said.checked("file", existing, file)
            if found.suffix != ".txt":
                said.wrong(f"{found.name} is no requirements file: its name must end in .txt", "file")
            said.checked("file", laid_out, found)
            return self._with(Requirements(found, options_of(said, secret_mounts=secret_mounts)))

    def with_apt_packages(self, *packages: str, secret_mounts: SecretRequest = None) -> Self:
        """Install Debian packages: `with_apt_packages("git", "curl")`."""
        with self._extended("with_apt_packages") as said:
            found = packages_of("with_apt_packages", packages)
            secrets = said.checked("secret_mounts", secrets_of, secret_mounts)
            return self._with(Apt(found, secrets)) if found else self

    def with_uv_project(
        self,
        pyproject_file: str | Path,
        uvlock: str | Path | None = None,
        index_url: str | None = None,
        extra_index_urls: str | Sequence[str] | None = None,
        pre: bool = False,  # noqa: FBT001, FBT002  Flyte's order
        extra_args: str | None = None,
        secret_mounts: SecretRequest = None,
        project_install_mode: str = "dependencies_only",
    ) -> Self:
        """Install what the `uv.lock` beside a pyproject.toml says.

        uvlock: where it is elsewhere. project_install_mode: `install_project` installs the project too.
        """
        with self._extended("with_uv_project") as said:
            options = options_of(said, index_url, extra_index_urls, extra_args, secret_mounts, pre=pre)
            return self._with(project(said, "uv", pyproject_file, uvlock, project_install_mode, options))

    def with_poetry_project(
        self,
        pyproject_file: str | Path,
        poetry_lock: str | Path | None = None,
        extra_args: str | None = None,
        secret_mounts: SecretRequest = None,
        project_install_mode: str = "dependencies_only",
    ) -> Self:
        """Install what the `poetry.lock` beside a pyproject.toml says; see `with_uv_project`."""
        with self._extended("with_poetry_project") as said:
            options = options_of(said, extra_args=extra_args, secret_mounts=secret_mounts)
            return self._with(project(said, "poetry", pyproject_file, poetry_lock, project_install_mode, options))

    def with_commands(self, commands: Sequence[str], secret_mounts: SecretRequest = None) -> Self:
        """Run shell commands, each as an instruction of its own: `with_commands(["curl ... | sh"])`."""
        with self._extended("with_commands") as said:
            found = said.checked("commands", commands_of, commands)
            secrets = said.checked("secret_mounts", secrets_of, secret_mounts)
            return self._with(Commands(found, secrets)) if found else self

    def with_env_vars(self, env_vars: Mapping[str, str]) -> Self:
        """Set variables in the image: every process in it has them, and `$NAME` in a value is replaced as it is built.

        `TaskEnvironment(env_vars=...)` sets variables of the pods instead, and needs no image to be built.
        """
        with self._extended("with_env_vars") as said:
            pairs = said.checked("env_vars", variables_of, env_vars)
            return self._with(Variables(pairs)) if pairs else self

    def with_workdir(self, workdir: str | PurePath) -> Self:
        """Set the folder that processes begin in, and that further relative paths are meant from."""
        with self._extended("with_workdir") as said:
            return self._with(Workdir(said.checked("workdir", path_in_image, workdir)))

    def with_source_file(self, src: str | Path, dst: str | PurePath = ".") -> Self:
        """Copy a file. dst: a folder, or a path of the file's own; by default the working folder.

        Modules of the program itself need not be copied: they travel with it.
        """
        with self._extended("with_source_file") as said:
            found = said.checked("src", existing, src)
            target = said.checked("dst", path_in_image, dst)
            return self._with(File(found, f"{target}/" if target in (".", "..") else target))

    def with_source_folder(self, src: str | Path, dst: str | PurePath = ".", copy_contents_only: bool = False) -> Self:  # noqa: FBT001, FBT002
        """Copy a folder, without what its `.dockerignore` leaves out.

        dst: the folder that its contents come into; by default one of the same name in the working folder, or the
        working folder itself with `copy_contents_only`.
        """
        with self._extended("with_source_folder") as said:
            found = said.checked("src", lambda value: existing(value, folder=True), src)
            target = said.checked("dst", path_in_image, dst)
            if target == "." and not said.checked("copy_contents_only", flag, copy_contents_only):
                target = f"./{found.name}"
            return self._with(Folder(found, target))

    def with_dockerignore(self, path: str | Path) -> Self:
        """Say, in a file of rules, what of folders is not copied; instead of the `.dockerignore` in each."""
        with self._extended("with_dockerignore") as said:
            return self._with(Ignore(said.checked("path", existing, path)))

    def with_code_bundle(self, *_: object, **__: object) -> Self:
        """Give the same image: the code of a program always travels with it."""
        return self

    def with_local_v2(self, *_: object, **__: object) -> Self:
        """Give the same image: nothing of tiphys has to be in it."""
        return self

    with_local_v2_plugins = with_local_v2
    with_local_rs_controller = with_local_v2

    def with_pixi_project(self, *_: object, **__: object) -> NoReturn:
        """Refuse: pixi is not supported."""
        refuse_pixi("with_pixi_project")

    def _extended(self, method: str) -> Place:
        """Check that the image takes layers."""
        if not self.extendable:
            mend = f"Make one that can: `.clone(name='my-image', extendable=True).{method}(...)`."
            if self.recipe.dockerfile is not None:
                mend = "Write it into the Dockerfile."
            wrong = f"`{method}`: {self.title} is taken as it is, and cannot be built upon"
            raise AuthoringError(Mistake(wrong, caller(), mend))
        return Place(method)

    def _with(self, layer: Layer) -> Self:
        made = copy.copy(self)
        object.__setattr__(made, "recipe", replace(self.recipe, layers=(*self.recipe.layers, layer)))
        return made


def project(said: Place, tool: str, pyproject: object, lock: object, mode: str, options: Options) -> Project:
    """Find the files of a project."""
    found = said.checked("pyproject_file", existing, pyproject)
    beside = lock if lock is not None else found.parent / f"{tool}.lock"
    if lock is None and not (found.parent / f"{tool}.lock").is_file():
        said.wrong(f"there is no {tool}.lock beside {found}", "pyproject_file", f"Make it there: `{tool} lock`.")
    locked = said.checked("uvlock" if tool == "uv" else "poetry_lock", existing, beside)
    if mode not in MODES:
        said.wrong(f"{mode!r} is no mode; choose {' or '.join(map(repr, MODES))}", "project_install_mode")
    return Project(tool, found, locked, mode == "install_project", options)


def refuse_pixi(method: str) -> NoReturn:
    """Say what to use instead of pixi."""
    mend = "Use `from_dockerfile`, or `from_base` with an image that has what you need."
    raise AuthoringError(Mistake(f"`{method}`: pixi is not supported", caller(), mend))
