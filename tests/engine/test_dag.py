"""How DAGs end: the shapes of argo-patterns.md, section by section."""

from __future__ import annotations

import pytest
from standin import JOIN, dag, manifest, of, pod, task

from tiphys.diagnostics import InternalError, UsageError
from tiphys.engine import execute

OK = """out('v', '{"v":"' + argv[3] + '"}')"""
FAIL = "out('v', '{\"e\":1}'); code = 1"
SNIPPETS = {
    "ok": OK,
    "fail": FAIL,
    "echo": "out('v', args[0])",
    "yes": "out('v', '1'); out('p', 'true')",
    "no": "out('v', '0'); out('p', 'false')",
}
ANY = "({0}.Succeeded||{0}.Failed||{0}.Errored||{0}.Skipped||{0}.Omitted)"
TASKS = [pod("ok"), pod("fail"), pod("echo", "x"), pod("yes", outputs=("v", "p")), pod("no", outputs=("v", "p"))]


def test_a_value_travels_along_a_chain(play, phases):
    run = play(
        dag(
            "main",
            task("a", "ok"),
            task("b", "echo", depends="a.Succeeded", x='{"l":[' + of("a") + "]}"),
            outputs={"r": of("b")},
        ),
        *TASKS,
        snippets=SNIPPETS,
    )

    assert (run.phase, run.outputs, run.pods) == ("Succeeded", {"r": '{"l":[{"v":"a"}]}'}, 2)
    assert phases(run) == {"a": "Succeeded", "b": "Succeeded"}


# §6: the phase of a DAG from its leaves


def test_a_failure_is_lost_behind_a_leaf_that_always_runs(play, phases):
    run = play(dag("main", task("t", "fail"), task("fin", "ok", depends=ANY.format("t"))), *TASKS, snippets=SNIPPETS)

    assert phases(run) == {"t": "Failed", "fin": "Succeeded"}
    assert run.phase == "Succeeded"


def handled(*more):
    return dag(
        "main",
        task("t", "fail"),
        task("h", "ok", depends="t.Failed || t.Errored"),
        task("els", "ok", depends="t.Succeeded"),
        *more,
    )


def test_an_omitted_leaf_inherits_the_failure_before_it(play, phases):
    run = play(handled(), *TASKS, snippets=SNIPPETS)

    assert phases(run) == {"t": "Failed", "h": "Succeeded", "els": "Omitted"}
    assert run.phase == "Failed"


def test_a_joining_leaf_that_runs_makes_it_succeed(play, phases):
    run = play(handled(task("end", "join", depends="h.Succeeded || els.Succeeded")), *TASKS, *JOIN, snippets=SNIPPETS)

    assert phases(run)["end"] == "Succeeded"
    assert phases(run)["end.never"] == "Skipped"
    assert (run.phase, run.pods) == ("Succeeded", 2)


@pytest.mark.parametrize("fail_fast", [True, False])
def test_a_target_that_failed_fails_the_dag_though_another_ran(play, phases, fail_fast):
    run = play(
        dag(
            "main",
            task("t", "fail"),
            task("fin", "ok", depends=ANY.format("t")),
            task("never", "ok", depends="fin"),
            target="t fin",
            failFast=fail_fast,
        ),
        *TASKS,
        snippets=SNIPPETS,
    )

    assert phases(run) == {"t": "Failed", "fin": "Succeeded"}
    assert run.phase == "Failed"


@pytest.mark.parametrize("probe", ["yes", "no"])
def test_a_handler_runs_only_if_the_catch_matches(play, phases, probe):
    run = play(
        dag(
            "main",
            task("t", "fail"),
            task("catch", probe, depends="t.Failed || t.Errored"),
            task("h", "ok", depends="catch.Succeeded", when="{{= tasks.catch.outputs.parameters.p == 'true'}}"),
            outputs={
                "v": "tasks.t.status == 'Succeeded' ? tasks.t.outputs.parameters.v : tasks.h.outputs.parameters.v"
            },
        ),
        *TASKS,
        snippets=SNIPPETS,
    )

    assert phases(run)["h"] == ("Succeeded" if probe == "yes" else "Skipped")
    assert run.outputs == {"v": '{"v":"h"}' if probe == "yes" else "{}"}


def region(body, leaf):
    """Make a guard around a body, and something after it."""
    return [
        dag("main", task("g", "guard"), leaf),
        dag(
            "guard",
            task("body", body) | {"continueOn": {"failed": True, "error": True}},
            outputs={"ok": "string(tasks.body.status == 'Succeeded')"},
        ),
        dag("inner", task("a", "fail"), task("b", "ok", depends="a.Succeeded")),
    ]


@pytest.mark.parametrize("body", ["fail", "inner"])
def test_a_guard_succeeds_and_says_that_its_body_did_not(play, phases, body):
    leaf = task("catch", "ok", depends="g", when="{{= tasks.g.outputs.parameters.ok != 'true'}}")

    run = play(*region(body, leaf), *TASKS, snippets=SNIPPETS)

    assert phases(run)["g"] == "Succeeded"
    assert phases(run)["g.body"] == "Failed"
    assert phases(run)["catch"] == "Succeeded"
    assert run.phase == "Succeeded"


def test_a_skipped_leaf_after_a_guard_inherits_what_failed_inside(play, phases):
    leaf = task("els", "ok", depends="g", when="{{= tasks.g.outputs.parameters.ok == 'true'}}")

    run = play(*region("inner", leaf), *TASKS, snippets=SNIPPETS)

    assert phases(run)["els"] == "Skipped"
    assert run.phase == "Failed"


def test_a_join_in_between_keeps_the_failure_inside(play, phases):
    leaf = task("els", "ok", depends="j", when="{{= tasks.g.outputs.parameters.ok == 'true'}}")
    templates = region("inner", leaf)
    templates[0]["dag"]["tasks"].append(task("j", "join", depends="g"))

    run = play(*templates, *TASKS, *JOIN, snippets=SNIPPETS)

    assert phases(run)["els"] == "Skipped"
    assert run.phase == "Succeeded"


# §3: if / else


def switch(which):
    arms = dag(
        "main",
        task("t0", "arm0", when="{{= inputs.parameters.which == '0'}}", x=of("nope")),
        task("t1", "arm1", when="{{= inputs.parameters.which == '1'}}"),
        inputs=("which",),
        outputs={
            "v": "inputs.parameters.which == '0' ? tasks.t0.outputs.parameters.v : "
            "inputs.parameters.which == '1' ? tasks.t1.outputs.parameters.v : 'kept'"
        },
    )
    arms["inputs"]["parameters"][0]["value"] = which
    return [
        arms,
        dag("arm0", task("a", "ok"), outputs={"v": of("a")}),
        dag("arm1", task("a", "ok"), task("b", "ok", depends="a"), outputs={"v": of("b")}),
    ]


@pytest.mark.parametrize(("which", "value", "pods"), [("1", '{"v":"b"}', 2), ("2", "kept", 0)])
def test_only_the_taken_arm_runs_and_nothing_of_the_others_is_resolved(play, phases, which, value, pods):
    run = play(*switch(which), *TASKS, snippets=SNIPPETS)

    assert (run.phase, run.outputs, run.pods) == ("Succeeded", {"v": value}, pods)
    assert phases(run)["t0"] == "Skipped"
    assert not [path for path in phases(run) if path.startswith("t0.")]


@pytest.mark.parametrize(("declared", "value"), [("d", "d"), (None, "input's")])
def test_a_plain_reference_to_a_skipped_task_takes_a_default(play, declared, value):
    skipped = pod("yes", outputs=("v",))
    skipped["outputs"]["parameters"][0]["valueFrom"]["default"] = declared
    if declared is None:
        del skipped["outputs"]["parameters"][0]["valueFrom"]["default"]
    echo = pod("echo", "x")
    echo["inputs"]["parameters"][1]["default"] = "input's"
    echo["inputs"]["artifacts"] = []

    run = play(
        dag(
            "main",
            task("s", "yes", when="false"),
            task("e", "echo", depends="s", x=of("s")),
            outputs={"v": of("e")},
        ),
        skipped,
        echo,
        snippets=SNIPPETS,
    )

    assert run.outputs == {"v": value}


@pytest.mark.parametrize("value", ["-{{tasks.s.outputs.parameters.v}}-", "{{= tasks.s.outputs.parameters.v}}"])
def test_an_absent_value_that_nothing_stands_in_for_is_an_error_of_the_consumer(play, phases, value):
    skipped = pod("yes", outputs=("v",))
    del skipped["outputs"]["parameters"][0]["valueFrom"]["default"]

    run = play(
        dag("main", task("s", "yes", when="false"), task("e", "echo", depends="s", x=value)),
        skipped,
        pod("echo", "x"),
        snippets=SNIPPETS,
    )

    assert phases(run) == {"s": "Skipped", "e": "Error"}
    assert run.phase == "Error"


def test_a_task_after_a_skipped_one_runs_and_after_an_omitted_one_does_not(play, phases):
    run = play(
        dag(
            "main",
            task("s", "ok", when="false"),
            task("a", "ok", depends="s"),
            task("o", "ok", depends="s.Failed"),
            task("b", "ok", depends="o"),
            task("c", "ok", depends="b"),
        ),
        *TASKS,
        snippets=SNIPPETS,
    )

    assert phases(run) == {"s": "Skipped", "a": "Succeeded", "o": "Omitted", "b": "Omitted", "c": "Omitted"}
    assert run.phase == "Succeeded"


# §10: order, and nothing is cancelled


def test_siblings_of_a_failure_and_their_successors_run_to_the_end(play, phases):
    run = play(
        dag(
            "main",
            task("a", "fail"),
            task("b", "ok"),
            task("c", "ok", depends="b.Succeeded"),
            task("join", "ok", depends="a.Succeeded && b.Succeeded"),
        ),
        *TASKS,
        snippets=SNIPPETS,
    )

    assert phases(run) == {"a": "Failed", "b": "Succeeded", "c": "Succeeded", "join": "Omitted"}
    assert run.phase == "Failed"


# §2, §1.3: outputs


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("tasks.a.outputs.parameters.v", '{"v":"a"}'),
        ("asInt('2') + 1", "3"),
        ("tasks.a.status", "Succeeded"),
        ("tasks.a.exitCode", "0"),
        ("tasks.nope.outputs.parameters.v", "{}"),
        ("tasks.s.outputs.parameters.v", "{}"),
        ("workflow.name", "{}"),
        ("nil", "{}"),
        ("{'v': [1, true, nil]}", "map[v:[1 true <nil>]]"),
        ("toJson(tasks.s.status)", '"Skipped"'),
    ],
)
def test_an_output_is_computed_or_takes_its_default(play, source, value):
    run = play(
        dag("main", task("a", "ok"), task("s", "ok", when="false"), outputs={"r": source}), *TASKS, snippets=SNIPPETS
    )

    assert run.outputs == {"r": value}


def test_a_failed_dag_has_no_outputs(play):
    run = play(dag("main", task("a", "fail"), outputs={"r": of("a")}), *TASKS, snippets=SNIPPETS)

    assert (run.phase, run.outputs) == ("Failed", {})


def test_a_failed_task_can_be_read_by_a_guarded_expression(play):
    run = play(
        dag(
            "main",
            task("t", "fail"),
            task("c", "echo", depends="t.Failed", x="{{= tasks.t?.outputs?.parameters?.v ?? 'lost'}}"),
            outputs={"r": of("c")},
        ),
        *TASKS,
        snippets=SNIPPETS,
    )

    assert run.outputs == {"r": '{"e":1}'}


def without_default(name):
    template = dag(name, task("a", "ok"), outputs={"v": "tasks.a.nothing.at.all"})
    del template["outputs"]["parameters"][0]["valueFrom"]["default"]
    return template


def test_an_output_without_default_that_cannot_be_computed_is_an_error(play, phases):
    run = play(dag("main", task("d", "inner")), without_default("inner"), *TASKS, snippets=SNIPPETS)

    assert phases(run) == {"d": "Error", "d.a": "Succeeded"}
    assert run.phase == "Error"


def test_what_hangs_in_argo_ends_the_run_with_an_error(play):
    """Something depends on a DAG whose outputs fail: Argo never finds it again (patterns, rule 3)."""
    main = dag("main", task("d", "inner"), task("after", "ok", depends="d.Succeeded"))

    with pytest.raises(InternalError, match="running for ever"):
        play(main, without_default("inner"), *TASKS, snippets=SNIPPETS)


@pytest.mark.parametrize(
    "value",
    [
        of("t", "w"),
        of("d"),
        "{{= tasks.t.outputs.parameters.w}}",
        "{{= true ? 'x' : tasks.d.outputs.parameters.v}}",
        of("far"),
    ],
)
def test_a_reference_that_argo_would_wait_for_ends_the_run_with_an_error(play, value):
    main = dag(
        "main",
        task("far", "ok"),
        task("t", "ok"),
        task("d", "inner"),
        task("c", "echo", depends="t && d.Failed", x=value),
    )

    with pytest.raises(InternalError, match="wait for it for ever"):
        play(main, dag("inner", task("a", "fail"), outputs={"v": of("a")}), *TASKS, snippets=SNIPPETS)


def test_text_that_argo_would_evaluate_ends_the_run_with_an_error(play):
    snippets = SNIPPETS | {"ok": "out('v', '{{workflow.name}}')"}
    main = dag("main", task("a", "ok"), task("b", "echo", depends="a.Succeeded", x=of("a")))

    with pytest.raises(InternalError, match="raw"):
        play(main, *TASKS, snippets=snippets)


def test_escaped_braces_pass_through(play):
    text = '{"v":"{\\u007bworkflow.name}}"}'
    snippets = SNIPPETS | {"ok": f"out('v', {text!r})"}
    main = dag("main", task("a", "ok"), task("b", "echo", depends="a.Succeeded", x=of("a")), outputs={"r": of("b")})

    assert play(main, *TASKS, snippets=snippets).outputs == {"r": text}


def test_text_typed_by_a_person_is_wrapped_at_its_first_use(play):
    main = dag(
        "main",
        task("a", "echo", x='{"t":"{{=toBase64(workflow.parameters[\'who\'])}}"}'),
        outputs={"r": of("a")},
    )

    run = play(
        main, *TASKS, snippets=SNIPPETS, parameters={"who": None}, arguments={"who": 'x {{workflow.name}} {{=1+1}} "q"'}
    )

    assert run.outputs == {"r": '{"t":"eCB7e3dvcmtmbG93Lm5hbWV9fSB7ez0xKzF9fSAicSI="}'}


@pytest.mark.parametrize(
    ("given", "problem"),
    [({}, "no value is given for `a`"), ({"a": "1", "bb": "2"}, "no argument `bb`"), ({"a": 1}, "is not text")],
)
def test_wrong_arguments_are_refused(given, problem):
    with pytest.raises(UsageError, match=problem):
        execute(manifest(dag("main", task("a", "ok")), *TASKS, a=None, b="2"), given, executor="in-process")


@pytest.mark.parametrize(
    ("tasks", "problem"),
    [
        ([task("a", "ok", depends="b"), task("b", "ok", depends="a")], "wait for each other"),
        ([task("a", "ok", depends="b")], "no task of this template"),
        ([task("a", "ok"), task("a", "ok")], "two tasks named"),
        ([], "without tasks"),
        ([task("a", "gone")], "no template `gone`"),
        ([task("a", "ok", x="{{foo.bar}}")], "names nothing"),
        ([task("a", "ok", x="{{= 1 +}}")], "ends too early"),
        ([task("a", "ok", x="{{tasks.b")], "not closed"),
        ([task("a", "ok") | {"continueOn": {"failed": True}}, task("b", "ok", depends="a")], "cannot be in the same"),
        ([task("a", "ok") | {"hooks": {}}], "hooks"),
    ],
)
def test_a_broken_dag_is_refused_before_anything_runs(tasks, problem):
    with pytest.raises(UsageError, match=problem):
        execute(manifest(dag("main", *tasks), *TASKS), {}, executor="in-process")


def test_old_style_dependencies_allow_what_continue_on_forgives(play, phases):
    after = task("b", "ok") | {"dependencies": ["a"]}

    run = play(dag("main", task("a", "fail") | {"continueOn": {"failed": True}}, after), *TASKS, snippets=SNIPPETS)

    assert phases(run) == {"a": "Failed", "b": "Succeeded"}
