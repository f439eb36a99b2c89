"""A cluster without an artifact repository: every value travels in parameters, and what cannot is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tiphys.argo.people import leaves_artifact, leaves_report
from tiphys.diagnostics import Mistake, ProgramError
from tiphys.ir import Plan, Program
from tiphys.profile import Profile
from tiphys.settings import Resolved, place_of

LEFT = {"report": leaves_report, "produces_artifacts": leaves_artifact}
MEND = "Configure an artifact repository for Argo, and say its kind in the profile: `storage = 's3'`."


def check_left(program: Program, resolved: Mapping[str, Resolved]) -> None:
    """Raise ProgramError for what tasks would leave in the store for people, or for others."""
    found = []
    for name, said in resolved.items():
        plan = program.plans[name]
        for setting, leaves in LEFT.items():
            if plan.task is not None and leaves(plan, said.settings):
                place = place_of(plan.task.levels, setting) or plan.where
                text = f"`{plan.task.name}`: without an artifact repository: what `{setting}` leaves is kept in one"
                found.append(Mistake(text, place, MEND))
    if found:
        raise ProgramError(*dict.fromkeys(found))


def check_stored(program: Program, profile: Profile) -> None:
    """Raise ProgramError for what is kept in the store: results of a cache."""
    found = [mistake for name in program.plans for mistake in stored(program.plans[name], profile)]
    if found:
        wrong = [replace(one, message=f"without an artifact repository: {one.message}") for one in found]
        raise ProgramError(*dict.fromkeys(wrong))


def stored(plan: Plan, profile: Profile) -> Iterator[Mistake]:
    """Find what the pods of a plan keep in the store."""
    if plan.keyed is not None and profile.cache != "disable":
        mend = f"{MEND} Or keep nothing: `cache = 'disable'` in the profile, or `cache=\"disable\"` of the task."
        yield Mistake("the results of `cache` are kept in one", plan.where, mend)
