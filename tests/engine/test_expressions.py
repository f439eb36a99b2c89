"""Expressions give what expr-lang gives, and refuse with a position what is not supported."""

from __future__ import annotations

import pytest

from tiphys.diagnostics import UsageError
from tiphys.engine.expressions import Lazy, Unevaluable, UnknownName, parse

SCOPE = {
    "inputs": {"parameters": {"x": '{"k":"tiphys/1","n":3}', "n": "41", "empty": "", "flag": "true", "y": "{}"}},
    "workflow": {"name": "w", "parameters": {"who": "{{a}}"}},
    "tasks": {
        "a": {"status": "Failed", "outputs": {"parameters": {"v": "1", "nothing": None}}},
        "b-c": {"status": "Error"},
    },
}


def names(name: str) -> object:
    if name not in SCOPE:
        raise UnknownName(f"unknown name {name}")
    return SCOPE[name]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("1_000", 1000),
        ("0x1f", 31),
        (".5", 0.5),
        ("2e3", 2000.0),
        ("'it\\'s \\u0041\\n'", "it's A\n"),
        ('"double"', "double"),
        ("`raw\\n`", "raw\\n"),
        ("true", True),
        ("nil", None),
        ("[1, 'a', [nil]]", [1, "a", [None]]),
        ("{'a': 1, b: 'c'}", {"a": 1, "b": "c"}),
        ("inputs.parameters.n", "41"),
        ("inputs.parameters['n']", "41"),
        ("tasks['b-c'].status", "Error"),
        ("[1, 2, 3][0]", 1),
        ("[1, 2, 3][-1]", 3),
        ("'abc'[0]", 97),
        ("fromJSON(inputs.parameters.x)?.k ?? 'tiphys/none'", "tiphys/1"),
        ("fromJSON(inputs.parameters['y'])?.k ?? 'tiphys/none'", "tiphys/none"),
        ("tasks.nope?.outputs?.parameters?.v ?? 'F'", "F"),
        ("tasks.a?.outputs?.parameters?.v ?? 'F'", "1"),
        ("tasks.a?.outputs?.parameters?.nothing ?? 'F'", "F"),
        ("tasks.nope?.a.b.c", None),
        ("tasks.nope?.['a'] ?? 1", 1),
        ("asInt(inputs.parameters.n) + 1", 42),
        ("string(asInt(inputs.parameters.n) + 1)", "42"),
        ("string(64 * (2 ** asInt('3')))", "512"),
        ("7 / 2", 3.5),
        ("-7 % 3", -1),
        ("7 % -3", 1),
        ("1 + 2 * 3 - 4", 3),
        ("(1 + 2) * 3", 9),
        ("-2 ** 2", -4.0),
        ("'a' + 'b'", "ab"),
        ("1 == 1.0", True),
        ("'1' == 1", False),
        ("true == 1", False),
        ("1 < 2 && 'b' >= 'a'", True),
        ("!true || not false", True),
        ("false and missing.name", False),
        ("true or missing.name", True),
        ("not (1 == 2)", True),
        ("'a' in ['a', 'b']", True),
        ("'c' not in ['a', 'b']", True),
        ("'k' in fromJSON(inputs.parameters.x)", True),
        ("'a' in nil", False),
        ("tasks.a.status in ['Failed', 'Error'] ? 'bad' : missing.name", "bad"),
        ("false ? 1 : true ? 2 : 3", 2),
        ("nil ?? nil ?? 3", 3),
        ("1 + (nil ?? 2)", 3),
        ("len('abc') + len([1])", 4),
        ("toBase64(workflow.parameters['who'])", "e3thfX0="),
        ("fromBase64('e3thfX0=')", "{{a}}"),
        ("toJson({'b': 1.0, 'a': [true, nil, '<']})", '{"a":[true,null,"\\u003c"],"b":1}'),
        ("string({'v': [1, true, nil]})", "map[v:[1 true <nil>]]"),
        ("string(1.0)", "1"),
        ("string(1e21)", "1e+21"),
        ("string(1e20)", "1e+20"),
        ("toJson(1e20)", "100000000000000000000"),
        ("string(0.00001)", "1e-05"),
        ("string(0.0001)", "0.0001"),
        ("string(123456789.5)", "1.234567895e+08"),
        ("asFloat('2.5') * 2", 5.0),
        ("asInt(2.9)", 2),
        ("fromJSON('[true,false]')[asInt('1')]", False),
        ("sprig.sha256sum('a')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("'ConnectionError: x' matches '^Conn'", True),
        ("'4\\n' matches '^[0-9]$'", False),
        ("'abc' contains 'b' && 'abc' startsWith 'a' && 'abc' endsWith 'c'", True),
        ("!('a' in ['a']) ? 1 : 2", 2),
    ],
)
def test_an_expression_has_the_value_that_expr_lang_gives(text: str, value: object) -> None:
    result = parse(text).value(names)

    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tasks.nope.outputs", "cannot fetch outputs from <nil>"),
        ("inputs.parameters.n + 1", "string + int"),
        ("asInt('x')", "int(x)"),
        ("asInt(' 1')", "int( 1)"),
        ("fromJSON('{')", "fromJSON"),
        ("fromJSON('NaN')", "NaN"),
        ("1 ? 2 : 3", "needs a bool"),
        ("'a' && true", "needs a bool"),
        ("[1][1]", "out of range"),
        ("1 % 0", "by zero"),
        ("'a' < 1", "string < int"),
        ("nope.a", "unknown name nope"),
        ("toBase64(1)", "needs a string"),
        ("tasks.nope?.['a']['b']", "cannot fetch b from <nil>"),
    ],
)
def test_what_has_no_value_says_why(text: str, message: str) -> None:
    with pytest.raises(Unevaluable) as caught:
        parse(text).value(names)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("1 +", "ends too early", 3),
        ("a.b)", "`)` is not understood", 3),
        ("(1", "`)` is missing", 2),
        ("filter([1], # > 0)", "`filter` is not supported", 0),
        ("let x = 1; x", "`let` is not supported", 0),
        ("a | b", "pipes", 2),
        ("asInt()", "takes 1 argument, not 0", 0),
        ("a.b(1)", "methods such as `b`", 2),
        ("[1, 2][0:1]", "slices", 8),
        ("a ?? b == c", "cannot be mixed", 7),
        ("1 < 2 < 3", "cannot be chained", 6),
        ("'open", "is not understood", 0),
        ("sprig.upper('a')", "`sprig.upper` is not supported", 0),
        ("{1 2}", "`:` is missing", 3),
    ],
)
def test_what_is_outside_the_subset_is_refused_with_its_position(text: str, message: str, position: int) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text, where="template `t`")

    assert message in str(caught.value)
    assert f"position {position} " in str(caught.value)
    assert "template `t`" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("tasks.a.outputs.parameters.v", [("tasks", "a", "outputs", "parameters", "v")]),
        ("c == '1' ? tasks.a.x : tasks.b.y", [("tasks", "a", "x"), ("tasks", "b", "y")]),
        ("tasks.a?.outputs?.parameters?.v ?? 'F'", []),
        ("tasks.a.outputs?.parameters", [("tasks", "a")]),
        ("tasks.a.v ?? tasks.b.v", [("tasks", "b", "v")]),
        ("toJson({'s': tasks['a-b'].status})", [("tasks", "a-b", "status")]),
        ("inputs.parameters.n", [("inputs", "parameters", "n")]),
    ],
)
def test_unguarded_paths_are_required(text: str, paths: list[tuple[str, ...]]) -> None:
    assert list(parse(text).required) == paths


def test_a_lazy_scope_is_a_map() -> None:
    class Two(Lazy):
        def entry(self, key: str) -> object:
            return 2 if key == "two" else None

        def has(self, key: str) -> bool:
            return key == "two"

    def two(_name: str) -> object:
        return Two()

    assert parse("s.two + s['two']").value(two) == 4
    assert parse("'two' in s and 'one' not in s").value(two) is True
