"""What a Protobuf message type looks like in ProtoJSON, as JSON Schema."""

from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor as Field

_WHOLE: Final = {"type": ["integer", "string"]}
_TEXT: Final = {"type": "string"}
_KINDS: Final[dict[int, dict[str, Any]]] = {
    Field.CPPTYPE_INT32: {"type": ["integer", "string"]},
    Field.CPPTYPE_UINT32: {"type": ["integer", "string"]},
    Field.CPPTYPE_INT64: _WHOLE,
    Field.CPPTYPE_UINT64: _WHOLE,
    Field.CPPTYPE_DOUBLE: {"type": ["number", "string"]},
    Field.CPPTYPE_FLOAT: {"type": ["number", "string"]},
    Field.CPPTYPE_BOOL: {"type": "boolean"},
}


def json_schema_of(descriptor: Any) -> Any:
    """Return a JSON Schema of the JSON that stands for messages of the type."""
    definitions: dict[str, Any] = {}
    top = _message(descriptor, definitions)
    return {**top, "$defs": definitions}


def _message(descriptor: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    name = descriptor.full_name
    if name.startswith("google.protobuf."):
        return {}  # these have a JSON of their own
    if name not in definitions:
        definitions[name] = True
        properties = {field.name: _field(field, definitions) for field in descriptor.fields}
        required = [field.name for field in descriptor.fields if field.is_required]
        definitions[name] = {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}


def _field(field: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        value = _single(field.message_type.fields_by_name["value"], definitions)
        return {"type": "object", "additionalProperties": value}
    single = _single(field, definitions)
    return {"type": "array", "items": single} if field.is_repeated else single


def _single(field: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if field.message_type is not None:
        return _message(field.message_type, definitions)
    if field.enum_type is not None:
        return {"type": ["string", "integer"]}
    return _KINDS.get(field.cpp_type, _TEXT)
