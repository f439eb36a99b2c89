"""The presets that are shipped: each is a profile, and every device in it can be asked for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.rooms import REPOSITORY
from tiphys.argo.accelerators import asked_for
from tiphys.authoring.devices import CLASSES, DEVICES, Device
from tiphys.profile import Profile, find_profile
from tiphys.profile.presets import presets

SLICES = {"V5E": "2x2", "V5P": "2x2x1", "V6E": "2x2"}


@pytest.mark.parametrize("name", presets())
def test_every_device_of_a_preset_is_found_and_selects_nodes(name: str) -> None:
    """But where the resource tells all there is to tell."""
    profile = Profile.model_validate({"accelerators": name})
    found = 0
    for kind in CLASSES:
        table = getattr(profile.devices, kind)
        for device in table.devices if table is not None else ():
            assert device in DEVICES[kind]
            asked = asked_for(Device(1, kind, device, SLICES.get(device)), profile)
            assert asked.resource == table.resource
            assert any(asked.selectors) or device == "Gaudi1"
            found += 1
    assert found >= 7


@pytest.mark.parametrize("name", [name for name, tables in presets().items() if "interruptible" in tables])
def test_a_preset_says_which_nodes_are_interruptible(name: str) -> None:
    nodes = Profile.model_validate({"interruptible": name}).interruptible

    assert nodes is not None
    assert nodes.node_selector


def test_the_operators_of_the_vendors_know_every_device_but_those_of_one_cloud() -> None:
    devices = Profile().devices

    for kind in ("GPU", "AMD_GPU", "NEURON", "HABANA_GAUDI"):
        assert set(getattr(devices, kind).devices) == set(DEVICES[kind])


@pytest.mark.parametrize("name", presets())
def test_every_preset_has_an_example(name: str) -> None:
    file = REPOSITORY / "examples" / "profiles" / f"{name}.toml"
    found = find_profile(REPOSITORY, str(file))

    assert found.accelerators is not None
    assert found.accelerators.preset == name
    assert found.interruptible is not None


def test_the_keys_that_the_page_shows_are_those_there_are(tmp_path: Path) -> None:
    """Each key of a profile stands in the page, and what stands there is read."""
    page = (REPOSITORY / "docs" / "profile.md").read_text()
    for number, text in enumerate(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)):
        file = tmp_path / f"{number}.toml"
        file.write_text(text)
        find_profile(tmp_path, str(file))
        said = tomllib.loads(text)
        assert number or set(said) >= set(Profile.model_fields) - {"images", "registry", "pod_templates", "cache"}
