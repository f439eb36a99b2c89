"""Pod templates by name, and what they say that a setting says, too: image and service account. Needs no hera."""

from __future__ import annotations

from tiphys.authoring.pod import PodTemplate
from tiphys.diagnostics import mistake, nearest
from tiphys.ir import Plan
from tiphys.profile import Profile
from tiphys.settings import Resolved, place_of

LEVEL = "pod_template"
GENERAL = ("default", "profile")
"""Levels that say something of every task; a pod template is nearer to this one."""


def adopted(found: Resolved, plan: Plan, profile: Profile) -> Resolved:
    """Put the pod template of a plan in place of its name, and take from it what wins over the settings.

    The image of its primary container wins, as in Flyte; one that the profile gives to all pods only over what the
    profile says. A container task's own image always wins: it is what the task is. Its service account wins over the
    profile's.

    Raises ProgramError for a name that the profile does not declare.
    """
    given = found.settings.pod_template
    if given is None:
        return found
    template = given if isinstance(given, PodTemplate) else declared(given, plan, profile)
    said: dict[str, object] = {LEVEL: template}
    levels = dict(found.levels)
    account = template.spec.get("serviceAccountName") or template.spec.get("serviceAccount")
    if account is not None and levels["service_account"] in GENERAL:
        said["service_account"] = account
        levels["service_account"] = LEVEL
    is_general = levels[LEVEL] in GENERAL
    has_image = levels["image"] not in GENERAL and found.settings.image not in (None, "auto")
    is_container = plan.task is not None and plan.task.beside is not None
    if (image := template.primary.get("image")) and not (is_general and has_image) and not is_container:
        said["image"] = image
        levels["image"] = LEVEL
    return Resolved(found.settings.model_copy(update=said), levels)


def declared(name: str, plan: Plan, profile: Profile) -> PodTemplate:
    """Find a pod template of the profile. Raises ProgramError."""
    known = profile.pod_templates
    if name in known:
        return known[name]
    mend = "Declare it in tiphys.toml: a table [pod_templates.NAME], or the path of a YAML file."
    message = f"the profile declares no pod template `{name}`. {nearest(name, sorted(known))}".rstrip()
    where = place_of(plan.task.levels, LEVEL) if plan.task is not None else None
    raise mistake(message, where or plan.where, mend=mend)
