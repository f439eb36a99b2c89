"""The fields of a pod, as data, against the Kubernetes client."""

from __future__ import annotations

import pytest
from kubernetes import client

from tiphys.authoring.pod import PodTemplate
from tiphys.authoring.pod_spec import types

KNOWN = {name: f"V1{name}" for name in types() if hasattr(client, f"V1{name}")}


@pytest.mark.parametrize("name", KNOWN)
def test_every_field_that_the_client_knows_is_known(name: str) -> None:
    """A newer client may know more: then the data are to be made anew."""
    assert set(getattr(client, KNOWN[name]).attribute_map.values()) <= set(types()[name])


def test_every_type_that_a_field_names_is_there() -> None:
    """Or is one of the plain ones."""
    plain = {"str", "int", "bool", "quantity", "object", "datetime"}
    kinds = {kind.strip("[]{}") for fields in types().values() for kind in fields.values() if "|" not in kind}

    assert kinds - plain - set(types()) == set()


def test_a_template_is_a_copy() -> None:
    """What is done to the spec afterwards is nothing to it."""
    spec: dict[str, object] = {"nodeSelector": {"a": "b"}}
    template = PodTemplate(spec)
    spec["nodeSelector"] = {}
    template.spec["nodeSelector"]["c"] = "d"

    assert template.spec == {"nodeSelector": {"a": "b"}}


def test_a_model_of_the_client_and_its_yaml_are_one() -> None:
    """Whichever way it is written."""
    given = client.V1PodSpec(
        containers=[client.V1Container(name="primary", env=[client.V1EnvVar(name="A", value="1")])]
    )

    assert PodTemplate(given).spec == {"containers": [{"name": "primary", "env": [{"name": "A", "value": "1"}]}]}
