"""``memory``: what runs and agents share, by session and key (features D4)."""

from typing import Any, Final

import msgspec

from agentcluster.streams.memory import SharedMemory
from agents.memory import values
from agents.memory.actions import ACTIONS, Request
from agents.tools.context import CallContext

EMPTY: Final[dict[str, Any]] = {
    "found": False,
    "value": None,
    "revision": None,
    "count": None,
    "entry": None,
    "repeated": False,
    "expires_s": None,
    "keys": [],
}


async def run(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """Return what was found or changed; fields that do not belong to the action are null."""
    request = msgspec.convert(input, Request)
    memory = SharedMemory(context.redis(), values.space(request.session), max_names=values.MAX_NAMES)
    result = await ACTIONS[request.action](memory, request, context.idempotency_key)
    return {**EMPTY, **result}
