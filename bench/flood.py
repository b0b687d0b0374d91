"""Requests at a fixed pace, whatever the answers take: an open loop over plain keep-alive connections.

A client library would need more of the machine than the server it is to flood.
"""

import asyncio
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

CONNECTIONS: Final = 2000
ANSWER_S: Final = 30.0


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
    """Send ``request`` ``rate`` times a second for ``seconds``, then wait for what is still on its way."""
    parts = urlsplit(url)
    sender = _Sender(parts.hostname or "", parts.port or 80, request)
    begin, sent, tasks = time.perf_counter(), 0, set[asyncio.Task[None]]()
    while (passed := time.perf_counter() - begin) < seconds:
        while sent < passed * rate:
            sent += 1
            task = asyncio.create_task(sender.send())
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.sleep(0.002)
    sender.found.seconds = time.perf_counter() - begin
    if tasks:
        await asyncio.wait(tasks, timeout=ANSWER_S)
    sender.close()
    return sender.found


async def press(url: str, request: bytes, *, clients: int, seconds: float) -> Flood:
    """Let ``clients`` send, each the next one as soon as it has its answer: what the server can do at its own pace."""
    parts = urlsplit(url)
    sender = _Sender(parts.hostname or "", parts.port or 80, request)
    begin = time.perf_counter()

    async def client() -> None:
        while time.perf_counter() - begin < seconds:
            await sender.send()

    await asyncio.gather(*(client() for _ in range(clients)))
    sender.found.seconds = time.perf_counter() - begin
    sender.close()
    return sender.found


class _Sender:
    """Keeps connections that are idle, opens more up to ``CONNECTIONS``."""

    def __init__(self, host: str, port: int, request: bytes) -> None:
        self.found = Flood()
        self._host, self._port, self._request = host, port, request
        self._idle: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = deque()
        self._room = asyncio.Semaphore(CONNECTIONS)

    async def send(self) -> None:
        begin = time.perf_counter()
        async with self._room:
            try:
                async with asyncio.timeout(ANSWER_S):
                    status, head, body = await self._exchange()
            except (OSError, TimeoutError, EOFError, ValueError):
                self.found.broken += 1
                return
        found = self.found
        found.answers[status] += 1
        found.took_s.setdefault(status, []).append(time.perf_counter() - begin)
        found.bodies.setdefault(status, body)
        found.headers.setdefault(status, head)
        if status == 202:
            found.accepted.append(body)

    async def _exchange(self) -> tuple[int, str, bytes]:
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(self._request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.partition("content-length:")[2].partition("\r\n")[0])
            body = await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        self._idle.append((reader, writer))
        return int(head[9:12]), head, body

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
