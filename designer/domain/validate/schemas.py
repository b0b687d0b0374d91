"""Checks of the JSON Schemas that nodes bring along."""

from collections.abc import Iterator
from typing import Any

from agents.domain.schema_check import check_schema
from designer.domain.graph import Node, Problem


def check_whole(node: Node, schema: dict[str, Any], field: str = "/schema") -> Iterator[Problem]:
    """Yield the first reason why ``schema``, which stands in ``field``, is none."""
    for error in check_schema(schema)[:1]:
        yield Problem("bad_schema", error.message, node=node.id, field=f"{field}{error.pointer}")
