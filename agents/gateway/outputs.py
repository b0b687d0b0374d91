"""A task's output as it is told: whoever gave the task has no run whose files it could fetch, so values come whole.

Undoes ``agents.node.output``: fields of over 64 KB, or an output that is no object, travel inside as references to JSON.
"""

import asyncio
from typing import Any, Final

import msgspec

from agentcluster import artifacts
from agentcluster.artifacts import ArtifactMissingError
from agentcluster.artifacts.reference import KEY
from agentcluster.errors import BadInputError
from agents.gateway.protocol import VALUE_MAX
from agents.node.claims import may_hold_claims

JSON: Final = "application/json"


async def whole(output: Any, given: bytes) -> msgspec.Raw:
    """Return ``output`` as JSON with its large values in their places, the smallest first, as far as a message has room.

    What the asker itself ``given`` as a reference stays one, and so do files and values that are gone.
    """
    data = msgspec.json.encode(output)
    return msgspec.Raw(await asyncio.to_thread(_whole, output, data, given) if may_hold_claims(data) else data)


def _whole(output: Any, data: bytes, given: bytes) -> bytes:
    ref = _large("output", output, given)
    if ref is not None:
        return _content(ref, VALUE_MAX) or data
    if not isinstance(output, dict):
        return data
    large = {name: ref for name, value in output.items() if (ref := _large(name, value, given)) is not None}
    left = VALUE_MAX - len(data)
    values: dict[str, Any] = {**output}
    for name, ref in sorted(large.items(), key=lambda each: each[1].size):
        content = _content(ref, left)
        if content:
            left -= len(content)
            values[name] = msgspec.Raw(content)
    return msgspec.json.encode(values)


def _large(name: str, value: Any, given: bytes) -> artifacts.ArtifactRef | None:
    """Return the reference in the place of a large value of that name; None for anything else."""
    if not isinstance(value, dict) or value.keys() != {KEY}:
        return None
    try:
        ref = artifacts.ArtifactRef.from_value(value)
    except BadInputError:
        return None
    made = ref.media_type == JSON and ref.name == f"{name}.json"
    return ref if made and ref.digest.encode() not in given else None


def _content(ref: artifacts.ArtifactRef, limit: int) -> bytes:
    """Return the JSON that a reference stands for; empty when it is longer than ``limit``, gone, or none."""
    try:
        if artifacts.size(ref) > limit:
            return b""
        content = artifacts.read_bytes(ref)
        msgspec.json.decode(content)
    except (ArtifactMissingError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return b""
    return content
