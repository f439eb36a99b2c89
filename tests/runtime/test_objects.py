"""What glue calls does what the statements of Python do."""

import pytest

from tiphys.bundle import LiveWorld
from tiphys_runtime import codec, errors, objects
from tiphys_runtime.failure import exception_of, record
from tiphys_runtime.objects import (
    UNBOUND,
    group_of,
    handler_of,
    left_of,
    marked_again,
    parts_of,
    raise_,
    split_group,
)

WORLD = LiveWorld()


def test_what_is_not_bound_travels_as_one_object():
    again = codec.decode(codec.encode([UNBOUND, {"x": UNBOUND}], WORLD), WORLD)

    assert again[0] is UNBOUND
    assert again[1]["x"] is UNBOUND
    assert WORLD.loads(WORLD.dumps(UNBOUND)) is UNBOUND


def python_says(code, **names):
    """Give the exception that a piece of Python raises."""
    try:
        exec(code, names)
    except BaseException as error:  # noqa: BLE001
        return error
    raise AssertionError(code)


def raised(function, *arguments, **named):
    try:
        function(*arguments, **named)
    except BaseException as error:  # noqa: BLE001
        return error
    raise AssertionError(function)


def same_error(one, other):
    assert type(one) is type(other)
    assert str(one) == str(other)
    assert one.__suppress_context__ == other.__suppress_context__
    for inner in ("__cause__", "__context__"):
        ours, theirs = getattr(one, inner), getattr(other, inner)
        assert type(ours) is type(theirs)
        if ours is not None:
            same_error(ours, theirs)


def test_a_variable_that_is_not_bound_is_told_as_python_does():
    assert objects.bound(None, "x") is None
    same_error(raised(objects.bound, UNBOUND, "x"), python_says("def f():\n  x += 1\nf()"))


class Odd(Exception):
    def __new__(cls, *_arguments):
        return 3


class Demanding(Exception):
    def __init__(self, needed):
        super().__init__(needed)


E, C, K = ValueError("e"), KeyError("c"), IndexError("k")


@pytest.mark.parametrize(("code", "arguments"), [
    ("raise E", (E,)),
    ("raise ValueError", (ValueError,)),
    ("raise 3", (3,)),
    ("raise int", (int,)),
    ("raise None", (None,)),
    ("raise Odd", (Odd,)),
    ("raise Demanding", (Demanding,)),
    ("raise E from C", (E, C)),
    ("raise E from KeyError", (E, KeyError)),
    ("raise E from None", (E, None)),
    ("raise E from 3", (E, 3)),
    ("raise 3 from 4", (3, 4)),
])  # fmt: skip
@pytest.mark.parametrize("is_handling", [False, True])
def test_raising_is_what_the_statement_does(code, arguments, is_handling):
    def fresh(value):
        return type(value)(*value.args) if isinstance(value, BaseException) else value

    names = {"E": fresh(E), "C": fresh(C), "K": fresh(K), "Odd": Odd, "Demanding": Demanding}
    if is_handling:
        code = f"try:\n  raise K\nexcept IndexError:\n  {code}"
    expected = python_says(code, **names)
    found = raised(raise_, *map(fresh, arguments), **({"context": fresh(K)} if is_handling else {}))

    same_error(found, expected)


def test_raising_what_is_handled_makes_no_circle():
    error = ValueError("a")

    assert raised(raise_, error, context=error).__context__ is None


class Sly(type(ValueError)):
    def __instancecheck__(cls, _value):
        return True

    def __subclasscheck__(cls, _kind):
        return True


class Everything(Exception, metaclass=Sly):
    pass


@pytest.mark.parametrize(("clauses", "expected"), [
    ((), 0),
    ((TypeError, LookupError, Exception), 1),
    (((TypeError, KeyError), KeyError), 0),
    ((TypeError, ()), 2),
    ((Everything, KeyError), 1),
    ((TypeError, BaseException), 1),
    ((errors.RuntimeUserError, KeyError), 1),
])  # fmt: skip
def test_the_first_clause_that_matches_is_taken(clauses, expected):
    assert handler_of(KeyError("k"), *clauses) == expected


@pytest.mark.parametrize("clause", [3, int, (KeyError, int), ((KeyError,),), [KeyError]])
def test_only_exception_classes_can_be_caught(clause):
    error = raised(handler_of, ValueError(), clause)
    expected = python_says("try:\n  raise ValueError\nexcept clause: pass", clause=clause)

    assert (type(error), str(error)) == (type(expected), str(expected))


def test_a_wrong_clause_behind_the_one_that_matches_is_never_looked_at():
    assert handler_of(KeyError(), KeyError, 3) == 0


def left(error, **said):
    return exception_of(record(error, WORLD, **{"task": "env.f", **said}), WORLD)


@pytest.mark.parametrize(("error", "expected"), [
    (left(KeyError("k")), 0),
    (left(errors.OOMError("m")), 0),
    (left(errors.NonRecoverableError("m")), 0),
    (left(errors.TaskLostError("m")), 1),
    (left(SystemExit(3)), 2),
    (left(KeyError("k"), where="flow.py:3"), 2),
    (KeyError("k"), 2),
])  # fmt: skip
def test_what_left_a_task_is_a_runtime_user_error_too(error, expected):
    assert handler_of(error, errors.RuntimeUserError, errors.RuntimeSystemError) == expected


def test_what_left_a_task_says_its_class_as_code():
    error = left(KeyError("k"))

    assert (error.code, handler_of(error, errors.BaseRuntimeError, KeyError)) == ("KeyError", 0)
    assert handler_of(error, RuntimeError, KeyError) == 1


@pytest.mark.parametrize(("kind", "expected"), [
    (KeyError, 1), (ValueError, 0), (Exception, 0), (RuntimeError, 1), (errors.RuntimeUserError, 0), (Odd, 0),
])  # fmt: skip
def test_an_exception_whose_class_is_not_here_is_known_by_its_names(kind, expected):
    bases = [f"{Odd.__module__}.Odd", "builtins.ValueError", "builtins.Exception", "builtins.BaseException"]
    told = {**record(ValueError("m"), WORLD, task="env.f"), "type": "library.Special", "bases": bases, "pickle": "AAAA"}
    error = exception_of(told, WORLD)

    assert handler_of(error, kind) == expected
    assert (split_group(error, kind)[0] is None) == bool(expected)


def test_a_group_without_errors_gives_its_values():
    assert group_of("m", (1, None, [2])) == [1, None, [2]]


def test_a_group_holds_the_errors_in_order():
    one, two = ValueError("a"), KeyError("b")
    error = raised(group_of, "unhandled errors in a TaskGroup", [one, 1, two])

    assert type(error) is ExceptionGroup
    assert (error.message, error.exceptions) == ("unhandled errors in a TaskGroup", (one, two))
    assert str(error) == "unhandled errors in a TaskGroup (2 sub-exceptions)"


def test_a_group_of_other_errors_is_no_exception_group():
    error = raised(group_of, "m", [ValueError("a"), GeneratorExit()])

    assert type(error) is BaseExceptionGroup


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_what_ends_a_program_leaves_a_group_as_it_is(kind):
    error = kind(3)

    assert raised(group_of, "m", [ValueError("a"), error]) is error


def tree(error):
    if isinstance(error, BaseExceptionGroup):
        return (type(error), error.message, [tree(each) for each in error.exceptions])
    return error


def python_splits(error, classes):
    found = {}
    code = "try:\n  try: raise error\n  except* classes as part: found['part'] = part\n"
    code += "except BaseException as rest: found['rest'] = rest"
    exec(code, {"error": error, "classes": classes, "found": found})
    return tree(found.get("part")), tree(found.get("rest"))


A, B, D = ValueError("a"), KeyError("b"), OSError("d")


@pytest.mark.parametrize(
    "classes", [ValueError, (ValueError, OSError), LookupError, TypeError, Exception, BaseException]
)
@pytest.mark.parametrize("make", [
    lambda: ExceptionGroup("outer", [A, ExceptionGroup("inner", [B, D])]),
    lambda: ExceptionGroup("outer", [ExceptionGroup("inner", [A])]),
    lambda: ValueError("alone"),
])  # fmt: skip
def test_splitting_is_what_except_star_does(make, classes):
    error = make()
    part, rest = split_group(error, classes)
    expected_part, expected_rest = python_splits(error, classes)

    assert (tree(part), tree(rest)) == (expected_part, expected_rest)


@pytest.mark.parametrize("classes", [3, ExceptionGroup, (ValueError, ExceptionGroup)])
def test_except_star_refuses_what_python_refuses(classes):
    error = raised(split_group, ExceptionGroup("m", [A]), classes)
    code = "try: raise error\nexcept* classes: pass"
    expected = python_says(code, error=ExceptionGroup("m", [A]), classes=classes)
    if isinstance(expected, ExceptionGroup):
        expected = expected.exceptions[0]

    assert (type(error), str(error)) == (type(expected), str(expected))


def test_except_star_knows_what_left_a_task():
    mine, own = left(ValueError("a")), KeyError("b")
    part, rest = split_group(ExceptionGroup("m", [mine, own]), errors.RuntimeUserError)

    assert (part.exceptions, rest.exceptions) == ((mine,), (own,))


CODE = """
try:
    raise error
except* ValueError:
    {first}
except* (LookupError, TypeError):
    {second}
"""
NEW = {"pass": None, "raise": "again", "raise OSError('new')": OSError("new")}


@pytest.mark.parametrize("second", NEW)
@pytest.mark.parametrize("first", NEW)
@pytest.mark.parametrize("make", [
    lambda: ExceptionGroup("outer", [A, ExceptionGroup("inner", [B, D]), RuntimeError("r")]),
    lambda: ExceptionGroup("outer", [ExceptionGroup("inner", [A]), KeyError("k")]),
    lambda: ExceptionGroup("outer", [RuntimeError("r")]),
    lambda: ValueError("alone"),
    lambda: RuntimeError("alone"),
])  # fmt: skip
def test_what_is_left_of_except_star_is_what_python_raises(make, first, second):
    clauses = [ValueError, (LookupError, TypeError)]
    error = make()
    *parts, _ = parts_of(error, clauses)
    raised_by = [
        None if part is None else marked_again(part) if NEW[said] == "again" else NEW[said]
        for part, said in zip(parts, (first, second), strict=True)
    ]
    left = left_of(error, clauses, raised_by)
    code = CODE.format(first=first, second=second)
    if left is None:
        exec(code, {"error": make()})
        return

    assert repr(tree(left)) == repr(tree(python_says(code, error=make())))
    assert not hasattr(left, "__tiphys_again__")


def test_nothing_is_left_of_no_exception():
    assert parts_of(None, [ValueError, KeyError]) == [None, None, None]
    assert left_of(None, [ValueError], [None]) is None
