"""Nested DAGs, recursion and its limit, fan-out, suspension, and the cost of many tasks."""

from __future__ import annotations

import sys

import pytest
from standin import JOIN, dag, of, pod, task

from tiphys.diagnostics import UsageError

OK = """out('v', '{"v":"' + argv[3] + '"}')"""
ECHO = "out('v', args[0])"
FAIL = "code = 1"


def loop(rounds):
    return [
        dag("main", task("loop", n="0"), outputs={"n": of("loop", "n")}),
        dag(
            "loop",
            task("body", n="{{inputs.parameters.n}}", at="{{inputs.parameters.at}}/{{inputs.parameters.n}}"),
            task(
                "again",
                "loop",
                depends="body",
                when="{{= tasks.body.outputs.parameters.p == 'true'}}",
                n="{{= string(asInt(inputs.parameters.n) + 1)}}",
                at="{{inputs.parameters.at}}",
            ),
            inputs=("n", "at"),
            outputs={
                "n": "tasks.body.outputs.parameters.p == 'true' ? "
                "tasks.again.outputs.parameters.n : inputs.parameters.n"
            },
        ),
        {**pod("body", "n", outputs=("p",)), "inputs": {"parameters": [{"name": "at"}, {"name": "n"}]}},
    ], {"body": f"out('p', 'true' if int(args[0]) + 1 < {rounds} else 'false')"}


def test_a_loop_of_97_rounds_is_just_within_the_limit(play):
    templates, snippets = loop(97)

    run = play(*templates, snippets=snippets)

    assert (run.phase, run.outputs, run.pods) == ("Succeeded", {"n": "96"}, 97)


def test_the_98th_round_is_an_error(play):
    templates, snippets = loop(98)

    run = play(*templates, snippets=snippets)

    assert (run.phase, run.pods) == ("Error", 97)
    deep = [node for node in run.nodes.values() if node["message"] == "Maximum recursion depth exceeded"]
    assert [node["name"] for node in deep] == ["body", "again"][: len(deep)]


def test_values_pass_through_nested_templates(play):
    depth = 20
    levels = [
        dag(
            f"d{level}",
            task("in", f"d{level + 1}", at="{{inputs.parameters.at}}/in", x="{{inputs.parameters.x}}"),
            inputs=("at", "x"),
            outputs={"v": of("in")},
        )
        for level in range(depth)
    ]
    main = dag("main", task("in", "d0", x='{"v":7}'), outputs={"r": of("in")})

    run = play(main, *levels, {**pod(f"d{depth}", "x")}, snippets={f"d{depth}": ECHO})

    assert run.outputs == {"r": '{"v":7}'}
    assert f"{run.name}{'.in' * (depth + 1)}" in run.nodes


def test_an_input_takes_its_default_and_a_missing_one_is_an_error(play, phases):
    inner = dag("inner", task("a"), inputs=("x", "y"), outputs={"v": "inputs.parameters.x"})
    inner["inputs"]["parameters"][0]["value"] = "{{workflow.name}}"

    run = play(
        dag("main", task("one", "inner", y="1"), task("two", "inner"), outputs={"r": of("one")}, target="one two"),
        inner,
        pod("a"),
        snippets={"a": OK},
    )

    assert phases(run)["two"] == "Error"
    assert run.nodes[f"{run.name}.two"]["message"] == "inputs.parameters.y was not supplied"
    assert run.nodes[f"{run.name}.one"]["outputs"] == {"v": run.name}


def test_a_template_may_come_from_another_library(tmp_path):
    from standin import manifest, shim_of

    from tiphys.engine import InProcess, execute

    call = task("one", "inner")
    del call["template"]
    call["templateRef"] = {"name": "lib", "template": "inner"}
    documents = manifest(dag("main", call, outputs={"r": of("one")}), snippets={})
    library = manifest(dag("inner", task("a"), outputs={"v": of("a")}), pod("a"))[0]
    library["metadata"]["name"] = "lib"

    run = execute([*documents, library], {}, executor=InProcess(shim_of({"a": OK})), workdir=tmp_path)

    assert run.outputs == {"r": '{"v":"a"}'}


# fan-out


def fan(count, snippet=OK, after=None, **more):
    item = task("it", "item", at="{{item}}") | {"withSequence": {"count": count}}
    tasks = [item] + ([task("after", "ok", depends=after)] if after else [])
    main = dag("main", *tasks, **more)
    return [main, pod("item"), pod("ok")], {"item": snippet, "ok": OK}


def test_a_task_is_repeated_by_index(play, phases):
    templates, snippets = fan("3", outputs={"r": "tasks.it.outputs.parameters.v"})

    run = play(*templates, snippets=snippets)

    assert phases(run) == {"it": "Succeeded", "it(0:0)": "Succeeded", "it(1:1)": "Succeeded", "it(2:2)": "Succeeded"}
    assert run.outputs == {"r": '[{"v":"0"},{"v":"1"},{"v":"2"}]'}


def test_nothing_to_repeat_is_skipped(play, phases):
    templates, snippets = fan("{{=string(0)}}", after="it")

    run = play(*templates, snippets=snippets)

    assert phases(run) == {"it": "Skipped", "after": "Succeeded"}
    assert run.nodes[f"{run.name}.it"]["message"] == "Skipped, empty params"


@pytest.mark.parametrize(
    ("after", "phase"),
    [
        ("it.Succeeded", "Omitted"),
        ("it.AnySucceeded", "Succeeded"),
        ("it.AllFailed", "Omitted"),
        ("it.Failed", "Succeeded"),
    ],
)
def test_siblings_in_a_fan_out_run_to_the_end(play, phases, after, phase):
    templates, snippets = fan("3", "code = int(argv[3] == '1'); out('v', '[' + argv[3] + ']')", after=after)

    run = play(*templates, snippets=snippets)

    assert phases(run)["it"] == "Failed"
    assert phases(run)["it(2:2)"] == "Succeeded"
    assert phases(run)["after"] == phase


def test_a_failed_child_is_dropped_from_the_aggregate(play):
    templates, snippets = fan("3", "code = int(argv[3] == '1'); out('v', '[' + argv[3] + ']')", after="it.Failed")
    templates[0]["dag"]["tasks"][1] = task("echo", depends="it.Failed", x='{"l":{{tasks.it.outputs.parameters.v}}}')
    templates[0]["outputs"]["parameters"] = [{"name": "r", "valueFrom": {"parameter": of("echo")}}]

    run = play(*templates, pod("echo", "x"), snippets=snippets | {"echo": ECHO})

    assert run.outputs == {"r": '{"l":[[0],[2]]}'}


@pytest.mark.parametrize(
    ("over", "names"),
    [
        ({"withItems": ["x", 2, True]}, ["it(0:x)", "it(1:2)", "it(2:true)"]),
        ({"withParam": '{{=toJson(["p","q"])}}'}, ["it(0:p)", "it(1:q)"]),
        ({"withSequence": {"start": "2", "end": "4"}}, ["it(0:2)", "it(1:3)", "it(2:4)"]),
        ({"withSequence": {"start": "1", "end": "0"}}, ["it(0:1)", "it(1:0)"]),
        ({"withSequence": {"count": "2", "format": "t%02d"}}, ["it(0:t00)", "it(1:t01)"]),
        ({"withItems": [{"a": 1, "b": "z"}]}, ["it(0:a:1,b:z)"]),
    ],
)
def test_ways_to_repeat(play, phases, over, names):
    run = play(dag("main", task("it", "item") | over), pod("item"), snippets={"item": OK})

    assert list(phases(run)) == ["it", *names]


def test_an_item_may_be_skipped_by_its_own_condition(play, phases):
    item = task("it", "item", at="{{item.a}}", when="{{= item.a == '1'}}") | {"withItems": [{"a": 1}, {"a": 2}]}

    run = play(dag("main", item), pod("item"), snippets={"item": OK})

    assert list(phases(run).values()) == ["Succeeded", "Succeeded", "Skipped"]


def test_a_fan_out_that_is_not_wanted_resolves_nothing(play, phases):
    item = task("it", "item", when="false") | {"withSequence": {"count": "{{=string(asInt('x'))}}"}}

    run = play(dag("main", item), pod("item"), snippets={"item": OK})

    assert phases(run) == {"it": "Skipped"}


def test_parallelism_of_a_template_bounds_its_children(play):
    templates, _ = fan("5", parallelism=2)
    templates[1] = dag("item", task("a", "sleep"))
    events = []

    play(
        *templates,
        {"name": "sleep", "suspend": {"duration": "0.01"}},
        snippets={},
        on_event=events.append,
        time_scale=1.0,
    )

    busy = most = 0
    for event in events:
        if event.template == "item" and event.kind == "DAG":
            busy += 1 if event.what == "started" else -1
            most = max(most, busy)
    assert most == 2


# suspension


def test_a_pause_ends_by_itself_and_gives_its_defaults(play):
    pause = {
        "name": "pause",
        "suspend": {"duration": "1h"},
        "outputs": {"parameters": [{"name": "v", "valueFrom": {"supplied": {}, "default": "d"}}]},
    }

    run = play(dag("main", task("p", "pause"), outputs={"r": of("p")}), pause, snippets={})

    assert (run.phase, run.outputs, run.pods) == ("Succeeded", {"r": "d"}, 0)


def test_without_a_terminal_an_answer_has_to_be_given_beforehand(play):
    with pytest.raises(UsageError, match="`join-never` waits for an answer, and there is no terminal"):
        play(dag("main", task("p", "join-never")), *JOIN, snippets={})


# cost


def calls_of(play, count):
    """Count the calls of Python functions while a DAG of `count` tasks runs."""
    tasks = [task("t0", "a")]
    tasks += [task(f"t{i}", "b", depends=f"t{i - 1}.Succeeded", x=of(f"t{i - 1}")) for i in range(1, count // 2)]
    tasks += [task(f"w{i}", "b", depends="t0.Succeeded", x=of("t0")) for i in range(count // 2)]
    calls = 0

    def counter(_frame, event, _argument):
        nonlocal calls
        calls += event == "call"

    sys.setprofile(counter)
    try:
        run = play(dag("main", *tasks), pod("a"), pod("b", "x"), snippets={"a": OK, "b": ECHO})
    finally:
        sys.setprofile(None)
    assert (run.phase, run.pods) == ("Succeeded", count)
    return calls


@pytest.mark.slow
def test_the_cost_of_a_task_does_not_grow_with_their_number(play):
    small, large = calls_of(play, 250), calls_of(play, 1000)

    assert large < 4.4 * small
