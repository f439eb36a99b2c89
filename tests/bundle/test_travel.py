"""What a function uses means the same in a pod that has nothing but the bundle."""

import pickle
import sys
import typing

import pytest

from tiphys.bundle import Output, Step, decode_live
from tiphys.diagnostics import ProgramError


def test_a_program_with_everything_runs_with_the_standard_library_alone(load, bundler, entry, pod):
    kitchen = load("kitchen")
    for function in (kitchen.check, kitchen.acheck):
        bundler.add(entry(function, "n"))
    made = pod(bundler.build())

    for name in ("check", "acheck"):
        result = made.run(name, '{"v":7}')

        assert (result.code, result.err, result.text()) == (0, "", '{"v":2}')
    assert bundler.requirements() == []


def test_pydantic_models_are_made_again_in_the_pod(load, bundler, entry, pod):
    models = load("models")
    bundler.add(entry(models.check, "setting"))
    literal = bundler.literal(models.Setting.model_construct(name="n", inner=models.Inner()))
    result = pod(bundler.build()).run("check", literal, python=("-I",))

    assert (result.code, result.err) == (0, "")
    assert decode_live(result.text()) == models.Setting(name="s", rate=2)
    assert bundler.requirements() == ["annotated_types", "pydantic", "pydantic_core", "typing_extensions"]


def test_functions_glue_and_values_share_their_classes(load, bundler, entry, pod):
    kitchen = load("kitchen")
    step = Step(kitchen.same, (0, 1), "kitchen.py:1", "same(config, point)")
    again = Step(lambda value, config: (value, type(config).__name__), ("v", 0), "kitchen.py:2", "...")
    outputs = (Output("v", 3, 2048, slot=True), Output("first", 2, 2048, slot=False))
    bundler.add(entry(kitchen.same, "config", "point", before=(step,), after=(again,), outputs=outputs))
    config, point = kitchen.Wide("w", tags=["t"]), kitchen.Point(4)
    assert not kitchen.same(config, point)

    result = pod(bundler.build()).run("same", bundler.literal(kitchen.Config("c")), bundler.literal(point))

    assert (result.code, result.err) == (0, "")
    assert decode_live(result.text()) == (True, "Config")
    assert result.text("first") == '{"v":true}'


def test_an_exception_of_the_program_comes_back_as_itself(load, bundler, entry, pod):
    kitchen = load("kitchen")
    bundler.add(entry(kitchen.fails))
    result = pod(bundler.build()).run("fails")
    error = decode_live(result.text())

    assert result.code == 1
    assert isinstance(error, kitchen.Trouble)
    assert (str(error), error.code) == ("bad/3", 3)
    assert error.__traceback__.tb_frame.f_code.co_name == "fails"
    assert result.log == "kitchen.Trouble"
    assert result.envelope()["e"]["bases"] == ["builtins.Exception", "builtins.BaseException"]


def test_tracebacks_show_the_lines_of_the_program_and_no_frame_of_ours(load, bundler, entry, pod):
    kitchen = load("kitchen")
    bundler.add(entry(kitchen.fails))
    line = kitchen.fails.__code__.co_firstlineno + 1
    result = pod(bundler.build()).run("fails")

    assert result.err == (
        "Traceback (most recent call last):\n"
        f'  File "kitchen.py", line {line}, in fails\n'
        '    raise Trouble("bad", code=3)\n'
        "kitchen.Trouble: bad/3\n"
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda k: k.Config("n", 1.0, ["x"]),
        lambda k: k.Wide("n", where=k.Point(2, 5)),
        lambda k: k.Color.BLUE,
        lambda k: k.Access.READ | k.Access.WRITE,
        lambda k: k.Coordinate.PY,
        lambda k: k.Pair(1, "z"),
        lambda k: k.Old(1, [2]),
        lambda k: {k.Point(1): [k.Pair(1)], 3: {k.Color.RED}},
        lambda k: k.Config,
        lambda k: k.leaf,
    ],
)
def test_values_of_the_program_go_through_a_pod_unchanged(load, bundler, entry, pod, make):
    kitchen = load("kitchen")
    bundler.add(
        entry(kitchen.leaf, "n", task=None, function=None, name="echo", outputs=(Output("v", 0, 2048, slot=True),))
    )
    value = make(kitchen)
    result = pod((bundler.literal(value), bundler.build())[1]).run("echo", bundler.literal(value))

    assert (result.code, result.err) == (0, "")
    assert decode_live(result.text()) == value
    assert type(decode_live(result.text())) is type(value)


def test_a_local_class_is_one_class_for_function_and_values(load, bundler, entry, pod):
    program = load(
        "local",
        """
def make():
    class Hidden:
        def __init__(self, n):
            self.n = n
    def use(hidden):
        return isinstance(hidden, Hidden) and hidden.n
    return Hidden, use
Hidden, use = make()
Named, other = make()
""",
    )
    bundler.add(entry(program.use, "hidden"))
    result = pod((literal := bundler.literal(program.Hidden(4)), bundler.build())[1]).run("use", literal)

    assert (result.code, result.text()) == (0, '{"v":4}')


def test_a_value_that_pods_cannot_find_by_name_travels_as_a_cloudpickle(load, bundler, entry, pod):
    program = load("dynamic", "def make():\n    return lambda n: n + 1\ndef use(f):\n    return f(1)\n")
    bundler.add(entry(program.make))
    bundler.add(entry(program.use, "f"))
    made = pod(bundler.build())
    first = made.run("make")
    second = made.run("use", first.text())

    assert (first.code, first.err) == (0, "")
    assert (second.code, second.text()) == (0, '{"v":2}')


def test_calling_a_task_inside_a_pod_says_what_to_do_instead(load, bundler, entry, pod):
    program = load(
        "stubs",
        """
class Task:
    def __init__(self, function):
        self.function, self.name = function, f"env.{function.__name__}"
    def forward(self, *args):
        return self.function(*args)
@Task
def inner(n):
    return n + 1
def right(n):
    return inner.forward(n) + inner.func(n)
def wrong(n):
    return inner(n)
def recursive(n):
    return 1 if n == 0 else n * factorial.forward(n - 1)
factorial = Task(recursive)
""",
    )
    for function in (program.right, program.wrong, program.recursive):
        bundler.add(entry(function, "n"))
    made = pod(bundler.build())
    wrong = made.run("wrong", '{"v":1}')

    assert made.run("right", '{"v":1}').text() == '{"v":4}'
    assert made.run("recursive", '{"v":5}').text() == '{"v":120}'
    assert wrong.code == 2
    assert "`inner.forward(...)`" in wrong.err


def test_what_cannot_travel_is_refused_with_the_name_and_the_place(load, bundler, entry):
    program = load(
        "unsendable",
        "import socket\nconnection = socket.socket()\nconnection.close()\ndef use():\n    return connection\n",
    )

    with pytest.raises(ProgramError) as caught:
        bundler.add(entry(program.use))

    said = str(caught.value)
    assert "the task `env.use` uses `connection` (unsendable), which cannot travel to a pod" in said
    assert "unsendable.py:4" in said


def test_the_compiler_itself_does_not_travel(load, bundler, entry):
    program = load("settings", "from tiphys.diagnostics import Span\ndef use():\n    return Span\n")

    with pytest.raises(ProgramError, match="belongs to the compiler"):
        bundler.add(entry(program.use))


def test_user_code_may_import_tiphys_errors_in_a_pod(load, bundler, entry, pod):
    program = load(
        "thin",
        """
import tiphys
def use():
    from tiphys.errors import NonRecoverableError
    assert NonRecoverableError is tiphys.errors.NonRecoverableError
    raise tiphys.errors.NonRecoverableError("enough")
def other():
    return tiphys.TaskEnvironment
""",
    )
    for function in (program.use, program.other):
        bundler.add(entry(function))
    made = pod(bundler.build())
    first, second = made.run("use"), made.run("other")

    assert (first.code, first.log) == (2, "tiphys_runtime.errors.NonRecoverableError")
    assert first.err.endswith("NonRecoverableError: enough\n")
    assert second.code == 1
    assert "it exists on the computer that compiles" in second.err


def test_libraries_are_named_as_requirements(load, bundler, entry):
    program = load(
        "needy", "import numpy as np\ndef use():\n    import sklearn.svm\n    import json\n    return np.zeros(1)\n"
    )
    bundler.add(entry(program.use))

    assert bundler.requirements() == ["numpy", "sklearn"]


def test_a_large_literal_becomes_a_member_and_is_read_back(bundler, entry, pod, load):
    program = load("big", "def size(xs, ys):\n    return [len(xs), len(ys), xs[-1]]\n")
    bundler.add(entry(program.size, "xs", "ys"))
    text = bundler.literal(list(range(1000)))
    opaque = bundler.literal(range(10**6).__iter__())
    assert text.startswith('{"b":')
    assert len(text) < 100
    assert "$p" in opaque
    result = pod(bundler.build()).run("size", text, bundler.literal("{{evil}}"))

    assert result.text() == '{"v":[1000,8,999]}'
    assert "{{" not in bundler.literal("{{evil}}")


def test_equal_glue_and_equal_tasks_are_stored_once(load, bundler, entry):
    program = load("equal", "def f(n):\n    return n\n")
    make = lambda: eval("lambda n: n + 1")  # noqa: E731
    for name in ("one", "two"):
        step = Step(make(), (0,), "f.py:1", "n + 1")
        bundler.add(entry(program.f, "n", name=name, before=(step,), args=(1,)))
    names = members(bundler)

    assert [name for name in names if name.startswith("glue/")] == [name for name in names if name.startswith("glue/")][
        :1
    ]
    assert [name for name in names if name.startswith("tasks/")] == ["tasks/env.f.pkl"]


def members(bundler):
    import io
    import zipfile

    return zipfile.ZipFile(io.BytesIO(bundler.build().data)).namelist()


def test_typed_text_is_converted_with_the_classes_of_the_program(load, bundler, entry, pod, typed):
    kitchen = load("kitchen")
    hints = typing.get_type_hints(kitchen.typed, include_extras=True)
    bundler.add(entry(kitchen.typed, *hints))
    kinds = [bundler.type_index(hint, name) for name, hint in hints.items()]
    texts = ('{"name": "n", "tags": ["t"]}', "BLUE", "b", '{"fast": true}', '[{"x": 1}, {"x": 2, "y": 4}]')
    result = pod(bundler.build()).run("typed", *map(typed, texts, kinds))

    assert (result.code, result.err) == (0, "")
    config, points = kitchen.Config("n", tags=["t"]), [kitchen.Point(1), kitchen.Point(2, 4)]
    assert decode_live(result.text()) == (config, kitchen.Color.BLUE, "b", {"fast": True}, points)


def test_typed_text_is_validated_by_pydantic(load, bundler, entry, pod, typed):
    models = load("models")
    bundler.add(entry(models.given, "setting", "tree"))
    setting, tree = bundler.type_index(models.Setting), bundler.type_index(models.Tree)
    made = pod(bundler.build())
    family = typed('{"value": 1, "children": [{"value": 2}]}', tree)
    good = made.run("given", typed('{"name": " x ", "rate": 3}', setting), family, python=("-I",))
    wrong = made.run("given", typed('{"name": "x", "rate": -1}', setting), family, python=("-I",))

    assert (good.code, good.err) == (0, "")
    assert decode_live(good.text())[0] == models.Setting(name="x", rate=3)
    assert wrong.code == 3
    assert "the value of `setting` cannot be read: at .rate: Input should be greater than 0" in wrong.err


def test_classes_of_libraries_keep_their_own_names(load, bundler, entry, pod):
    program = load(
        "borrowed",
        """
from fractions import Fraction
from inspect import ArgInfo
from os.path import join
def use():
    return [Fraction(1, 2), ArgInfo(1, 2, 3, 4), join, Fraction]
""",
    )
    bundler.add(entry(program.use))
    result = pod(bundler.build()).run("use")

    assert (result.code, result.err) == (0, "")
    assert '"$nt":["inspect:ArgInfo"' in result.text()
    assert decode_live(result.text()) == program.use()
    del sys.modules["borrowed"]
    assert decode_live(result.text()) == program.use()  # nothing of the program is needed to read it


def test_env_is_set_before_user_code_runs(load, bundler, entry, pod):
    program = load("environment", "import os\ndef use():\n    return os.environ['MODE']\n")
    bundler.add(entry(program.use, env={"MODE": "{{braces}}"}))
    result = pod(bundler.build()).run("use")

    assert result.text() == '{"v":"{\\u007bbraces}}"}'


def test_reading_back_does_not_unpickle_unless_it_may(load, bundler):
    load("kitchen")
    text = bundler.literal(pickle.PickleBuffer)

    with pytest.raises(ValueError, match="only on request"):
        decode_live(text, unpickle=False)
    assert decode_live(text) is pickle.PickleBuffer


def test_equal_types_share_a_number(load, bundler):
    kitchen = load("kitchen")

    assert [bundler.type_index(each) for each in (kitchen.Config, int, kitchen.Config, list[int])] == [0, 1, 0, 2]


def test_a_type_that_cannot_travel_is_told_with_its_variable(load, bundler):
    load("kitchen")
    kind = typing.Annotated[int, (each for each in ())]

    with pytest.raises(ProgramError, match="the type of `n` cannot travel to a pod"):
        bundler.type_index(kind, "n")
