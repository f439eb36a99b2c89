"""Artifacts lie in the kind of store that the profile names, and a run on this computer is the same with each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.argo.conftest import Load
from tiphys.compiling import compile_task
from tiphys.profile import Profile
from tiphys.runs import RunContext

KEYS = {"s3": "key", "gcs": "key", "oss": "key", "azure": "blob"}
SPILLING = """
@env.task
async def make(n: int) -> list[str]:
    return ["x" * 5000] * n
@env.task
async def size(texts: list[str]) -> int:
    return sum(map(len, texts))
@env.task
async def main(n: int = 2) -> int:
    return await size(await make(n))
"""


@pytest.mark.slow
@pytest.mark.parametrize("store", KEYS)
def test_every_artifact_is_in_the_store_of_the_profile(store: str, load: Load, tmp_path: Path) -> None:
    manifest = compile_task(load(SPILLING), profile=Profile.model_validate({"storage": store}))
    slots = [
        slot
        for template in manifest.objects[1]["spec"]["templates"]
        for side in ("inputs", "outputs")
        for slot in template.get(side, {}).get("artifacts", [])
    ]

    assert len(slots) == 2
    for slot in slots:
        assert KEYS[store] in slot[store]
        assert not (KEYS.keys() - {store}) & slot.keys()
    assert RunContext(executor="in-process", workdir=tmp_path).here(manifest, {}, None).result() == 10_000
