"""The presets that are shipped: each is a profile, and every device in it can be asked for."""

from __future__ import annotations

import pytest

from tiphys.argo.accelerators import asked_for
from tiphys.authoring.devices import CLASSES, DEVICES, Device
from tiphys.profile import Profile
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
