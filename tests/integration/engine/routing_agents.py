"""Agents whose mood tests change while they are called; nodes and tests share a process."""

import asyncio
from collections import Counter
from typing import Any, Final

import msgspec

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits
from agents.tools.context import CallContext
from agents.tools.errors import ToolError

MOOD: Final[dict[str, Any]] = {}
CALLS: Final[Counter[str]] = Counter()


class TemporaryError(ToolError):
    """It cannot right now."""

    code = "temporary"
    retryable = True


class RefusedError(ToolError):
    """It was given something it cannot use."""

    code = "cannot_use"


def manifest(name: str, version: str = "1.0.0", **schema: Any) -> Manifest:
    return Manifest(
        name=name,
        version=version,
        title={"en": name.capitalize()},
        description={"en": "For tests."},
        capabilities=(name,),
        intent=IntentSchema(input={"type": "object", **schema}, output={"type": "object"}),
        entry_point=f"tests.integration.engine.routing_agents:{name.replace('-', '_')}",
        limits=ResourceLimits(concurrency=20),
    )


MOODY: Final = manifest("moody")
CALM: Final = manifest("calm")
PACED: Final = manifest("paced")


LAME: Final = msgspec.structs.replace(PACED, entry_point="tests.integration.engine.routing_agents:lame")
"""The same agent version, on a host where all takes five times as long."""


async def moody(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    CALLS["moody"] += 1
    if MOOD.get("fails") or (isinstance(input, dict) and input.get("fails")):
        raise TemporaryError("It cannot right now.")
    if MOOD.get("refuses"):
        raise RefusedError("It cannot use this.")
    return {"by": "moody", "input": input}


async def calm(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    CALLS["calm"] += 1
    return {"by": "calm"}


async def paced(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    await asyncio.sleep(input["seconds"])
    return {}


async def lame(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    await asyncio.sleep(5 * input["seconds"])
    return {}
