"""JSON Schema contracts: whatever the rules allow, a validator allows as well."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.contracts.errors import BadContractError
from agents.contracts.formats import SchemaType, parse
from agents.contracts.formats.base import BrokenError
from agents.domain.contracts.json_schema import reasons
from agents.domain.schema_check import check


def closed(required=(), **properties):
    return {"type": "object", "properties": properties, "required": [*required], "additionalProperties": False}


INT, TEXT, NUMBER = {"type": "integer"}, {"type": "string"}, {"type": "number"}
NODE = {"$defs": {"N": closed(next={"anyOf": [{"type": "null"}, {"$ref": "#/$defs/N"}]}, v=INT)}, "$ref": "#/$defs/N"}
WIDER = {
    "$defs": {"N": closed(next={"anyOf": [{"type": "null"}, {"$ref": "#/$defs/N"}]}, v=NUMBER)},
    "$ref": "#/$defs/N",
}

RULES = [
    (INT, NUMBER, None, "type_narrowed"),
    (INT, TEXT, "type_narrowed", "type_narrowed"),
    (INT, {"type": ["integer", "null"]}, None, "type_narrowed"),
    ({"enum": ["a"]}, {"enum": ["a", "b"]}, None, "enum_narrowed"),
    ({"enum": ["a"]}, TEXT, None, "enum_narrowed"),
    ({"const": 1}, {"minimum": 0}, None, "enum_narrowed"),
    ({"type": "boolean"}, {"enum": [True, False]}, None, None),
    ({"type": "integer", "minimum": 0}, {"type": "integer", "minimum": -1}, None, "range_narrowed"),
    ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}, None, None),
    ({"type": "integer", "maximum": 9}, INT, None, "range_narrowed"),
    ({"type": "number", "multipleOf": 4}, {"type": "number", "multipleOf": 2}, None, "range_narrowed"),
    ({"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 9}, None, "range_narrowed"),
    ({"type": "string", "pattern": "^a"}, TEXT, None, "pattern_changed"),
    ({"type": "string", "format": "date"}, TEXT, None, "format_changed"),
    ({"type": "array", "items": INT}, {"type": "array", "items": NUMBER}, None, "type_narrowed"),
    ({"type": "array", "uniqueItems": True}, {"type": "array"}, None, "range_narrowed"),
    (closed(a=INT), closed(["a"], a=INT), "required_added", None),
    (closed(a=INT), closed(a=INT, b=INT), None, "property_removed"),
    ({"type": "object"}, {"type": "object", "properties": {"b": INT}}, "property_added_to_open_object", None),
    ({"type": "object"}, {"type": "object", "additionalProperties": False}, "additional_properties_closed", None),
    ({"anyOf": [INT, TEXT]}, {"type": ["integer", "string"]}, None, None),
    ({"oneOf": [INT, TEXT]}, {"oneOf": [INT, TEXT, {"type": "null"}]}, None, "no_alternative"),
    ({"allOf": [INT, {"minimum": 3}]}, {"type": "integer", "minimum": 3}, None, None),
    ({"not": INT}, {"not": TEXT}, "cannot_be_judged", "cannot_be_judged"),
    ({"if": INT, "then": {"minimum": 3}}, {}, None, "cannot_be_judged"),
    ({"patternProperties": {"^a": INT}}, {"patternProperties": {"^a": TEXT}}, "cannot_be_judged", "cannot_be_judged"),
    (False, INT, None, "not_allowed"),
    (NODE, WIDER, None, "type_narrowed"),
    (INT, {"type": "integer", "description": "more words"}, None, None),
]


@pytest.mark.parametrize(("old", "new", "backward", "forward"), RULES)
def test_each_rule_both_ways(old, new, backward, forward):
    def rules(reader, writer):
        return {reason.rule for reason in reasons(reader, writer)}

    assert (backward in rules(new, old)) if backward else not rules(new, old)
    assert (forward in rules(old, new)) if forward else not rules(old, new)


SCALARS = st.sampled_from([
    True, {}, INT, NUMBER, TEXT, {"type": "null"}, {"type": "boolean"}, {"type": ["integer", "null"]},
    {"type": "integer", "minimum": 2}, {"type": "number", "exclusiveMinimum": 1.5}, {"type": "number", "maximum": 5},
    {"type": "integer", "multipleOf": 3}, {"multipleOf": 2}, {"enum": [1, "a", None]}, {"enum": [2, 4]}, {"const": "b"},
    {"type": "string", "minLength": 1}, {"maxLength": 2}, {"minimum": 3},
])  # fmt: skip


def grown(inner):
    properties = st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    objects = st.builds(
        lambda properties, required, more: {
            "type": "object", "properties": properties, "required": required, "additionalProperties": more,
        },
        properties, st.lists(st.sampled_from("ab"), unique=True, max_size=2), st.one_of(st.booleans(), inner),
    )  # fmt: skip
    lists = st.builds(
        lambda items, least: {"type": "array", "items": items, "minItems": least}, inner, st.integers(0, 2)
    )
    some = st.lists(inner, min_size=1, max_size=3)
    combined = st.builds(lambda word, parts: {word: parts}, st.sampled_from(["anyOf", "oneOf", "allOf"]), some)
    bound = st.builds(lambda a, b: {"allOf": [a], **(b if isinstance(b, dict) else {})}, inner, SCALARS)
    return st.one_of(objects, lists, combined, bound, st.builds(lambda part: {"not": part}, inner))


SCHEMAS = st.recursive(SCALARS, grown, max_leaves=6)
VALUES = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 2, 3, 4, 6, 1.5, 2.5, 7.25, "", "a", "b", "abc"]),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=5,
)


@settings(max_examples=600, deadline=None)
@given(old=SCHEMAS, new=SCHEMAS, values=st.lists(VALUES, min_size=8, max_size=20))
def test_what_the_rules_allow_a_validator_allows(old, new, values):
    if [*reasons(new, old)]:
        return
    for value in values:
        if not check(old, value):
            assert check(new, value) == []


@settings(max_examples=300, deadline=None)
@given(schema=SCHEMAS)
def test_every_schema_follows_itself(schema):
    assert not [*reasons(schema, json.loads(json.dumps(schema)))]


def test_named_references_lead_to_other_contracts():
    money = parse(SchemaType.JSON, json.dumps(closed(["amount"], amount=INT)))
    bill = parse(SchemaType.JSON, json.dumps(closed(total={"$ref": "money.json"})), {"money.json": money})
    bill.encode({"total": {"amount": 3}})
    with pytest.raises(BrokenError) as refused:
        bill.encode({"total": {"amount": "3"}})
    assert refused.value.faults[0].field == "/total/amount"


def test_references_to_references_do_not_explode():
    def above(inner):
        text = json.dumps({"$defs": {name: {"$ref": name} for name in "ab"}})
        return parse(SchemaType.JSON, text, {"a": inner, "b": inner})

    found = parse(SchemaType.JSON, json.dumps({"type": "string", "description": "x" * 200_000}))
    found = above(above(found))
    with pytest.raises(BadContractError, match="refers to is longer than 1024 KB together"):
        above(found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "{",
        '{"type": "wrong"}',
        '{"$ref": "#/nowhere"}',
        '{"$ref": "https://example.org/x"}',
        '{"pattern": "(?=a)"}',
        '{"title": "\ud800"}',
    ],
)
def test_what_is_no_schema_is_refused(text):
    with pytest.raises(BadContractError):
        parse(SchemaType.JSON, text)


def test_messages_are_held_to_the_schema():
    contract = parse(SchemaType.JSON, json.dumps(closed(["a"], a=INT)))
    assert contract.decode(contract.encode({"a": 1})) == {"a": 1}
    for broken in (b"", b"{", b"\xff", b'{"a": "1"}', b'{"a": 1, "b": 2}', b"[" * 10_000):
        with pytest.raises(BrokenError):
            contract.decode(broken)
