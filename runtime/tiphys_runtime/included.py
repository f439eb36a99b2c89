"""The files that the environment of a task includes."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tiphys_runtime.loading import Bundle

EXECUTABLE = ".x"


def lay_out(world: Bundle, key: str, root: str) -> None:
    """Write the files into the pod's folder `work`, by their paths in the project, and work there.

    Raises BrokenBundle, OSError.
    """
    place = os.path.join(root, "work")
    os.makedirs(place, exist_ok=True)
    for path, member in world.manifest["files"][key].items():
        target = os.path.join(place, *path.split("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(world.member(member))
        if member.endswith(EXECUTABLE):
            os.chmod(target, 0o755)  # noqa: S103  a program has to be executable
    os.chdir(place)
