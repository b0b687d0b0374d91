"""JSON Schemas (2020-12) of values that are kept as files (docs/wire.md, values)."""

from typing import Final

from agents.domain.manifest import JSONSchema

ARTIFACT: Final[JSONSchema] = {
    "type": "object",
    "required": ["$artifact"],
    "properties": {
        "$artifact": {
            "type": "object",
            "required": ["digest", "size"],
            "properties": {
                "digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
                "size": {"type": "integer", "minimum": 0},
                "media_type": {"type": "string"},
                "name": {"type": "string"},
            },
        }
    },
}
"""A reference to a file in the artifact store."""
CHART: Final[JSONSchema] = {
    "type": "object",
    "required": ["figure", "png"],
    "properties": {"figure": {"type": ["object", "null"]}, "png": {"anyOf": [ARTIFACT, {"type": "null"}]}},
}
"""A chart: what draws it, and its picture."""
