"""`build`: the images of a program, as Dockerfiles or built."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiphys.diagnostics import UsageError

if TYPE_CHECKING:
    from tiphys.builds import Wanted


@dataclass(frozen=True)
class Asked:
    """What `tiphys build` was asked for. push: None leaves it to whether an image has a registry."""

    file: str
    task: str | None
    image: list[str]
    profile: str | None
    tool: str | None
    push: bool | None
    force: bool
    print_only: bool
    as_json: bool


def build_images(asked: Asked) -> None:
    """Run `tiphys build`."""
    images = found(asked)
    made = [image for image in images if image.is_built]
    if asked.print_only or not made:
        show(asked, images, made)
        return
    from tiphys.building.tools import find_tool

    if asked.push and (bare := [image.address for image in made if not image.has_registry]):
        message = (
            f"no registry to push to: {', '.join(bare)}\n  Say `registry=` of the image, or `registry` in the profile."
        )
        raise UsageError(message)
    tool = find_tool(asked.tool)
    done = [built(image, tool, asked) for image in made]
    if asked.as_json:
        print(json.dumps({"images": done}))


def found(asked: Asked) -> list[Wanted]:
    """Find the images: those of a task's program, or of all environments of the file."""
    from tiphys.builds import said_in_file, said_in_program, wanted
    from tiphys.cli.running import task_in
    from tiphys.compiling import trace_task, with_images
    from tiphys.loading import load_module, project_root
    from tiphys.profile import find_profile

    module = load_module(Path(asked.file))
    _, profile = with_images(asked.image, find_profile(project_root(Path(asked.file)), asked.profile))
    if asked.task is None:
        return wanted(said_in_file(module), profile)
    program = trace_task(task_in(asked.file, asked.task), after=None)
    return wanted(said_in_program(program, profile), profile)


def built(image: Wanted, tool: str, asked: Asked) -> dict[str, Any]:
    """Build one image, unless its registry has it from here already."""
    from tiphys.building import record
    from tiphys.builds import build

    push = image.has_registry if asked.push is None else asked.push
    is_there = push and not asked.force and record.was_pushed(image.address)
    if is_there:
        print(f"{image.address} was built and pushed before (--force builds it again)", file=sys.stderr)
    else:
        print(f"building {image.address} with {tool}", file=sys.stderr)
        build(image, tool, push=push)
    if not asked.as_json:
        print(image.address)
    return {**described(image), "tool": tool, "built": not is_there, "pushed": push}


def show(asked: Asked, images: list[Wanted], made: list[Wanted]) -> None:
    """Print the Dockerfiles, or say that there is nothing to build."""
    if asked.as_json:
        print(json.dumps({"images": [{**described(image), "dockerfile": image.dockerfile} for image in made]}))
    elif made:
        texts = (f"# {image.address}: {', '.join(image.environments)}\n{image.dockerfile}" for image in made)
        print("\n".join(texts), end="")
    else:
        taken = [image.address for image in images]
        rest = f": it takes {', '.join(taken)} as it is" if taken else ": no environment names an image to build"
        print(f"nothing to build for {asked.file}{rest}")


def described(image: Wanted) -> dict[str, Any]:
    """Give an image as plain JSON."""
    return {"image": image.address, "environments": list(image.environments)}
