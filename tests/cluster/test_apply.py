from __future__ import annotations

import base64
import copy
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.objects import bundle, template
from tiphys.cluster import Refused, apply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiphys.cluster import Applied, Cluster

pytestmark = pytest.mark.kubernetes


def actions(applied: Iterable[Applied]) -> list[tuple[str, str]]:
    return [(each.kind, each.action) for each in applied]


def test_objects_are_created_in_the_order_in_which_they_are_needed(cluster: Cluster) -> None:
    applied = apply(cluster, [template(), bundle()])
    assert [str(each) for each in applied] == [
        f"ConfigMap {cluster.namespace}/flow-bundle-77ab created",
        f"WorkflowTemplate {cluster.namespace}/flow-main-3f2a created",
    ]
    stored = cluster.read("WorkflowTemplate", "flow-main-3f2a")
    assert stored is not None
    assert stored["spec"] == template()["spec"]


def test_a_second_time_nothing_changes(cluster: Cluster) -> None:
    apply(cluster, [bundle(), template()])
    before = cluster.read("WorkflowTemplate", "flow-main-3f2a")
    again = apply(cluster, [bundle(), template()])
    assert actions(again) == [("ConfigMap", "unchanged"), ("WorkflowTemplate", "unchanged")]
    assert cluster.read("WorkflowTemplate", "flow-main-3f2a") == before


def test_a_template_that_differs_is_updated_and_keeps_what_others_noted_on_it(cluster: Cluster) -> None:
    apply(cluster, [template()])
    stored = cluster.read("WorkflowTemplate", "flow-main-3f2a")
    assert stored is not None
    stored["metadata"]["annotations"] = {"team.example/owner": "anna"}
    cluster.replace(stored)

    assert actions(apply(cluster, [template()])) == [("WorkflowTemplate", "unchanged")]
    assert actions(apply(cluster, [template(image="python:3.12")])) == [("WorkflowTemplate", "updated")]
    updated = cluster.read("WorkflowTemplate", "flow-main-3f2a")
    assert updated is not None
    assert updated["spec"] == template(image="python:3.12")["spec"]
    assert updated["metadata"]["annotations"] == {"team.example/owner": "anna"}


def test_the_objects_given_are_not_changed(cluster: Cluster) -> None:
    wanted = template()
    before = copy.deepcopy(wanted)
    apply(cluster, [wanted])
    apply(cluster, [wanted])
    assert wanted == before


def test_an_object_that_is_not_ours_is_left_alone(cluster: Cluster) -> None:
    theirs = template()
    del theirs["metadata"]["labels"]
    cluster.create(theirs)
    with pytest.raises(Refused) as caught:
        apply(cluster, [bundle(), template(image="python:3.12")])
    assert str(caught.value).startswith(
        f"there is a WorkflowTemplate `flow-main-3f2a` in namespace `{cluster.namespace}`, "
        "and it was not made by tiphys (it has no label `app.kubernetes.io/managed-by: tiphys`)\n  Rename"
    )
    assert cluster.read("ConfigMap", "flow-bundle-77ab") is None


def test_a_bundle_whose_content_is_not_what_its_name_says_is_refused(cluster: Cluster) -> None:
    apply(cluster, [bundle()])
    with pytest.raises(Refused, match="has other contents than its name says"):
        apply(cluster, [bundle(content=b"other")])


def test_an_unknown_field_is_refused_by_its_path(cluster: Cluster) -> None:
    wrong = template()
    wrong["spec"]["templates"][1]["container"]["imaeg"] = "x"
    wrong["spec"]["ttl"] = 3
    with pytest.raises(Refused) as caught:
        apply(cluster, [wrong])
    assert str(caught.value) == (
        "WorkflowTemplate `flow-main-3f2a` is not valid, says the API server:\n"
        '  unknown field "spec.templates[1].container.imaeg"\n'
        '  unknown field "spec.ttl"'
    )


def test_an_invalid_field_is_refused_with_the_servers_reasons(cluster: Cluster) -> None:
    wrong = template()
    wrong["spec"]["templates"][0]["dag"]["tasks"] *= 201
    for index, task in enumerate(wrong["spec"]["templates"][0]["dag"]["tasks"]):
        wrong["spec"]["templates"][0]["dag"]["tasks"][index] = {**task, "name": f"t{index}"}
    with pytest.raises(Refused, match=r"\n  spec\.templates\[0\]\.dag\.tasks: Too many: 201: must have at most 200"):
        apply(cluster, [wrong])


def test_all_refusals_are_told_together_and_nothing_is_written(cluster: Cluster) -> None:
    wrong, bad = template("wrong"), template("bad")
    wrong["spec"]["ttl"] = 3
    bad["spec"]["templates"][0]["name"] = "under_score"
    with pytest.raises(Refused) as caught:
        apply(cluster, [bundle(), template(), wrong, bad])
    assert "`wrong` is not valid" in str(caught.value)
    assert "`bad` is not valid" in str(caught.value)
    assert cluster.read("ConfigMap", "flow-bundle-77ab") is None
    assert cluster.read("WorkflowTemplate", "flow-main-3f2a") is None


def wide(size: int) -> dict[str, Any]:
    large = template()
    large["spec"]["templates"][1]["container"]["args"] = ["x" * size]
    return large


@pytest.mark.parametrize("size", [1_600_000, 3_500_000], ids=["for the store", "for the request"])
def test_an_object_that_is_too_large_is_refused_before_anything_is_written(cluster: Cluster, size: int) -> None:
    with pytest.raises(Refused, match=r"WorkflowTemplate `flow-main-3f2a` is too large for the cluster: .*\n  Pass"):
        apply(cluster, [bundle(), wide(size)])
    assert cluster.read("ConfigMap", "flow-bundle-77ab") is None


def test_an_object_that_just_fits_is_written(cluster: Cluster) -> None:
    assert actions(apply(cluster, [wide(1_550_000)])) == [("WorkflowTemplate", "created")]


def test_a_bundle_that_is_too_large_is_refused(cluster: Cluster) -> None:
    large = bundle()
    large["binaryData"]["tiphys.zip"] = base64.b64encode(bytes(1_100_000)).decode()
    with pytest.raises(Refused, match=r"ConfigMap `flow-bundle-77ab` is too large for the cluster: "):
        apply(cluster, [large])


def test_the_same_program_can_be_applied_by_two_at_once(cluster: Cluster) -> None:
    with ThreadPoolExecutor(8) as pool:
        each = list(pool.map(lambda _: apply(cluster, [bundle(), template()]), range(8)))
    created = [action for applied in each for action in actions(applied) if action[1] == "created"]
    assert sorted(created) == [("ConfigMap", "created"), ("WorkflowTemplate", "created")]
