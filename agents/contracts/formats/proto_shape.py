"""What a Protobuf message type looks like in ProtoJSON, as JSON Schema."""

from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor as Field

_TEXT: Final[dict[str, Any]] = {"type": "string"}
_WHOLE: Final[dict[str, Any]] = {"type": ["integer", "string"]}
_NUMBER: Final[dict[str, Any]] = {"type": ["number", "string"]}
_TAKEN: Final[dict[int, dict[str, Any]]] = {
    **dict.fromkeys((Field.CPPTYPE_INT32, Field.CPPTYPE_UINT32, Field.CPPTYPE_INT64, Field.CPPTYPE_UINT64), _WHOLE),
    **dict.fromkeys((Field.CPPTYPE_DOUBLE, Field.CPPTYPE_FLOAT), _NUMBER),
    Field.CPPTYPE_BOOL: {"type": "boolean"},
    Field.CPPTYPE_ENUM: _WHOLE,
}
"""What ProtoJSON takes; 64-bit numbers come out as texts, as not every language can hold them."""
_GIVEN: Final[dict[int, dict[str, Any]]] = {
    **{key: {"type": "integer"} for key in (Field.CPPTYPE_INT32, Field.CPPTYPE_UINT32)},
    **{key: {"type": "number"} for key in (Field.CPPTYPE_DOUBLE, Field.CPPTYPE_FLOAT)},
    Field.CPPTYPE_BOOL: {"type": "boolean"},
}


def json_schema_of(descriptor: Any, *, decoded: bool = False) -> Any:
    """Return a JSON Schema of the JSON that stands for messages of the type; ``decoded``: of what was read."""
    shape = _Shape(_GIVEN if decoded else _TAKEN)
    top = shape.message(descriptor)
    return {**top, "$defs": shape.definitions}


class _Shape:
    def __init__(self, kinds: dict[int, dict[str, Any]]) -> None:
        self.definitions: dict[str, Any] = {}
        self._kinds = kinds

    def message(self, descriptor: Any) -> dict[str, Any]:
        name = descriptor.full_name
        if name.startswith("google.protobuf."):
            return {}  # these have a JSON of their own
        if name not in self.definitions:
            self.definitions[name] = True
            self.definitions[name] = {
                "type": "object",
                "properties": {field.name: self._field(field) for field in descriptor.fields},
                "required": [field.name for field in descriptor.fields if field.is_required],
                "additionalProperties": False,
            }
        return {"$ref": f"#/$defs/{name}"}

    def _field(self, field: Any) -> dict[str, Any]:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            value = self._single(field.message_type.fields_by_name["value"])
            return {"type": "object", "additionalProperties": value}
        single = self._single(field)
        return {"type": "array", "items": single} if field.is_repeated else single

    def _single(self, field: Any) -> dict[str, Any]:
        if field.message_type is not None:
            return self.message(field.message_type)
        return self._kinds.get(field.cpp_type, _TEXT)
