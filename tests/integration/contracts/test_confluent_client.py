"""The client of the Confluent Schema Registry, as its makers ship it, talks to ours."""

import pytest
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from agentcluster.security import tokens
from agents.contracts import reading
from agents.contracts.formats import SchemaType, parse
from agents.contracts.wire import unframe

ORDER = """{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "long"}]}"""
WITH_NOTE = """{"type": "record", "name": "Order", "fields": [
    {"name": "id", "type": "long"}, {"name": "note", "type": "string"}]}"""
JSON_ORDER = """{"title": "Order", "type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"],
    "additionalProperties": false}"""
PROTO_ORDER = """syntax = "proto3";
package shop;
message Order {
  int64 id = 1;
  repeated Item items = 2;
  message Item { string sku = 1; }
}
"""
CONTEXT = SerializationContext("orders", MessageField.VALUE)


@pytest.fixture
def registry(live_server, administrator):
    secret = tokens.create(administrator, "client")
    url = f"{live_server.url}/contracts/confluent"
    with SchemaRegistryClient({"url": url, "basic.auth.user.info": f"root:{secret}"}) as client:
        yield client


def test_schemas_are_registered_found_and_checked(registry):
    schema_id = registry.register_schema("orders.v1", Schema(ORDER, "AVRO"))
    assert registry.register_schema("orders.v1", Schema(ORDER, "AVRO")) == schema_id
    assert registry.get_subjects() == ["orders.v1"]
    assert registry.get_versions("orders.v1") == [1]
    assert registry.get_latest_version("orders.v1").schema_id == schema_id
    assert registry.get_version("orders.v1", 1).version == 1
    assert registry.lookup_schema("orders.v1", Schema(ORDER, "AVRO")).version == 1
    assert registry.get_schema(schema_id).schema_str == ORDER
    assert registry.test_compatibility("orders.v1", Schema(ORDER, "AVRO"))
    assert not registry.test_compatibility("orders.v1", Schema(WITH_NOTE, "AVRO"))
    with pytest.raises(SchemaRegistryError) as refused:
        registry.register_schema("orders.v1", Schema(WITH_NOTE, "AVRO"))
    assert (refused.value.http_status_code, refused.value.error_code) == (409, 409)
    assert "/note" in str(refused.value)


def test_levels_and_modes_are_set(registry):
    registry.register_schema("orders.v1", Schema(ORDER, "AVRO"))
    assert registry.get_compatibility() == "BACKWARD"
    registry.set_compatibility("orders.v1", "NONE")
    assert registry.get_compatibility("orders.v1") == "NONE"
    assert registry.register_schema("orders.v1", Schema(WITH_NOTE, "AVRO")) > 0
    assert registry.get_versions("orders.v1") == [1, 2]
    registry.update_mode("orders.v1", "READONLY")
    assert registry.get_mode("orders.v1") == "READONLY"
    with pytest.raises(SchemaRegistryError) as refused:
        registry.register_schema("orders.v1", Schema('"string"', "AVRO"))
    assert refused.value.error_code == 42205
    with pytest.raises(SchemaRegistryError) as unknown:
        registry.get_compatibility("nothing")
    assert unknown.value.error_code == 40408


def test_versions_are_deleted_softly_then_for_good(registry):
    registry.register_schema("orders.v1", Schema(ORDER, "AVRO"))
    assert registry.delete_subject("orders.v1") == [1]
    assert registry.get_subjects() == []
    with pytest.raises(SchemaRegistryError) as gone:
        registry.get_latest_version("orders.v1")
    assert gone.value.error_code == 40401
    with pytest.raises(SchemaRegistryError) as again:
        registry.delete_subject("orders.v1")
    assert again.value.error_code == 40404
    registry.register_schema("orders.v1", Schema(WITH_NOTE, "AVRO"))
    assert registry.get_versions("orders.v1") == [2]
    with pytest.raises(SchemaRegistryError) as early:
        registry.delete_subject("orders.v1", permanent=True)
    assert early.value.error_code == 40405
    registry.delete_subject("orders.v1")
    assert registry.delete_subject("orders.v1", permanent=True) == [1, 2]


def test_references_lead_to_other_subjects(registry):
    registry.register_schema("money", Schema('{"type": "record", "name": "Money", "fields": []}', "AVRO"))
    text = '{"type": "record", "name": "Bill", "fields": [{"name": "total", "type": "Money"}]}'
    schema = Schema(text, "AVRO", [SchemaReference("Money", "money", 1)])
    found = registry.get_schema(registry.register_schema("bills", schema))
    assert [each.subject for each in found.references] == ["money"]
    with pytest.raises(SchemaRegistryError) as used:
        registry.delete_subject("money")
    assert used.value.error_code == 42206


def test_avro_goes_there_and_back(registry):
    write = AvroSerializer(registry, ORDER)
    data = write({"id": 7}, CONTEXT)
    assert AvroDeserializer(registry)(data, CONTEXT) == {"id": 7}
    schema_id, payload = unframe(data)
    ours = reading.read(reading.schema(schema_id))
    assert ours.decode(payload) == {"id": 7}
    assert ours.encode({"id": 7}) == payload


def test_json_goes_there_and_back(registry):
    data = JSONSerializer(JSON_ORDER, registry)({"id": 7}, CONTEXT)
    assert JSONDeserializer(None, schema_registry_client=registry)(data, CONTEXT) == {"id": 7}
    schema_id, payload = unframe(data)
    assert reading.read(reading.schema(schema_id)).decode(payload) == {"id": 7}


def test_protobuf_goes_there_and_back(registry):
    order = _message_class(PROTO_ORDER, "shop.Order")
    data = ProtobufSerializer(order, registry)(order(id=7, items=[{"sku": "a"}]), CONTEXT)
    assert ProtobufDeserializer(order, {}, registry)(data, CONTEXT).id == 7
    schema_id, payload = unframe(data)
    row = reading.schema(schema_id)
    assert "message Order {" in row.text
    assert reading.read(row).decode(payload) == {"id": "7", "items": [{"sku": "a"}]}
    assert registry.register_schema("orders-value", Schema(PROTO_ORDER, "PROTOBUF")) == schema_id


def _message_class(text, name):
    """Make the class a program generated from the file would have."""
    pool = DescriptorPool()
    for file in parse(SchemaType.PROTOBUF, text).files.file:
        pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName(name))
