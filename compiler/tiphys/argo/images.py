"""Which image a pod has: names become addresses, and what cannot run the program is refused."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiphys.argo.adopting import LEVEL
from tiphys.argo.pods import default_image
from tiphys.authoring.pod import PodTemplate
from tiphys.building import record
from tiphys.building.pythons import allows, python_of, spelt
from tiphys.diagnostics import Mistake, ProgramError, Span, mistake, nearest
from tiphys.ir import Plan
from tiphys.profile import Profile
from tiphys.settings import Resolved

if TYPE_CHECKING:
    from tiphys.authoring.image import Image

HERE = sys.version_info[:2]


@dataclass
class Images:
    """Chooses the images of a program's pods, and gathers what there is to say of them.

    default: of tasks that name none, instead of the profile's. secrets: names of Secrets with registry credentials.
    """

    profile: Profile
    default: str | None = None
    mistakes: dict[Mistake, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    secrets: dict[str, None] = field(default_factory=dict)
    _known: dict[Image, str] = field(default_factory=dict)

    def chosen(self, plan: Plan, found: Resolved, where: Span | None) -> Resolved:
        """Put an address in the place of what a task says of its image. where: the place that says it."""
        made = self._address(plan, found, where)
        if plan.task is not None and plan.task.beside is not None:
            self._passed_over(plan.task.name, made, where or plan.where)
        return made

    def _address(self, plan: Plan, found: Resolved, where: Span | None) -> Resolved:
        said = found.settings.image
        is_ours = said in (None, "auto")
        is_beside = plan.task is not None and plan.task.beside is not None
        if is_ours or is_beside:
            place = self.profile.where("image") if self._level == "profile" else None
            self._check(self.ours, place, self._level)
        if is_ours:
            levels = {**found.levels, "image": self._level}
            return Resolved(found.settings.model_copy(update={"image": self.ours}), levels)
        if isinstance(said, str):
            around = found.settings.pod_template
            if isinstance(around, PodTemplate) and found.levels["image"] == LEVEL:
                self._check(said, around.where, "pod template")
            elif not is_beside:
                self._check(said, where or plan.where, "environment")
            return found
        assert said is not None
        if said not in self._known:
            self._known[said] = self._made(said)
        if not is_beside:
            self._agree(said)
        return Resolved(found.settings.model_copy(update={"image": self._known[said]}), found.levels)

    @property
    def ours(self) -> str:
        """The image of tasks that name none, and of the shim beside a container of any image."""
        return self.default or self.profile.image or default_image()

    @property
    def _level(self) -> str:
        return "--image" if self.default is not None else "profile" if self.profile.image else "default"

    def _made(self, image: Image) -> str:
        """Give the address of an image, and look at it."""
        try:
            base = base_of(image, self.profile)
            address = image.address(self.profile.registry, base)
        except ProgramError as error:
            self.mistakes.update(dict.fromkeys(error.mistakes))
            return ""
        except (OSError, ValueError) as error:
            self._wrong(Mistake(f"the image cannot be described: {error}"), image.where)
            return ""
        if image.registry_secret is not None:
            self.secrets[image.registry_secret] = None
        if image.is_built:
            self._remark(address)
        return address

    def _agree(self, image: Image) -> None:
        """Check that an image has a Python that runs what this one compiles."""
        if image.requires is not None and not allows(image.requires, HERE):
            wrong = f"the image's script needs Python {image.requires}, and this program is compiled with {spelt(HERE)}"
            mend = f"Compile with a Python that it allows, or let it allow {spelt(HERE)}."
            self._wrong(Mistake(wrong, mend=mend), image.where)
        base = self.profile.images.get(image.recipe.ref) if image.recipe.ref is not None else None
        version = image.recipe.python or (python_of(base) if base is not None else None)
        if version not in (None, HERE):
            self._wrong(differs(f"the image {base or image.title} has Python {spelt(version)}", version), image.where)

    def _passed_over(self, task: str, found: Resolved, where: Span) -> None:
        """Tell of a pod template whose image a container task does not take."""
        template, address = found.settings.pod_template, found.settings.image
        other = template.primary.get("image") if isinstance(template, PodTemplate) else None
        if other is not None and other != address:
            text = f"{where}: `{task}` runs {address}, its own image, and not that of its pod template, {other}"
            self.notes[text] = None

    def _remark(self, address: str) -> None:
        """Say what stands between an image and the cluster."""
        if "/" not in address:
            mend = "say `registry=`, or `registry` in the profile"
            self.notes[f"the image {address} has no registry, so no cluster can pull it: {mend}"] = None
        if not record.was_built(address):
            self.notes[f"the image {address} was not built here: `tiphys build` builds it"] = None
        elif "/" in address and not record.was_pushed(address):
            self.notes[f"the image {address} was built here, but not pushed: `tiphys build --push` pushes it"] = None

    def _check(self, address: str, where: Span | None, level: str) -> None:
        version = python_of(address)
        if version not in (None, HERE):
            by = "" if level == "environment" else f" ({level})"
            self._wrong(differs(f"the image {address}{by} has Python {spelt(version)}", version), where)

    def _wrong(self, wrong: Mistake, where: Span | None) -> None:
        self.mistakes[Mistake(wrong.message, where, wrong.mend)] = None


def differs(what: str, version: tuple[int, int]) -> Mistake:
    """Say that an image cannot run what this Python compiles."""
    mend = f"The two must agree: compile with Python {spelt(version)}, or take an image with {spelt(HERE)}."
    return Mistake(f"{what}, and this program is compiled with {spelt(HERE)}", None, mend)


def base_of(image: Image, profile: Profile) -> str | None:
    """Give the address that a reference stands for; None for images that are no references. Raises ProgramError."""
    name = image.recipe.ref
    if name is None or name in profile.images:
        return profile.images[name] if name is not None else None
    near = nearest(name, sorted(profile.images))
    mend = f'Say `--image {name}=URI`, or write `{name} = "URI"` into [images] of the profile. {near}'.strip()
    raise mistake(f"which image is `{name}`? Neither the command nor the profile says it", image.where, mend=mend)
