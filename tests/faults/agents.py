"""Agents for the kill tests."""

import asyncio
from typing import Any, Final

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits

PAUSE: Final = Manifest(
    name="pause",
    version="1.0.0",
    title={"en": "Pause"},
    description={"en": "Waits `seconds`, then returns `value`."},
    capabilities=("pause",),
    intent=IntentSchema(input={}, output={}),
    entry_point="tests.faults.agents:pause",
    limits=ResourceLimits(concurrency=500),
)


async def pause(input: dict[str, Any], context: object) -> dict[str, Any]:
    await asyncio.sleep(input["seconds"])
    return {"value": input["value"]}
