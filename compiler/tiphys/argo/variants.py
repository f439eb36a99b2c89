"""Variants of a program: the program itself, and one for triggers whose runs differ in what is compiled into pods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tiphys.argo.report import Manifest, size_of
from tiphys.argo.resolving import NOTHING
from tiphys.authoring.trigger import Trigger
from tiphys.settings import Settings


@dataclass(frozen=True)
class Variant:
    """What is said of all runs of some triggers, above all that the program says itself: nothing, by default.

    said: settings of every task. cache: what becomes of caches; None: as elsewhere. context: texts that `ctx()` gives.
    """

    triggers: tuple[Trigger, ...]
    said: Settings = NOTHING
    cache: str | None = None
    context: Mapping[str, str] = field(default_factory=dict)


def variants_of(triggers: Sequence[Trigger]) -> Iterator[Variant]:
    """Group the triggers by what they say of their runs; those that say nothing need no variant."""
    groups: dict[tuple[object, ...], list[Trigger]] = {}
    for trigger in triggers:
        context = tuple(sorted(trigger.custom_context.items()))
        key = (trigger.interruptible, trigger.queue, trigger.overwrite_cache, context)
        if trigger.automation is not None and key != (None, None, False, ()):
            groups.setdefault(key, []).append(trigger)
    for first, *others in groups.values():
        said = Settings(interruptible=first.interruptible, queue=first.queue).said_at(first.where)
        cache = "override" if first.overwrite_cache else None
        yield Variant((first, *others), said, cache, first.custom_context)


def with_variant(manifest: Manifest, variant: Manifest) -> Manifest:
    """Add the objects of a variant, whose triggers take the place of the same ones of the program."""
    there = {(item["kind"], item["metadata"]["name"]) for item in manifest.every_object}
    own = {(item["kind"], item["metadata"]["name"]): item for item in variant.objects}
    starting = [item["metadata"]["name"] for item in variant.objects[2:]]
    further = [(starting[0], item) for key, item in own.items() if key not in there]
    objects = tuple(own.get((item["kind"], item["metadata"]["name"]), item) for item in manifest.objects)
    sizes = {f"{item['kind']}/{item['metadata']['name']}": size_of(item) for item in (*objects, *own.values())}
    return replace(
        manifest,
        objects=objects,
        further=(*manifest.further, *further),
        report=replace(manifest.report, bytes={**manifest.report.bytes, **sizes}),
        notes=tuple(dict.fromkeys((*manifest.notes, *variant.notes))),
        secrets=tuple(dict.fromkeys((*manifest.secrets, *variant.secrets))),
    )
