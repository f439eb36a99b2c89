"""What the pods of catches, frames and records hold."""

from __future__ import annotations

from tests.passes.building import attempt, call, caught, glue, graph, program, ref, region, sub
from tiphys.ir import Graph, Plan, Pod, Program, Ref, Sub
from tiphys.passes.check import check
from tiphys.passes.place_glue import place_glue
from tiphys.passes.specialise_tasks import specialise_tasks

CHILD = graph("child", "x", call("c", x="%x"), gives=("%c",))


def made(*units: Graph, is_tried: bool = True) -> Program:
    """Make the pods of `units`, of which the first one is the body of an attempt."""
    whole = program(
        CHILD,
        *units,
        region("handler", "", caught("error", Exception), gives=("%error",)),
        attempt("try", "n", sub("body", units[0].name, n="%n"), sub("catch", "handler")),
        graph("main", "n", *([sub("t", "try", n="%n")] if is_tried else []), gives=(1,)),
    )
    return check(specialise_tasks(check(place_glue(check(whole)))))


def pod(whole: Program, unit: str, name: str) -> tuple[Pod, Plan]:
    """Find a pod and what it does."""
    graph = whole.graphs[unit]
    assert isinstance(graph, Graph)
    found = next(node for node in graph.nodes if node.name == name)
    assert isinstance(found, Pod)
    return found, whole.plans[found.plan]


def test_a_catch_gives_the_exception_and_the_frame() -> None:
    """Then what glue makes of the exception."""
    whole = made(
        region(
            "body", "n",
            caught("e", Exception, int, str), glue("g", "%e", "%n"), call("a", x="%e.2"), sub("s", "child", x="%g"),
        )
    )  # fmt: skip

    node, plan = pod(whole, "body", "e")

    assert (plan.task, plan.catch, plan.types) == (None, 2, (Exception, int, str, int))
    assert [item.name for item in plan.operands] == ["x1"]
    assert plan.after[0].operands == ("v", 0)
    assert plan.outputs == ("v", ("f", 0), ("f", 1), 1)  # operand 0 is n, so the step is number 1
    assert node.operands == (Ref("n"),)
    assert pod(whole, "body", "a")[0].operands == (Ref("e", 2),)
    body = whole.graphs["body"]
    assert isinstance(body, Graph)
    assert next(item for item in body.nodes if isinstance(item, Sub)).arguments == (("x", Ref("e", 3)),)


def test_glue_over_the_frame_has_a_pod_behind_the_catch() -> None:
    """It is given the entry as an operand."""
    whole = made(region("body", "n", caught("e", Exception, int), glue("g", "%e.1"), sub("s", "child", x="%g")))

    node, plan = pod(whole, "body", "g")

    assert node.operands == (Ref("e", 1),)
    assert plan.outputs == (1,)


def test_the_frame_of_a_call_is_made_of_operands() -> None:
    """What is an argument anyway is not taken twice."""
    whole = made(region("body", "n", call("a", x="%n"), call("b", x="%a", frame=("%n", "%a", 7))))

    node, plan = pod(whole, "body", "b")

    assert node.operands[:2] == (Ref("a"), Ref("n"))
    assert len(node.operands) == 3
    assert plan.frame == (1, 0, 2)
    assert plan.keywords == (("x", 0),)


def test_glue_of_a_frame_rides_in_the_pod() -> None:
    """Before the body, so that it is known when that fails."""
    whole = made(region("body", "n", call("a", x="%n"), glue("g", "%a"), call("b", frame=("%g",))))

    node, plan = pod(whole, "body", "b")

    assert node.operands == (Ref("a"),)
    assert (plan.before[0].operands, plan.frame) == ((0,), (1,))


def test_glue_of_a_frame_that_another_pod_computes_is_an_operand() -> None:
    """It is an output of that one."""
    whole = made(region("body", "n", call("a"), glue("g", "%a"), sub("s", "child", x="%g"), call("b", frame=("%g",))))

    node, plan = pod(whole, "body", "b")

    assert node.operands == (Ref("a", 1),)
    assert plan.frame == (0,)


def test_glue_has_a_frame_of_its_own() -> None:
    """It may raise in the pod of the call before it, whose result it then holds."""
    raising = glue("g", "%a", after=("a",), total=False, frame=("%a", "%n"))
    whole = made(region("body", "n", call("a", frame=("%n",)), raising, after=("g",)))

    _, plan = pod(whole, "body", "a")

    assert plan.frame == (0,)
    assert (plan.after[0].operands, plan.after[0].frame) == (("v",), ("v", 0))


def test_the_frame_of_a_sub_graph_is_given_by_pods() -> None:
    """As its arguments are."""
    whole = made(region("body", "n", call("a"), glue("g", "%a"), sub("s", "child", x=1, frame=("%g", "%n"))))

    body = whole.graphs["body"]
    assert isinstance(body, Graph)
    assert next(item for item in body.nodes if isinstance(item, Sub)).frame == (Ref("a", 1), ref("n"))


def test_what_a_frame_holds_is_no_item_of_a_directory() -> None:
    """Of seventeen large arguments one stands in the frame: it is handed on by its envelope."""
    calls = [call(f"a{n}") for n in range(18)]
    arguments = {f"x{n}": f"%a{n}" for n in range(18)}
    whole = made(region("body", "n", *calls, call("b", frame=("%a3",), **arguments)))

    node, plan = pod(whole, "body", "b")

    assert node.operands[0] == Ref("a3")
    assert plan.frame == (0,)
    assert [item.items for item in plan.operands] == [None, 17]


def test_the_same_call_has_another_plan_where_it_is_recorded() -> None:
    """One leaves a record, the other does not."""
    whole = made(region("body", "n", call("a", x="%n")), graph("other", "n", call("a", x="%n")))

    assert pod(whole, "body", "a")[1].records
    assert not pod(whole, "other", "a")[1].records
    assert not pod(whole, "handler", "error")[1].records


def test_plans_differ_by_frame() -> None:
    """And are shared where nothing differs."""
    whole = made(
        region(
            "body", "n",
            call("a", x="%n"), call("b", x="%n", frame=("%n",)), call("c", x="%n", frame=("%n",)),
        )
    )  # fmt: skip

    names = [pod(whole, "body", name)[0].plan for name in "abc"]
    assert names[0] != names[1] == names[2]
