"""Devices: the same thing is asked for in several ways, and what the texts of a class can say."""

from __future__ import annotations

import pytest

import tiphys
from tiphys.authoring.devices import CLASSES, DEVICES, MOST


@pytest.mark.parametrize(
    ("given", "device"),
    [
        (2, tiphys.Device(2, "GPU")),
        ("A100:2", tiphys.GPU("A100", 2)),
        (" A100 : 2 ", tiphys.GPU("A100", 2)),
        ("A100 80G:1", tiphys.GPU("A100_80G")),
        ("A100_80G:1", tiphys.GPU("A100 80G", 1)),
        ("T4 shared:1", tiphys.Device(1, "GPU", "T4", shared=True)),
        ("T4_shared:1", tiphys.Device(1, "GPU", "T4", shared=True)),
        ("Trn1:16", tiphys.Device(16, "NEURON", "Trn1")),
        ("MI300X:1", tiphys.AMD_GPU("MI300X")),
        ("Gaudi1:1", tiphys.HABANA_GAUDI("Gaudi1")),
        (0, None),
        (None, None),
    ],
)
def test_a_device_is_asked_for_in_several_ways(given: object, device: object) -> None:
    assert tiphys.Resources(gpu=given).gpu == device


@pytest.mark.parametrize("kind", CLASSES)
def test_every_device_that_we_know_can_be_asked_for(kind: str) -> None:
    for name, parts in DEVICES[kind].items():
        for part in (None, *parts):
            assert tiphys.Device(1, kind, name, part).partition == part
        if kind != "TPU":
            assert tiphys.Resources(gpu=f"{name}:{MOST[kind]}").gpu == tiphys.Device(MOST[kind], kind, name)


def test_a_device_that_we_do_not_know_can_be_asked_for_by_its_class() -> None:
    assert str(tiphys.Device(2, "GPU", "P100", "half")) == "P100:2 (half)"


def test_a_mistake_names_few_texts_that_are_right() -> None:
    with pytest.raises(ValueError, match="is no device") as caught:
        tiphys.Resources(gpu="X9000:1")

    assert str(caught.value).count(":1`") <= 10
