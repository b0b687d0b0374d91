"""Calling agents as a node does: input and output are checked against the manifest."""

import asyncio
import inspect
from pathlib import Path
from typing import Any

import pytest

from agentcluster import artifacts
from agents.domain.schema_check import check
from agents.tools import CallContext, ToolError, builtin, resolve

DATA = Path(__file__).parents[2] / "data"
MANIFESTS = {manifest.name: manifest for manifest in builtin()}


def call(agent: str, context: CallContext | None = None, **input: Any) -> Any:
    manifest = MANIFESTS[agent]
    assert check(manifest.intent.input, input) == []
    output = resolve(manifest.entry_point)(input, context or CallContext())
    if inspect.iscoroutine(output):
        output = asyncio.run(output)
    assert check(manifest.intent.output, output) == []
    return output


def refuse(agent: str, **input: Any) -> ToolError:
    with pytest.raises(ToolError) as caught:
        call(agent, **input)
    return caught.value


def upload(data: bytes | Path, name: str = "data.csv", media_type: str = "text/csv") -> dict[str, Any]:
    content = data.read_bytes() if isinstance(data, Path) else data
    return artifacts.put_bytes(content, media_type, data.name if isinstance(data, Path) else name).to_value()


def table(text: str) -> dict[str, Any]:
    """A table from CSV."""
    return call("csv-parse", file=upload(text.encode()))["table"]


def types(value: dict[str, Any]) -> dict[str, str]:
    return {column["name"]: column["type"] for column in value["columns"]}
