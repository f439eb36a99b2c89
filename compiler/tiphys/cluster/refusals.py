"""What an API server says when it does not do as it is asked, as sentences. Read by `connection`.

ClusterError
  Unreachable     no answer, or "not now": the same request may work later
  Refused         an answer, and it is no; `code` and `reason` are Kubernetes' own
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from tiphys.diagnostics import ClusterError, Mistake

ARGO_GROUP = "argoproj.io"
ANONYMOUS = "system:anonymous"
FORBIDDEN = re.compile(r'User "(?P<user>[^"]*)" cannot ')
TOO_LARGE = ("request is too large", "Request entity too large", "Too long: may not be more than", "larger than max")
CUT = 500


class Unreachable(ClusterError):
    """The API server gives no answer, or none now."""


class Refused(ClusterError):
    """The API server says no."""

    def __init__(self, message: str, *, code: int) -> None:
        """Keep the HTTP code beside the sentence."""
        super().__init__(message)
        self.code = code


class Absent(Refused):
    """There is no object of that name."""


class Conflict(Refused):
    """Someone else has written the object since it was read."""


@dataclass(frozen=True, slots=True)
class Act:
    """What was asked for: a verb on a resource, as a Role would spell it."""

    verb: str
    kind: str
    resource: str
    group: str
    namespace: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.full_resource} in namespace `{self.namespace}`"

    @property
    def full_resource(self) -> str:
        return f"{self.resource}.{self.group}" if self.group else self.resource

    @property
    def object(self) -> str:
        return f"{self.kind} `{self.name}`" if self.name else self.kind


def refusal(act: Act, code: int, text: str, *, server: str) -> ClusterError:
    """Build the error for an answer that is not a success."""
    status = status_of(text)
    said = str(status.get("message") or text.strip() or HTTPStatus(code).phrase)
    forbidden = FORBIDDEN.search(said)
    if code == HTTPStatus.UNAUTHORIZED or (forbidden and forbidden["user"] == ANONYMOUS):
        return Refused(
            lines(
                f"the API server {server} does not accept the credentials: they are missing, wrong or have expired",
                mend="Log in again, or choose another context of the kubeconfig.",
            ),
            code=code,
        )
    if any(sign in said for sign in TOO_LARGE):
        return too_large(act, said)
    if code == HTTPStatus.TOO_MANY_REQUESTS or code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unreachable(f"the API server {server} cannot {act} now: {code} {cut(said)}")
    return rejection(act, code, status, said)


def rejection(act: Act, code: int, status: dict[str, Any], said: str) -> Refused:
    """Build the error for a request that was understood, and is turned down."""
    if forbidden := FORBIDDEN.search(said):
        group = f"API group `{act.group}`" if act.group else "the core API group"
        mend = f"It takes a Role with the verb `{act.verb}` on `{act.resource}` of {group}."
        return Refused(lines(f"`{forbidden['user']}` may not {act}", mend=mend), code=code)
    if code == HTTPStatus.NOT_FOUND:
        return not_found(act, status, said)
    if code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
        return Refused(lines(f"{act.object} is not valid, says the API server:", *causes(status, said)), code=code)
    return (Conflict if code == HTTPStatus.CONFLICT else Refused)(f"cannot {act}: {cut(said)}", code=code)


def not_found(act: Act, status: dict[str, Any], said: str) -> Refused:
    """Tell a missing namespace and a missing kind from a missing object."""
    details = status.get("details") or {}
    code = HTTPStatus.NOT_FOUND
    if details.get("kind") == "namespaces":
        what = lines(f"there is no namespace `{act.namespace}`", mend="Create it, or name another with --namespace.")
        return Refused(what, code=code)
    if details.get("name"):
        return Absent(f"there is no {act.object} in namespace `{act.namespace}`", code=code)
    if act.kind == "Sensor":
        what = lines(
            f"Argo Events is not installed in this cluster: it does not know {act.full_resource}",
            mend="Install Argo Events, which is a project of its own, or start the runs by a schedule.",
        )
        return Refused(what, code=code)
    if act.group == ARGO_GROUP:
        what = lines(
            f"Argo Workflows is not installed in this cluster: it does not know {act.full_resource}",
            mend="Install Argo Workflows 4 (its CRDs and its controller), or choose another context.",
        )
        return Refused(what, code=code)
    return Refused(f"cannot {act}: {cut(said)}", code=code)


def too_large(act: Act, said: str) -> Refused:
    """Build the error for an object over a limit of the API server or its store."""
    return Refused(
        lines(
            f"{act.object} is too large for the cluster: {cut(said)}",
            mend="Pass less as literals and arguments, or split the program into smaller ones.",
        ),
        code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    )


def causes(status: dict[str, Any], said: str) -> list[str]:
    """Give one line a wrong field."""
    found = (status.get("details") or {}).get("causes") or []
    if found:
        return [f"{cause.get('field') or '(object)'}: {cut(cause.get('message', ''))}" for cause in found]
    _, _, unknown = said.partition("strict decoding error: ")
    return unknown.split(", ") if unknown else [cut(said)]


def status_of(text: str) -> dict[str, Any]:
    """Read the Status object of an answer; a proxy in between may answer in HTML."""
    try:
        status = json.loads(text)
    except ValueError:
        return {}
    return status if isinstance(status, dict) and status.get("kind") == "Status" else {}


def lines(what: str, *details: str, mend: str | None = None) -> str:
    """Lay out a sentence, its details and the mending as every mistake is laid out."""
    return str(Mistake("\n  ".join([what, *details]), mend=mend))


def cut(text: str) -> str:
    return text if len(text) <= CUT else text[:CUT] + "..."
