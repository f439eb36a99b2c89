"""How often a pod is tried, and what its attempts have to know of each other. Read without hera."""

from __future__ import annotations

from tiphys.authoring.retry import RetryStrategy, Timeout
from tiphys.profile import Profile
from tiphys.settings import Settings

NO_RETRIES, NO_TIMEOUT = RetryStrategy(0), Timeout()


def retries_said(settings: Settings) -> RetryStrategy:
    """Give the user's retries."""
    return settings.retries if settings.retries is not None else NO_RETRIES


def timeout_said(settings: Settings) -> Timeout:
    """Give the user's limits of time."""
    return settings.timeout if settings.timeout is not None else NO_TIMEOUT


def lost_of(settings: Settings, profile: Profile) -> int | None:
    """Say how often a pod that was lost is started again; None where lost ones count as the user's attempts."""
    said = retries_said(settings).lost
    return said if said is not None else profile.retries.lost


def limit_of(settings: Settings, profile: Profile, *, records: bool) -> int:
    """Say how many attempts there are after the first: the user's, those for lost pods, one that tells of the last."""
    return retries_said(settings).count + (lost_of(settings, profile) or 0) + records


def is_counted(settings: Settings, profile: Profile) -> bool:
    """Say whether the attempts count themselves: Argo counts all alike, and forgets when the first began.

    They do in a file; without an artifact repository in the message that a pod leaves, which a lost one does not.
    """
    count, lost = retries_said(settings).count, lost_of(settings, profile)
    return bool(count and lost) or bool(timeout_said(settings).deadline and (count or lost))
