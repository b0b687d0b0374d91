"""What ``run`` is given on the command line, as the input a workflow asks for."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agentcluster.cli.client import Api
from agentcluster.cli.errors import CliError

Schema = dict[str, Any]


def start_schema(graph: dict[str, Any]) -> Schema:
    """Return the JSON Schema of a workflow's input, empty when it asks for nothing."""
    start: dict[str, Any] = next((node for node in graph.get("nodes", []) if node.get("kind") == "start"), {})
    schema: Schema = start.get("schema") or {}
    return schema


def build(api: Api, schema: Schema, project: str, *, files: Sequence[str], pairs: Sequence[str], source: str) -> Any:
    """Return the input: the JSON document from ``source``, then ``name=value`` pairs, then uploaded files over it.

    Raises ``CliError`` for what cannot be read or fits no input.
    """
    given = document(source)
    for pair in pairs:
        name, text = named(pair)
        given[name] = _value(text, _field(schema, name))
    for file in files:
        name, path = _file(schema, file, given)
        given[name] = api.upload(path, project)
    return given


def named(pair: str) -> tuple[str, str]:
    """Return the name and the text of ``name=value``; ``CliError`` for what is none."""
    name, equals, text = pair.partition("=")
    if not equals or not name:
        raise CliError(f"--input {pair}: write it as name=value.")
    return name, text


def document(source: str) -> dict[str, Any]:
    """Return the JSON object in a file, for ``-`` in standard input, for an empty text an empty one; ``CliError``."""
    if not source:
        return {}
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
        value = json.loads(text)
    except OSError as error:
        raise CliError(f"{source} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CliError(f"{source} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise CliError(f"{source} must hold a JSON object with a value for each input.")
    return value


def _field(schema: Schema, name: str) -> Any:
    return schema.get("properties", {}).get(name, {})


def _value(text: str, field: Any) -> Any:
    """Read a value as its field wants it: texts as they stand, everything else as JSON where it is JSON."""
    if isinstance(field, dict) and field.get("type") == "string":
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _file(schema: Schema, given: str, taken: dict[str, Any]) -> tuple[str, Path]:
    fields = [name for name in schema.get("properties", {}) if _field(schema, name).get("x-type") == "file"]
    name, equals, path = given.partition("=")
    if equals and name in schema.get("properties", {}):
        return name, Path(path)
    free = [name for name in fields if name not in taken]
    if not free:
        raise CliError("The workflow takes no file." if not fields else f"There is no input left for the file {given}.")
    return free[0], Path(given)
