"""The manifest of an object: what the pod that makes it writes."""

import asyncio
import json

import pytest

from tiphys_runtime import context
from tiphys_runtime.errors import NonRecoverableError
from tiphys_runtime.resource import Manifest

FORM = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"x": "{{workflow.name}}"}}
OWNER = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Workflow",
    "name": "run-1",
    "uid": "u-1",
    "blockOwnerDeletion": True,
}


@pytest.fixture(autouse=True)
def inside(monkeypatch):
    monkeypatch.setenv("TIPHYS_RUN", "run-1")
    with context.In(place="a", uid="u-1", version="v", given={}):
        yield


def test_an_object_that_is_owned_goes_with_its_run():
    made = json.loads(Manifest("j.train", lambda: FORM, owned=True)())

    assert made == {**FORM, "metadata": {"name": "a", "ownerReferences": [OWNER]}}


def test_owners_that_the_manifest_has_stay():
    other = {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "x"}
    form = {**FORM, "metadata": {"name": "a", "ownerReferences": [other]}}

    assert json.loads(Manifest("j.train", lambda: form, owned=True)())["metadata"]["ownerReferences"] == [other, OWNER]


def test_another_has_none_and_a_name_is_made_of_the_tasks():
    async def function():
        return {**FORM, "metadata": {}}

    made = json.loads(asyncio.run(Manifest("j.train", function, owned=False)()))

    assert made["metadata"] == {"generateName": "j-train-"}


def test_no_text_of_a_user_looks_like_a_tag():
    assert "{{" not in Manifest("j.train", lambda: FORM, owned=True)()


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (3, "gives a int, not a dict"),
        ({"kind": "Job"}, "it needs `apiVersion` and `kind`"),
        ({**FORM, "data": {"x": object()}}, "is no plain data"),
    ],
)
def test_what_is_no_manifest_is_told_of(form, message):
    with pytest.raises(NonRecoverableError, match=r"j\.train") as caught:
        Manifest("j.train", lambda: form, owned=True)()
    assert message in str(caught.value)
