"""A placement as Kubernetes and Argo write it: selectors, affinities, tolerations, priorities, locks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hera.workflows import models as m

from tiphys.argo.people import annotations_of
from tiphys.argo.placement import Placement
from tiphys.ir import Plan
from tiphys.profile import Profile
from tiphys.profile.nodes import Queue, Toleration
from tiphys.settings import Settings

WEIGHT = 100


def scheduling_of(placement: Placement) -> dict[str, Any]:
    """Give the fields of a template by which its pods are scheduled."""
    single = {key: values[0] for key, values in placement.required.items() if len(values) == 1}
    queue = placement.queue
    return {
        "node_selector": single or None,
        "affinity": affinity_of(placement),
        "tolerations": [toleration(item) for item in placement.tolerations] or None,
        "priority_class_name": queue.priority_class,
        "scheduler_name": queue.scheduler,
    }


def metadata_of(plan: Plan, settings: Settings, placement: Placement, profile: Profile) -> m.Metadata:
    """Give the labels and annotations of a plan's pods: the profile's, the scheduler's, and those for people."""
    return m.Metadata(
        labels={**profile.pods.labels, **placement.labels} or None,
        annotations={**profile.pods.annotations, **annotations_of(plan, settings)},
    )


def affinity_of(placement: Placement) -> m.Affinity | None:
    """Ask for labels with one of several values, and for those that are rather wanted than not."""
    several = {key: values for key, values in placement.required.items() if len(values) > 1}
    required = m.NodeSelector(node_selector_terms=[one_of(several)]) if several else None
    preferred = [m.PreferredSchedulingTerm(weight=WEIGHT, preference=one_of(placement.preferred))]
    if not several and not placement.preferred:
        return None
    return m.Affinity(
        node_affinity=m.NodeAffinity(
            required_during_scheduling_ignored_during_execution=required,
            preferred_during_scheduling_ignored_during_execution=preferred if placement.preferred else None,
        )
    )


def one_of(labels: Mapping[str, tuple[str, ...]]) -> m.NodeSelectorTerm:
    """Write labels of nodes, each with the values that will do."""
    return m.NodeSelectorTerm(
        match_expressions=[
            m.NodeSelectorRequirement(key=key, operator="In", values=list(values)) for key, values in labels.items()
        ]
    )


def toleration(item: Toleration) -> m.Toleration:
    """Write a taint that is tolerated."""
    operator = "Exists" if item.value is None else "Equal"
    return m.Toleration(key=item.key, operator=operator, value=item.value, effect=item.effect)


def locks_of(queue: Queue, mutexes: list[m.Mutex]) -> m.Synchronization | None:
    """Write the locks that a pod holds while it runs: its queue's, and others. It gets all of them at once."""
    mutexes = [*mutexes, *([m.Mutex(name=queue.mutex)] if queue.mutex is not None else [])]
    semaphores = []
    if queue.semaphore is not None:
        selector = m.ConfigMapKeySelector(name=queue.semaphore.config_map, key=queue.semaphore.key)
        semaphores = [m.SemaphoreRef(config_map_key_ref=selector)]
    if not mutexes and not semaphores:
        return None
    return m.Synchronization(mutexes=mutexes or None, semaphores=semaphores or None)
