"""The live trace over WebSocket: ``/ws/runs/{id}/?after=`` (docs/wire.md)."""

import asyncio
from contextlib import aclosing, suppress
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec

from agentcluster.errors import AgentClusterError
from agentcluster.tasks import end
from designer.traces.access import may_watch_async
from designer.traces.guard import crowded, seat, until_barred
from designer.traces.identity import identify_async
from designer.traces.relay import Relay
from designer.traces.window import Window
from designer.traces.wire import end_message, error_message, events_message

NOT_LOGGED_IN: Final = 4401
NOT_FOUND: Final = 4404
BAD_REQUEST: Final = 4400
CROWDED: Final = 4429
DONE: Final = 1000
FAILED: Final = 1011
MAX_MESSAGE: Final = 1024
LAST_WORDS_S: Final = 30.0
"""How long a client may take to read the end: closing on a client that still reads would cut off what is on its way."""


class Ack(msgspec.Struct, tag="ack", tag_field="type"):
    """What a client says: everything up to ``cursor`` is painted."""

    cursor: int


async def trace_socket(scope: Any, receive: Any, send: Any) -> None:
    """Serve one WebSocket (an ASGI application behind ``URLRouter``).

    Closes with 4401 (not logged in, or not any more), 4404 (no such run for this user), 4429 (too many are open),
    4400 (not understood), else 1000 after ``end``.
    """
    if (await receive())["type"] != "websocket.connect":
        return
    await send({"type": "websocket.accept"})
    run_id, after = scope["url_route"]["kwargs"]["run_id"], _after(scope)
    user = await identify_async(scope)
    refusal = await _refusal(user, run_id, after)
    if refusal or after is None:
        await _refuse(send, *(refusal or (BAD_REQUEST, "bad_cursor", "")))
        return
    with seat(user) as free:
        if not free:
            await _refuse(send, CROWDED, "too_many_traces", crowded())
            return
        window = Window()
        listening = asyncio.create_task(_listen(receive, window))
        sending = asyncio.create_task(_send_all(send, Relay(run_id, after), window))
        barring = asyncio.create_task(until_barred(scope, user, run_id))
        try:
            await asyncio.wait({listening, sending, barring}, return_when=asyncio.FIRST_COMPLETED)
            if barring.done():
                await end(sending)
                await _refuse(send, NOT_LOGGED_IN, "access_ended", "Your access to this run has ended. Log in again.")
            else:
                await _finish(send, listening, sending)
        finally:
            await end(listening, sending, barring)


async def _refusal(user: Any, run_id: str, after: int | None) -> tuple[int, str, str] | None:
    if not user.is_authenticated:
        return NOT_LOGGED_IN, "not_logged_in", "Log in, or send a token."
    if after is None:
        return BAD_REQUEST, "bad_cursor", "`after` is the sequence number of the last event you have."
    if not await may_watch_async(user, run_id):
        return NOT_FOUND, "not_found", "There is no such run, or you may not see it."
    return None


async def _send_all(send: Any, relay: Relay, window: Window) -> None:
    async with aclosing(relay.batches()) as batches:
        async for batch in batches:
            rest = batch
            while rest:
                count = await window.admit(rest)
                await send({"type": "websocket.send", "text": events_message(rest[:count])})
                rest = rest[count:]
    await send({"type": "websocket.send", "text": end_message(relay.status)})
    with suppress(TimeoutError):
        await asyncio.wait_for(window.drained(), LAST_WORDS_S)


async def _listen(receive: Any, window: Window) -> bool:
    """Take acknowledgements until the client goes (True) or says something else (False)."""
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return True
        text = message.get("text") or message.get("bytes") or b""
        try:
            window.acknowledge(msgspec.json.decode(text[:MAX_MESSAGE], type=Ack).cursor)
        except msgspec.DecodeError:
            return False


async def _finish(send: Any, listening: "asyncio.Task[bool]", sending: "asyncio.Task[None]") -> None:
    if listening.done():
        if not listening.result():
            await _refuse(send, BAD_REQUEST, "bad_message", 'Only {"type": "ack", "cursor": <number>} is understood.')
        return
    error = sending.exception()
    if isinstance(error, AgentClusterError):
        await _refuse(send, FAILED, error.code, error.message)
    elif error is not None:
        raise error
    else:
        await send({"type": "websocket.close", "code": DONE})


async def _refuse(send: Any, close_code: int, code: str, message: str) -> None:
    await send({"type": "websocket.send", "text": error_message(code, message)})
    await send({"type": "websocket.close", "code": close_code})


def _after(scope: Any) -> int | None:
    given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("after", ["0"])[0]
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 15 else None
