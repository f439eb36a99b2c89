"""`env.sandbox.orchestrator`: Flyte's mark for functions that only call tasks. Here it says: trace this one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tiphys.authoring.location import caller, keyword
from tiphys.diagnostics import AuthoringError, Mistake, Span, nearest, report

if TYPE_CHECKING:
    from tiphys.authoring.environment import TaskEnvironment

INTERPRETER = ("max_memory", "max_stack_depth")
"""Limits of an interpreter that runs the body in a pod."""
SOURCE = ("tasks", "inputs", "output", "name")
"""What describes a body that is given as text."""
KNOWN = ("timeout_ms", "type_check", "cache", "retries", *INTERPRETER, *SOURCE)


class Sandbox:
    """What an environment offers for functions that only call tasks."""

    def __init__(self, environment: TaskEnvironment) -> None:
        self._environment = environment

    def orchestrator(self, function: object = None, /, **options: Any) -> Any:
        """Make an orchestrator of a function, whether or not its body is seen to call tasks.

        timeout_ms: limits each call in it. retries, cache: as of a task. type_check: arguments are always checked.
        Raises AuthoringError for a body that is text, and for limits of an interpreter, which there is none.
        """
        where = caller()
        if isinstance(function, str) or any(name in options for name in SOURCE):
            text = "an orchestrator is traced from the function that it is, and so cannot be a text"
            raise AuthoringError(Mistake(text, where, "Write it as a function below `@env.sandbox.orchestrator`."))
        said = settings_of(options, where)

        def decorate(wrapped: Callable[..., Any]) -> Any:
            return self._environment.task(orchestrator=True, **said)(wrapped)

        return decorate if function is None else decorate(function)  # type: ignore[arg-type]  # `task` checks it


def settings_of(options: dict[str, Any], where: Span) -> dict[str, Any]:
    """Give what the options say as settings of a task."""
    for name, value in options.items():
        place = keyword(where, name)
        if name not in KNOWN:
            text = f"`orchestrator` has no parameter `{name}`"
            report(Mistake(text, place, nearest(name, list(KNOWN))))
        elif name in INTERPRETER and value is not None:
            text = f"`{name}` has nothing to limit: the body is traced where it is compiled, and runs in no pod"
            report(Mistake(text, place, "Leave it out."))
    if options.get("type_check") not in (None, True):
        text = "`type_check` cannot be switched off: arguments are checked against annotations"
        report(Mistake(text, keyword(where, "type_check"), "Leave it out."))
    said = {name: options[name] for name in ("cache", "retries") if options.get(name) is not None}
    milliseconds = options.get("timeout_ms")
    if milliseconds is not None:
        if isinstance(milliseconds, bool) or not isinstance(milliseconds, int) or milliseconds <= 0:
            text = f"`timeout_ms` is {milliseconds!r}, and must be a whole number of milliseconds above 0"
            report(Mistake(text, keyword(where, "timeout_ms")))
        else:
            said["timeout"] = timedelta(milliseconds=milliseconds)
    return said
