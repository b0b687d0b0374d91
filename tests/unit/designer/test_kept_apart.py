"""Expressions say so when they cannot look into a value because it is kept apart."""

import pytest

from designer.domain.apart import set_apart
from designer.domain.expressions import ExpressionFailedError, compile_expression

LARGE = {"rows": [{"text": "x" * 100} for _ in range(1000)], "count": 3}


@pytest.fixture
def scope():
    kept, _ = set_apart("output", LARGE)
    file = {"$artifact": {"digest": "sha256:0", "size": 1, "media_type": "text/csv", "name": "a.csv"}}
    return {"input": {"file": file}, "steps": {"read": kept}, "run": {}}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("steps.read.rows.first", "steps.read.rows"),
        ("steps.read.rows[0].text", "steps.read.rows"),
        ("steps.read['rows'][0]", "steps.read.rows"),
        ("steps.read.rows.map(row, row.text)[0].size()", "steps.read.rows"),
    ],
)
def test_who_looks_into_it_is_told(scope, source, name):
    with pytest.raises(ExpressionFailedError, match="kept apart") as caught:
        compile_expression(source).evaluate(scope)
    assert f"`{name}` is larger than 64 KB" in caught.value.message


def test_it_is_passed_on_as_a_whole(scope):
    assert "$artifact" in compile_expression("steps.read.rows").evaluate(scope)
    assert compile_expression("{'all': steps.read.rows}").evaluate(scope)["all"]["$artifact"]
    assert compile_expression("steps.read.count + 1").evaluate(scope) == 4


@pytest.mark.parametrize("source", ["input.file.rows", "steps.read.nothing"])
def test_other_failures_are_told_as_before(scope, source):
    with pytest.raises(ExpressionFailedError) as caught:
        compile_expression(source).evaluate(scope)
    assert "kept apart" not in caught.value.message
