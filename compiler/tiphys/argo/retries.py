"""Retries and deadlines of a pod."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from hera.workflows import models as m

from tiphys.argo.expressions import TRIES, grown_memory, input_of, limit_in, tries_key
from tiphys.argo.pods import ROOT
from tiphys.argo.storing import artifact
from tiphys.argo.tries import is_counted, limit_of, lost_of, retries_said, timeout_said
from tiphys.authoring.pod import PodTemplate
from tiphys.authoring.quantities import amount
from tiphys.authoring.resources import Resources
from tiphys.authoring.retry import RetryStrategy
from tiphys.profile import Profile
from tiphys.settings import Settings

GRACE = 60
"""Seconds that Argo's own deadline leaves for the start of the pod and the saving of its outputs."""
LONGEST = 2**31 - 1
"""Seconds that Kubernetes takes for a deadline: 68 years."""
LOST = "lastRetry.status == 'Error' || !(lastRetry.message matches '^(main: |Pod was active on the node longer)')"
"""Its node was lost, it was evicted or deleted: of a container that ended by itself Argo says `main: ...`."""


def retries_of(
    settings: Settings, profile: Profile, *, records: bool, count: str | None = None
) -> m.RetryStrategy | None:
    """Write retries: by exit code, so that what can never succeed is not tried again.

    Where a catch reads records there is one attempt more: the one in which the shim writes the record of a pod that
    was killed, which could not write its own. An exception in the user's last attempt has a code that is not retried.
    count: the parameter that brings the user's number, where only run time knows it; settings say 1 instead.
    """
    limit = limit_of(settings, profile, records=records)
    if not limit:
        return None
    retries, lost = retries_said(settings), lost_of(settings, profile)
    codes = ",".join(f"'{code}'" for code in codes_of(retries, records=records))
    asked = [LOST] if lost or lost is None or records else []
    if codes:
        asked.append(f"lastRetry.exitCode in [{codes}]")
    return m.RetryStrategy(
        limit=m.IntOrString(root=str(limit) if count is None else limit_in(count, limit - 1)),
        retry_policy="Always",
        expression=" || ".join(asked),
        backoff=backoff_of(settings, profile),
    )


def codes_of(retries: RetryStrategy, *, records: bool) -> list[str]:
    """List the exit codes after which there is another attempt; the shim ends with others what is not retried."""
    if not retries.count and not records:
        return []
    killed = ["137"] if records or retries.is_after_oom else []
    late = ["143"] if records or retries.is_after_timeout else []
    return ["1", "4", "75", *killed, *late]


def backoff_of(settings: Settings, profile: Profile) -> m.Backoff | None:
    """Write the pauses, and the time that all attempts may take: a backstop behind the one that the shim keeps."""
    retries, deadline = retries_said(settings), timeout_said(settings).deadline_seconds
    given = retries.backoff if retries.count else None
    longest = None
    if deadline and (retries.count or lost_of(settings, profile)):
        longest = f"{math.ceil(deadline) + GRACE}s"
    if given is None:
        return m.Backoff(duration="0s", max_duration=longest) if longest else None
    return m.Backoff(
        duration=duration(given.base),
        factor=m.IntOrString(root=str(int(given.factor))),
        cap=duration(given.cap) if given.cap is not None else None,
        max_duration=longest,
    )


def duration(value: timedelta) -> str:
    """Write a duration as Go reads it."""
    return f"{value // timedelta(microseconds=1)}us" if value.microseconds else f"{value // timedelta(seconds=1)}s"


def deadline_of(settings: Settings) -> Any:
    """Give Argo's own deadline of one attempt, a backstop behind the one that the shim keeps."""
    timeout = timeout_said(settings)
    seconds = min((each for each in (timeout.seconds, timeout.deadline_seconds) if each), default=None)
    return m.IntOrString(root=min(math.ceil(seconds) + GRACE, LONGEST)) if seconds else None


def pending_of(settings: Settings, profile: Profile, *, records: bool) -> dict[str, str]:
    """Give the field that ends a pod which does not start. Argo heeds it where there are no retries.

    A pod that starts too late ends itself; behind a deadline Argo leaves it the time to do so.
    """
    timeout = timeout_said(settings)
    deadline = math.ceil(timeout.deadline_seconds) + GRACE if timeout.deadline_seconds else None
    queued = math.ceil(timeout.queued_seconds) if timeout.queued_seconds else None
    seconds = min((each for each in (queued, deadline) if each), default=None)
    if seconds is None or limit_of(settings, profile, records=records):
        return {}
    return {"pendingTimeout": f"{seconds}s"}


def counted_files(settings: Settings, profile: Profile) -> tuple[list[m.Artifact], list[m.Artifact]]:
    """Give the file in which the attempts of a call count themselves, as it is read and as it is written."""
    if profile.storage == "none" or not is_counted(settings, profile):
        return [], []
    key = tries_key(input_of("at"))
    read, written = (artifact(TRIES, f"{ROOT}/{side}/{TRIES}", key, profile.storage) for side in ("in", "out"))
    return [read], [written]


def memory_patch(settings: Settings) -> str | None:
    """Write the memory that grows after each kill for lack of it, as a patch of the pod."""
    growth, memory = retries_said(settings).grow_memory, (settings.resources or Resources()).memory
    if growth is None or memory is None:
        return None
    request, limit = memory if isinstance(memory, tuple) else (memory, limit_around(settings) or memory)
    return grown_memory(int(amount(request)), int(amount(limit)), growth)


def limit_around(settings: Settings) -> str | None:
    """Give the limit of memory that the pod template around a task says, where the task says none."""
    around = settings.pod_template
    limits = around.primary.get("resources", {}).get("limits", {}) if isinstance(around, PodTemplate) else {}
    found: str | None = limits.get("memory")
    return found
