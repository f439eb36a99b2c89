"""The part of lowering that needs no hera: names, the bundle, and a fingerprint of everything the objects depend on."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tiphys.argo.displays import display_envelope
from tiphys.argo.entries import entry_of
from tiphys.argo.expressions import defused_json
from tiphys.argo.forms import form_of, literals_of
from tiphys.argo.images import Images
from tiphys.argo.including import included, sizes_of, with_files_of_callees
from tiphys.argo.names import Names, valid, with_digest
from tiphys.argo.people import annotations_of, notes_on_reuse
from tiphys.argo.placement import check_placement, notes_on_losses
from tiphys.argo.pods import (
    is_small_output,
    output_names,
)
from tiphys.argo.resolving import NOTHING, levels_of, settings_of
from tiphys.argo.rounds import ITEMS, Rounds, may_be_stopped, rounds_of, stopping_plan, too_many
from tiphys.argo.spelling import check_spelling
from tiphys.argo.storeless import check_left, check_stored
from tiphys.argo.triggers import Planned, check_variables, notes_on_triggers, planned
from tiphys.authoring.task import TaskTemplate
from tiphys.authoring.trigger import Trigger
from tiphys.bundle import Bundle, Bundler
from tiphys.diagnostics import Mistake, ProgramError
from tiphys.ir import Ask, Attempt, Graph, Loop, Map, Plan, Pod, Program, Ref, Unit, Wait, operands_of
from tiphys.passes.records import recording
from tiphys.profile import Profile
from tiphys.settings import Resolved, Settings, place_of

JOIN = "join"
GUARD = "guard"
EACH = "each"
OBJECT = "created"
ASK = "ask"
MANAGED = {"app.kubernetes.io/managed-by": "tiphys"}


@dataclass(frozen=True)
class Packed:
    """A program with its bundle, its names, and the texts of its known arguments."""

    program: Program
    bundle: Bundle
    requirements: tuple[str, ...]
    graphs: Mapping[str, str]
    parts: Mapping[tuple[str, str], str]
    """The names of the further templates that a construct is made of."""
    plans: Mapping[str, str]
    rounds: Mapping[str, Rounds]
    settings: Mapping[str, Settings]
    levels: Mapping[str, Mapping[str, str]]
    """For each plan, and each of its settings, the level that said it."""
    profile: Profile
    image: str
    """Of pods that run Python alone: what tasks use that name none."""
    defaults: Mapping[str, str]
    types: Mapping[str, int]
    """The numbers, in the bundle, of the types that people's text is converted to."""
    answers: Mapping[type, int]
    """Those of the types of people's answers."""
    envelope: Callable[[object], str]
    display: str
    marks: Mapping[str, str]
    """Annotations of the program as a whole."""
    triggers: tuple[Planned, ...]
    fingerprint: str
    notes: tuple[str, ...] = ()
    """What there is to say of the images."""
    credentials: tuple[str, ...] = ()
    """The names of Secrets that pods pull images with: the profile's, and those that images name."""
    included: Mapping[str, int] = field(default_factory=dict)
    """The files that environments include, and their bytes."""

    @property
    def timed(self) -> frozenset[str]:
        """The inputs that triggers give the time that a run was planned for."""
        return frozenset().union(*(each.timed for each in self.triggers))

    @property
    def base(self) -> str:
        """The name that the objects start with."""
        return valid(self.program.entry)


def pack_program(
    program: Program,
    *,
    root: Path,
    profile: Profile | None = None,
    image: str | None = None,
    marks: Mapping[str, str] | None = None,
    triggers: Sequence[Trigger] = (),
    run: Settings = NOTHING,
) -> Packed:
    """Bundle a program after all passes.

    root: the folder of the user's project. image: of tasks that name none, instead of the profile's.
    marks: annotations of the program as a whole. triggers: what starts runs of it. run: what is said of all its tasks.

    Raises ProgramError where something of it cannot travel to a pod.
    """
    rounds = rounds_of(program)
    program = with_stops(program, rounds)
    images = Images(profile or Profile(), image)
    profile = images.profile
    resolved = resolve_all(program, images, triggers, run)
    credentials = tuple(dict.fromkeys((*profile.image_pull_secrets, *images.secrets)))
    settings, files = included({name: said.settings for name, said in resolved.items()}, root)
    settings = with_files_of_callees(settings, program)
    graphs, parts, plans = names_of(program, tuple(resolved), rounds)
    bundler = Bundler(program=program.entry, root=root, is_task=task_of)
    for name in resolved:
        plan = program.plans[name]
        if not is_object(plan):
            bundler.add(replace(entry_of(plan, plans[name], settings[name], profile), files=files.get(name, {})))
    envelope = envelopes(bundler)
    for unit in program.graphs.values():
        for literal in literals_of(unit):
            envelope(literal.value)
    said = {item.name: item.default.value for item in program.main.inputs if item.default is not None}
    defaults = {name: defused_json(bundler.text(value)) for name, value in said.items()}
    types = types_of(program.main, bundler)
    answers = answers_of(program, bundler)
    plans_of_triggers = planned(
        triggers, program.main, valid(program.entry), lambda value: defused_json(bundler.text(value))
    )
    shown = program.main.result.display
    display = defused_json(display_envelope(shown, bundler.text)) if shown is not None else ""
    bundle = bundler.build()
    return Packed(
        program=program,
        bundle=bundle,
        requirements=tuple(bundler.requirements()),
        graphs=graphs,
        parts=parts,
        plans=plans,
        rounds=rounds,
        settings=settings,
        levels={name: said.levels for name, said in resolved.items()},
        profile=profile,
        image=images.ours,
        defaults=defaults,
        types=types,
        answers=answers,
        envelope=envelope,
        display=display,
        marks=marks or {},
        triggers=plans_of_triggers,
        fingerprint=fingerprint(
            program,
            profile,
            resolved,
            bundle,
            {**defaults, **(marks or {}), "": display, " ": repr(credentials), **told_of(plans_of_triggers)},
            envelope,
        ),
        notes=(
            *images.notes,
            *notes_on_reuse(program, settings),
            *notes_on_losses(program, resolved, profile),
            *notes_on_triggers(triggers),
        ),
        credentials=credentials,
        included={path: size for each in files.values() for path, size in sizes_of(each).items()},
    )


def resolve_all(program: Program, images: Images, triggers: Sequence[Trigger], run: Settings) -> dict[str, Resolved]:
    """Resolve the settings of all plans in use.

    Raises ProgramError for what the cluster does not have, or Argo would refuse.
    """
    profile = images.profile
    if program.is_storeless:
        check_stored(program, profile)
    resolved = {
        name: images.chosen(plan, settings_of(plan, program, profile, run), place_of(levels_of(plan, program), "image"))
        for name, plan in ((name, program.plans[name]) for name in used_plans(program))
    }
    if images.mistakes:
        raise ProgramError(*images.mistakes)
    settings = {name: said.settings for name, said in resolved.items()}
    check_spelling(program, settings, profile, run)
    check_placement(program, resolved, profile, run)
    check_variables(triggers, program, settings)
    if program.is_storeless:
        check_left(program, resolved)
    return resolved


def names_of(
    program: Program, used: Sequence[str], rounds: Mapping[str, Rounds]
) -> tuple[dict[str, str], dict[tuple[str, str], str], dict[str, str]]:
    """Name the templates: of graphs and constructs, of the further parts of these, and of plans."""
    names = Names(JOIN, f"{JOIN}-never", "main")
    graphs = {name: names.of(("graph", name), name) for name in reversed(program.graphs)}
    parts = {
        (name, part): names.of(("graph", name, part), f"{name}-{part}")
        for name, unit in reversed(program.graphs.items())
        for part in parts_of(unit, rounds, is_storeless=program.is_storeless)
    }
    plans = {name: names.of(("plan", name), name) for name in used}
    objects = [name for name in used if is_object(program.plans[name])]
    parts |= {(name, OBJECT): names.of(("plan", name, OBJECT), f"{name}-{OBJECT}") for name in objects}
    return graphs, parts, plans


def told_of(triggers: Iterable[Planned]) -> dict[str, str]:
    """Write what the objects of triggers depend on."""
    return {f" {each.name}": repr(each) for each in triggers}


def with_stops(program: Program, rounds: Mapping[str, Rounds]) -> Program:
    """Add the plans of the pods that fail where a loop or a map cannot go on."""
    recorded = recording(program)
    stops = [
        stopping_plan(unit, rounds[name].bound if isinstance(unit, Loop) else ITEMS, records=name in recorded)
        for name, unit in program.graphs.items()
        if isinstance(unit, Loop | Map) and may_be_stopped(unit)
    ]
    made = {plan.name: replace(plan, is_storeless=program.is_storeless) for plan in stops}
    return replace(program, plans={**program.plans, **made}) if stops else program


def is_object(plan: Plan) -> bool:
    """Say whether a plan is no pod of ours, but an object that Argo creates."""
    return plan.task is not None and plan.task.resource is not None


def parts_of(unit: Unit, rounds: Mapping[str, Rounds], *, is_storeless: bool) -> list[str]:
    """List the further templates of a construct."""
    match unit:
        case Attempt():
            return [GUARD]
        case Map():
            return [EACH] if is_storeless else []
        case Wait(pause=Ask()):
            return [ASK]
        case Loop(name=name):
            return [str(level) for level in range(rounds[name].levels - 1, 0, -1)]
        case _:
            return []


def types_of(main: Graph, bundler: Bundler) -> dict[str, int]:
    """Give the types of the inputs that something reads their numbers."""
    read = {atom.node for node in main.nodes for atom in operands_of(node) if isinstance(atom, Ref)}
    return {item.name: bundler.type_index(item.type, item.name) for item in main.inputs if item.name in read}


def answers_of(program: Program, bundler: Bundler) -> dict[type, int]:
    """Give the types of the answers that the program asks for their numbers. Raises ProgramError for a name of two."""
    waits = [unit for unit in program.graphs.values() if isinstance(unit, Wait)]
    first: dict[str, tuple[Ask, str]] = {}
    found: dict[type, int] = {}
    for unit in waits:
        asked = unit.pause
        if not isinstance(asked, Ask):
            continue
        before, place = first.setdefault(asked.name, (asked, unit.where.place))
        if before.kind is not asked.kind:
            kinds = f"`{asked.kind.__name__}` here, and for `{before.kind.__name__}` at {place}"
            message = f"the condition `{asked.name}` asks for {kinds}: nobody could tell which is answered"
            raise ProgramError(Mistake(message, unit.where, "Give one of them another name."))
        found[asked.kind] = bundler.type_index(asked.kind, asked.name)
    return found


def envelopes(bundler: Bundler) -> Callable[[object], str]:
    """Make the function that gives the envelope of a known value, equal small ones once."""
    known: dict[object, str] = {}

    def envelope(value: object) -> str:
        simple = isinstance(value, bool | int | str | type(None))
        key = (type(value), value) if simple else id(value)
        if key not in known:
            known[key] = defused_json(bundler.literal(value))
        return known[key]

    return envelope


def fingerprint(
    program: Program, profile: Profile, resolved: Mapping[str, Resolved], bundle: Bundle,
    defaults: Mapping[str, str], envelope: Callable[[object], str],
) -> str:  # fmt: skip
    """Hash everything that the objects depend on."""
    digest = hashlib.sha256()

    def add(*parts: object) -> None:
        digest.update(repr(parts).encode())

    add(profile, program.entry, bundle.digest, sorted(defaults.items()), program.main.doc)
    for unit in program.graphs.values():
        for part in form_of(unit, envelope):
            add(part)
    for name, found in resolved.items():
        plan, said = program.plans[name], found.settings
        add(
            name,
            said,
            found.levels,
            annotations_of(plan, said),
            (plan.task.beside, plan.task.resource) if plan.task is not None else None,
            [(item.name, item.small, item.items, item.is_bounded) for item in plan.operands],
            plan.outputs,
            plan.result,
        )
        small = [is_small_output(plan, output) for output in output_names(plan)]
        add(small, plan.item, plan.records, plan.catch, plan.within, plan.context, plan.variables)
        add(plan.keyed, plan.resources, plan.retries, plan.shares)
    return digest.hexdigest()


def task_of(value: object) -> tuple[str, Callable[..., Any]] | None:
    """Tell tasks from other objects: a task that code mentions travels as a stub."""
    return (value.name, value.function) if isinstance(value, TaskTemplate) else None


def used_plans(program: Program) -> list[str]:
    """Name the plans that some pod follows, in the order of the graphs."""
    found: dict[str, None] = {}
    for unit in reversed(program.graphs.values()):
        if isinstance(unit, Graph):
            found.update((node.plan, None) for node in unit.nodes if isinstance(node, Pod))
        elif isinstance(unit, Loop | Map) and may_be_stopped(unit):
            found[too_many(unit)] = None
    return list(found)


def config_map(base: str, bundle: Bundle) -> dict[str, Any]:
    """Make the immutable object that delivers the bundle; its name is that of its content."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"{base[:40].strip('-')}-bundle-{bundle.digest[:10]}", "labels": labels(base)},
        "immutable": True,
        "binaryData": {"tiphys.zip": base64.b64encode(bundle.data).decode()},
    }


def labels(base: str) -> dict[str, str]:
    """Mark an object as ours, of one program: by that label the triggers are found that it has no longer."""
    return {**MANAGED, "tiphys.dev/program": base if len(base) <= 63 else with_digest(base, base.encode())}
