"""The expressions of pandas-exec: what they compute, and that they are nothing but expressions."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.tools.errors import ToolError
from agents.tools.pandas_exec.errors import BadExpressionError
from agents.tools.pandas_exec.parse import parse
from tests.unit.tools.calls import call, refuse, table

DATA = """day,name,n,unit price,单价
2026-07-01, Ada ,3,1.25,2
2026-12-31,Ben,,2.5,3
"""


def value(expression: str) -> list[Any]:
    operations = [{"op": "derive", "column": "x", "expression": expression}, {"op": "select", "columns": ["x"]}]
    output = call("pandas-exec", table=table(DATA), operations=operations)
    return [row[0] for row in output["table"]["preview"]]


def wrong(expression: str) -> ToolError:
    return refuse(
        "pandas-exec", table=table(DATA), operations=[{"op": "derive", "column": "x", "expression": expression}]
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("n * `unit price`", [3.75, None]),
        ("n * 单价 + 1", [7, None]),
        ("-n ** 2 % 5", [-4 % 5, None]),
        ("(n + 1) / 0", [None, None]),
        ("1 + 2 * 3", [7, 7]),
        ("n > 2 and `unit price` < 2", [True, False]),
        ("not missing(n) or name == 'Ben'", [True, True]),
        ("1 < n <= 3", [True, None]),
        ("name in ['Ada', 'Eve']", [True, False]),
        ("name not in ['Ada']", [False, True]),
        ("day >= '2026-08-01'", [False, True]),
        ("coalesce(n, 0)", [3, 0]),
        ("if(n > 2, 'many', \"few\")", ["many", "few"]),
        ("round(`unit price`, 1)", [1.2, 2.5]),
        ("floor(`unit price`) + ceil(`unit price`)", [3, 5]),
        ("upper(name) + '!'", ["ADA!", "BEN!"]),
        ("length(trim(name))", [3, 3]),
        ("replace(name, 'A', '.')", [".da", "Ben"]),
        ("contains(name, 'd')", [True, False]),
        ("year(day) * 100 + month(day)", [202607, 202612]),
        ("quarter(day) + weekday(day) + week(day)", [3 + 3 + 27, 4 + 4 + 53]),
        ("days_between(day, day)", [0, 0]),
        ("date(text(day))", ["2026-07-01", "2026-12-31"]),
        ("number('12') + 1", [13, 13]),
        ("'it\\'s'", ["it's", "it's"]),
        ("true", [True, True]),
        ("  n\n + 1 ", [4, None]),
    ],
)
def test_expressions_compute(expression: str, expected: list[Any]) -> None:
    assert value(expression) == expected


def test_the_new_column_may_stand_in_the_expression() -> None:
    operations = [{"op": "derive", "expression": "revenue = n * `unit price`"}]
    output = call("pandas-exec", table=table(DATA), operations=operations)
    assert output["table"]["columns"][-1] == {"name": "revenue", "type": "number"}
    assert refuse("pandas-exec", table=table(DATA), operations=[{"op": "derive", "expression": "n + 1"}]).field == (
        "/operations/0/column"
    )


@pytest.mark.parametrize(
    "expression",
    [
        *("__import__('os').system('true')", "n.__class__", "open('/etc/passwd')", "eval('1')", "exec"),
        *("[x for x in n]", "lambda: 1", "f'{n}'", "n if n else 1", "n; n", "n := 1", "*n", "{n}", "n @ n", "n[0]"),
        *("'a' * 1000000000", "9 ** 9 ** 9", "n ** n", "1 << 100", "~n", "n is n", "yield", "print(n)", "b'x'", "n\\"),
    ],
)
def test_nothing_but_expressions_is_let_through(expression: str) -> None:
    assert wrong(expression).code in ("bad_expression", "wrong_type", "unknown_column")


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("n = 3", "Write '==' to compare"),
        ("n $ 3", "'$' has no meaning here (at character 3)"),
        ("(n + 1", "A bracket is never closed (at character 1)"),
        ("n +", "is not complete, or something in it is out of place"),
        ("`n", "A quote is never closed (at character 1)"),
        ("name + 1", "'+' needs numbers, and column 'name' is text; cast it first."),
        ("n == 'three'", "A number and a text cannot be compared."),
        ("day + 1", "Dates are not added; use days_between(start, end)."),
        ("upper(n)", "upper() works on a text, and this is a number."),
        ("round(n, 1, 2)", "round() takes 1 to 2 values, not 3."),
        ("sqrt(n)", "There is no function 'sqrt'; there are abs, ceil"),
        ("round", "There is no column 'round'"),
        ("n and name", "'and', 'or' and 'not' join comparisons."),
        ("nn + 1", "There is no column 'nn'; did you mean 'n'?"),
        ("n ** 11", "A power must be a number of at most 10 (at character 1)"),
        ("   ", "The expression is empty."),
        ("(" * 500 + "n" + ")" * 500, "nested too deeply"),
        ("+".join(["n"] * 400), "too many parts"),
    ],
)
def test_what_is_wrong_is_said(expression: str, message: str) -> None:
    error = wrong(expression)
    assert message in error.message
    assert error.field == "/operations/0/expression"


def test_a_filter_needs_a_condition() -> None:
    operations = [{"op": "filter", "expression": "n + 1"}]
    assert "gives no true or false" in refuse("pandas-exec", table=table(DATA), operations=operations).message


@settings(max_examples=300, deadline=None)
@given(st.text("nabc.()[]{}*+-/%<>=!'\"`\\ ,:;@~^&|#\n_0123456789é", max_size=30))
def test_any_text_is_a_tree_or_an_error(text: str) -> None:
    with contextlib.suppress(BadExpressionError):
        parse(text, "/x")
