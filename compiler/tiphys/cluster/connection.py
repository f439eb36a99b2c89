"""A kubeconfig becomes a `Cluster`, and every request to an API server goes through it.

`kubernetes` is asked for what it knows best: kubeconfig files, credentials, TLS and proxies. The requests are ours,
because its generated methods differ between versions and hide a watch's disconnects.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tiphys.cluster.refusals import ARGO_GROUP, Absent, Act, Unreachable, lines, refusal
from tiphys.diagnostics import ClusterError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Json = dict[str, Any]

DEFAULT_KUBECONFIG = Path("~/.kube/config")
POD_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
BUSY_PAUSES = (0.5, 1.0, 2.0)  # seconds: "not now" (429) says a server that is busy, or has just learnt of a kind
WATCH_SECONDS = 60.0  # after so long without news a watch is asked for again, so that a dead connection is noticed


METHODS = {
    "get": "GET", "list": "GET", "watch": "GET", "create": "POST", "update": "PUT", "patch": "PATCH", "delete": "DELETE"
}  # fmt: skip
NAMED = ("get", "update", "patch", "delete")  # the others speak of all objects of a kind


@dataclass(frozen=True, slots=True)
class Resource:
    """Where objects of a kind live in the API."""

    plural: str
    version: str = "v1"
    group: str = ""


RESOURCES = {
    "ConfigMap": Resource("configmaps"),
    "Pod": Resource("pods"),
    "Secret": Resource("secrets"),
    "Workflow": Resource("workflows", "v1alpha1", ARGO_GROUP),
    "WorkflowTemplate": Resource("workflowtemplates", "v1alpha1", ARGO_GROUP),
    "CronWorkflow": Resource("cronworkflows", "v1alpha1", ARGO_GROUP),
    "Sensor": Resource("sensors", "v1alpha1", ARGO_GROUP),
}


class Cluster:
    """A cluster as one user sees it: an API server, credentials, and the namespace that is meant."""

    def __init__(self, client: Any, *, namespace: str) -> None:
        """Keep a `kubernetes.client.ApiClient`; `connect` makes one."""
        self.client = client
        self.namespace = namespace

    @property
    def server(self) -> str:
        return str(self.client.configuration.host)

    def read(self, kind: str, name: str, *, namespace: str | None = None) -> Json | None:
        """Give an object, or None if there is none of that name."""
        try:
            return self.json(self.act("get", kind, name, namespace=namespace))
        except Absent:
            return None

    def find(self, kind: str, *, labels: str, namespace: str | None = None) -> list[Json]:
        """Give the objects with these labels."""
        return list(self.json(self.act("list", kind, namespace=namespace), query={"labelSelector": labels})["items"])

    def create(self, body: Mapping[str, Any], *, namespace: str | None = None, dry_run: bool = False) -> Json:
        """Create an object, or only ask what would happen; unknown fields are refused."""
        act = self.act("create", body["kind"], body["metadata"].get("name", ""), namespace=namespace)
        return self.json(act, body=body, query=writing(dry_run=dry_run))

    def replace(self, body: Mapping[str, Any], *, namespace: str | None = None, dry_run: bool = False) -> Json:
        """Replace an object by one that carries the resourceVersion it was read with."""
        act = self.act("update", body["kind"], body["metadata"]["name"], namespace=namespace)
        return self.json(act, body=body, query=writing(dry_run=dry_run))

    def merge(self, kind: str, name: str, change: Mapping[str, Any], *, namespace: str | None = None) -> Json:
        """Change parts of an object; with a resourceVersion in it, only while that is the newest."""
        return self.json(self.act("patch", kind, name, namespace=namespace), body=change)

    def delete(self, kind: str, name: str, *, namespace: str | None = None, keep: bool = False) -> None:
        """Delete an object and what belongs to it, unless that is to be kept; one that is gone already is fine."""
        act = self.act("delete", kind, name, namespace=namespace)
        with contextlib.suppress(Absent):
            self.json(act, query={"propagationPolicy": "Orphan" if keep else "Background"})

    def events(self, kind: str, name: str, version: str, *, namespace: str | None = None) -> Iterator[Json]:
        """Yield what happens to one object after `version`, until the API server closes the stream."""
        query = {
            "watch": "true",
            "fieldSelector": f"metadata.name={name}",
            "resourceVersion": version,
            "timeoutSeconds": str(int(WATCH_SECONDS)),
        }
        rest = b""
        act = self.act("watch", kind, name, namespace=namespace)
        with self.response(act, query=query, patience=WATCH_SECONDS + ANSWER_SECONDS) as response:
            for chunk in pieces(response, self.server):
                *complete, rest = (rest + chunk).split(b"\n")
                yield from (json.loads(line) for line in complete if line.strip())

    def log(self, pod: str, *, container: str = "main", namespace: str | None = None) -> str:
        """Give what a container has printed."""
        act = self.act("get", "Pod", pod, namespace=namespace, part="log")
        with self.response(act, query={"container": container}) as response:
            return b"".join(pieces(response, self.server)).decode(errors="replace")

    def act(self, verb: str, kind: str, name: str = "", *, namespace: str | None = None, part: str = "") -> Act:
        resource = RESOURCES[kind]
        plural = f"{resource.plural}/{part}" if part else resource.plural
        return Act(verb, kind, plural, resource.group, namespace or self.namespace, name)

    def json(self, act: Act, *, body: Mapping[str, Any] | None = None, query: Mapping[str, str] | None = None) -> Json:
        """Send a request and read the object it answers with."""
        with self.response(act, body=body, query=query) as response:
            answer: Json = json.loads(b"".join(pieces(response, self.server)))
        return answer

    @contextlib.contextmanager
    def response(
        self,
        act: Act,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        patience: float = ANSWER_SECONDS,
    ) -> Iterator[Any]:
        """Send a request; the answer is closed with the block, and one that is no success raises."""
        import urllib3

        configuration = self.client.configuration
        headers = {"Accept": "application/json", "User-Agent": "tiphys"}
        kind = "application/merge-patch+json" if act.verb == "patch" else "application/json"
        headers |= {"Content-Type": kind} if body is not None else {}
        headers |= {each["key"]: each["value"] for each in configuration.auth_settings().values() if each["value"]}

        def sent() -> Any:
            try:
                return self.client.rest_client.pool_manager.request(
                    METHODS[act.verb],
                    self.server + path_of(act) + (f"?{urlencode(query)}" if query else ""),
                    body=None if body is None else json.dumps(body).encode(),
                    headers=headers,
                    timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=patience),
                    retries=False,
                    preload_content=False,
                )
            except (urllib3.exceptions.HTTPError, OSError) as error:
                raise unreachable(self.server, error) from error

        response = sent()
        for pause in BUSY_PAUSES:
            if response.status != HTTPStatus.TOO_MANY_REQUESTS:
                break
            response.close()
            time.sleep(pause)
            response = sent()
        try:
            if response.status >= HTTPStatus.BAD_REQUEST:
                text = b"".join(pieces(response, self.server)).decode(errors="replace")
                raise refusal(act, response.status, text, server=self.server)
            yield response
        finally:
            # what was not read to the end cannot be used again
            response.close()


def connect(*, kubeconfig: Path | None = None, context: str | None = None, namespace: str | None = None) -> Cluster:
    """Make a `Cluster` of the current context, or of this pod's own account where there is no kubeconfig."""
    import kubernetes
    import yaml

    client, config = untyped(kubernetes.client), untyped(kubernetes.config)
    configuration = client.Configuration()
    files = str(kubeconfig) if kubeconfig else os.environ.get("KUBECONFIG") or str(DEFAULT_KUBECONFIG.expanduser())
    source = f"the kubeconfig {files}"
    try:
        if any(Path(file).is_file() for file in files.split(os.pathsep)):
            known, current = config.list_kube_config_contexts(config_file=files)
            chosen = choose(known, current, context, files)
            config.load_kube_config(
                config_file=files, context=chosen["name"], client_configuration=configuration, persist_config=False
            )
            said = chosen["context"].get("namespace")
        elif kubeconfig is None and context is None and "KUBERNETES_SERVICE_HOST" in os.environ:
            source = "the account of this pod"
            config.load_incluster_config(client_configuration=configuration)
            said = POD_NAMESPACE.read_text().strip() if POD_NAMESPACE.is_file() else None
        else:
            raise ClusterError(lines(f"there is no kubeconfig at {files}", mend="Set KUBECONFIG to the path of one."))
    except (config.ConfigException, yaml.YAMLError) as error:
        raise ClusterError(f"{source} cannot be used: {error}") from error
    except (TypeError, AttributeError, KeyError, ValueError, OSError) as error:  # no kubeconfig at all
        why = f"it does not look like one ({type(error).__name__}: {error})"
        raise ClusterError(f"{source} cannot be used: {why}") from error
    return Cluster(client.ApiClient(configuration), namespace=namespace or said or "default")


def choose(known: list[Json], current: Json, wanted: str | None, files: str) -> Json:
    """Give the context that is meant."""
    if wanted is None:
        return current
    for context in known:
        if context["name"] == wanted:
            return context
    names = [str(context["name"]) for context in known]
    raise ClusterError(lines(f"the kubeconfig {files} has no context `{wanted}`", mend=nearest(wanted, names)))


def untyped(module: object) -> Any:
    """Say that a module without type stubs may be used freely."""
    return module


def path_of(act: Act) -> str:
    """Give the path of a request."""
    resource = RESOURCES[act.kind]
    root = f"/apis/{resource.group}/{resource.version}" if resource.group else f"/api/{resource.version}"
    path = f"{root}/namespaces/{act.namespace}/{resource.plural}"
    _, _, part = act.resource.partition("/")
    return "/".join([path, *([act.name] if act.verb in NAMED else []), *([part] if part else [])])


def writing(*, dry_run: bool) -> dict[str, str]:
    """Give the query of a request that writes."""
    query = {"fieldValidation": "Strict", "fieldManager": "tiphys"}
    return {**query, "dryRun": "All"} if dry_run else query


def pieces(response: Any, server: str) -> Iterator[bytes]:
    """Yield the body as it arrives; a connection that breaks is `Unreachable`."""
    import urllib3

    try:
        yield from response.stream(amt=None, decode_content=True)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise unreachable(server, error) from error


def unreachable(server: str, error: Exception) -> Unreachable:
    """Say why there was no answer, in the words of the innermost error."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    return Unreachable(
        lines(
            f"cannot reach the API server {server}: {cause or type(cause).__name__}",
            mend="Is the cluster running, and is this the right context? A proxy or VPN may be needed.",
        )
    )
