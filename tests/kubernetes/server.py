"""A Kubernetes for tests: etcd and kube-apiserver on loopback, Argo's CRDs, no node, no controller, no root.

Needs Go (once: the binary is kept in the user's cache folder), openssl and Argo's CRDs (`TIPHYS_CRDS`, default
`../shared/crds` beside the repository). By hand, until ctrl-c:

    python -m tests.kubernetes.server
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = Path(__file__).parent / "kube"
VERSION = "1.34.4"
LINKER = "-s -w " + " ".join(
    f"-X k8s.io/component-base/version.{name}={value}"
    for name, value in {"gitVersion": f"v{VERSION}", "gitMajor": "1", "gitMinor": "34"}.items()
)
START_SECONDS = 120.0
CERTIFICATES = """
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1, DNS:localhost
[client]
basicConstraints = CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
extendedKeyUsage = clientAuth
"""


class Missing(Exception):
    """Something that the API server needs is not on this computer."""


class Broken(Exception):
    """The API server does not do what the tests need of it."""


def crds() -> list[Path]:
    """Find Argo's CRDs."""
    folder = Path(os.environ.get("TIPHYS_CRDS") or REPOSITORY.parent / "shared" / "crds")
    files = sorted(folder.glob("argoproj.io_*.yaml"))
    if not files:
        raise Missing(f"Argo's CRDs are not in {folder}; TIPHYS_CRDS may name another folder")
    return files


def binary(notify: Callable[[str], None] | None = None) -> Path:
    """Give the built `kube`, building it the first time (minutes with a cold Go cache)."""
    digest = hashlib.sha256(LINKER.encode())
    for name in ("go.mod", "go.sum", "main.go"):
        digest.update((SOURCE / name).read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tiphys-tests"
    built = cache / f"kube-{digest.hexdigest()[:16]}"
    if built.exists():
        return built
    go = shutil.which("go")
    if go is None:
        raise Missing("Go is not installed: it builds the test API server")
    if notify is not None:
        notify("building the test API server: minutes the first time")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        fresh = Path(folder) / "kube"
        built_now = subprocess.run(
            [go, "build", "-ldflags", LINKER, "-o", str(fresh), "."],
            cwd=SOURCE,
            env={**os.environ, "CGO_ENABLED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        if built_now.returncode:
            raise Missing(f"Go (1.21 or later, with the network) cannot build it:\n{built_now.stderr[-2000:]}")
        fresh.replace(built)
    return built


def check(notify: Callable[[str], None] | None = None) -> None:
    """Raise `Missing` where the API server cannot be started here."""
    if shutil.which("openssl") is None:
        raise Missing("openssl is not installed: it makes the certificates of the test API server")
    crds()
    binary(notify)


@dataclass(frozen=True, slots=True)
class User:
    """Someone the API server knows by a client certificate."""

    name: str
    kubeconfig: Path


@dataclass
class Authority:
    """Makes keys and certificates with openssl, all signed by one CA."""

    folder: Path
    config: Path = field(init=False)

    def __post_init__(self) -> None:
        """Make the CA."""
        self.folder.mkdir()
        self.config = self.folder / "openssl.conf"
        self.config.write_text(CERTIFICATES)
        self.key("ca")
        self.openssl(
            "req", "-x509", "-new", "-key", "ca.key", "-out", "ca.crt", "-subj", "/CN=tests", "-extensions", "ca"
        )

    def key(self, name: str) -> None:
        self.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")

    def sign(self, name: str, subject: str, extensions: str) -> None:
        """Make `name.key` and `name.crt`."""
        self.key(name)
        self.openssl("req", "-new", "-key", f"{name}.key", "-out", f"{name}.csr", "-subj", subject)
        signed = ("-in", f"{name}.csr", "-out", f"{name}.crt", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial")
        self.openssl("x509", "-req", *signed, "-days", "30", "-extfile", self.config.name, "-extensions", extensions)

    def openssl(self, *arguments: str) -> None:
        environment = {**os.environ, "OPENSSL_CONF": str(self.config)}
        ended = subprocess.run(
            ["openssl", *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        if ended.returncode:
            raise Broken(f"openssl {' '.join(arguments)}:\n{ended.stderr}")


class Server:
    """A running API server, asked as its administrator."""

    def __init__(self, folder: Path, port: int, authority: Authority) -> None:
        """Describe the server on `port`; `running` starts it."""
        self.folder = folder
        self.port = port
        self.authority = authority
        self.url = f"https://127.0.0.1:{port}"
        self.namespaces = 0
        self.admin = self.user("admin", groups=("system:masters",))
        self.trust = ssl.create_default_context(cafile=authority.folder / "ca.crt")
        self.trust.load_cert_chain(authority.folder / "admin.crt", authority.folder / "admin.key")

    @property
    def kubeconfig(self) -> Path:
        return self.admin.kubeconfig

    def user(self, name: str, *, groups: tuple[str, ...] = (), namespace: str = "default") -> User:
        """Make a user with a kubeconfig; without groups it may do nothing until `allow`."""
        subject = "".join(f"/O={group}" for group in groups) + f"/CN={name}"
        self.authority.sign(name, subject, "client")
        return User(name, self.write_kubeconfig(name, namespace=namespace))

    def write_kubeconfig(self, user: str, *, namespace: str, url: str | None = None) -> Path:
        """Write a kubeconfig for a user; `url` may lead through a proxy."""
        keys = self.authority.folder
        server = {"server": url or self.url, "certificate-authority": str(keys / "ca.crt")}
        who = {"client-certificate": str(keys / f"{user}.crt"), "client-key": str(keys / f"{user}.key")}
        context = {"cluster": "tests", "user": user, "namespace": namespace}
        handle, name = tempfile.mkstemp(prefix=f"{user}-", suffix=".kubeconfig", dir=self.folder)
        os.close(handle)
        path = Path(name)
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "current-context": "tests",
                    "clusters": [{"name": "tests", "cluster": server}],
                    "users": [{"name": user, "user": who}],
                    "contexts": [{"name": "tests", "context": context}],
                }
            )
        )
        return path

    def ask(self, method: str, path: str, body: Any = None, *, kind: str = "application/json") -> Any:
        """Send one request as the administrator; anything but success is `Broken`."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.trust, timeout=60)
        try:
            connection.request(method, path, data, {"Content-Type": kind, "Accept": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise Broken(f"{method} {path}: {answer.status} {text.decode(errors='replace')[:2000]}")
        with contextlib.suppress(ValueError):
            return json.loads(text)
        return text.decode()

    def namespace(self, prefix: str = "test") -> str:
        """Make a namespace of its own for a test, with the account that a controller would make."""
        self.namespaces += 1
        name = f"{prefix}-{self.namespaces}"
        self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        self.ask("POST", f"/api/v1/namespaces/{name}/serviceaccounts", {"metadata": {"name": "default"}})
        return name

    def allow(self, user: User, namespace: str, *verbs: str, group: str = "", resources: tuple[str, ...]) -> None:
        """Give a user verbs on resources of a namespace."""
        rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
        rule = {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}
        role = self.ask("POST", f"{rbac}/roles", {"metadata": {"generateName": "role-"}, "rules": [rule]})
        name = role["metadata"]["name"]
        subject = {"kind": "User", "name": user.name, "apiGroup": "rbac.authorization.k8s.io"}
        reference = {"kind": "Role", "name": name, "apiGroup": "rbac.authorization.k8s.io"}
        self.ask(
            "POST", f"{rbac}/rolebindings", {"metadata": {"name": name}, "subjects": [subject], "roleRef": reference}
        )

    def install(self, files: list[Path]) -> None:
        """Install custom resources, and wait until they are served."""
        for file in files:
            group, plural = file.stem.split("_", 1)
            path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.{group}"
            query = "?fieldManager=tests&force=true"
            self.ask("PATCH", path + query, file.read_bytes(), kind="application/apply-patch+yaml")
        wanted = {file.stem.split("_", 1)[1] for file in files}
        wait(lambda: wanted <= self.served())

    def served(self) -> set[str]:
        found = self.ask("GET", "/apis/argoproj.io/v1alpha1")
        return {resource["name"] for resource in found["resources"]}


class Processes:
    """The processes of one server; they end with it, and at the latest when this process ends."""

    def __init__(self, folder: Path) -> None:
        """Keep logs in `folder`."""
        self.folder = folder
        self.started: list[subprocess.Popen[bytes]] = []
        self.names: list[str] = []
        self.logs: list[IO[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.started):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdin is not None:
                process.stdin.close()
        for log in self.logs:
            log.close()

    def start(self, name: str, *arguments: str) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        self.logs.append(log)
        self.names.append(name)
        # the other end of its standard input is ours: `kube` ends when it closes
        self.started.append(
            subprocess.Popen(
                [str(binary()), name, *arguments],
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # ctrl-c reaches the tests only, which then end it
            )
        )

    def report(self) -> str:
        """Give the ends of the logs of what has ended, and nothing while all is well."""
        return "\n".join(
            f"{name} ended with {process.poll()}:\n{tail(self.folder / f'{name}.log')}"
            for process, name in zip(self.started, self.names, strict=True)
            if process.poll() is not None
        )


@contextlib.contextmanager
def running(*, argo: bool = True) -> Iterator[Server]:
    """Run an API server, with Argo's CRDs or without, as long as the block lasts."""
    check()
    with tempfile.TemporaryDirectory(prefix="tiphys-kube-") as name, Processes(Path(name)) as processes:
        folder = Path(name)
        authority = Authority(folder / "keys")
        authority.sign("server", "/CN=kube-apiserver", "server")
        authority.key("accounts")
        etcd, peer, port = free_ports(3)
        server = Server(folder, port, authority)
        store = f"http://127.0.0.1:{etcd}"
        between = f"http://127.0.0.1:{peer}"
        processes.start(
            "etcd",
            *("--data-dir", "etcd", "--unsafe-no-fsync", "--log-level", "error"),
            *("--listen-client-urls", store, "--advertise-client-urls", store),
            *("--listen-peer-urls", between, "--initial-advertise-peer-urls", between),
            *("--initial-cluster", f"default={between}"),
        )
        processes.start(
            "kube-apiserver",
            *("--etcd-servers", store, "--bind-address", "127.0.0.1", "--secure-port", str(port)),
            # it refuses to advertise a loopback address
            *("--endpoint-reconciler-type", "none", "--service-cluster-ip-range", "10.96.0.0/24"),
            *("--authorization-mode", "RBAC", "--client-ca-file", "keys/ca.crt"),
            *("--tls-cert-file", "keys/server.crt", "--tls-private-key-file", "keys/server.key", "--cert-dir", "keys"),
            *("--service-account-issuer", "https://kubernetes.default.svc"),
            *("--service-account-key-file", "keys/accounts.key"),
            *("--service-account-signing-key-file", "keys/accounts.key"),
        )
        try:
            wait(lambda: server.ask("GET", "/readyz") == "ok", processes)
            if argo:
                server.install(crds())
        except (Broken, OSError) as error:
            raise Broken(f"the test API server did not start: {error}\n{processes.report()}") from error
        yield server


def wait(done: Callable[[], bool], processes: Processes | None = None) -> None:
    """Wait until `done()` is true; an exception counts as false."""
    end = time.monotonic() + START_SECONDS
    last: object = None
    while time.monotonic() < end:
        try:
            if done():
                return
        except (Broken, OSError, http.client.HTTPException) as error:
            last = error
        if processes is not None and (report := processes.report()):
            raise Broken(report)
        time.sleep(0.1)
    raise Broken(f"not ready after {START_SECONDS:.0f} s: {last}")


def free_ports(count: int) -> list[int]:
    """Find ports of loopback that nothing listens on now."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def tail(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]


if __name__ == "__main__":
    with running() as server, contextlib.suppress(KeyboardInterrupt):
        print(f"export KUBECONFIG={server.kubeconfig}", flush=True)  # noqa: T201
        while True:
            time.sleep(3600)
