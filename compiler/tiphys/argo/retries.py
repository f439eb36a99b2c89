"""Retries and deadlines of a pod."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from hera.workflows import models as m

from tiphys.settings import Settings

GRACE = 60
"""Seconds that Argo's own deadline leaves for the start of the pod and the saving of its outputs."""
RETRIED = ("1", "4", "75", "137", "143")


def retries_of(settings: Settings, *, records: bool) -> m.RetryStrategy | None:
    """Write retries: by exit code, so that what can never succeed is not tried again.

    Where a catch reads records there is one attempt more: the one in which the shim writes the record of a pod that
    was killed, which could not write its own. An exception in the user's last attempt has a code that is not retried.
    """
    retries = settings.retries
    count = retries.count if retries is not None else 0
    if not count and not records:
        return None
    codes = ",".join(f"'{code}'" for code in RETRIED)
    backoff = None
    if retries is not None and count and retries.backoff is not None:
        given = retries.backoff
        backoff = m.Backoff(
            duration=duration(given.base),
            factor=m.IntOrString(root=str(int(given.factor))),
            cap=duration(given.cap) if given.cap is not None else None,
        )
    return m.RetryStrategy(
        limit=m.IntOrString(root=str(count + records)),
        retry_policy="Always",
        expression=f"lastRetry.status == 'Error' || lastRetry.exitCode in [{codes}]",
        backoff=backoff,
    )


def duration(value: timedelta) -> str:
    """Write a duration as Go reads it."""
    return f"{value // timedelta(microseconds=1)}us" if value.microseconds else f"{value // timedelta(seconds=1)}s"


def deadline_of(settings: Settings) -> Any:
    """Give Argo's own deadline, a backstop behind the one that the shim keeps."""
    seconds = settings.timeout.seconds if settings.timeout is not None else None
    return m.IntOrString(root=math.ceil(seconds) + GRACE) if seconds else None
