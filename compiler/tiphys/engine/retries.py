"""Retry strategies: whether a failed attempt is followed by another, and after how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tiphys.diagnostics import UsageError
from tiphys.engine.durations import seconds_of
from tiphys.engine.expressions import Expression, Unevaluable, parse
from tiphys.engine.phases import Phase
from tiphys.engine.tags import Text, compile_text

if TYPE_CHECKING:
    from tiphys.engine.nodes import Node
    from tiphys.engine.scope import Scope

_POLICIES = {
    "Always": frozenset({Phase.FAILED, Phase.ERROR}),
    "OnFailure": frozenset({Phase.FAILED}),
    "OnError": frozenset({Phase.ERROR}),
}
_LONGEST = 10.0 * 365 * 86400


@dataclass(frozen=True, slots=True)
class Backoff:
    """How the wait grows from attempt to attempt, and when it is not worth waiting any more."""

    duration: Text
    factor: Text | None
    cap: Text | None
    longest: Text | None


@dataclass(frozen=True, slots=True)
class RetryStrategy:
    """A compiled `retryStrategy`."""

    limit: Text | None
    policy: frozenset[Phase]
    expression: Expression | None
    backoff: Backoff | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows a failed attempt: another after `wait` seconds, within `left`; or the end, for a reason."""

    again: bool
    reason: str = ""
    wait: float = 0.0
    left: float | None = None


def compile_retries(body: Mapping[str, Any], *, where: str) -> RetryStrategy:
    """Compile a `retryStrategy`."""

    def text(section: Mapping[str, Any], word: str) -> Text | None:
        value = section.get(word)
        return None if value in (None, "") else compile_text(value, where=f"{where}, retryStrategy.{word}")

    expression = body.get("expression")
    policy = body.get("retryPolicy") or ("Always" if expression else "OnFailure")
    if policy not in _POLICIES:
        message = f"{where}: the retry policy `{policy}` does not run on this computer; it knows {', '.join(_POLICIES)}"
        raise UsageError(message)
    section = body.get("backoff")
    backoff = None
    if section:
        duration = text(section, "duration")
        if duration is None:
            message = f"{where}: retryStrategy.backoff has no duration"
            raise UsageError(message)
        backoff = Backoff(duration, text(section, "factor"), text(section, "cap"), text(section, "maxDuration"))
    return RetryStrategy(
        limit=text(body, "limit"),
        policy=_POLICIES[policy],
        expression=parse(expression, where=f"{where}, retryStrategy.expression") if expression else None,
        backoff=backoff,
    )


def decide(strategy: RetryStrategy, attempts: int, last: Node, *, scope: Scope, elapsed: float) -> Verdict:
    """Decide, in Argo's order, what follows the failed attempt `last`; `elapsed` counts from the first one's start."""
    wait, left = 0.0, None
    if strategy.backoff is not None:
        wait = _wait(strategy.backoff, attempts, scope)
        if strategy.backoff.longest is not None:
            left = seconds_of(strategy.backoff.longest.render(scope)) - elapsed
            if left < 0:
                return Verdict(again=False, reason="Max duration limit exceeded")
            if wait > left:
                return Verdict(again=False, reason="Backoff would exceed max duration limit")
            left -= wait
    if last.phase not in strategy.policy:
        return Verdict(again=False, reason=last.message)
    if strategy.limit is not None and attempts > whole(strategy.limit, scope):
        return Verdict(again=False, reason="No more retries left")
    if strategy.expression is not None and not _asks_again(strategy.expression, attempts, last):
        return Verdict(again=False, reason="retryStrategy.expression evaluated to false")
    return Verdict(again=True, wait=wait if strategy.limit is not None else 0.0, left=left)


def last_retry(last: Node | None, *, missing: str) -> dict[str, object]:
    """Give what `lastRetry` stands for; `missing` is the exit code where there is none."""
    if last is None:
        return {"exitCode": missing, "status": "", "duration": "0", "message": ""}
    return {
        "exitCode": missing if last.exit_code is None else str(last.exit_code),
        "status": last.phase.value,
        "duration": f"{(last.finished or 0.0) - (last.started or 0.0):.9g}",
        "message": last.message,
    }


def whole(text: Text, scope: Scope) -> int:
    """Read a whole number."""
    rendered = text.render(scope)
    try:
        return int(rendered)
    except ValueError:
        message = f"{text.where}: `{rendered}` is not a whole number"
        raise Unevaluable(message) from None


def _wait(backoff: Backoff, attempts: int, scope: Scope) -> float:
    wait = seconds_of(backoff.duration.render(scope))
    factor = 0 if backoff.factor is None else whole(backoff.factor, scope)
    if factor > 0:
        for _ in range(attempts - 1):
            wait = min(wait * factor, _LONGEST)
    if backoff.cap is not None:
        wait = min(wait, seconds_of(backoff.cap.render(scope)))
    return wait


def _asks_again(expression: Expression, attempts: int, last: Node) -> bool:
    variables: dict[str, object] = {"retries": str(attempts - 1), "lastRetry": last_retry(last, missing="-1")}

    def names(name: str) -> object:
        if name in variables:
            return variables[name]
        message = f"unknown name {name} in retryStrategy.expression"
        raise Unevaluable(message)

    value = expression.value(names)
    if not isinstance(value, bool):
        message = f"unable to cast expression result '{value}' to bool"
        raise Unevaluable(message)
    return value
