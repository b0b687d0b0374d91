"""The live trace as server-sent events: ``GET /api/v1/runs/{id}/events`` with ``Accept: text/event-stream``."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Final
from urllib.parse import parse_qs

from agentcluster.api.problems import problem
from agentcluster.errors import AgentClusterError
from agentcluster.tasks import end
from designer.traces.access import may_watch_async
from designer.traces.guard import crowded, seat, until_barred
from designer.traces.identity import identify_async
from designer.traces.relay import Relay
from designer.traces.wire import sse_end, sse_error, sse_events, sse_more

PATH: Final = re.compile(r"^/api/v1/runs/(?P<run_id>[0-9a-z]+)/events$")
KEEP_ALIVE_S: Final = 15.0
"""A comment goes out after so much silence, so that proxies keep the connection and a dead one is noticed."""
STREAM_BYTES: Final = 4 * 1024 * 1024
"""After so much the connection is closed in good order: what a client does not read waits in our memory, and nothing
tells how much of it has gone out. Clients come back with ``Last-Event-ID``, as the format wants it."""

_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


def wants_stream(scope: Any) -> bool:
    """Say whether a request is for the event stream of a run."""
    if scope["type"] != "http" or scope["method"] != "GET" or not PATH.match(scope["path"]):
        return False
    return any(name == b"accept" and b"text/event-stream" in value for name, value in scope["headers"])


async def trace_stream(scope: Any, receive: Any, send: Any) -> None:
    """Serve one event stream (an ASGI application).

    Answers problem details: 401 (not logged in), 404 (no such run for this user), 400 (bad ``Last-Event-ID``), 429 (too
    many are open).
    """
    match, after, user = PATH.match(scope["path"]), _after(scope), await identify_async(scope)
    run_id = match["run_id"] if match else ""
    if not user.is_authenticated:
        await _refuse(send, 401, "not_authenticated", "Log in, or send “Authorization: Bearer <token>”.")
    elif after is None:
        await _refuse(send, 400, "bad_cursor", "`after` and Last-Event-ID are the number of the last event you have.")
    elif not await may_watch_async(user, run_id):
        await _refuse(send, 404, "not_found", "There is no such run, or you may not see it.")
    else:
        with seat(user) as free:
            if not free:
                await _refuse(send, 429, "too_many_traces", crowded())
                return
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            barring = asyncio.create_task(until_barred(scope, user, run_id))
            await _until_gone(receive, send, asyncio.create_task(_stream(send, Relay(run_id, after))), barring)


async def _until_gone(receive: Any, send: Any, streaming: "asyncio.Task[None]", barring: "asyncio.Task[None]") -> None:
    leaving = asyncio.create_task(_disconnected(receive))
    try:
        await asyncio.wait({leaving, streaming, barring}, return_when=asyncio.FIRST_COMPLETED)
        if streaming.done():
            streaming.result()
        elif barring.done():
            await end(streaming)
            last = sse_error("access_ended", "Your access to this run has ended. Log in again.")
            await send({"type": "http.response.body", "body": last})
    finally:
        await end(leaving, streaming, barring)


async def _disconnected(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _stream(send: Any, relay: Relay) -> None:
    await send({"type": "http.response.body", "body": b": following\n\n", "more_body": True})
    sent = 0
    try:
        async with aclosing(_chunks(relay)) as chunks:
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                sent += len(chunk)
                if sent >= STREAM_BYTES and not relay.status:
                    break
        last = sse_end(relay.status) if relay.status else sse_more()
    except AgentClusterError as error:
        last = sse_error(error.code, error.message)
    await send({"type": "http.response.body", "body": last})


async def _chunks(relay: Relay) -> AsyncGenerator[bytes, None]:
    """Yield the events as they come, and a comment whenever nothing came for ``KEEP_ALIVE_S``."""
    async with aclosing(relay.batches()) as batches:
        coming = asyncio.ensure_future(anext(batches, None))
        try:
            while True:
                done, _ = await asyncio.wait({coming}, timeout=KEEP_ALIVE_S)
                if not done:
                    yield b": still here\n\n"
                    continue
                batch = coming.result()
                if batch is None:
                    return
                yield sse_events(batch)
                coming = asyncio.ensure_future(anext(batches, None))
        finally:
            await end(coming)


def _after(scope: Any) -> int | None:
    header = next((value for name, value in scope["headers"] if name == b"last-event-id"), b"")
    query = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("after", ["0"])[0]
    given = header.decode("latin-1").strip() or query
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 15 else None


async def _refuse(send: Any, status: int, code: str, detail: str) -> None:
    answer = problem(status, code, detail)
    headers = [(b"content-type", answer["Content-Type"].encode())]
    if status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="AgentCluster"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})
