"""The settings of a pod: those of its task or of the orchestrator around it, over what the profile says."""

from __future__ import annotations

from tiphys.argo.adopting import adopted
from tiphys.ir import Leaf, Plan, Program
from tiphys.profile import Profile
from tiphys.settings import Resolved, Settings, resolve

GLUE = ("image", "service_account", "queue", "interruptible")
"""What pods of glue take from the environment of the orchestrator whose code they run."""


NOTHING = Settings()


def settings_of(plan: Plan, program: Program, profile: Profile, run: Settings = NOTHING) -> Resolved:
    """Resolve the settings of a plan's task; glue runs where its orchestrator would, and asks for no resources.

    run: what is said of whole runs; its variables join those of the task.
    """
    others = run.model_copy(update={"env_vars": None})
    found = resolve((("profile", profile.settings), *levels_of(plan, program, others)))
    return adopted(cached(with_variables(found, run), profile), plan, profile)


def with_variables(found: Resolved, run: Settings) -> Resolved:
    """Add the variables that are said of whole runs."""
    if not run.env_vars:
        return found
    variables = {**(found.settings.env_vars or {}), **run.env_vars}
    return Resolved(found.settings.model_copy(update={"env_vars": variables}), {**found.levels, "env_vars": "run"})


def levels_of(plan: Plan, program: Program, run: Settings = NOTHING) -> tuple[tuple[str, Settings], ...]:
    """Give what the program says of a plan's pods, the most general level first, and what is said of whole runs."""
    task = plan.task
    own = task.levels if task is not None else around_glue(plan.around or program.owners.get(program.main.task))
    return (*own, ("run", run))


def cached(found: Resolved, profile: Profile) -> Resolved:
    """Let the profile, or the command, change what becomes of a cache."""
    cache = found.settings.cache
    if cache is None or not cache.is_on or profile.cache == "auto":
        return found
    said = found.settings.model_copy(update={"cache": cache.model_copy(update={"behavior": profile.cache})})
    return Resolved(said, {**found.levels, "cache": "profile"})


def around_glue(task: Leaf | None) -> tuple[tuple[str, Settings], ...]:
    """Give what an orchestrator's environment says of glue."""
    if task is None:
        return ()
    said = dict(task.levels).get("environment", Settings())
    others = dict.fromkeys(Settings.model_fields.keys() - set(GLUE))
    return (("environment", said.model_copy(update=others)),)
