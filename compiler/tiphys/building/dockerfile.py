"""A recipe as a Dockerfile: the same text for the same recipe.

What installers download stays in caches of the build and out of the image; secrets are seen by one instruction only.
Installers run from a folder of their own that is removed, so that the image's Python holds what was asked for, no more.
"""

from __future__ import annotations

import json
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
# Debian's Python refuses to be changed, which is not meant for images
PIP = (
    "PIP_BREAK_SYSTEM_PACKAGES=1 "
    f"python3 -m pip install --disable-pip-version-check --root-user-action=ignore --cache-dir={CACHES}/pip"
)
CACHE = f"--mount=type=cache,target={CACHES}"
APT_CACHES = (
    "--mount=type=cache,target=/var/cache/apt,sharing=locked",
    "--mount=type=cache,target=/var/lib/apt,sharing=locked",
)
PREFIX = """"$(python3 -c 'import sys; print(sys.prefix)')\""""
"""The folder of the image's own Python, for installers that would make an environment."""
TARGET = "/tmp/tiphys"  # noqa: S108  in the image that is built, where nobody else is
ODD = re.compile(r"[^\w .,@%+=:~-]")
"""Signs in names of files that a Dockerfile would read: in a pattern any sign may stand there."""
MISREAD = re.compile(r"(?<!\\)\n|<<|\\\s*$|\\\n\s*#")
"""What a Dockerfile reads otherwise than a shell: lines, texts by `<<`, a last backslash, comments between lines."""
LITERAL = re.compile(r'"|\\(?!\$)|(?<!\\)\$(?![A-Za-z_]|\{[A-Za-z_]\w*(?::[-+][^{}]*)?\})')
"""What of the value of a variable is no name of another."""
CHOOSES_DEV = re.compile(r"(?:^|\s)--(?:all-groups|dev|only-dev|(?:only-)?group[\s=]+dev)(?=\s|$)")
CHOOSES_GROUPS = re.compile(r"(?:^|\s)--(?:all-groups|only|with|without)(?=[\s=]|$)")
"""Words for uv and poetry that say which groups are installed."""


def text_of(recipe: Recipe, folders: Sequence[str]) -> str:
    """Write the Dockerfile of a recipe that has a base. folders: of the layers, in the context."""
    assert recipe.base is not None
    parts = [f"FROM {recipe.base}"]
    if recipe.debian:
        parts.append(f'WORKDIR {HOME}\nENV PYTHONPATH="{HOME}"')
    layers = zip(folders, recipe.layers, strict=True)
    parts.extend(text for folder, layer in layers if (text := written(folder, layer)))
    return "\n".join(parts) + "\n"


def written(folder: str, layer: Layer) -> str:
    """Write one layer. folder: where its files are in the context."""
    match layer:
        case Pip(packages=packages, options=options):
            words = [PIP, *flags_of(options), *(quoted(item, options.secrets) for item in packages)]
            return run([" ".join(words)], options.secrets, [CACHE])
        case Requirements(file=file, options=options):
            words = [PIP, *flags_of(options), "-r", shlex.quote(f"{TARGET}/{name_of(file)}")]
            return run([" ".join(words)], options.secrets, [CACHE, bind(folder)])
        case Apt(packages=packages, secrets=secrets):
            keep = "rm -f /etc/apt/apt.conf.d/docker-clean"
            install = "DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends"
            return run([keep, "apt-get update", " ".join([install, *map(shlex.quote, packages)])], secrets, APT_CACHES)
        case Project():
            return project(folder, layer)
        case Commands(commands=commands, secrets=secrets):
            return "\n".join(command(text, secrets) for text in commands)
        case Variables(pairs=pairs):
            return "\n".join(f"ENV {name}={in_quotes(value)}" for name, value in pairs)
        case Workdir(path=path):
            return f"WORKDIR {path}"
        case File(source=source, target=target):
            # a folder's contents need not be named, and buildah does not find each name by a pattern
            is_odd = ODD.search(source.name) and target.endswith("/")
            return copy(f"{folder}/" if is_odd else f"{folder}/{ODD.sub('?', source.name)}", target)
        case Folder(target=target):
            return copy(f"{folder}/", target if target.endswith("/") else f"{target}/")
        case Ignore():
            return ""
        case _:
            assert_never(layer)


def project(folder: str, layer: Project) -> str:
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
        words += [*([] if CHOOSES_DEV.search(options.extra_args or "") else ["--no-dev"]), "--inexact", without]
        words += flags_of(options, pre="--prerelease=allow")
    else:
        variables = f"VIRTUAL_ENV={PREFIX} POETRY_CACHE_DIR={CACHES}/poetry POETRY_VIRTUALENVS_CREATE=false"
        words = [f"{home}/bin/poetry install --directory {TARGET} --no-interaction"]
        words += [] if CHOOSES_GROUPS.search(options.extra_args or "") else ["--only main"]
        words += [*([] if layer.whole else ["--no-root"]), *flags_of(options)]
    steps = [
        f"python3 -m venv {home}",
        f"{home}/bin/pip install --disable-pip-version-check --cache-dir={CACHES}/pip {tool}",
        f"{variables} {' '.join(words)}",
        f"rm -r {home}",
    ]
    if not layer.whole:
        return run(steps, options.secrets, [CACHE, bind(folder)])
    # what is installed may point into its folder (poetry), so that stays, where everybody may read it
    place = f"/opt/{folder}"
    steps[2] = steps[2].replace(TARGET, place)
    return "\n".join([copy(f"{folder}/", f"{place}/"), run(steps, options.secrets, [CACHE])])


def run(steps: Sequence[str], secrets: Sequence[str] = (), mounts: Iterable[str] = ()) -> str:
    """Write an instruction of several steps that see secrets as variables."""
    body = f" &&{JOIN}".join([*exports(secrets), *steps])
    return f"RUN {JOIN.join([*mounts, *mounts_of(secrets), body])}"


def mounts_of(secrets: Sequence[str]) -> list[str]:
    """Show secrets to an instruction, as files."""
    return [f"--mount=type=secret,id={name},required=true" for name in secrets]


def exports(secrets: Sequence[str]) -> list[str]:
    """Make variables of the files of secrets."""
    return [f'export {name}="$(cat /run/secrets/{name})"' for name in secrets]


def bind(folder: str) -> str:
    """Show the folder of a layer to an instruction, without copying it."""
    return f"--mount=type=bind,source={folder},target={TARGET}"


def command(text: str, secrets: Sequence[str] = ()) -> str:
    """Write a command of the user's: as it is, or as the words of a shell where a Dockerfile would read it otherwise.

    A text of several lines is a script that ends at the first line that fails.
    """
    if not MISREAD.search(text):
        return run([text], secrets)
    script = json.dumps(["/bin/sh", "-ec", "\n".join([*exports(secrets), text])], ensure_ascii=False)
    return f"RUN {JOIN.join([*mounts_of(secrets), script])}"


def copy(source: str, target: str) -> str:
    """Copy from the context. In brackets names may have spaces; a target is read like a word of the shell."""
    exact = re.sub(r"[$\"'\\]", r"\\\g<0>", target)
    return f"COPY {json.dumps([source, exact], ensure_ascii=False)}"


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
    """Quote the value of a variable for a Dockerfile, which replaces `$PATH`, but not a dollar behind a backslash.

    A dollar that names nothing stands for itself.
    """
    return '"' + LITERAL.sub(r"\\\g<0>", value) + '"'
