"""Expressions: what they give, and what they say when they cannot."""

import time

import pytest

from designer.domain.expressions import ExpressionError, ExpressionFailedError, compile_expression
from designer.domain.values import Fault, compile_value, expressions_in

SCOPE = {"input": {"n": 3, "names": ["a", "b"]}, "steps": {"parse": {"rows": [1, 2], "a b": 5}}, "run": {"id": "r"}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("${input.n}", 3),
        ("${ input.n > 2 && steps.parse.rows.size() == 2 }", True),
        ("n is ${input.n}, rows ${steps.parse.rows}", "n is 3, rows [1, 2]"),
        ("$${input.n}", "${input.n}"),
        ("${steps.parse['a b']}", 5),
        ("${'}' + input.names[0]}", "}a"),
        ("${ {'k': input.n} }", {"k": 3}),
        ({"deep": ["${input.n}", {"x": "${run.id}"}]}, {"deep": [3, {"x": "r"}]}),
        ("${input.names.map(name, name + '!')}", ["a!", "b!"]),
        ("${has(input.x) ? input.x : 'none'}", "none"),
        ("${timestamp('2026-07-01T00:00:00Z')}", "2026-07-01T00:00:00+00:00"),
        ("${duration('90s')}", "90s"),
        ("${input.names.join('-')}", "a-b"),
        ("${math.greatest(1, 2)}", 2),
        (7, 7),
        (None, None),
    ],
)
def test_values(value, expected):
    assert compile_value(value)(SCOPE) == expected


@pytest.mark.parametrize(
    ("source", "column", "words"),
    [
        ("1 +", 4, "unexpected end of expression"),
        ("nope + 1", 1, "Unknown name `nope`"),
        ("input.n + other", 11, "Unknown name `other`"),
        ("", 1, "empty"),
        ("x" * 5000, 4000, "longer than"),
        ("lists.range(1000000000)", 1, "Unknown name"),
    ],
)
def test_what_does_not_compile(source, column, words):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source)
    assert words in caught.value.message
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("input.missing", "there is no `missing` in `input` (it has n, names)"),
        ("input.n.deep", "`input.n` has no fields"),
        ("input.n + 'a'", "these types do not go together"),
        ("input.names[7]", "failed"),
        ("1 / (input.n - 3)", "division by zero"),
    ],
)
def test_what_fails_at_run_time_says_why(source, words):
    with pytest.raises(ExpressionFailedError) as caught:
        compile_expression(source).evaluate(SCOPE)
    assert words in caught.value.message


def test_an_unclosed_brace_is_found_with_its_column():
    (fault,) = expressions_in({"a": "x ${ input.n"})
    assert fault == Fault("/a", "The `}` that closes `${` is missing.", 3)


def test_nested_macros_are_capped_in_depth_and_work():
    too_deep = "input.names.map(a, input.names.map(b, input.names.map(c, input.names.map(d, 1))))"
    with pytest.raises(ExpressionError, match="nest 3 deep"):
        compile_expression(too_deep)
    began = time.monotonic()
    with pytest.raises(ExpressionFailedError, match="too much work"):
        compile_expression("input.xs.map(a, input.xs.map(b, a * b))").evaluate({"input": {"xs": list(range(20_000))}})
    assert time.monotonic() - began < 5


EXPLOSIONS = [
    "input.xs.map(a, a + 1)",
    "input.xs.filter(a, a > 1)",
    "input.text.split('').map(a, a)",
    "(input.few + input.few + input.few).map(a, a)",
    "input.few.map(a, input.few.map(b, 1))",
    "input.few.map(a, input.few.map(b, input.text))",
    "input.few.map(a, input.text)",
    "input.xs.distinct()",
    "input.some.map(a, input.some.map(b, input.some))",
    "input.some.map(a, input)",
    f"input.some.map(a, [{'a,' * 1_500}a])",
    "input.xs.all(a, input.xs.all(b, input.xs.all(c, true)))",
]


@pytest.mark.parametrize("source", EXPLOSIONS)
def test_what_would_hold_up_the_engine_is_refused(source):
    scope = {
        "input": {"xs": list(range(20_000)), "few": list(range(2_500)), "some": list(range(200)), "text": "x" * 60_000}
    }
    began = time.monotonic()
    with pytest.raises(ExpressionFailedError, match="too much work"):
        compile_expression(source).evaluate(scope)
    assert time.monotonic() - began < 5


def test_a_macro_over_an_ordinary_list_is_fine():
    scope = {"input": {"rows": [{"price": number, "name": "x" * 20} for number in range(1_000)]}}
    assert (
        len(compile_expression("input.rows.map(r, {'price': r.price * 2 + 1, 'name': r.name})").evaluate(scope))
        == 1_000
    )
    scope["input"]["rate"] = 2
    assert compile_expression("input.rows.filter(r, r.price < input.rate).size() + 1").evaluate(scope) == 3
    some = {"input": {"rows": list(range(150)), "text": "x" * 60_000, "others": list(range(9_000))}}
    assert len(compile_expression("input.rows.filter(a, input.rows.exists(b, b == a))").evaluate(some)) == 150


def test_an_expression_nested_without_end_is_told_plainly():
    with pytest.raises(ExpressionError) as caught:
        compile_expression("(" * 1900 + "1" + ")" * 1900)
    assert caught.value.message == "The expression is nested too deeply."


def test_names_inside_strings_are_not_references():
    expression = compile_expression("'steps.ghost.x' + steps.parse.name + steps['other'].y")
    assert [reference.step for reference in expression.steps] == ["parse", "other"]


@pytest.mark.parametrize(
    "source",
    [
        "[1]" + ".map(a, [a, a])" * 40,
        "['x'].map(a, a + a)" + ".map(b, b + b)" * 40,
        "[1]" + ".map(a, {'x': a, 'y': a})" * 40,
        "[1]" + ".map(a, [1, 2, 3].map(b, a))" * 30,
        "input.texts" + ".map(a, a + a)" * 12,
    ],
)
def test_maps_that_double_what_they_are_given_are_refused(source):
    with pytest.raises(ExpressionFailedError, match="too much work"):
        compile_expression(source).evaluate({"input": {"texts": ["x" * 50] * 500}})


def test_maps_one_after_the_other_are_fine():
    rows = [{"a": f"name {number}", "b": number} for number in range(500)]
    source = "input.rows.filter(r, r.b > 5).map(r, {'t': r.a + '!', 'n': r.b + r.b}).map(r, r.t).size()"
    assert compile_expression(source).evaluate({"input": {"rows": rows}}) == 494


@pytest.mark.parametrize("source", ["1.0e308 * 10.0", "[{'a': 0.0 / 0.0}]", "-1.0 / 0.0"])
def test_numbers_that_json_does_not_have_are_errors(source):
    """A log would give them back as null: the run would not be the same after a restart."""
    with pytest.raises(ExpressionFailedError, match="JSON cannot hold"):
        compile_expression(source).evaluate({"input": {}})
