"""A recipe as a Dockerfile: the same text for the same recipe.

What installers download stays in caches of the build and out of the image; secrets are seen by one instruction only.
Installers run from a folder of their own that is removed, so that the image's Python holds what was asked for, no more.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from typing import assert_never

from tiphys.building.recipe import (
    HOME,
    Apt,
    Commands,
    File,
    Folder,
    Ignore,
    Layer,
    Options,
    Pip,
    Project,
    Recipe,
    Requirements,
    Variables,
    Workdir,
)
from tiphys.building.requirements import name_of

JOIN = " \\\n    "
CACHES = "/var/cache/tiphys"
PIP = f"python3 -m pip install --disable-pip-version-check --root-user-action=ignore --cache-dir={CACHES}/pip"
CACHE = f"--mount=type=cache,target={CACHES}"
APT_CACHES = (
    "--mount=type=cache,target=/var/cache/apt,sharing=locked",
    "--mount=type=cache,target=/var/lib/apt,sharing=locked",
)
PREFIX = """"$(python3 -c 'import sys; print(sys.prefix)')\""""
"""The folder of the image's own Python, for installers that would make an environment."""
TARGET = "/tmp/tiphys"  # noqa: S108  in the image that is built, where nobody else is


def text_of(recipe: Recipe) -> str:
    """Write the Dockerfile of a recipe that has a base."""
    assert recipe.base is not None
    parts = [f"FROM {recipe.base}"]
    if recipe.debian:
        parts.append(f'WORKDIR {HOME}\nENV PYTHONPATH="{HOME}"')
    parts.extend(text for index, layer in enumerate(recipe.layers) if (text := written(index, layer)))
    return "\n".join(parts) + "\n"


def written(index: int, layer: Layer) -> str:
    """Write one layer. Its files are in the folder `index` of the context."""
    match layer:
        case Pip(packages=packages, options=options):
            words = [PIP, *flags_of(options), *(quoted(item, options.secrets) for item in packages)]
            return run([" ".join(words)], options.secrets, [CACHE])
        case Requirements(file=file, options=options):
            words = [PIP, *flags_of(options), "-r", shlex.quote(f"{TARGET}/{name_of(file)}")]
            return run([" ".join(words)], options.secrets, [CACHE, bind(index)])
        case Apt(packages=packages, secrets=secrets):
            keep = "rm -f /etc/apt/apt.conf.d/docker-clean"
            install = "DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends"
            return run([keep, "apt-get update", " ".join([install, *map(shlex.quote, packages)])], secrets, APT_CACHES)
        case Project():
            return project(index, layer)
        case Commands(commands=commands, secrets=secrets):
            return "\n".join(run([command], secrets) for command in commands)
        case Variables(pairs=pairs):
            return "\n".join(f"ENV {name}={in_quotes(value)}" for name, value in pairs)
        case Workdir(path=path):
            return f"WORKDIR {path}"
        case File(source=source, target=target):
            return copy(f"{index}/{source.name}", target)
        case Folder(target=target):
            return copy(f"{index}/", target if target.endswith("/") else f"{target}/")
        case Ignore():
            return ""
        case _:
            assert_never(layer)


def project(index: int, layer: Project) -> str:
    """Install what a lock file says, into the image's own Python."""
    tool, options = layer.tool, layer.options
    home = f"/tmp/{tool}"  # noqa: S108  as above
    if tool == "uv":
        variables = (
            f"UV_PROJECT_ENVIRONMENT={PREFIX} UV_CACHE_DIR={CACHES}/uv UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy"
        )
        without = "--no-editable" if layer.whole else "--no-install-project"
        # told of other indexes, uv would find that the lock file does not fit them
        found_elsewhere = options.index_url or options.extra_index_urls or options.pre
        words = [f"{home}/bin/uv sync --project {TARGET}", "--frozen" if found_elsewhere else "--locked"]
        words += ["--no-dev", "--inexact", without]
        words += flags_of(options, pre="--prerelease=allow")
    else:
        variables = f"VIRTUAL_ENV={PREFIX} POETRY_CACHE_DIR={CACHES}/poetry POETRY_VIRTUALENVS_CREATE=false"
        words = [f"{home}/bin/poetry install --directory {TARGET} --no-interaction --only main"]
        words += [*([] if layer.whole else ["--no-root"]), *flags_of(options)]
    steps = [
        f"python3 -m venv {home}",
        f"{home}/bin/pip install --disable-pip-version-check --cache-dir={CACHES}/pip {tool}",
        f"{variables} {' '.join(words)}",
        f"rm -r {home}",
    ]
    if not layer.whole:
        return run(steps, options.secrets, [CACHE, bind(index)])
    # what is installed may point into its folder (poetry), so that stays, where everybody may read it
    place = f"/opt/{index}"
    steps[2] = steps[2].replace(TARGET, place)
    return "\n".join([copy(f"{index}/", f"{place}/"), run(steps, options.secrets, [CACHE])])


def run(steps: Sequence[str], secrets: Sequence[str] = (), mounts: Iterable[str] = ()) -> str:
    """Write an instruction of several steps that see secrets as variables."""
    seen = [f"--mount=type=secret,id={name},required=true" for name in secrets]
    told = [f'export {name}="$(cat /run/secrets/{name})"' for name in secrets]
    flags = [*mounts, *seen]
    body = f" &&{JOIN}".join([*told, *steps])
    return f"RUN {JOIN.join([*flags, body])}"


def bind(index: int) -> str:
    """Show the folder of a layer to an instruction, without copying it."""
    return f"--mount=type=bind,source={index},target={TARGET}"


def copy(source: str, target: str) -> str:
    """Copy from the context. In brackets names may have spaces; what would be a pattern stands for itself."""
    import json

    exact = re.sub(r"[*?[]", r"[\g<0>]", source)
    return f"COPY {json.dumps([exact, target])}"


def flags_of(options: Options, *, pre: str = "--pre") -> list[str]:
    """Write how packages are found, as pip and uv take it."""
    found = []
    if options.index_url is not None:
        found.append(f"--index-url {quoted(options.index_url, options.secrets)}")
    found.extend(f"--extra-index-url {quoted(url, options.secrets)}" for url in options.extra_index_urls)
    if options.pre:
        found.append(pre)
    if options.extra_args:
        found.append(options.extra_args)
    return found


def quoted(text: str, secrets: Sequence[str] = ()) -> str:
    """Quote a word for the shell; `$NAME` of a secret stays a variable."""
    names = "|".join(map(re.escape, secrets))
    if not names or not re.search(rf"\$\{{?(?:{names})\b", text):
        return shlex.quote(text)
    escaped = re.sub(r'(["\\`])', r"\\\1", text)
    return '"' + re.sub(rf"\$(?!\{{?(?:{names})\b)", r"\\$", escaped) + '"'


def in_quotes(value: str) -> str:
    """Quote the value of a variable for a Dockerfile, which replaces `$PATH`, but not a dollar behind a backslash."""
    return '"' + re.sub(r'"|\\(?!\$)', lambda found: "\\" + found[0], value) + '"'
