"""Requests at a fixed pace, whatever the answers take: an open loop over plain keep-alive connections.

A client library would need more of the machine than the server it is to flood.
"""

import asyncio
import re
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, cast
from urllib.parse import urlsplit

CONNECTIONS: Final = 2000
ANSWER_S: Final = 30.0
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Flood:
    """What came of it: the answers by status, how long each took by status (s), and what could not be sent in time."""

    seconds: float = 0.0
    answers: Counter[int] = field(default_factory=Counter)
    took_s: dict[int, list[float]] = field(default_factory=dict)
    bodies: dict[int, bytes] = field(default_factory=dict)
    """One answer of each status."""
    headers: dict[int, str] = field(default_factory=dict)
    accepted: list[bytes] = field(default_factory=list)
    """The bodies of all 202 answers."""
    late_s: list[float] = field(default_factory=list)
    """By how much each request left later than it was due: what the client, or its connections, fell behind."""
    broken: int = 0

    def slowest_s(self, status: int, share: float = 0.99) -> float:
        """Return the time within which ``share`` of the answers with this status came."""
        took = sorted(self.took_s.get(status, [0.0]))
        return took[min(len(took) - 1, int(len(took) * share))]


def post(url: str, token: str, body: bytes) -> bytes:
    """Return the request as it goes over the wire."""
    parts = urlsplit(url)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def flood(url: str, request: bytes, *, rate: float, seconds: float) -> Flood:
    """Send ``request`` ``rate`` times a second for ``seconds``, then wait for what is still on its way.

    Times count from the moment a request was due, so a server (or a client) that falls behind cannot hide it.
    """
    sender = _Sender(url, request)
    begin, due = time.perf_counter(), 0
    while (passed := time.perf_counter() - begin) < seconds:
        while due < passed * rate:
            sender.send(begin + due / rate)
            due += 1
        await asyncio.sleep(0.001)
    sender.found.seconds = time.perf_counter() - begin
    await sender.over(ANSWER_S)
    return await sender.close()


async def press(url: str, request: bytes, *, clients: int, seconds: float) -> Flood:
    """Let ``clients`` send, each the next one as soon as it has its answer: what the server can do at its own pace."""
    sender = _Sender(url, request)
    begin = time.perf_counter()

    def again() -> None:
        if time.perf_counter() - begin < seconds:
            sender.send(time.perf_counter())

    sender.then = again
    for _ in range(clients):
        again()
    await sender.over(seconds + ANSWER_S)
    sender.found.seconds = max(seconds, sender.last - begin)
    return await sender.close()


class _Sender:
    """Uses connections that are idle, opens more up to ``CONNECTIONS``; what finds none waits for one."""

    def __init__(self, url: str, request: bytes) -> None:
        self.found = Flood()
        self.then: Callable[[], None] | None = None
        """Called after each answer."""
        self.last = 0.0
        self.request = request
        self.repeated: dict[bytes, int] = {}
        """Whole answers as they came before, and their status: what is the same again need not be taken apart again."""
        self._parts = urlsplit(url)
        self._idle: list[_Connection] = []
        self._all: set[_Connection] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting: deque[float] = deque()

    @property
    def under_way(self) -> bool:
        return bool(self._waiting or self._opening) or len(self._idle) < len(self._all)

    async def over(self, timeout_s: float) -> None:
        """Wait until everything is answered."""
        deadline = time.perf_counter() + timeout_s
        while self.under_way and time.perf_counter() < deadline:  # noqa: ASYNC110 - an event would cost each answer
            await asyncio.sleep(0.005)

    def send(self, due: float) -> None:
        """Send a request that is due at ``due``, or as soon as a connection is free."""
        if self._idle:
            self._idle.pop().send(due)
            return
        self._waiting.append(due)
        if len(self._all) + len(self._opening) < CONNECTIONS:
            task = asyncio.get_running_loop().create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def answered(self, connection: "_Connection", status: int, took_s: float, head: bytes, body: bytes) -> None:
        found = self.found
        if status not in found.bodies:
            found.bodies[status], found.headers[status] = body, head.decode("latin-1").lower()
            found.took_s[status] = []
        if status == 202:
            found.accepted.append(body)
        self.answered_again(connection, status, took_s)

    def answered_again(self, connection: "_Connection", status: int, took_s: float) -> None:
        """Note an answer of a kind that came before."""
        self.last = connection.due + took_s
        self.found.answers[status] += 1
        self.found.took_s[status].append(took_s)
        self.free(connection)
        if self.then is not None:
            self.then()

    def free(self, connection: "_Connection") -> None:
        if self._waiting:
            connection.send(self._waiting.popleft())
        else:
            self._idle.append(connection)

    def lost(self, connection: "_Connection") -> None:
        """Forget a connection; it broke when it had not answered."""
        self._all.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        else:
            self.found.broken += 1

    async def close(self) -> Flood:
        """End all connections; whoever has no answer by now has none."""
        self.found.broken += len(self._waiting) + len(self._all) - len(self._idle)
        self._waiting.clear()
        for connection in self._all:
            connection.close()
        await asyncio.sleep(0)
        return self.found

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(
                lambda: _Connection(self), self._parts.hostname or "", self._parts.port or 80
            )
        except OSError:
            self.found.broken += 1
            if self._waiting:
                self._waiting.popleft()
            return
        self._all.add(connection)
        self.free(connection)


class _Connection(asyncio.Protocol):
    """One keep-alive connection with one request at a time; answers come with their length."""

    def __init__(self, sender: _Sender) -> None:
        self._sender = sender
        self._buffer = b""
        self.due = 0.0
        self._transport: asyncio.Transport | None = None
        self._closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def send(self, due: float) -> None:
        self.due = due
        self._sender.found.late_s.append(time.perf_counter() - due)
        if self._transport is not None:
            self._transport.write(self._sender.request)

    def data_received(self, data: bytes) -> None:
        sender = self._sender
        status = 0 if self._buffer else sender.repeated.get(data, 0)
        if status:
            sender.answered_again(self, status, time.perf_counter() - self.due)
            return
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end]
        found = _LENGTH.search(head)
        total = end + 4 + (int(found[1]) if found is not None else 0)
        if len(self._buffer) >= total:
            body, self._buffer = self._buffer[end + 4 : total], self._buffer[total:]
            status = int(head[9:12])
            if status == 429 and len(data) == total and len(sender.repeated) < 10:
                sender.repeated[data] = status
            sender.answered(self, status, time.perf_counter() - self.due, head + b"\r\n", body)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._closed:
            self._sender.lost(self)

    def close(self) -> None:
        self._closed = True
        if self._transport is not None:
            self._transport.close()
