"""The shim as pods run it: exit codes, outputs, records, timeouts, wrong input."""

import hashlib
import json
import sys
import threading
import time

import pytest

from tiphys.bundle import Operand, Output, Step, decode_live
from tiphys_runtime.objects import same
from tiphys_runtime.shim import main

ONE = '{"v":1}'


def test_a_call_writes_its_envelope_and_ends_with_zero(pod):
    made = pod("add", "a", "b")

    assert made.run("add", ONE, '{"v":2.5}') == 0
    assert (made.text(), made.out, made.err) == ('{"v":3.5}', "", "")
    assert not (made.root / "log").exists()


def test_arguments_may_be_elements_of_packs_and_keywords(pod):
    made = pod("add", "all", args=((0, 1),), kwargs={"b": (0, 0)})

    assert made.run("add", '{"l":[{"v":1},{"v":10},{}]}') == 0
    assert made.text() == '{"v":11}'


def test_probes_are_outputs_of_their_own(pod):
    before = Step(lambda a: a * 10, (0,), "flow.py:3", "a * 10")
    after = Step(lambda v, scaled: v > scaled, ("v", 1), "flow.py:4", "v > scaled")
    outputs = (Output("v", "v", 99, slot=True), Output("p0", 2, 99, slot=False))
    made = pod("add", "a", before=(before,), after=(after,), args=(1,), outputs=outputs)

    assert made.run("add", ONE) == 0
    assert (made.text(), made.text("p0")) == ('{"v":11}', '{"v":true}')


def test_a_glue_pod_has_no_body(pod):
    step = Step(lambda a, b: {"sum": a + b}, (0, 1), "flow.py:3", "...")
    made = pod(
        "glue", "a", "b", task=None, function=None, before=(step,), args=(), outputs=(Output("v", 2, 2048, True),)
    )

    assert made.run("glue", ONE, '{"v":2}') == 0
    assert made.text() == '{"v":{"sum":3}}'


def test_failing_glue_is_told_with_its_line_and_never_retried(pod):
    step = Step(lambda a: a["missing"], (0,), "flow.py:14", "a['missing']")
    made = pod("add", "a", before=(step,), args=(1,), outputs=(Output("v", "v", 99, True), Output("p0", 1, 99, False)))

    assert made.run("add", '{"v":{}}') == 3
    assert (made.error["type"], made.error["where"]) == ("builtins.KeyError", "flow.py:14")
    assert (made.text("p0"), made.log) == ("{}", "builtins.KeyError")


def test_a_user_exception_ends_with_one(pod):
    made = pod("divides", "n", outputs=(Output("v", "v", 99, True), Output("p0", "v", 99, False)))

    assert made.run("divides", '{"v":0}', env={"TIPHYS_ATTEMPT": "2"}) == 1
    assert made.err.splitlines()[0] == "Traceback (most recent call last):"
    assert "tiphys_runtime" not in made.err
    assert made.error["traceback"] == made.err
    assert (made.error["task"], made.error["attempt"], made.error["where"]) == ("env.divides", 3, None)
    assert (made.text("p0"), made.log) == ("{}", "builtins.ZeroDivisionError")
    assert isinstance(decode_live(made.text()), ZeroDivisionError)


def test_async_tracebacks_hold_no_frames_of_the_loop(pod):
    made = pod("adivides", "n")

    assert made.run("adivides", '{"v":0}') == 1
    assert "asyncio" not in made.err.replace("await asyncio.gather", "")
    assert "tiphys_runtime" not in made.err
    assert "direct cause" in made.err


def test_a_group_of_exceptions_is_told_whole(pod):
    made = pod("group")

    assert made.run("group") == 1
    error = decode_live(made.text())
    assert isinstance(error, ExceptionGroup)
    assert [type(each) for each in error.exceptions] == [ValueError, KeyError]


def test_endless_recursion_is_a_user_exception(pod):
    made = pod("recursion", "n")

    assert made.run("recursion", ONE) == 1
    assert made.log == "builtins.RecursionError"


@pytest.mark.parametrize(("name", "arguments", "code", "kind"), [
    ("quits", ('{"v":0}',), 1, "builtins.SystemExit"),
    ("quits", ('{"v":3}',), 1, "builtins.SystemExit"),
    ("interrupted", (), 1, "builtins.KeyboardInterrupt"),
    ("gives_up", (), 2, "tiphys_runtime.errors.NonRecoverableError"),
])  # fmt: skip
def test_other_ends_of_user_code(pod, name, arguments, code, kind):
    made = pod(name, *("n" for _ in arguments))

    assert made.run(name, *arguments) == code
    assert made.log == kind


@pytest.mark.slow
@pytest.mark.parametrize("name", ["slow", "swallows", "spins", "lingers"])
def test_a_timeout_ends_with_four_whatever_the_code_does(pod, name):
    made = pod(name, "seconds", timeout=0.3)
    start = time.monotonic()

    assert made.run(name, '{"v":20}') == 4
    assert time.monotonic() - start < 15
    assert made.log == "tiphys_runtime.errors.MaxRuntimeExceeded"
    assert isinstance(decode_live(made.text()), TimeoutError)
    assert "ran longer than its timeout of 0.3 s" in made.err
    assert made.out == ("cleaned\n" if name == "slow" else "")


@pytest.mark.slow
def test_a_timeout_that_is_not_reached_changes_nothing(pod):
    made = pod("slow", "seconds", timeout=30.0)

    assert made.run("slow", '{"v":0.01}') == 0
    assert made.text() == '{"v":"done"}'


def test_a_sync_task_pays_neither_for_asyncio_nor_for_cloudpickle(pod):
    made = pod("loaded")

    assert made.run("loaded") == 0
    found = set(decode_live(made.text()))
    # the program of these tests imports asyncio itself, but only at its top: `loaded` does not use it
    assert not found & {
        "asyncio",
        "cloudpickle",
        "logging",
        "inspect",
        "typing",
        "dataclasses",
        "hashlib",
        "zipfile",
        "traceback",
        "datetime",
    }


def test_a_large_value_is_spilled_next_to_its_envelope(pod):
    made = pod("big", "n", outputs=(Output("v", "v", 100, True), Output("p1", "v", 100, True)))

    assert made.run("big", '{"v":200}') == 0
    told = made.envelope()
    assert (told["k"], told["n"]) == ("tiphys/uid/v/at/x/_", 203)
    assert made.envelope("p1")["k"] == "tiphys/uid/v/at/x/p1/_"
    assert decode_live(made.text(), data=made.file()) == "x" * 200


def test_without_a_slot_a_large_value_is_an_error_that_names_task_and_size(pod):
    made = pod("big", "n", outputs=(Output("v", "v", 100, False),))

    assert made.run("big", '{"v":200}') == 2
    assert (
        "the task env.big gives 208 bytes for `v`, and without an artifact repository only 100 can travel" in made.err
    )


def test_a_value_that_cannot_be_pickled_is_an_error_that_names_the_task(pod):
    made = pod("opaque")

    assert made.run("opaque") == 2
    assert (
        "what the task env.opaque gives for `v` cannot be written: TypeError: cannot pickle 'generator' object"
        in made.err
    )


def test_a_result_carries_its_repr(pod):
    made = pod("add", "a", outputs=(Output("r", "v", 99, True, repr=True),))

    assert made.run("add", ONE) == 0
    assert made.text("r") == '{"v":2,"s":"2"}'


def test_an_item_is_always_a_file_too(pod):
    made = pod("add", "a", item="v")

    assert made.run("add", ONE, "m1/7") == 0
    assert (made.text(), made.file()) == ('{"v":2}', b"J2")
    assert made.run("add", '{"v":"x"}', "m1/7") == 1
    assert made.file()[:1] == b"E"


def test_a_large_item_has_the_key_of_its_map(pod):
    made = pod("big", "n", item="v")

    assert made.run("big", '{"v":3000}', "m1/7") == 0
    assert made.envelope()["k"] == "tiphys/uid/m/m1/7/_"


def test_any_output_may_be_the_item(pod):
    doubled = Step(lambda v: v * 2, ("v",), "flow.py:4", "v * 2")
    outputs = (Output("v", "v", 99, slot=True), Output("p1", 1, 99, slot=True))
    made = pod("add", "a", item="p1", after=(doubled,), outputs=outputs)

    assert made.run("add", ONE, "m1/7") == 0
    assert (made.text("p1"), made.file("p1.data")) == ('{"v":4}', b"J4")
    assert not (made.root / "out" / "v.data").exists()
    assert made.run("add", '{"v":"x"}', "m1/7") == 1
    assert (made.text("p1"), made.file("p1.data")[:1]) == ("{}", b"E")
    assert made.error["type"] == "builtins.TypeError"


def test_a_directory_is_a_list_with_an_error_for_each_lost_item(pod):
    made = pod("length", Operand("all", directory=4))
    failed = pod_record(made)
    made.put("in/all/0/_", b"J1")
    made.put("in/all/2/_", b'J"two"')
    made.put("in/all/3/_", b"E" + json.dumps(failed).encode())

    assert made.run("length", "{}") == 0
    assert decode_live(made.text()) == [4, ["int", "TaskLostError", "str", "ValueError"]]


def test_a_list_of_files_is_read_item_by_item(pod):
    made = pod("length", "all")
    made.put("in/all/0/_", b"J1")
    made.put("in/all/2/_", b"E" + json.dumps(pod_record(made)).encode())

    assert made.run("length", '{"k":"tiphys/u/m/score","c":3}') == 0
    assert decode_live(made.text()) == [3, ["int", "TaskLostError", "ValueError"]]
    assert made.run("length", '{"k":"tiphys/u/m/score","c":0}') == 0
    assert decode_live(made.text()) == [0, []]


def test_of_a_list_of_files_only_the_needed_one_is_read(pod):
    made = pod("add", "all", args=((0, 1),))
    made.put("in/all/0/_", b"broken")
    made.put("in/all/1/_", b"J41")

    assert made.run("add", '{"k":"tiphys/u/m/score","c":2}') == 0
    assert made.text() == '{"v":42}'
    assert made.run("add", '{"k":"tiphys/u/m/score","c":1}') == 3
    assert made.error["type"] == "builtins.IndexError"


def test_a_list_of_files_can_be_the_result_of_a_run(pod):
    step = Step(same, (0,), "flow.py:3", "scores")
    outputs = (Output("v", 1, 2048, slot=True), Output("r", 1, 2048, slot=True, repr=True))
    made = pod("glue", "all", task=None, function=None, args=(), before=(step,), outputs=outputs)
    made.put("in/all/0/_", b'J"a"')
    made.put("in/all/1/_", b'J"b"')

    assert made.run("glue", '{"k":"tiphys/u/m/score","c":2}') == 0
    assert made.text("r") == '{"v":["a","b"],"s":"[\'a\', \'b\']"}'


def pod_record(_made):
    return {"type": "builtins.ValueError", "bases": [], "message": "bad", "traceback": "", "task": "t", "pickle": None}


def test_a_spilled_operand_is_read_from_its_file(pod):
    made = pod("add", "a", "b")
    data = b'J"' + b"y" * 30 + b'"'
    told = json.dumps({"k": "tiphys/u/v/a/_", "h": hashlib.sha256(data).hexdigest(), "n": len(data)})
    made.put("in/a", data)

    assert made.run("add", told, '{"v":"!"}') == 0
    assert made.text() == '{"v":"' + "y" * 30 + '!"}'
    made.put("in/a", data + b" ")
    assert made.run("add", told, '{"v":"!"}') == 3
    assert "the value of `a` cannot be read: the file at tiphys/u/v/a/_ has 34 bytes instead of 33" in made.err


@pytest.mark.parametrize(
    ("envelope", "said"),
    [
        ("nonsense", "the value of `n` cannot be read: not an envelope: 'nonsense'"),
        ("{{tasks.x.outputs.parameters.v}}", "not an envelope"),
        ('{"k":"tiphys/a/_","h":"00","n":1}', "its file is missing at"),
        ('{"b":"00"}', "the bundle has no member 'blobs/00'"),
        ('{"t":"eA=="}', "a typed text does not name its type"),
        ('{"t":"eA==","y":5}', "the value of `n` cannot be read: the bundle has no type 5"),
        ('{"v":{"$dc":["gone:Config",{}]}}', "the class gone:Config is neither in the bundle nor in the image"),
        ('{"v":{"$p":"AAAA"}}', "the value of `n` cannot be read"),
    ],
)
def test_wrong_operands_end_with_three_and_a_sentence(pod, envelope, said):
    made = pod("divides", "n")

    assert made.run("divides", envelope) == 3
    assert said in made.err
    assert made.error["type"].startswith(("builtins.ValueError", "tiphys_runtime"))


def test_typed_text_of_the_wrong_type_ends_with_three(pod):
    made = pod("divides", "n", types=(str, int))

    assert made.run("divides", '{"t":"NA==","y":1}') == 0
    assert made.text() == '{"v":0.25}'
    assert made.run("divides", '{"t":"NA==","y":0}') == 1
    assert made.error["type"] == "builtins.TypeError"
    assert made.run("divides", '{"t":"Zm91cg==","y":1}') == 3
    assert 'the value of `n` cannot be read: the value: expected int (as 3), not "four"' in made.err
    assert made.run("divides", '{"t":"/w==","y":1}') == 3
    assert "not utf-8 text in base64" in made.err


def test_an_argument_may_be_in_a_file(pod):
    made = pod("add", "a")
    made.put("arg", ONE.encode())

    assert made.run("add", f"@{made.root}/arg") == 0
    assert made.text() == '{"v":2}'
    assert made.run("add", "@/nowhere") == 3


def test_another_digest_is_refused(pod):
    made = pod("add", "a")

    assert made.call("0" * 64, "add", "uid", "at", ONE) == 3
    assert "is not the one this call was compiled with" in made.err
    assert made.error["type"] == "tiphys_runtime.loading.BrokenBundle"


def test_an_unknown_entry_or_a_wrong_count_is_refused(pod):
    made = pod("add", "a")

    assert made.run("subtract", ONE) == 3
    assert "the bundle has no entry 'subtract'" in made.err
    assert made.run("add") == 3
    assert "the entry 'add' takes 1 envelopes, not 0" in made.err
    assert made.call("x") == 3
    assert "usage" in made.err


def test_another_python_is_refused(pod, monkeypatch, capsys):
    made = pod("add", "a")
    monkeypatch.setattr(sys, "version_info", type("V", (), {"major": 3, "minor": 99})())

    assert in_process(made, monkeypatch, "add", ONE) == 3
    here = ".".join(sys.version.split(".")[:2])
    assert f"compiled with Python {here}, and the image has Python 3.99" in capsys.readouterr().err


def in_process(made, monkeypatch, *arguments):
    monkeypatch.setenv("TIPHYS_TERMINATION_LOG", str(made.root / "log"))
    return main(made.arguments(*arguments), made.root)


def test_the_shim_can_be_called_in_a_process_that_goes_on(pod, monkeypatch, functions):
    made = pod("add", "a", env={"SOME": "{{x}}"})
    modules = set(sys.modules)

    assert in_process(made, monkeypatch, "add", ONE) == 0
    assert made.text() == '{"v":2}'
    assert sys.modules["functions"] is functions
    assert {name for name in set(sys.modules) - modules if not name.startswith(("tiphys_runtime", "_"))} == set()


def test_a_timeout_works_in_another_thread_too(pod, monkeypatch):
    made = pod("spins", "seconds", timeout=0.2)
    codes = []
    thread = threading.Thread(target=lambda: codes.append(in_process(made, monkeypatch, "spins", '{"v":10}')))
    thread.start()
    thread.join(timeout=8)

    assert codes == [4]


def test_a_bug_of_ours_ends_with_seventy(pod, monkeypatch):
    made = pod("add", "a")
    monkeypatch.setattr("tiphys_runtime.shim.Call.glue", lambda *_arguments: 1 / 0)

    assert in_process(made, monkeypatch, "add", ONE) == 70
    assert made.error["type"] == "tiphys_runtime.errors.InternalError"


def test_an_image_without_a_library_is_named(pod, monkeypatch, functions, tmp_path):
    (tmp_path / "extra").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "extra"))
    (tmp_path / "extra" / "lacking.py").write_text("def f(): return 1\n")
    import lacking

    monkeypatch.setattr(functions, "time", lacking)
    made = pod("spins", "seconds")

    assert made.run("spins", ONE) == 3
    assert "No module named 'lacking'" in made.err
