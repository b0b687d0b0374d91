"""Messages of the schema check are for people."""

import pytest

from agents.domain.schema_check import FieldError, check, check_schema, with_defaults

OPERATION = {
    "oneOf": [
        {
            "type": "object",
            "properties": {"op": {"const": "limit"}, "count": {"type": "integer"}},
            "required": ["op", "count"],
        },
        {"type": "object", "properties": {"op": {"const": "sort"}, "by": {"type": "string"}}, "required": ["op", "by"]},
    ]
}
SCHEMA = {
    "type": "object",
    "properties": {
        "how": {"enum": ["sum", "mean"], "default": "sum"},
        "rows": {"type": "integer", "minimum": 1, "maximum": 5000},
        "day": {"type": "string", "format": "date"},
        "operations": {"type": "array", "items": OPERATION, "minItems": 1},
    },
    "required": ["rows"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "pointer", "message"),
    [
        ({"rows": 1, "how": "media"}, "/how", "must be one of sum, mean, not the text 'media'"),
        ({}, "/rows", "is required"),
        ({"rows": 9000}, "/rows", "must be at most 5,000, not 9,000"),
        ({"rows": "3"}, "/rows", "must be a whole number, not the text '3'"),
        ({"rows": True}, "/rows", "must be a whole number, not true"),
        ({"rows": 1, "rwos": 2}, "/rwos", "is not known here; did you mean 'rows'?"),
        ({"rows": 1, "day": "31.7.2026"}, "/day", "must be a date such as 2026-09-30, not '31.7.2026'"),
        ({"rows": 1, "operations": []}, "/operations", "must not be empty"),
        ({"rows": 1, "operations": [{"op": "limit"}]}, "/operations/0/count", "is required"),
        (
            {"rows": 1, "operations": [{"op": "limmit"}]},
            "/operations/0/op",
            "must be one of limit, sort, not the text 'limmit'",
        ),
        ([], "", "must be an object, not a list"),
    ],
)
def test_each_rule_has_words(value: object, pointer: str, message: str) -> None:
    found = check(SCHEMA, value)
    assert [(each.pointer, each.message) for each in found] == [(pointer, message)]


def test_what_fits_has_no_errors() -> None:
    assert check(SCHEMA, {"rows": 3, "operations": [{"op": "sort", "by": "day"}]}) == []
    assert check({}, object()) == []


def test_defaults_are_filled_at_every_depth() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"default": 1}, "b": {"items": {"properties": {"c": {"default": 2}}}}},
    }
    assert with_defaults(schema, {"b": [{}, {"c": 3}]}) == {"a": 1, "b": [{"c": 2}, {"c": 3}]}
    assert with_defaults(schema, {"b": None}) == {"a": 1, "b": None}


def test_a_schema_is_checked_too() -> None:
    assert check_schema(SCHEMA) == []
    assert check_schema({"type": "txt"})[0].pointer == "/type"


def test_pointers_escape() -> None:
    schema = {"properties": {"a/b": {"properties": {"c~d": {"type": "string"}}}}}
    assert check(schema, {"a/b": {"c~d": 1}}) == [FieldError("/a~1b/c~0d", "must be a text, not the number 1", "type")]


def test_references_never_leave_the_schema() -> None:
    with pytest.raises(Exception, match=r"example\.invalid"):
        check({"$ref": "http://example.invalid/schema.json"}, 1)
