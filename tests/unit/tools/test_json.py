"""json: parse, query, merge, validate, format."""

from typing import Any

import pytest

from tests.unit.tools.calls import call, refuse, upload

ORDER = {"id": 7, "items": [{"name": "lamp", "price": 38.9}, {"name": "desk", "price": 449}], "a/b": {"~": 1}}


def value(**input: Any) -> Any:
    return call("json", **input)["value"]


def test_text_files_and_lines_are_parsed() -> None:
    assert value(action="parse", text='{"a": [1, "ü", null]}') == {"a": [1, "ü", None]}
    assert value(action="parse", text='{"n": 1}\n\n{"n": 2}\n', lines=True) == [{"n": 1}, {"n": 2}]
    assert value(action="parse", file=upload('{"a": "ü"}'.encode("utf-16"), "a.json")) == {"a": "ü"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1,\n "b": }', "Line 2, column 7: Expecting value."),
        ("", "Line 1, column 1: Expecting value."),
        ("[NaN]", "NaN is not a JSON number."),
        ("[" * 100_000, "The JSON is nested too deeply."),
    ],
)
def test_bad_json_is_shown_by_line_and_column(text: str, message: str) -> None:
    error = refuse("json", action="parse", text=text)
    assert (error.code, error.field, error.message) == ("bad_json", "/text", message)


def test_a_bad_line_is_counted() -> None:
    assert refuse("json", action="parse", text='1\n2\n{"a"\n', lines=True).data["line"] == 3


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/items/1/name", "desk"),
        ("/a~1b/~0", 1),
        ("", ORDER),
        ("/items/9", None),
        ("/id/x", None),
        ("items[?price > `100`].name", ["desk"]),
        ("sum(items[].price)", 487.9),
        ("nothing.here", None),
    ],
)
def test_values_are_found_by_pointer_or_jmespath(path: str, expected: Any) -> None:
    assert value(action="query", value=ORDER, path=path) == expected


def test_paths_that_lead_nowhere_or_mean_nothing() -> None:
    error = refuse("json", action="query", value=ORDER, path="/items/9", required=True)
    assert (error.code, error.field) == ("path_not_found", "/path")
    assert refuse("json", action="query", value=ORDER, path="items[").code == "bad_path"
    assert refuse("json", action="query", value=ORDER, path="nofn(items)").code == "bad_path"


def test_values_are_merged_as_rfc_7396_says() -> None:
    values = [{"a": {"x": 1, "y": 2}, "b": [1]}, {"a": {"y": None, "z": 3}, "b": [2]}, {"c": True}]
    assert value(action="merge", values=values) == {"a": {"x": 1, "z": 3}, "b": [2], "c": True}


def test_values_are_validated() -> None:
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    output = call("json", action="validate", value=ORDER, schema=schema)
    assert output["value"] is False
    assert output["errors"] == [{"pointer": "/id", "message": "must be a text, not the number 7", "code": "type"}]
    error = refuse("json", action="validate", value=ORDER, schema=schema, fail=True)
    assert (error.code, error.field) == ("not_valid", "/value/id")
    assert refuse("json", action="validate", value=1, schema={"type": "txt"}).code == "bad_schema"
    assert value(action="validate", value={"id": "7"}, schema=schema) is True


def test_values_are_formatted() -> None:
    assert value(action="format", value={"b": 1, "a": "ü"}, sort_keys=True, indent=0) == '{"a":"ü","b":1}'
    assert value(action="format", value=[1]) == "[\n  1\n]"


def test_what_an_action_needs_is_asked_for() -> None:
    from agents.domain.schema_check import check
    from tests.unit.tools.calls import MANIFESTS

    schema = MANIFESTS["json"].intent.input
    assert [each.pointer for each in check(schema, {"action": "query"})] == ["/path", "/value"]
    assert check(schema, {"action": "pars"})[0].message.startswith("must be one of parse, query, merge")
    assert refuse("json", action="parse").field == "/text"
