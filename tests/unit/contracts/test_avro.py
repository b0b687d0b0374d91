"""Avro contracts: fastavro is the judge of what the rules say, and of what we write."""

import base64
import json
from io import BytesIO

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.contracts.errors import BadContractError
from agents.contracts.formats import SchemaType, parse
from agents.contracts.formats.base import BrokenError


def avro(schema, **references):
    return parse(SchemaType.AVRO, json.dumps(schema), references)


def record(*fields, name="R", **more):
    return {"type": "record", "name": name, "fields": list(fields), **more}


def field(name, kind, **more):
    return {"name": name, "type": kind, **more}


def enum(*symbols, **more):
    return {"type": "enum", "name": "E", "symbols": list(symbols), **more}


def decimal(precision, scale):
    return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}


LOGICAL, SIZE = "logical_type_changed", "fixed_size_changed"
RULES = [
    ("int", "long", None, "type_changed"),
    ("int", "double", None, "type_changed"),
    ("float", "double", None, "type_changed"),
    ("string", "bytes", None, None),
    ("int", "string", "type_changed", "type_changed"),
    ("long", "float", None, "type_changed"),
    (["null", "int"], "int", "union_branch_missing", None),
    (["null", "int"], ["null", "long"], None, "union_branch_missing"),
    (record(), record(field("a", "int")), "field_without_default", None),
    (record(), record(field("a", "int", default=0)), None, None),
    (record(field("a", "int")), record(field("b", "int", aliases=["a"])), None, "field_without_default"),
    (record(name="R"), record(name="S"), "name_changed", "name_changed"),
    (record(name="R"), record(name="S", aliases=["R"]), None, "name_changed"),
    (record(name="a.R"), record(name="b.R"), None, None),
    (enum("A", "B"), enum("A"), "enum_symbol_missing", None),
    (enum("A", "B"), enum("A", default="A"), None, None),
    ({"type": "fixed", "name": "F", "size": 4}, {"type": "fixed", "name": "F", "size": 8}, SIZE, SIZE),
    ({"type": "array", "items": "int"}, {"type": "array", "items": "long"}, None, "type_changed"),
    ({"type": "map", "values": "int"}, {"type": "map", "values": "string"}, "type_changed", "type_changed"),
    ({"type": "long", "logicalType": "timestamp-millis"}, {"type": "long", "logicalType": "timestamp-micros"}, LOGICAL, LOGICAL),
    (decimal(9, 2), decimal(9, 3), LOGICAL, LOGICAL),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "backward", "forward"), RULES)
def test_each_rule_both_ways(old, new, backward, forward):
    before, after = avro(old), avro(new)
    assert [reason.rule for reason in after.reads(before)] == ([backward] if backward else [])
    assert [reason.rule for reason in before.reads(after)] == ([forward] if forward else [])


def test_a_reason_names_the_field_deep_inside():
    old = record(field("items", {"type": "array", "items": record(field("price", "double"), name="Item")}))
    new = record(field("items", {"type": "array", "items": record(field("price", "int"), name="Item")}))
    (reason,) = avro(new).reads(avro(old))
    assert (reason.path, reason.reader, reason.writer) == ("/items/[]/price", "int", "double")


def test_types_that_hold_themselves_are_compared():
    old = record(field("next", ["null", "R"], default=None), field("value", "int"))
    new = record(field("next", ["null", "R"], default=None), field("value", "long"))
    assert not [*avro(new).reads(avro(old))]
    assert [*avro(old).reads(avro(new))]


PRIMITIVES = st.sampled_from(["null", "boolean", "int", "long", "float", "double", "string"])
ENUMS = st.lists(st.sampled_from("ABCD"), min_size=1, max_size=4, unique=True).map(lambda symbols: enum(*symbols))


@st.composite
def schemas(draw, depth=2):
    """A record whose fields are of all kinds; the names are few, so that two of them often meet."""
    names = draw(st.lists(st.sampled_from("abcd"), max_size=4, unique=True))
    fields = []
    used_enum = False
    for name in names:
        kind = draw(st.sampled_from(["plain", "array", "map", "union", "enum", "optional"]))
        plain = draw(PRIMITIVES)
        if kind == "enum" and not used_enum:
            used_enum = True
            fields.append(field(name, draw(ENUMS)))
        elif kind == "array" and plain != "null":
            fields.append(field(name, {"type": "array", "items": plain}))
        elif kind == "map":
            fields.append(field(name, {"type": "map", "values": plain}))
        elif kind == "union":
            fields.append(field(name, draw(st.lists(PRIMITIVES, min_size=1, max_size=3, unique=True))))
        elif kind == "optional":
            fields.append(field(name, ["null", "string"], default=None))
        else:
            fields.append(field(name, plain))
    return record(*fields)


def values(kind):
    """Return a strategy of the values a type has, as fastavro takes them."""
    if isinstance(kind, list):
        return st.one_of([values(branch).map(lambda value, branch=branch: (branch, value)) for branch in kind])
    if isinstance(kind, dict):
        if kind["type"] == "array":
            return st.lists(values(kind["items"]), max_size=3)
        if kind["type"] == "map":
            return st.dictionaries(st.text(max_size=3), values(kind["values"]), max_size=3)
        if kind["type"] == "enum":
            return st.sampled_from(kind["symbols"])
        return st.fixed_dictionaries({each["name"]: values(each["type"]) for each in kind["fields"]})
    return {
        "null": st.none(),
        "boolean": st.booleans(),
        "int": st.integers(-(2**31), 2**31 - 1),
        "long": st.integers(-(2**63), 2**63 - 1),
        "float": st.floats(width=32, allow_nan=False),
        "double": st.floats(allow_nan=False),
        "string": st.text(max_size=5),
    }[kind]


@settings(max_examples=400, deadline=None)
@given(old=schemas(), new=schemas(), data=st.data())
def test_what_the_rules_allow_fastavro_can_read(old, new, data):
    if [*avro(new).reads(avro(old))]:
        return
    value = data.draw(values(old))
    written = BytesIO()
    writer, reader = fastavro.parse_schema(old), fastavro.parse_schema(new)
    fastavro.schemaless_writer(written, writer, value)
    written.seek(0)
    fastavro.schemaless_reader(written, writer, reader)


@settings(max_examples=200, deadline=None)
@given(schema=schemas(), data=st.data())
def test_what_we_write_we_read_and_so_does_fastavro(schema, data):
    drawn = data.draw(values(schema))
    value = json.loads(json.dumps(_plain(drawn)))
    contract = avro(schema)
    try:
        payload = contract.encode(value)
    except BrokenError:
        # JSON has no infinity, and a union may hold a number that fits another branch; nothing else is refused.
        assert "Infinity" in json.dumps(value) or any(isinstance(each["type"], list) for each in schema["fields"])
        return
    assert fastavro.schemaless_reader(BytesIO(payload), fastavro.parse_schema(schema), None) is not None
    assert contract.decode(payload).keys() == value.keys()


def _plain(value):
    if isinstance(value, tuple):
        return _plain(value[1])
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def test_json_goes_there_and_back():
    schema = record(
        field("id", "long"),
        field("raw", "bytes"),
        field("at", {"type": "long", "logicalType": "timestamp-millis"}),
        field("note", ["null", "string"], default=None),
        field("total", {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}, default="\u00ff"),
    )
    contract = avro(schema)
    value = {"id": 2**62, "raw": base64.b64encode(b"\0\xff").decode(), "at": 1_700_000_000_000, "note": "x"}
    assert contract.decode(contract.encode(value)) == value | {"total": "/w=="}


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"id": "7"}, "/id"),
        ({}, "/id"),
        ({"id": 7, "more": 1}, "/more"),
        ({"id": 2**63}, "/id"),
        ({"id": True}, "/id"),
        ({"id": 1.5}, "/id"),
        ([], ""),
        (None, ""),
    ],
)
def test_what_does_not_fit_is_refused_by_field(value, where):
    with pytest.raises(BrokenError) as refused:
        avro(record(field("id", "long"))).encode(value)
    assert refused.value.faults[0].field == where


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x02\x02", b"\xff" * 20])
def test_bytes_that_are_no_message_are_refused(data):
    with pytest.raises(BrokenError):
        avro(record(field("id", "long"), field("name", "string"))).decode(data)


def test_data_that_nests_without_end_is_refused():
    schema = record(field("next", ["null", "R"], default=None))
    with pytest.raises(BrokenError):
        avro(schema).decode(b"\x02" * 500_000)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]]",
        '{"type": "record"}',
        '{"type": "x"}',
        '{"type": "array", "items": "null"}',
        "[" * 100_000,
        "7",
        "null7",
    ],
)
def test_what_is_no_schema_is_refused(text):
    with pytest.raises(BadContractError):
        parse(SchemaType.AVRO, text)


def test_an_old_message_is_read_as_the_newest_version():
    inner = record(field("unit", "string", default="kg"), field("count", "int", default=1), name="Inner")
    old = avro(record(field("id", "int"), field("gone", "string")))
    new = avro(
        record(
            field("number", "long", aliases=["id"]),
            field("note", "string", default="none"),
            field("raw", "bytes", default="\u00ff\u0001"),
            field("inner", inner, default={"unit": "g"}),
            field("maybe", ["null", "string"], default=None),
            field("list", {"type": "array", "items": "double"}, default=[1, 2]),
        )
    )
    assert not [*new.reads(old)]
    read = new.decode(old.encode({"id": 7, "gone": "x"}), old)
    assert read == {
        "number": 7,
        "note": "none",
        "raw": base64.b64encode(b"\xff\x01").decode(),
        "inner": {"unit": "g", "count": 1},
        "maybe": None,
        "list": [1.0, 2.0],
    }
    assert new.decode(new.encode(read)) == read


def test_an_old_message_of_a_type_that_holds_itself_is_read_as_the_newest_version():
    old = avro(record(field("next", ["null", "R"], default=None), field("value", "int")))
    more = field("note", "string", default="none")
    new = avro(record(field("next", ["null", "R"], default=None), field("value", "long"), more))
    inner = {"next": None, "value": 2}
    read = new.decode(old.encode({"next": inner, "value": 1}), old)
    assert read == {"next": {**inner, "note": "none"}, "value": 1, "note": "none"}
    with pytest.raises(BrokenError):
        new.decode(b"\x02" * 100_000, old)


def test_an_alias_that_fastavro_does_not_see_leaves_the_message_as_it_was_written():
    old = avro(record(field("a", "int"), name="x.Old"))
    new = avro(record(field("a", "int"), field("b", "int", default=3), name="New", aliases=["y.Old"]))
    assert not [*new.reads(old)]
    assert new.decode(old.encode({"a": 1}), old) == {"a": 1}


def test_types_of_a_reference_are_written_and_read():
    money = avro(record(field("amount", "string"), field("currency", "string", default="EUR"), name="m.Money"))
    older = avro(record(field("amount", "string"), name="m.Money"))
    order = avro(record(field("total", "m.Money"), field("tip", ["null", "m.Money"], default=None)), money=money)
    before = avro(record(field("total", "m.Money")), money=older)
    whole = {"total": {"amount": "1", "currency": "USD"}, "tip": {"amount": "2", "currency": "EUR"}}
    assert order.decode(order.encode(whole)) == whole
    assert not [*order.reads(before)]
    read = order.decode(before.encode({"total": {"amount": "1"}}), before)
    assert read == {"total": {"amount": "1", "currency": "EUR"}, "tip": None}


@settings(max_examples=200, deadline=None)
@given(old=schemas(), new=schemas(), data=st.data())
def test_what_is_read_as_another_version_has_the_fields_of_that_version(old, new, data):
    before, after = avro(old), avro(new)
    if not [*after.reads(before)]:
        written = BytesIO()
        fastavro.schemaless_writer(written, fastavro.parse_schema(old), data.draw(values(old)))
        read = after.decode(written.getvalue(), before)
        assert read.keys() == {each["name"] for each in new["fields"]}
