"""Messages of the schema check are for people."""

import time

import pytest

from agents.domain.schema_check import FieldError, check, check_schema, with_defaults
from agents.domain.schema_keywords import SchemaUnusableError

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


def test_true_as_the_schema_of_a_property_has_no_default():
    assert with_defaults({"properties": {"a": True, "b": {"default": 1}}}, {}) == {"b": 1}


def test_a_pattern_cannot_hold_the_process_up():
    begun = time.monotonic()
    for schema, value in (
        ({"pattern": "^(a+)+$"}, "a" * 50_000 + "b"),
        ({"patternProperties": {"^(a|a)*$": False}}, {"a" * 5000 + "b": 1}),
        ({"patternProperties": {"^(a|a)*$": True}, "additionalProperties": False}, {"a" * 5000 + "b": 1}),
        ({"uniqueItems": True}, [{"a": number} for number in range(50_000)]),
    ):
        check(schema, value)
    assert time.monotonic() - begun < 5


BOMB = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(30)}


@pytest.mark.parametrize(
    ("schema", "pointer", "word", "value"),
    [
        ({"pattern": "(?=a)"}, "/pattern", "(?=", "a"),
        ({"properties": {"a/b": {"pattern": r"(a)\1"}}}, "/properties/a~1b/pattern", "\\1", {"a/b": "aa"}),
        ({"items": {"patternProperties": {"(?!a)": {}}}}, "/items/patternProperties/(?!a)", "(?!", [{"b": 1}]),
        ({"anyOf": [{"type": "null"}, {"pattern": "a{5000}"}]}, "/anyOf/1/pattern", "repetition", "a"),
        ({"patternProperties": {"a": {}}, "unevaluatedProperties": False}, "", "additionalProperties", {}),
        ({"properties": {"a": {"$ref": "#/nowhere"}}}, "/properties/a/$ref", "nowhere", {"a": 1}),
        ({"$ref": "https://example.org/schema"}, "/$ref", "nowhere", 1),
        ({"$ref": "#"}, "", "without end", 1),
        ({"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, "", "without end", 1),
        ({"$defs": {**BOMB, "d30": {}}, "$ref": "#/$defs/d0"}, "", "too long", 1),
    ],
)
def test_a_schema_that_could_not_be_used_is_told_of_at_once(schema, pointer, word, value):
    fault = check_schema(schema)[0]
    assert fault.pointer == pointer
    assert word in fault.message
    with pytest.raises(SchemaUnusableError):
        check(schema, value)


def test_patterns_mean_what_they_mean_in_schemas():
    assert check({"pattern": r"^[\u4e00-\u9fff]+$"}, "中文") == []
    assert check({"pattern": r"^\\u4e00$"}, "\\u4e00") == []
    assert check({"pattern": "b"}, "abc") == []
    assert check({"pattern": "^a$"}, "a\n") != []
    assert check({"pattern": "^x"}, "\ud800") != []
    assert check({"patternProperties": {"^n_": {"type": "integer"}}}, {"n_a": "x", "b": "x"})[0].pointer == "/n_a"


@pytest.mark.parametrize(("items", "unique"), [([1, True, "1"], True), ([1, 1.0], False), ([[1], [True]], True)])
def test_equal_entries(items, unique):
    assert (check({"uniqueItems": True}, items) == []) == unique


def test_huge_numbers():
    assert check({"multipleOf": 0.5}, 10**400) == []
    assert check({"multipleOf": 7.5}, 10**400 + 1)[0].code == "multipleOf"
