"""text: split, template, extract, join, replace, case, count."""

from typing import Any

import pytest

from agentcluster.clock import monotonic
from tests.unit.tools.calls import call, refuse


def result(**input: Any) -> Any:
    return call("text", **input)["result"]


def test_text_is_split() -> None:
    assert result(action="split", text="a\r\nb\n") == ["a", "b"]
    assert result(action="split", text="a, b", by=", ") == ["a", "b"]
    assert result(action="split", text="One two.\n\n\nThree", into="paragraphs") == ["One two.", "Three"]
    assert result(action="split", text="Don't stop, café!", into="words") == ["Don't", "stop", "café"]
    assert result(action="split", text="abcdefghij", into="chunks", size=4, overlap=1) == ["abcd", "defg", "ghij"]
    assert result(action="split", text="", into="chunks") == []
    assert refuse("text", action="split", text="abc", into="chunks", size=2, overlap=2).field == "/overlap"


def test_templates_take_values_and_run_no_code() -> None:
    values = {"name": "Ada", "order": {"id": 7, "lines": [{"sku": "x"}]}, "expr": "{{name}}"}
    template = "Dear {{ name }}, order {{order.id}} has {{order.lines.0.sku}}: {{order.lines}} {{expr}}"
    assert result(action="template", template=template, values=values) == (
        'Dear Ada, order 7 has x: [{"sku":"x"}] {{name}}'
    )
    for code in ("{{name.__class__}}", "{{7*7}}", "{{order.items()}}"):
        error = refuse("text", action="template", template=code, values=values)
        assert (error.code, error.field) == ("missing_value", "/values")
    assert result(action="template", template="[{{x}}]", values={}, missing="empty") == "[]"
    assert result(action="template", template="[{{x}}]", values={}, missing="keep") == "[{{x}}]"


def test_patterns_are_extracted() -> None:
    found = result(action="extract", text="é: a=1 B=22", pattern=r"(?P<key>[a-z])=(\d+)", ignore_case=True)
    assert [each["match"] for each in found] == ["a=1", "B=22"]
    assert found[1] == {"match": "B=22", "groups": ["B", "22"], "named": {"key": "B"}, "start": 7}
    assert len(result(action="extract", text="aaaa", pattern="a", limit=2)) == 2


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)*b", "(.*)*x", "^(([a-z])+.)+[A-Z]$"])
def test_no_pattern_hangs(pattern: str) -> None:
    began = monotonic()
    call("text", action="extract", text="a" * 100_000 + "!", pattern=pattern)
    assert monotonic() - began < 5


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "(?<=a)b", "a{1000000}"])
def test_patterns_that_cannot_be_used_are_refused(pattern: str) -> None:
    error = refuse("text", action="extract", text="x", pattern=pattern)
    assert (error.code, error.field) == ("bad_pattern", "/pattern")
    assert error.message.startswith("This regular expression cannot be used: ")


def test_text_is_replaced() -> None:
    assert call("text", action="replace", text="a.b.c", find=".", replacement=r"\1") == {
        "result": r"a\1b\1c",
        "count": 2,
    }
    assert result(action="replace", text="2026-09", pattern=r"(\d+)-(\d+)", replacement=r"\2/\1") == "09/2026"
    assert result(action="replace", text="Hat hat", find="HAT", replacement="cap", ignore_case=True) == "cap cap"
    assert refuse("text", action="replace", text="aa", pattern="a", replacement=r"\9").field == "/replacement"
    assert refuse("text", action="replace", text="aa", replacement="x").field == "/find"


def test_results_stay_within_reason() -> None:
    assert (
        refuse("text", action="replace", text="a" * 10_000, find="a", replacement="x" * 5_000).code
        == "result_too_large"
    )
    assert refuse("text", action="join", texts=["x"] * 100_000, separator="y" * 1000).code == "result_too_large"
    big = {"action": "template", "template": "{{x}}" * 1000, "values": {"x": "y" * 30_000}}
    assert refuse("text", **big).code == "result_too_large"


def test_texts_are_joined() -> None:
    assert result(action="join", texts=["a", 1, True], separator=", ") == "a, 1, true"


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("upper", "UNIT PRICE OF L'ÉTÉ"),
        ("lower", "unit price of l'été"),
        ("title", "Unit Price Of L'été"),
        ("sentence", "Unit price of l'été"),
        ("snake", "unit_price_of_l_été"),
        ("kebab", "unit-price-of-l-été"),
        ("camel", "unitPriceOfLÉté"),
    ],
)
def test_case_is_changed(to: str, expected: str) -> None:
    assert result(action="case", text="unit Price of l'été", to=to) == expected


def test_things_are_counted() -> None:
    text = "Hello world. How are you?\n\n你好。很好！"
    counts = result(action="count", text=text)
    assert counts == {"characters": len(text), "words": 7, "lines": 3, "sentences": 4, "paragraphs": 2}
