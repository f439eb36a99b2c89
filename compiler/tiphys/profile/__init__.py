"""The profile: how this cluster spells things, and what the tasks of a project use where they say nothing.

Read from `tiphys.toml`, or from `[tool.tiphys]` of `pyproject.toml`; `docs/profile.md` lists the keys.
"""

from tiphys.profile.model import Profile
from tiphys.profile.reading import find_profile

__all__ = ["Profile", "find_profile"]
