"""What the user said and Kubernetes or Argo would not take: names of variables, secrets, arguments and images.

The object definitions let most of it pass, so it would be refused only once a pod is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from tiphys.argo.expressions import is_read_on_the_way
from tiphys.argo.resolving import NOTHING
from tiphys.argo.tries import retries_said, timeout_said
from tiphys.authoring.retry import class_name
from tiphys.diagnostics import Mistake, ProgramError
from tiphys.ir import Plan, Program
from tiphys.profile import Profile
from tiphys.settings import Settings, place_of
from tiphys_runtime.errors import ContainerError, MaxQueuedTimeExceeded, MaxRuntimeExceeded, OOMError

ARGUMENT = re.compile(r"[-a-zA-Z0-9_]+", re.ASCII)
VARIABLE = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*", re.ASCII)
OBJECT = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", re.ASCII)
ENTRY = re.compile(r"[-._a-zA-Z0-9]+", re.ASCII)
OF_CONTAINERS = (ContainerError, OOMError, MaxRuntimeExceeded, MaxQueuedTimeExceeded)
"""What the call of a container can raise, and may be tried again after."""
HASH_SEED = "PYTHONHASHSEED"
ARGOS = frozenset(
    "ARGO_CONTAINER_NAME ARGO_DEADLINE ARGO_INCLUDE_SCRIPT_OUTPUT ARGO_NODE_ID ARGO_POD_NAME ARGO_POD_UID "
    "ARGO_PROGRESS_FILE ARGO_PROGRESS_FILE_TICK_DURATION ARGO_PROGRESS_PATCH_TICK_DURATION ARGO_TEMPLATE "
    "ARGO_TERMINATION_GRACE_PERIOD_SECONDS ARGO_WORKFLOW_NAME ARGO_WORKFLOW_UID TRACEPARENT TRACESTATE".split()
)


def check_spelling(
    program: Program, settings: Mapping[str, Settings], profile: Profile, run: Settings = NOTHING
) -> None:
    """Raise ProgramError for all that would be refused later.

    settings: those of each plan in use. run: what is said of all of them.
    """
    found = list(in_inputs(program))
    for name, said in settings.items():
        found.extend(in_settings(program.plans[name], said, profile, run))
    if found:
        raise ProgramError(*dict.fromkeys(found))


def in_inputs(program: Program) -> Iterator[Mistake]:
    """Check the arguments of the run: people write their names."""
    for item in program.main.inputs:
        if ARGUMENT.fullmatch(item.name) is None:
            message = f"`{item.name}` is an argument of the run: its name may have ASCII letters, digits and `_` only"
            yield Mistake(message, item.where, "Rename it.")


def in_settings(plan: Plan, settings: Settings, profile: Profile, run: Settings = NOTHING) -> Iterator[Mistake]:
    """Check the settings of one task."""
    task = plan.task.name if plan.task is not None else "glue"

    levels = (*(plan.task.levels if plan.task is not None else ()), ("run", run))

    def mistake(setting: str, message: str, mend: str | None = None) -> Mistake:
        return Mistake(f"`{task}`: {message}", place_of(levels, setting) or plan.where, mend)

    if isinstance(settings.image, str) and is_read_on_the_way(settings.image):
        yield mistake("image", f"the image {settings.image!r} holds `{{{{` or `$(`, which would be replaced on the way")
    for message, mend in in_variables(settings.env_vars or {}):
        yield mistake("env_vars", message, mend)
    if plan.task is not None and plan.task.beside is not None:
        for name, value in (settings.env_vars or {}).items():
            if is_read_on_the_way(value):
                what = f"the value of `{name}` holds `{{{{`, `$(` or `$$`, which would be replaced on the way"
                yield mistake("env_vars", what, "Pass it as an input.")
    if plan.task is not None and plan.task.resource is not None:
        for setting, what in of_pods(settings):
            yield mistake(setting, f"{what} speaks of a pod, and the task creates an object", "Leave it out.")
        return
    for message, mend in in_retries(plan, settings):
        yield mistake("retries", message, mend)
    for message, mend in in_secrets(settings, profile):
        yield mistake("secrets", message, mend)


def of_pods(settings: Settings) -> Iterator[tuple[str, str]]:
    """List what retries and timeouts say that only the shim in a pod could keep, each with its setting."""
    retries, timeout = retries_said(settings), timeout_said(settings)
    for setting, value, what in (
        ("retries", retries.on, "`RetryStrategy(on=...)`"),
        ("retries", retries.lost, "`RetryStrategy(lost=...)`"),
        ("retries", retries.grow_memory, "`RetryStrategy(grow_memory=...)`"),
        ("timeout", timeout.max_queued_time, "`Timeout(max_queued_time=...)`"),
        ("timeout", timeout.deadline, "`Timeout(deadline=...)`"),
    ):
        if value:
            yield setting, what


def in_variables(variables: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Check the names of variables: what is wrong, and how to mend it."""
    for name in variables:
        if name == HASH_SEED:
            yield f"`{HASH_SEED}` is always 0 in a pod: what two pods compute must agree", "Leave it out."
        elif name in ARGOS:
            yield f"`{name}` is a variable that Argo sets in its pods", "Choose another name."
        elif name.startswith("TIPHYS_"):
            yield f"`{name}`: variables that start with `TIPHYS_` are tiphys' own", "Choose another name."
        elif VARIABLE.fullmatch(name) is None:
            yield f"{name!r} is no name of an environment variable", "Use letters, digits and `_`."


def in_retries(plan: Plan, settings: Settings) -> Iterator[tuple[str, str]]:
    """Check memory that is to grow: what is wrong, and how to mend it."""
    retries, resources = settings.retries, settings.resources
    if retries is not None and retries.on is not None and plan.task is not None and plan.task.beside is not None:
        told = {class_name(each) for kind in OF_CONTAINERS for each in kind.__mro__}
        if not told & set(retries.on):
            ends = ", ".join(f"`{kind.__name__}`" for kind in OF_CONTAINERS)
            yield f"`on` names nothing that a container can end with: {ends}", "Name one of these, or leave `on` out."
    if retries is None or retries.grow_memory is None:
        return
    if plan.task is not None and plan.task.beside is not None:
        what = "its memory cannot grow (`grow_memory`): its container stands beside the one whose end Argo looks at"
        yield what, "Give it the memory that it needs at most."
    elif plan.resources:
        what = (
            "its memory cannot grow (`grow_memory`) where run time says its resources: Argo takes one patch of the pod"
        )
        yield what, "Leave one of the two out."
    elif resources is None or resources.memory is None:
        what = "its memory is to grow (`grow_memory`), and it says no memory to begin with"
        yield what, "Say it: `resources=tiphys.Resources(memory='1Gi')`."


def in_secrets(settings: Settings, profile: Profile) -> Iterator[tuple[str, str]]:
    """Check the secrets of one task: what is wrong, and how to mend it."""
    taken = {*(settings.env_vars or {})}
    paths: set[str] = set()
    for secret in settings.secrets or ():
        group, key = secret.source(profile.secrets.default)
        if OBJECT.fullmatch(group) is None or len(group) > 253:
            holder = "Name the Secret that holds it: `Secret(..., group='NAME')`, or `secrets.default` in the profile."
            mend = "Use lower-case letters, digits and `-`." if secret.group is not None else holder
            yield f"{group!r} is no name of a Kubernetes Secret", mend
        if ENTRY.fullmatch(key) is None or len(key) > 253 or key == "." or key.startswith(".."):
            yield f"{key!r} is no key in a Kubernetes Secret", "Use letters, digits, `-`, `_` and `.`."
        for variable in (secret.variable, secret.path_variable if secret.path is not None else None):
            if variable in taken:
                yield f"the variable `{variable}` is set twice", "Name the secret's with `as_env_var=`."
            elif variable is not None:
                taken.add(variable)
                yield from ((what, "Name the secret's with `as_env_var=`.") for what, _ in in_variables([variable]))
        if secret.path in paths:
            yield f"the file {secret.path} is written twice", "Mount one of the secrets into another folder."
        elif secret.path is not None:
            paths.add(secret.path)
    folders = sorted({secret.mount for secret in settings.secrets or () if secret.mount is not None})
    for outer in folders:
        for inner in folders:
            if inner.startswith(f"{outer}/"):
                yield f"{inner} lies in {outer}, which only Kubernetes can write", "Mount both into the same folder."
