"""Pieces of the JSON Schemas (draft 2020-12) of the built-in agents.

``x-type`` marks files, tables and charts (docs/wire.md); ``x-title`` holds the title in other languages.
"""

from typing import Any, Final, NamedTuple

from agents.domain.manifest import JSONSchema
from agents.domain.value_schemas import ARTIFACT, CHART

_TABLE: Final[JSONSchema] = {
    "type": "object",
    "required": ["columns", "row_count", "data"],
    "properties": {
        "columns": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "type"],
                "properties": {
                    "name": {"type": "string"},
                    "type": {"enum": ["string", "integer", "number", "boolean", "datetime", "date"]},
                },
            },
        },
        "row_count": {"type": "integer", "minimum": 0},
        "preview": {"type": "array"},
        "data": ARTIFACT,
    },
}


def described(title: str, chinese: str, description: str = "", **schema: Any) -> JSONSchema:
    """Return a schema with its title in English and Chinese, and a description when there is one."""
    words = {"title": title, "x-title": {"zh-Hans": chinese}}
    return {**words, **({"description": description} if description else {}), **schema}


def common(schema: JSONSchema) -> JSONSchema:
    """Return the schema of an optional field that forms show from the start (``x-common``)."""
    return {**schema, "x-common": True}


def file(title: str = "File", chinese: str = "文件", description: str = "", **schema: Any) -> JSONSchema:
    """Return the schema of a file in the artifact store."""
    return described(title, chinese, description, **{"x-type": "file", **ARTIFACT, **schema})


def table(title: str = "Table", chinese: str = "表格", description: str = "", **schema: Any) -> JSONSchema:
    """Return the schema of a table."""
    return described(title, chinese, description, **{"x-type": "table", **_TABLE, **schema})


def chart(title: str = "Chart", chinese: str = "图表", description: str = "") -> JSONSchema:
    """Return the schema of a chart."""
    return described(title, chinese, description, **{"x-type": "chart", **CHART})


def warnings() -> JSONSchema:
    """Return the schema of a list of notes on what was done."""
    return described(
        "Warnings", "警告", "What was found and mended on the way.", type="array", items={"type": "string"}
    )


def obj(properties: dict[str, JSONSchema], required: tuple[str, ...] = (), **schema: Any) -> JSONSchema:
    """Return the schema of an object that has these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        **schema,
    }


class Action(NamedTuple):
    """One of the things an agent can do: its title, its fields, and which of those it needs."""

    title: str
    chinese: str
    fields: dict[str, JSONSchema]
    required: tuple[str, ...] = ()


def by_action(actions: dict[str, Action]) -> JSONSchema:
    """Return the schema of an object whose ``action`` says which other fields it has.

    All fields stand in ``properties``, so that any form can show them; ``x-when`` tells for which actions.
    """
    properties: dict[str, JSONSchema] = {
        "action": {**described("Action", "操作", enum=list(actions)), "x-enum-titles": _titles(actions)}
    }
    for name, action in actions.items():
        for field, schema in action.fields.items():
            shown = properties.setdefault(field, {**schema, "x-when": {"action": []}})
            shown["x-when"]["action"].append(name)
    rules = [
        {"if": {"properties": {"action": {"const": name}}}, "then": {"required": list(action.required)}}
        for name, action in actions.items()
        if action.required
    ]
    return obj(properties, ("action",), allOf=rules)


def _titles(actions: dict[str, Action]) -> dict[str, dict[str, str]]:
    return {name: {"en": action.title, "zh-Hans": action.chinese} for name, action in actions.items()}
