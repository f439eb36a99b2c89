"""Secrets: as variables, as files, and where those are that name no group."""

from __future__ import annotations

from typing import Any

from tests.settings.rows import GONE, Refusal, Row


def variable(name: str, secret: str, key: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def container(*env: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"container": {"env": list(env), **more}}


def files(folder: str, *entries: tuple[str, str, str], env: dict[str, str]) -> dict[str, Any]:
    """Show a folder whose files are (secret, key, file), and the variables with their paths."""
    sources = [{"secret": {"name": name, "items": [{"key": key, "path": path}]}} for name, key, path in entries]
    paths = [{"name": name, "value": path} for name, path in env.items()]
    mount = {"name": "secrets-1", "mountPath": folder, "readOnly": True}
    return {
        **container(*paths, volumeMounts=[mount]),
        "volumes": [{"name": "secrets-1", "projected": {"sources": sources}}],
    }


SHARED = "[secrets]\ndefault = 'team'"
AS_FILE = "tiphys.Secret('token', mount='/etc/tiphys/secrets')"
ROWS = [
    Row("environment", "secrets='token'", container(variable("TOKEN", "token", "value"))),
    Row("environment", "secrets=tiphys.Secret('my-key')", container(variable("MY_KEY", "my-key", "value"))),
    Row("environment", "secrets=tiphys.Secret('k', 'db')", container(variable("DB_K", "db", "k"))),
    Row("environment", "secrets=tiphys.Secret('k', 'db', as_env_var='PASS')", container(variable("PASS", "db", "k"))),
    *[
        Row(level, said, container(variable("A", "a", "value"), variable("DB_K", "db", "k")))
        for level in ("environment", "override")
        for said in ("secrets=['a', tiphys.Secret('k', 'db')]", "secrets=('a', tiphys.Secret('k', group='db'))")
    ],
    Row("environment", "secrets='token'", container(variable("TOKEN", "team", "token")), profile=SHARED),
    Row("environment", "secrets=tiphys.Secret('k', 'db')", container(variable("DB_K", "db", "k")), profile=SHARED),
    *[
        Row(
            level, f"secrets={AS_FILE}",
            files("/etc/tiphys/secrets", ("token", "value", "token"),
                  env={"TOKEN_FILE": "/etc/tiphys/secrets/token"}),
        )
        for level in ("environment", "override")
    ],
    Row(
        "environment", f"secrets={AS_FILE}",
        files("/etc/tiphys/secrets", ("team", "token", "token"), env={"TOKEN_FILE": "/etc/tiphys/secrets/token"}),
        profile=SHARED,
    ),
    Row(
        "environment", "secrets=tiphys.Secret('key', 'db', mount=__import__('pathlib').Path('/etc/flyte/secrets/'))",
        files("/etc/flyte/secrets", ("db", "key", "db/key"), env={"DB_KEY_FILE": "/etc/flyte/secrets/db/key"}),
    ),
    Row(
        "environment", "secrets=[tiphys.Secret('a', 'g', mount='/s'), tiphys.Secret('b.pem', 'h', mount='/s')]",
        files("/s", ("g", "a", "g/a"), ("h", "b.pem", "h/b.pem"),
              env={"G_A_FILE": "/s/g/a", "H_B_PEM_FILE": "/s/h/b.pem"}),
    ),
    Row(
        "environment", "secrets=tiphys.Secret('token', mount='/s', as_env_var='BOTH')",
        container(variable("BOTH", "token", "value"), {"name": "BOTH_FILE", "value": "/s/token"}),
    ),
    Row("override", "secrets=[]", container({"name": "PYTHONHASHSEED"}), also={"environment": "secrets='a'"}),
    Row("override", "secrets=()", {"container": {"volumeMounts": [{"name": "code"}], "envFrom": GONE}},
        also={"environment": f"secrets={AS_FILE}"}),
]  # fmt: skip
REFUSALS = [
    *[Refusal(level, "secrets=[3]", "3 is no secret", "") for level in ("environment", "override")],
    Refusal("environment", "secrets={'a': 'b'}", "is no secret; write its key as text"),
    Refusal("environment", "secrets=tiphys.Secret('k', env_var='A')", "`Secret` has no field `env_var`", "`as_env_var`"),
    Refusal("environment", "secrets=tiphys.Secret('k.1')", "'K.1' is no name of a variable", "as_env_var='API_TOKEN'"),
    Refusal("environment", "secrets=tiphys.Secret('1k')", "'1K' is no name of a variable"),
    Refusal("environment", "secrets=tiphys.Secret(mount='secrets', key='k')", "'secrets' is no folder in a pod"),
    Refusal("environment", "secrets=tiphys.Secret('k', mount='/etc')", "hide what the image has in /etc"),
    Refusal("environment", "secrets=tiphys.Secret('k', mount='/proc/x')", "/proc/x belongs to the pod itself"),
    Refusal(
        "environment", "secrets=['a', tiphys.Secret('b', as_env_var='A')]", "the variable `A` is set twice",
        "`as_env_var=`",
    ),
    *[
        Refusal("environment", f"secrets={said}", message, "`as_env_var=`")
        for said, message in (
            ("tiphys.Secret('last', 'tiphys')", "`TIPHYS_LAST`: variables that start with `TIPHYS_` are tiphys' own"),
            ("tiphys.Secret('a', 'tiphys', mount='/s')", "`TIPHYS_A_FILE`: variables that start with `TIPHYS_`"),
            ("tiphys.Secret('a', as_env_var='PYTHONHASHSEED')", "`PYTHONHASHSEED` is always 0 in a pod"),
            ("tiphys.Secret('a', as_env_var='ARGO_NODE_ID')", "is a variable that Argo sets in its pods"),
        )
    ],
    Refusal(
        "environment", "secrets=[tiphys.Secret('k', mount='/s'), tiphys.Secret('k', mount='/s', as_env_var='B')]",
        "the file /s/k is written twice", "into another folder",
    ),
    Refusal(
        "environment", "secrets=[tiphys.Secret('a', mount='/s'), tiphys.Secret('b', mount='/s/t')]",
        "/s/t lies in /s", "Mount both into the same folder",
    ),
    Refusal("decorator", "secrets='a'", "`secrets` cannot be said in the decorator", "Say it in the environment"),
    Refusal("environment", "secrets=tiphys.Secret('..', 'g', as_env_var='A')", "'..' is no key in a Kubernetes Secret"),
    Refusal("profile", "secrets={default='A b'}", "secrets.default"),
]  # fmt: skip
