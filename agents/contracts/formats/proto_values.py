"""Protobuf messages as JSON values with numbers as numbers, as agents take and give them.

ProtoJSON writes 64-bit numbers as texts, and leaves out what has its default.
"""

from typing import Any, Final

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor as Field
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message

_LONG: Final = frozenset({Field.CPPTYPE_INT64, Field.CPPTYPE_UINT64})
_WELL_KNOWN: Final = "google.protobuf."


def native(message: Message, pool: DescriptorPool) -> Any:
    """Return the message's JSON value, with every field that cannot be absent."""
    shown = json_format.MessageToDict(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
        descriptor_pool=pool,
    )
    return _message(message.DESCRIPTOR, shown)


def _message(descriptor: Any, shown: Any) -> Any:
    if descriptor.full_name.startswith(_WELL_KNOWN):
        return shown  # these have a JSON of their own
    fields = descriptor.fields_by_name
    return {name: _field(fields[name], value) if name in fields else value for name, value in shown.items()}


def _field(field: Any, value: Any) -> Any:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        inner = field.message_type.fields_by_name["value"]
        return {key: _single(inner, each) for key, each in value.items()}
    return [_single(field, each) for each in value] if field.is_repeated else _single(field, value)


def _single(field: Any, value: Any) -> Any:
    if field.message_type is not None:
        return _message(field.message_type, value)
    return int(value) if field.cpp_type in _LONG else value
