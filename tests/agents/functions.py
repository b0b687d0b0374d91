"""What the test agents do. The first key of an input often names a file the agent leaves a trace in."""

import asyncio
import logging
import os
import time
from pathlib import Path
from typing import Any

from agents.tools import CallContext
from agents.tools.errors import BadValueError

logger = logging.getLogger(__name__)
Value = dict[str, Any]


def _note(input: Value, word: str) -> None:
    if "trace" in input:
        with Path(input["trace"]).open("a", encoding="utf-8") as file:
            file.write(f"{word}\n")


def _lines(input: Value) -> int:
    return len(Path(input["trace"]).read_text(encoding="utf-8").splitlines())


async def echo(input: Value, context: CallContext) -> Value:
    return {"input": input, "call_id": context.call_id, "idempotency_key": context.idempotency_key}


async def counted(input: Value, context: CallContext) -> Value:
    _note(input, "ran")
    await asyncio.sleep(input.get("seconds", 0))
    return {"count": _lines(input)}


async def sleeper(input: Value, context: CallContext) -> Value:
    _note(input, "began")
    try:
        await asyncio.sleep(input["seconds"])
    except asyncio.CancelledError:
        _note(input, "cleaned up")
        raise
    _note(input, "ended")
    return {"slept": input["seconds"]}


async def stubborn(input: Value, context: CallContext) -> Value:
    for _ in range(35):
        try:
            await asyncio.sleep(0.2)
        except asyncio.CancelledError:
            _note(input, "refused to stop")
    return {}


async def failing(input: Value, context: CallContext) -> Value:
    raise KeyError("a secret of the inside")


async def refusing(input: Value, context: CallContext) -> Value:
    raise BadValueError("This cannot be used.", field="/n", wanted=1)


async def wrong(input: Value, context: CallContext) -> Value:
    return {"count": "many"}


async def unwritable(input: Value, context: CallContext) -> Value:
    return {"value": object()}


async def large(input: Value, context: CallContext) -> Any:
    if "list" in input:
        return ["x" * 100] * 1000
    return {"small": 1, "text": "x" * 70_000, **{f"part{number}": "y" * 60_000 for number in range(20)}}


async def brief(input: Value, context: CallContext) -> Value:
    await asyncio.sleep(30)
    return {}


async def strict(input: Value, context: CallContext) -> Value:
    return {"count": input["n"]}


def heavy_echo(input: Value, context: CallContext) -> Value:
    return {"input": input, "pid": os.getpid(), "call_id": context.call_id}


def heavy_spin(input: Value, context: CallContext) -> Value:
    _note(input, "began")
    end = time.monotonic() + input["seconds"]
    while time.monotonic() < end:
        pass
    return {"pid": os.getpid()}


def heavy_exit(input: Value, context: CallContext) -> Value:
    os._exit(3)


def heavy_polite(input: Value, context: CallContext) -> Value:
    _note(input, "began")
    while True:
        context.raise_if_over()
        time.sleep(0.02)


def heavy_large(input: Value, context: CallContext) -> Value:
    return {"text": "x" * 2_000_000}


def heavy_hungry(input: Value, context: CallContext) -> Value:
    held = bytearray(700 * 1024 * 1024)
    for start in range(0, len(held), 4096):
        held[start] = 1
    time.sleep(5)
    return {"held": len(held)}


def heavy_cpu(input: Value, context: CallContext) -> Value:
    while True:
        pass


def heavy_strict(input: Value, context: CallContext) -> Value:
    return {"count": "many"}


async def publishing(input: Value, context: CallContext) -> Value:
    data = (input["text"] * input.get("times", 1)).encode()
    message_id = context.idempotency_key if input.get("once") else ""
    ack = await context.publish(input["subject"], data, input.get("headers"), message_id)
    return {"stream": ack.stream, "seq": ack.seq, "duplicate": ack.duplicate}


async def remembering(input: Value, context: CallContext) -> Value:
    redis = context.redis()
    await redis.execute("SET", f"test:{input['name']}", input["value"])
    return {"value": (await redis.execute("GET", f"test:{input['name']}")).decode()}


async def beating(input: Value, context: CallContext) -> Value:
    for number in range(input["beats"]):
        await asyncio.sleep(input["every_s"])
        context.heartbeat({"done": number + 1})
    await asyncio.sleep(input.get("then_s", 0))
    return {"beats": input["beats"]}


def heavy_beating(input: Value, context: CallContext) -> Value:
    for number in range(input["beats"]):
        time.sleep(input["every_s"])
        context.heartbeat({"done": number + 1})
    time.sleep(input.get("then_s", 0))
    return {"beats": input["beats"]}


async def sizes(input: Value, context: CallContext) -> Value:
    """Say what kind of thing each field is, and how long."""
    return {name: [type(value).__name__, len(value)] for name, value in input.items()}


def heavy_sizes(input: Value, context: CallContext) -> Value:
    return {name: [type(value).__name__, len(value)] for name, value in input.items()}


async def telling(input: Value, context: CallContext) -> Value:
    logger.info("told by %s", "the loop")
    await asyncio.to_thread(logger.warning, "told by a thread")
    return {}


def heavy_telling(input: Value, context: CallContext) -> Value:
    logger.info("told by a process")
    raise KeyError("told by an error")
