"""`Image`: what the pods of an environment are made of, said in Python. `tiphys build` makes it.

An image is immutable: each `with_...` gives a new one. Its tag is the digest of all that goes into it, so equal images
have equal addresses on every computer, and a change gets an address of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from tiphys.authoring.image_arguments import (
    Place,
    existing,
    flag,
    located,
    options_of,
    packages_of,
    platforms_of,
    secret_name,
    version_of,
)
from tiphys.authoring.layers import Layered, SecretRequest, refuse_pixi
from tiphys.authoring.location import caller
from tiphys.building.addresses import address, repository
from tiphys.building.recipe import DEBIAN, Pip, Recipe
from tiphys.diagnostics import AuthoringError, Mistake

if TYPE_CHECKING:
    from tiphys.authoring.secret import Secret

NAME = "tiphys"
PythonVersion: TypeAlias = "str | tuple[int, int] | None"


@located
class Image(Layered):
    """An image of containers. Begin with a `from_...`, go on with `with_...`.

    registry: where it is pushed and pulled, such as `"registry.example/ml"`. name: of the repository. Files are named
    relative to the file of the program that names them. Raises AuthoringError at the line that says something wrong.
    """

    def __init__(self, *_: object, **__: object) -> None:
        wrong = "an image is not made by calling `Image`"
        raise AuthoringError(
            Mistake(wrong, caller(), "Begin with `Image.from_debian_base()` or `Image.from_base(uri)`.")
        )

    # ---- where an image begins

    @classmethod
    def from_debian_base(
        cls,
        python_version: PythonVersion = None,
        flyte_version: str | None = None,  # noqa: ARG003  Flyte's signature: nothing of ours is in an image
        install_flyte: bool = True,  # noqa: ARG003, FBT001, FBT002
        registry: str | None = None,
        registry_secret: str | Secret | None = None,
        name: str | None = None,
        platform: str | Sequence[str] | None = None,
        *,
        python: PythonVersion = None,
    ) -> Image:
        """Begin with Debian and Python: by default the version that compiles. Nothing of tiphys has to be in it.

        python_version (or python): `"3.12"` or `(3, 12)`. flyte_version, install_flyte: have no effect here.
        platform: such as `("linux/amd64", "linux/arm64")`; by default that of the computer that builds.
        """
        with Place("from_debian_base") as said:
            one, other = (
                said.checked("python_version", version_of, python_version),
                said.checked("python", version_of, python),
            )
            if one and other and one != other:
                said.wrong(
                    f"`python_version` and `python` differ: {python_version!r}, {python!r}", "python", "Say one."
                )
            version = one or other or sys.version_info[:2]
            recipe = Recipe(
                base=DEBIAN.format(*version),
                python=version,
                debian=True,
                platforms=said.checked("platform", platforms_of, platform),
            )
            return made(recipe, said, registry=registry, name=name, registry_secret=registry_secret)

    @classmethod
    def from_base(cls, image_uri: str) -> Image:
        """Take an image as it is. `clone(name=..., extendable=True)` lets it be built upon."""
        from tiphys.building.pythons import python_of

        with Place("from_base") as said:
            base = said.checked("image_uri", address, image_uri)
            return made(Recipe(base=base, python=python_of(base)), said, extendable=False)

    @classmethod
    def from_ref_name(cls, name: str) -> Image:
        """Take the image that `--image NAME=URI`, or `images.NAME` of the profile, names when a program is compiled."""
        with Place("from_ref_name") as said:
            if not isinstance(name, str) or not name.strip():
                said.wrong(f"{name!r} is no name")
            return made(Recipe(ref=name), said, extendable=False)

    @classmethod
    def from_dockerfile(
        cls,
        file: str | Path,
        registry: str | None = None,
        name: str | None = None,
        platform: str | Sequence[str] | None = None,
    ) -> Image:
        """Build a Dockerfile of one's own, with its folder as the context. It cannot be built upon."""
        from tiphys.building.given import python_in

        with Place("from_dockerfile") as said:
            found = said.checked("file", existing, file)
            recipe = Recipe(
                dockerfile=found,
                python=python_in(found.read_text(encoding="utf-8", errors="replace")),
                platforms=said.checked("platform", platforms_of, platform),
            )
            return made(recipe, said, registry=registry, name=NAME if name is None else name, extendable=False)

    @classmethod
    def from_uv_script(
        cls,
        script: str | Path,
        *,
        name: str | None = None,
        registry: str | None = None,
        registry_secret: str | Secret | None = None,
        python_version: PythonVersion = None,
        index_url: str | None = None,
        extra_index_urls: str | Sequence[str] | None = None,
        pre: bool = False,
        extra_args: str | None = None,
        platform: str | Sequence[str] | None = None,
        secret_mounts: SecretRequest = None,
    ) -> Image:
        """Install what the header of a script asks for (PEP 723: `# /// script`), with the Python that it asks for."""
        from tiphys.building.pythons import allows, header_of

        with Place("from_uv_script") as said:
            found = said.checked("script", existing, script)
            header = said.checked("script", lambda file: header_of(file.read_text(encoding="utf-8")), found)
            options = options_of(said, index_url, extra_index_urls, extra_args, secret_mounts, pre=pre)
            asked = said.checked("python_version", version_of, python_version)
            if asked and header.requires and not allows(header.requires, asked):
                said.wrong(f"{found.name} needs Python {header.requires}", "python_version")
            version = asked or sys.version_info[:2]
            packages = packages_of("from_uv_script", header.dependencies)
            recipe = Recipe(
                base=DEBIAN.format(*version),
                python=version,
                debian=True,
                platforms=said.checked("platform", platforms_of, platform),
                layers=(Pip(packages, options),) if packages else (),
            )
            return made(
                recipe, said, registry=registry, name=name, registry_secret=registry_secret, requires=header.requires
            )

    @classmethod
    def from_pixi_script(cls, *_: object, **__: object) -> NoReturn:
        """Refuse: pixi is not supported."""
        refuse_pixi("from_pixi_script")

    # ---- another image of the same layers

    def clone(
        self,
        registry: str | None = None,
        registry_secret: str | Secret | None = None,
        name: str | None = None,
        base_image: str | None = None,
        python_version: PythonVersion = None,
        *,
        extendable: bool | None = None,
    ) -> Image:
        """Give the same image with another registry, name, base or Python; `extendable=True` lets it be built upon."""
        from tiphys.building.pythons import python_of, spelt

        with Place("clone") as said:
            recipe = self.recipe
            if base_image is not None:
                base = said.checked("base_image", address, base_image)
                recipe = replace(recipe, base=base, ref=None, dockerfile=None, python=python_of(base), debian=False)
            version = said.checked("python_version", version_of, python_version)
            if version is not None:
                known = None if recipe.debian or recipe.base is None else python_of(recipe.base)
                if known not in (None, version):
                    wrong = f"{recipe.base} has Python {spelt(known)}"
                    said.wrong(wrong, "python_version", "Say another base: `base_image=...`.")
                begin = DEBIAN.format(*version) if recipe.debian else recipe.base
                recipe = replace(recipe, base=begin, python=version)
            if extendable is not None:
                said.checked("extendable", flag, extendable)
            if extendable and recipe.dockerfile is not None:
                said.wrong(
                    "an image of a Dockerfile cannot be built upon", "extendable", "Write it into the Dockerfile."
                )
            named = name if name is not None else self.name
            if extendable and not self.extendable and named is None:
                said.wrong(
                    "an image that is built upon needs a name",
                    "extendable",
                    "Say it: `clone(name=..., extendable=True)`.",
                )
            return made(
                recipe,
                said,
                registry=registry if registry is not None else self.registry,
                name=named,
                registry_secret=registry_secret if registry_secret is not None else self.registry_secret,
                extendable=self.extendable if extendable is None else extendable,
                requires=self.requires,
            )

    # ---- what it comes to

    @property
    def uri(self) -> str:
        """The address: `registry/name:digest`, or the base's own where nothing is built.

        Raises AuthoringError for a reference: which image that is, is known when a program is compiled.
        """
        if self.recipe.ref is not None:
            wrong = f"which image `{self.recipe.ref}` is, is known when a program is compiled: it has no address yet"
            raise AuthoringError(Mistake(wrong, caller()))
        return self.address()

    @property
    def is_built(self) -> bool:
        """Whether it has to be built: it is more than an image that is there."""
        return bool(self.name or self.registry or self.recipe.layers or self.recipe.dockerfile)

    def address(self, registry: str | None = None, base: str | None = None) -> str:
        """Give the address. registry: of images that name none. base: what a reference stands for."""
        from tiphys.building.context import TAG, digest_of

        recipe = self.recipe if base is None else self.recipe.beginning_with(base)
        if not self.is_built:
            assert recipe.base is not None
            return recipe.base
        home = self.registry or registry
        named = f"{self.name or NAME}:{digest_of(recipe)[:TAG]}"
        return f"{home}/{named}" if home else named


def made(
    recipe: Recipe,
    said: Place,
    *,
    registry: str | None = None,
    name: str | None = None,
    registry_secret: object = None,
    extendable: bool = True,
    requires: str | None = None,
) -> Image:
    """Make an image of what a user said."""
    fields = {
        "recipe": recipe,
        "registry": said.checked("registry", lambda value: repository(value, is_registry=True), registry),
        "name": said.checked("name", repository, name),
        "registry_secret": said.checked("registry_secret", secret_name, registry_secret),
        "extendable": extendable,
        "requires": requires,
        "where": said.where,
    }
    image = object.__new__(Image)
    for field, value in fields.items():
        object.__setattr__(image, field, value)
    return image
