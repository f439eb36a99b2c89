"""Where a pod may run, and what lets it begin: accelerators, interruptible nodes, its queue. Needs no hera."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tiphys.argo.accelerators import NotThereError, asked_for
from tiphys.argo.resolving import NOTHING, levels_of
from tiphys.argo.tries import limit_of, retries_said
from tiphys.authoring.task import TaskTemplate
from tiphys.diagnostics import Mistake, ProgramError, Span, nearest
from tiphys.ir import Program
from tiphys.profile import Profile
from tiphys.profile.nodes import Interruptible, Queue, Toleration
from tiphys.profile.presets import presets
from tiphys.settings import Resolved, Settings, place_of

Selector = Mapping[str, tuple[str, ...]]
KUEUE = "kueue.x-k8s.io/queue-name"
NONE = Queue.model_construct()


@dataclass(frozen=True)
class Placement:
    """What the pods of a task say to the scheduler.

    required, preferred: labels of nodes, each with the values that will do. resource: the name and number of an
    extended resource. queue: what its queue says beside that.
    """

    required: dict[str, tuple[str, ...]] = field(default_factory=dict)
    preferred: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tolerations: dict[Toleration, None] = field(default_factory=dict)
    resource: tuple[str, int] | None = None
    queue: Queue = NONE

    @property
    def labels(self) -> dict[str, str]:
        """The labels by which schedulers know the pod."""
        return {KUEUE: self.queue.kueue} if self.queue.kueue is not None else {}


def check_placement(
    program: Program, resolved: Mapping[str, Resolved], profile: Profile, run: Settings = NOTHING
) -> None:
    """Raise ProgramError for what tasks ask for and the cluster does not have, each once where it is said."""
    found: dict[tuple[Span, str], Mistake] = {}
    for name, said in resolved.items():
        plan = program.plans[name]
        try:
            placement_of(said.settings, profile)
        except NotThereError as error:
            task = plan.task.name if plan.task is not None else plan.around.name if plan.around is not None else "glue"
            place = place_of(levels_of(plan, program, run), error.setting) or plan.where
            found.setdefault((place, error.message), Mistake(f"`{task}`: {error.message}", place, error.mend))
    if found:
        raise ProgramError(*found.values())


def notes_on_losses(program: Program, resolved: Mapping[str, Resolved], profile: Profile) -> Iterator[str]:
    """Tell which tasks may be taken away, and are not started again."""
    if profile.interruptible is None or not profile.interruptible.exists:
        return
    for name, said in resolved.items():
        task = program.plans[name].task
        if task is None or not said.settings.interruptible:
            continue
        place = place_of(task.levels, "interruptible") or program.plans[name].where
        mend = "say `lost = 3` below [retries] in the profile"
        tried = limit_of(said.settings, profile, records=False)
        if task.resource is not None:  # it is created anew as its retries say, and by nothing else
            tried, mend = retries_said(said.settings).count, "say `retries=`, after which the object is created anew"
        elif isinstance(task, TaskTemplate):  # the pods beside an object have no retries of their own
            mend = f"{mend}, or `retries=tiphys.RetryStrategy(0, lost=3)`"
        if not tried:
            yield f"{place}: `{task.name}` is interruptible, and fails where its node is taken away: {mend}"


def placement_of(settings: Settings, profile: Profile) -> Placement:
    """Put together what the settings of a task mean in this cluster. Raises NotThereError."""
    required: dict[str, tuple[str, ...]] = {}
    preferred: dict[str, tuple[str, ...]] = {}
    tolerations: dict[Toleration, None] = {}
    resource = None
    device = settings.resources.gpu if settings.resources is not None else None
    if device is not None:
        asked = asked_for(device, profile)
        resource = (asked.resource, asked.quantity)
        tolerations.update(dict.fromkeys(asked.tolerations))
        for selector in asked.selectors:
            narrow(required, selector, "resources")
    if settings.interruptible and (nodes := interruptible_nodes(profile)) is not None:
        tolerations.update(dict.fromkeys(nodes.tolerations))
        narrow(preferred if nodes.prefer else required, nodes.node_selector, "interruptible")
    queue = queue_of(settings.queue, profile)
    tolerations.update(dict.fromkeys(queue.tolerations))
    narrow(required, queue.node_selector, "queue")
    return Placement(required, preferred, tolerations, resource, queue)


def narrow(required: dict[str, tuple[str, ...]], selector: Selector, setting: str) -> None:
    """Ask for labels besides others. Raises NotThereError where no node can have both."""
    for key, values in selector.items():
        both = tuple(value for value in required[key] if value in values) if key in required else values
        if not both:
            first, second = (" or ".join(each) for each in (required[key], values))
            message = f"no node has the label {key} as both {first}, which is asked for, and {second}"
            raise NotThereError(setting, message, "One of the two must go: see the profile's rows of it.")
        required[key] = both


def interruptible_nodes(profile: Profile) -> Interruptible | None:
    """Give the nodes that may be taken away, if there are some. Raises NotThereError where the profile does not say."""
    found = profile.interruptible
    if found is None:
        having = ", ".join(preset for preset, tables in sorted(presets().items()) if "interruptible" in tables)
        mend = (
            f"Say it in tiphys.toml: `interruptible = 'gke'` (there is {having}), or a table [interruptible] with "
            "`node_selector` and `tolerations`; `interruptible = false` where there are none."
        )
        raise NotThereError("interruptible", "the profile does not say which nodes are interruptible", mend)
    return found if found.exists else None


def queue_of(name: str | None, profile: Profile) -> Queue:
    """Find a queue in the profile. Raises NotThereError."""
    if name is None:
        return NONE
    if name not in profile.queues:
        declared = f"Declare it in tiphys.toml: `[queues.{name}]`, with `kueue`, `priority_class` or `node_selector`."
        mend = f"{nearest(name, sorted(profile.queues))} {declared}".strip()
        raise NotThereError("queue", f"the profile has no queue `{name}`", mend)
    return profile.queues[name]
