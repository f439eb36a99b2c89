"""The environment variables of a pod: the user's, the secrets', and the shim's own."""

from __future__ import annotations

from hera.workflows import models as m

from tiphys.argo.expressions import GROWN, LAST, QUEUED, RETRIES, RUN, is_read_on_the_way
from tiphys.argo.secrets import secret_variables
from tiphys.argo.tries import is_counted, limit_of, retries_said, timeout_said
from tiphys.profile import Profile
from tiphys.settings import Settings


def variables_of(settings: Settings, profile: Profile, *, records: bool, is_task: bool) -> list[m.EnvVar]:
    """Give the environment variables: the user's, the secrets', and the one that makes hashing repeatable."""
    found = [m.EnvVar(name="PYTHONHASHSEED", value="0")]
    if is_task:
        found.append(m.EnvVar(name="TIPHYS_RUN", value=RUN))
    timeout = timeout_said(settings)
    if limit_of(settings, profile, records=records):
        found.append(m.EnvVar(name="TIPHYS_ATTEMPT", value=RETRIES))
    if records or is_counted(settings, profile):
        found.append(m.EnvVar(name="TIPHYS_LAST", value=LAST))
    if timeout.queued_seconds or timeout.deadline_seconds:
        found.append(m.EnvVar(name="TIPHYS_QUEUED", value=QUEUED))
    if retries_said(settings).grow_memory is not None:
        found.append(m.EnvVar(name="TIPHYS_GROWN", value=GROWN))
    for name, value in sorted((settings.env_vars or {}).items()):
        if not is_read_on_the_way(value):
            found.append(m.EnvVar(name=name, value=value))
    return [*found, *secret_variables(settings, profile)]
