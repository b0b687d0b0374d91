"""Protobuf contracts: protoc reads the files, real bytes show what the rules say."""

import base64

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from agents.contracts.errors import BadContractError
from agents.contracts.formats import SchemaType, parse, proto_compiler
from agents.contracts.formats.base import BrokenError
from agents.contracts.formats.proto_text import written
from agents.contracts.wire import BadFrameError, frame, read_indexes, unframe, write_indexes


def proto(body, syntax="proto3", **references):
    return parse(SchemaType.PROTOBUF, f'syntax = "{syntax}";\n{body}', references)


TYPE, NUMBER, REUSED = "field_type_changed", "field_number_changed", "field_number_reused"
FIRST, ONEOF = "first_message_changed", "moved_into_oneof"
RULES = [
    ("message A { int32 x = 1; }", "message A { int64 x = 1; }", None, None),
    ("message A { int32 x = 1; }", "message A { sint32 x = 1; }", TYPE, TYPE),
    ("message A { string x = 1; }", "message A { bytes x = 1; }", None, TYPE),
    ("message A { int32 x = 1; }", "message A { string x = 1; }", TYPE, TYPE),
    ("message A { int32 x = 1; }", "message A { int32 x = 1; string y = 2; }", None, None),
    ("message A { int32 x = 1; }", "message A { int32 renamed = 1; }", None, None),
    ("message A { int32 x = 1; }", "message A { int32 x = 2; }", NUMBER, NUMBER),
    ("message A { int32 x = 1; }", "message A { int32 y = 1; int32 x = 2; }", REUSED, NUMBER),
    ("message A { int32 x = 1; }", "message A { repeated int32 x = 1; }", None, "label_changed"),
    ("message A { string x = 1; }", "message A { repeated string x = 1; }", None, "label_changed"),
    ("message A { int32 x = 1; int32 y = 2; }", "message A { oneof o { int32 x = 1; int32 y = 2; } }", ONEOF, None),
    ("message A { int32 x = 1; }", "message A { oneof o { int32 x = 1; int32 y = 2; } }", None, "oneof_field_removed"),
    ("message A {} message B {}", "message A {}", "message_removed", None),
    ("message A {} message B {}", "message B {} message A {}", FIRST, FIRST),
    ("message A { B b = 1; } message B { int32 x = 1; }", "message A { B b = 1; } message B { string x = 1; }", TYPE, TYPE),
    ("message A { B b = 1; } message B {} message C {}", "message A { C b = 1; } message B {} message C {}", TYPE, TYPE),
    ("package a; message A { int32 x = 1; }", "package b; message A { int32 x = 1; }", None, None),
    ("message A { map<string, int32> m = 1; }", "message A { map<string, string> m = 1; }", TYPE, TYPE),
    ("message A { E e = 1; } enum E { Z = 0; Y = 1; }", "message A { E e = 1; } enum E { Z = 0; }", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "backward", "forward"), RULES)
def test_each_rule_both_ways(old, new, backward, forward):
    before, after = proto(old), proto(new)

    def rules(reader, writer):
        return {reason.rule for reason in reader.reads(writer)}

    assert (backward in rules(after, before)) if backward else not rules(after, before)
    assert (forward in rules(before, after)) if forward else not rules(before, after)


def test_required_fields_and_closed_enums_of_proto2():
    plain = proto("message A { optional int32 x = 1; }", "proto2")
    required = proto("message A { required int32 x = 1; }", "proto2")
    assert [reason.rule for reason in required.reads(plain)] == ["required_added"]
    assert not [*plain.reads(required)]
    two = proto("message A { optional E e = 1; } enum E { Y = 0; Z = 1; }", "proto2")
    one = proto("message A { optional E e = 1; } enum E { Y = 0; }", "proto2")
    assert [reason.rule for reason in one.reads(two)] == ["enum_value_missing"]
    assert not [*two.reads(one)]


@pytest.mark.parametrize(("old", "new", "value"), [
    ("message A { int32 x = 1; }", "message A { int64 x = 1; string y = 2; }", {"x": -7}),
    ("message A { string x = 1; }", "message A { bytes x = 1; }", {"x": "ä"}),
    ("message A { int32 x = 1; }", "message A { repeated int32 x = 1; }", {"x": 7}),
    ("message A { bool x = 1; }", "message A { uint64 x = 1; }", {"x": True}),
])  # fmt: skip
def test_what_the_rules_allow_can_be_read(old, new, value):
    before, after = proto(old), proto(new)
    assert not [*after.reads(before)]
    assert "x" in after.decode(before.encode(value))


SHIPMENT = """package shop;
import "google/protobuf/timestamp.proto";
message Shipment {
  int64 id = 1;
  repeated Item items = 2;
  map<string, string> labels = 3;
  oneof to { string street = 4; string box = 5; }
  google.protobuf.Timestamp at = 6;
  optional int32 count = 7;
  State state = 8;
  enum State { UNKNOWN = 0; SENT = 1; }
  message Item { string sku = 1; double weight_kg = 2; }
  reserved 20 to 22, 30;
  reserved "old";
}"""


def test_json_goes_there_and_back():
    contract = proto(SHIPMENT)
    value = {
        "id": "9007199254740993",
        "items": [{"sku": "a", "weight_kg": 1.5}],
        "labels": {"a": "b"},
        "box": "7",
        "at": "2026-01-02T03:04:05Z",
        "count": 0,
        "state": "SENT",
    }
    assert contract.decode(contract.encode(value)) == value


def test_a_descriptor_says_the_same_as_the_text():
    contract = proto(SHIPMENT)
    again = parse(SchemaType.PROTOBUF, contract.serialized)
    assert again.canonical == contract.canonical
    text = parse(SchemaType.PROTOBUF, written(contract.file))
    assert not [*text.reads(contract)]
    assert not [*contract.reads(text)]


def test_other_files_are_imported_by_reference():
    money = proto("package m; message Money { int64 cents = 1; }")
    text = 'syntax = "proto3"; import "money.proto"; message Bill { m.Money total = 1; }'
    bill = parse(SchemaType.PROTOBUF, text, {"money.proto": money})
    assert bill.decode(bill.encode({"total": {"cents": 3}})) == {"total": {"cents": "3"}}
    elsewhere = parse(SchemaType.PROTOBUF, text, compiled=bill.compiled)
    assert elsewhere.decode(bill.encode({"total": {"cents": 3}})) == {"total": {"cents": "3"}}


@pytest.mark.parametrize(
    ("value", "where"),
    [({"id": "x"}, "/id"), ({"id": 2**63}, "/id"), ({"nope": 1}, ""), ({"items": 3}, "/items"), ([], "")],
)
def test_what_does_not_fit_is_refused(value, where):
    with pytest.raises(BrokenError) as refused:
        proto(SHIPMENT).encode(value)
    assert refused.value.faults[0].field.startswith(where)


@pytest.mark.parametrize("data", [b"", b"\0\xff", b"\x02\x10", b"\x7f" * 9, b"\0\x0a\xff"])
def test_bytes_that_are_no_message_are_refused(data):
    with pytest.raises(BrokenError):
        proto(SHIPMENT).decode(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "message A {}}",
        'syntax = "proto3"; message A { int32 x = 1; int32 y = 1; }',
        'syntax = "proto3"; import "/etc/passwd"; message A {}',
        'syntax = "proto3"; import "../x.proto"; message A {}',
        'syntax = "proto3"; enum E { A = 0; }',
        'syntax = "proto3"; message A { B b = 1; }',
        'syntax = "proto3"; ' + "message A { " * 5000,
    ],
)
def test_what_is_no_file_is_refused(text):
    with pytest.raises(BadContractError):
        parse(SchemaType.PROTOBUF, text)


def test_a_reference_stays_in_its_folder():
    money = proto("message Money { int64 cents = 1; }")
    with pytest.raises(BadContractError):
        parse(SchemaType.PROTOBUF, 'syntax = "proto3"; message A {}', {"../../money.proto": money})


def test_bodies_are_framed():
    assert unframe(frame(7, b"x")) == (7, b"x")
    assert frame(7, b"x") == b"\0\0\0\0\x07x"
    for broken in (b"", b"\x01\0\0\0\x07x", b"\0\0\0"):
        with pytest.raises(BadFrameError):
            unframe(broken)
    assert read_indexes(write_indexes([0]) + b"x") == ([0], b"x")
    assert read_indexes(write_indexes([1, 0, 2]) + b"x") == ([1, 0, 2], b"x")


def test_what_a_descriptor_imports_again_and_again_is_compiled_once(monkeypatch):
    compiled = []
    compile_ = proto_compiler.compile
    monkeypatch.setattr(proto_compiler, "compile", lambda *given: compiled.append(given) or compile_(*given))
    file = FileDescriptorProto(name="a.proto", syntax="proto3", dependency=["google/protobuf/any.proto"] * 50)
    file.message_type.add(name="A")
    parse(SchemaType.PROTOBUF, base64.b64encode(file.SerializeToString()).decode())
    assert len(compiled) == 1


def test_a_reference_that_lies_inside_of_another_is_refused():
    inner = proto("message B { int32 x = 1; }")
    with pytest.raises(BadContractError, match="lies inside of another"):
        parse(SchemaType.PROTOBUF, 'syntax = "proto3"; message A {}', {"b.proto": inner, "b.proto/c.proto": inner})


def test_an_old_message_is_read_as_the_newest_version():
    old = proto("package a; message A { int32 id = 1; string gone = 2; message B { int32 x = 1; } B b = 3; }")
    new = proto("package b; message A { int64 number = 1; B b = 3; message C {} message B { int32 y = 1; } }")
    assert not [*new.reads(old)]
    payload = old.encode({"id": 7, "gone": "x", "b": {"x": 2}})
    assert new.decode(payload, old) == {"number": "7", "b": {"y": 2}}
    inner = write_indexes([0, 0]) + b"\x08\x05"
    assert (old.decode(inner), new.decode(inner, old)) == ({"x": 5}, {"y": 5})


ITEMS = "message O { %s item = 1; message Item { string a = 1; } } message Other { message Item { %s a = 1; } }"


def test_a_field_that_moves_to_another_type_of_the_same_name_is_compared_with_it():
    before = proto(ITEMS % ("Item", "int64"))
    (reason,) = proto(ITEMS % ("Other.Item", "int64")).reads(before)
    assert (reason.rule, reason.path, reason.reader, reason.writer) == (TYPE, "/O/Item/a", "int64", "string")
    before = proto(ITEMS % ("Item", "string"))
    assert not [*proto(ITEMS % ("Other.Item", "string")).reads(before)]


def bill(money, **more):
    text = 'import "money.proto"; package shop; message Bill { m.Price total = 1; }'
    return proto(text, **{"money.proto": proto(money, **more)})


def test_types_of_references_are_compared():
    texts, numbers = (f"package m; message Price {{ {kind} amount = 1; }}" for kind in ("string", "int64"))
    (reason,) = bill(numbers).reads(bill(texts))
    assert (reason.rule, reason.path, reason.reader, reason.writer) == (TYPE, "/Price/amount", "int64", "string")
    assert not [*bill(texts).reads(bill(texts))]
    inside = "package m; message Price { Unit unit = 1; message Unit { %s x = 1; } }"
    (reason,) = bill(inside % "sint32").reads(bill(inside % "int32"))
    assert reason.path == "/Price/Unit/x"


def test_closed_enums_of_references_are_compared():
    enum = "package m; message Price { optional E e = 1; } enum E { Y = 0; %s }"
    two, one = bill(enum % "Z = 1;", syntax="proto2"), bill(enum % "", syntax="proto2")
    assert [reason.rule for reason in one.reads(two)] == ["enum_value_missing"]
    assert not [*two.reads(one)]


def test_types_that_hold_themselves_are_compared():
    text = "message A { A inner = 1; B other = 2; } message B { A back = 1; %s x = 2; }"
    assert [reason.path for reason in proto(text % "string").reads(proto(text % "int32"))] == ["/B/x"]


def test_a_type_of_our_own_is_not_one_of_googles():
    google = 'import "google/protobuf/timestamp.proto"; message A { google.protobuf.Timestamp at = 1; }'
    own = "message A { Timestamp at = 1; } message Timestamp { int64 seconds = 1; int32 nanos = 2; }"
    assert TYPE in {reason.rule for reason in proto(own).reads(proto(google))}
    assert not [*proto(google).reads(proto(google))]
