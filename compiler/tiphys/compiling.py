"""The compiler as one function: a task in, a manifest out. Every stage can be looked at."""

from __future__ import annotations

import gc
import hashlib
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tiphys
from tiphys import passes
from tiphys.authoring.cache import check_behavior
from tiphys.authoring.environment import check_apart
from tiphys.authoring.task import TaskTemplate
from tiphys.building.addresses import IMAGE
from tiphys.caches import keep, own_folder
from tiphys.diagnostics import UsageError
from tiphys.ir import Program
from tiphys.loading import root_of
from tiphys.profile import Profile, find_profile
from tiphys.settings import Settings
from tiphys.tracing import trace

if TYPE_CHECKING:
    from tiphys.argo.packing import Packed
    from tiphys.argo.report import Manifest
    from tiphys.argo.variants import Variant
    from tiphys.authoring.trigger import Trigger

MANIFESTS = 200
"""Manifests that are kept."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Hold the cycle collector off: what a compiler makes stays until its end, and looking through it takes a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@uncollected()
def trace_task(
    task: TaskTemplate[..., Any], *, bindings: Mapping[str, object] | None = None, after: str | None = "trace"
) -> Program:
    """Trace a task; `after` names the last pass to run, `None` runs all."""
    program, _ = trace(task, bindings)
    return passes.run(program, after=after)


@uncollected()
def compile_task(
    task: TaskTemplate[..., Any],
    *,
    bindings: Mapping[str, object] | None = None,
    image: str | Sequence[str] | None = None,
    profile: Profile | None = None,
    cached: bool = False,
    said: Settings | None = None,
    context: Mapping[str, str] | None = None,
) -> Manifest:
    """Compile a task to the objects that Argo runs.

    bindings: inputs that are fixed now. image: for tasks that name none; by default the profile's, or a slim Python of
    this version; `NAME=URI` says what `Image.from_ref_name(NAME)` means. profile: by default that of the project.
    cached: for a run on this computer: reuse the objects of an equal program, which saves loading hera, and say nothing
    of images, which no pod will pull. said, context: what holds for one run alone, settings of all its tasks and texts
    that `ctx()` gives; triggers are left out then.

    Raises ProgramError for what cannot be compiled, ManifestError for what Kubernetes or Argo would refuse.
    """
    from tiphys.argo.variants import Variant, variants_of, with_variant

    default, profile = with_images(image, profile or profile_of(task))
    is_program = said is None and not context
    program = Variant(triggers_of(task)) if is_program else Variant((), said or Settings(), None, context or {})
    packed, notes = pack(program, task, bindings, default, profile)
    if cached:
        return kept(packed, notes)
    from tiphys.argo.manifest import lower

    notes = [*notes, *packed.notes, *notes_on_triggers(task, packed.program)]
    manifest = lower(packed, notes=tuple(dict.fromkeys(notes)))
    for variant in variants_of(program.triggers):
        packed, notes = pack(variant, task, bindings, default, profile)
        manifest = with_variant(manifest, lower(packed, notes=(*notes, *packed.notes)))
    return manifest


def pack(
    variant: Variant, task: TaskTemplate[..., Any], bindings: Mapping[str, object] | None, image: str | None,
    profile: Profile,
) -> tuple[Packed, list[str]]:  # fmt: skip
    """Compile a task up to what is lowered, for the runs of a variant; gives the notes of tracing, too."""
    from tiphys.argo.packing import pack_program
    from tiphys.argo.people import marks_of

    if variant.cache is not None:
        profile = profile.model_copy(update={"cache": variant.cache})
    program, notes = trace(task, bindings, variant.context)
    program = passes.run(replace(program, is_storeless=profile.storage == "none"))
    check_apart((task, *program.owners.values(), *(plan.task for plan in program.plans.values())))
    packed = pack_program(
        program, root=root_of(task), profile=profile, image=image, marks=marks_of(task), triggers=variant.triggers,
        run=variant.said,
    )  # fmt: skip
    return packed, notes


def kept(packed: Packed, notes: Sequence[str]) -> Manifest:
    """Give the objects that an equal program was lowered to before; else lower it, and keep them if that can be."""
    key = hashlib.sha256(
        json.dumps([packed.fingerprint, tiphys.__version__, platform.python_version(), own_age()]).encode()
    ).hexdigest()
    name = f"manifests/{key}.json"
    try:
        text = (own_folder() / name).read_text(encoding="utf-8")
    except OSError:  # never made, just tidied up by another run, or there is no home
        pass
    else:
        from tiphys.argo.report import manifest_from_json

        return manifest_from_json(text, tuple(notes))
    from tiphys.argo.manifest import lower

    manifest = lower(packed, notes=tuple(dict.fromkeys(notes)))
    with suppress(OSError):
        keep(own_folder() / name, manifest.to_json(), most=MANIFESTS)
    return manifest


def notes_on_triggers(task: TaskTemplate[..., Any], program: Program) -> Iterator[str]:
    """Say which tasks have triggers of their own, beside the one that is compiled."""
    called = (*program.owners.values(), *(plan.task for plan in program.plans.values()))
    others = {one.name: one for one in called if isinstance(one, TaskTemplate) and one.decorator.triggers}
    for name, other in others.items():
        if name != task.name:
            yield f"{other.where}: the triggers of `{name}` are left out: they are made where that task is compiled"


def triggers_of(task: TaskTemplate[..., Any]) -> tuple[Trigger, ...]:
    """Give the triggers of a task."""
    return task.decorator.triggers or ()


def profile_of(task: TaskTemplate[..., Any], asked: str | None = None, cache: str | None = None) -> Profile:
    """Read the profile of a task's project.

    asked: the name of one of its profiles, or a file. cache: what becomes of caches, instead of what the profile says:
    `auto`, `override` or `disable`.

    Raises UsageError.
    """
    found = find_profile(root_of(task), asked)
    if cache is None:
        return found
    try:
        check_behavior(cache)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return found.model_copy(update={"cache": cache})


def with_images(said: str | Sequence[str] | None, profile: Profile) -> tuple[str | None, Profile]:
    """Read `--image`: the image of tasks that name none, and a profile with the images that were named.

    Raises UsageError for what is no address of an image.
    """
    default = None
    named = dict(profile.images)
    given: set[str] = set()
    for item in [said] if isinstance(said, str) else said or ():
        name, is_named, address = item.rpartition("=")
        if not IMAGE.fullmatch(address) or (is_named and (not name or any(sign.isspace() for sign in name))):
            message = f"{item!r} is no address of an image; write one such as 'python:3.12-slim', or NAME=ADDRESS"
            raise UsageError(message)
        if is_named and name in given:
            message = f"two images for `{name}`: {named[name]} and {address}; say one of them"
            raise UsageError(message)
        if is_named:
            given.add(name)
            named[name] = address
        elif default is not None:
            message = f"two images for tasks that name none: {default} and {address}; write NAME=ADDRESS for others"
            raise UsageError(message)
        else:
            default = address
    return default, profile.model_copy(update={"images": named})


def own_age() -> int:
    """Give the time of the newest source of the lowering: what an older one made is not used again."""
    import tiphys_templates

    folders = (Path(__file__).parent / "argo", Path(tiphys_templates.__file__).parent / "presets")
    return max(file.stat().st_mtime_ns for folder in folders for file in folder.iterdir() if file.is_file())
