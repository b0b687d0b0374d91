"""What an Avro schema looks like from JSON: as JSON Schema, and whether it holds itself or things without bytes."""

from typing import Any, Final

from agents.domain.contracts.avro import NAMED, Side, full_name, kind_of

_PLAIN: Final[dict[str, dict[str, Any]]] = {
    "null": {"type": "null"},
    "boolean": {"type": "boolean"},
    "int": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "long": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "float": {"type": "number"},
    "double": {"type": "number"},
    "string": {"type": "string"},
    "bytes": {"type": "string", "contentEncoding": "base64"},
    "fixed": {"type": "string", "contentEncoding": "base64"},
}


def json_schema_of(side: Side, *, decoded: bool = False) -> Any:
    """Return a JSON Schema of the JSON values that stand for messages; records are definitions.

    ``decoded``: of those that were read, in which every field is there.
    """
    definitions: dict[str, Any] = {}

    def made(schema: Any, space: str) -> Any:
        schema, space = side.at(schema, space)
        if isinstance(schema, list):
            return {"anyOf": [made(branch, space) for branch in schema]}
        kind = kind_of(schema)
        if kind == "array":
            return {"type": "array", "items": made(schema["items"], space)}
        if kind == "map":
            return {"type": "object", "additionalProperties": made(schema["values"], space)}
        if kind == "enum":
            return {"enum": list(schema["symbols"])}
        if kind == "record":
            return record(schema, space)
        return dict(_PLAIN[kind])

    def record(schema: Any, space: str) -> Any:
        name = full_name(schema, space)
        if name not in definitions:
            definitions[name] = True  # it may hold itself
            definitions[name] = {
                "type": "object",
                "properties": {field["name"]: made(field["type"], space) for field in schema["fields"]},
                "required": [field["name"] for field in schema["fields"] if decoded or "default" not in field],
                "additionalProperties": False,
            }
        return {"$ref": "#/$defs/" + name.replace("~", "~0").replace("/", "~1")}

    shape = made(side.schema, "")
    return {**shape, "$defs": definitions} if definitions else shape


def is_recursive(side: Side) -> bool:
    """Whether a type can hold itself, so that data may nest without end."""

    def holds(schema: Any, space: str, above: frozenset[int]) -> bool:
        schema, space = side.at(schema, space)
        if isinstance(schema, list):
            return any(holds(branch, space, above) for branch in schema)
        kind = kind_of(schema)
        if kind in ("array", "map"):
            return holds(schema["items" if kind == "array" else "values"], space, above)
        if kind != "record":
            return False
        if id(schema) in above:
            return True
        return any(holds(field["type"], space, above | {id(schema)}) for field in schema["fields"])

    return holds(side.schema, "", frozenset())


def takes_no_bytes(side: Side) -> str:
    """Return the name of an array whose entries take no bytes on the wire, else the empty text."""

    def empty(schema: Any, space: str, above: frozenset[int]) -> bool:
        schema, space = side.at(schema, space)
        if isinstance(schema, list):
            return False  # the branch's number takes one
        kind = kind_of(schema)
        if kind == "fixed":
            return bool(schema["size"] == 0)
        if kind != "record" or id(schema) in above:
            return kind in ("null", "record")
        return all(empty(field["type"], space, above | {id(schema)}) for field in schema["fields"])

    def search(schema: Any, space: str, path: str) -> str:
        if isinstance(schema, str):
            return ""
        if isinstance(schema, list):
            return next((found for branch in schema if (found := search(branch, space, path))), "")
        kind = schema["type"]
        if isinstance(kind, dict | list):
            return search(kind, space, path)
        if kind == "array":
            return (
                path or "the top"
                if empty(schema["items"], space, frozenset())
                else search(schema["items"], space, f"{path}[]")
            )
        if kind == "map":
            return search(schema["values"], space, f"{path}[]")
        if kind in NAMED and "fields" in schema:
            inner = full_name(schema, space).rpartition(".")[0]
            where = ((field["type"], inner, f"{path}.{field['name']}".lstrip(".")) for field in schema["fields"])
            return next((found for each in where if (found := search(*each))), "")
        return ""

    return search(side.schema, "", "")
