"""What was built on this computer: a small file per address, so that compiling can say what was not."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tiphys.caches import own_folder, write_whole


def place_of(address: str) -> Path:
    """Give the file of an address. Raises OSError where there is no home."""
    return own_folder() / "images" / f"{hashlib.sha256(address.encode()).hexdigest()[:32]}.json"


def note(address: str, *, pushed: bool) -> None:
    """Note that an image was built, and whether a registry has it. Raises OSError."""
    place = place_of(address)
    place.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"image": address, "pushed": pushed or was_pushed(address)})
    write_whole(place, text.encode())


def was_built(address: str) -> bool:
    """Say whether an image was built here."""
    try:
        return place_of(address).is_file()
    except OSError:
        return False


def was_pushed(address: str) -> bool:
    """Say whether an image was pushed from here."""
    try:
        found = json.loads(place_of(address).read_text())
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.get("pushed") is True
