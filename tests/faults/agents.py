"""Agents of the fault lab. All sleep first, then have their effect, so that most are hit in their sleep."""

import asyncio
import os
from pathlib import Path
from typing import Any, Final

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits
from agents.tools.context import CallContext
from agents.tools.errors import ToolError
from tests.faults import effects

SLOW_FILE: Final = "FAULTS_SLOW"
"""Names a file: while it holds a number, all sleep so many times longer."""
EAT_MIB: Final = 192


class NotYetError(ToolError):
    """The agent fails as its input asks it to, so that this speaks against the input and opens no breaker."""

    code = "not_yet"


def _manifest(name: str, about: str, **more: Any) -> Manifest:
    return Manifest(
        name=name,
        version="1.0.0",
        title={"en": name.capitalize()},
        description={"en": about},
        capabilities=(name,),
        intent=IntentSchema(input={}, output={}),
        entry_point=f"tests.faults.agents:{name}",
        **{"limits": ResourceLimits(concurrency=500), **more},
    )


PAUSE: Final = _manifest("pause", "Waits `seconds`, then returns `value`.")
EFFECT: Final = _manifest("effect", "Waits, then has an effect under the idempotency key.")
REPEAT: Final = _manifest("repeat", "Waits, then has an effect, each time it is called.")
FLAKY: Final = _manifest("flaky", "Fails until its attempt number `succeeds_at`, which 0 never is.")
EAT: Final = _manifest(
    "eat", "Takes more memory than it may.", cpu_bound=True, limits=ResourceLimits(memory_mib=EAT_MIB, concurrency=50)
)
LIGHT: Final = (PAUSE, EFFECT, REPEAT, FLAKY)


async def pause(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    await _sleep(input["seconds"])
    return {"value": input["value"]}


async def effect(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    effects.began(context.call_id, input["what"])
    await _sleep(input["seconds"])
    effects.happened_once(context.idempotency_key, input["what"])
    return {"value": input["what"]}


async def repeat(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    effects.began(context.call_id, input["what"])
    await _sleep(input["seconds"])
    effects.happened(context.idempotency_key, input["what"])
    return {"value": input["what"]}


async def flaky(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    effects.began(context.call_id, input["what"])
    await _sleep(input["seconds"])
    attempt = int(context.call_id.rpartition("/")[2])
    if not input["succeeds_at"] or attempt < input["succeeds_at"]:
        raise NotYetError("It fails on purpose.")
    effects.happened_once(context.idempotency_key, input["what"])
    return {"value": input["what"]}


def eat(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """Take ever more memory, for some seconds."""
    taken = []
    for _ in range(input["mib"]):
        taken.append(b"x" * 1024 * 1024)
        context.raise_if_over()
    return {"mib": len(taken)}


async def _sleep(seconds: float) -> None:
    file = Path(os.environ.get(SLOW_FILE, "/nonexistent"))
    factor = float(file.read_text() or 1) if file.exists() else 1.0  # noqa: ASYNC240 - a few bytes, for tests
    await asyncio.sleep(seconds * factor)
