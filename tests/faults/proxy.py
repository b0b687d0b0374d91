"""A link between two processes that can be slowed down, interrupted (in one or both directions) and cut in mid-message.

An interrupted link loses nothing by itself: as with TCP, what was sent meanwhile comes when the link is whole again,
unless whoever sent it has given up. New connections come about, but nothing passes through them.
"""

import asyncio
import random
import threading
from collections.abc import Callable
from typing import Final

from agentcluster.tasks import end
from agentcluster.up import embedded

LOOK_S: Final = 0.02
CHUNK: Final = 64 * 1024


class Link:
    """Forwards what comes to ``port`` to another port. Its attributes may be set from any thread."""

    def __init__(self, network: "Network", target: int) -> None:
        """Use ``Network.link``."""
        self.port, self.target = embedded.free_port(), target
        self.delay_s = (0.0, 0.0)
        """Least and most that any piece is late."""
        self.to_server = self.to_client = True
        """Whether pieces pass in this direction."""
        self.truncating = 0
        """How many pieces are to be cut in half, each with its connection."""
        self._network = network
        self._writers: set[asyncio.StreamWriter] = set()

    def interrupt(self) -> None:
        """Let nothing pass."""
        self.to_server = self.to_client = False

    def half_open(self) -> None:
        """Let the server hear, but not be heard."""
        self.to_client = False

    def heal(self) -> None:
        """Pass everything at once again."""
        self.to_server = self.to_client = True
        self.delay_s, self.truncating = (0.0, 0.0), 0

    def cut(self) -> None:
        """End all connections."""
        self._network.call(self.cut_now)

    def cut_now(self) -> None:
        """End all connections; on the network's own loop."""
        for writer in [*self._writers]:
            writer.transport.abort()

    async def serve(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, embedded.LOOPBACK, self.port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(embedded.LOOPBACK, self.target)
        except OSError:
            writer.transport.abort()
            return
        writers = {writer, far_writer}
        self._writers |= writers
        ways = (
            self._pass(reader, far_writer, lambda: self.to_server),
            self._pass(far_reader, writer, lambda: self.to_client),
        )
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            self._writers -= writers
            for each in writers:
                each.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_open: Callable[[], bool]
    ) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(1000)
        reading = asyncio.ensure_future(self._read(reader, queue))
        try:
            while True:
                due, data = await queue.get()
                if not data:
                    return
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
                while not is_open():  # noqa: ASYNC110 - set by another thread
                    await asyncio.sleep(LOOK_S)
                if self.truncating > 0 and len(data) > 1:
                    self.truncating -= 1
                    writer.write(data[: len(data) // 2])
                    await writer.drain()
                    return
                writer.write(data)
                await writer.drain()
        except OSError:
            return
        finally:
            reading.cancel()

    async def _read(self, reader: asyncio.StreamReader, queue: asyncio.Queue[tuple[float, bytes]]) -> None:
        due, data = 0.0, b"begin"
        while data:
            try:
                data = await reader.read(CHUNK)
            except OSError:
                data = b""
            # In order, whatever the dice say.
            due = max(due, asyncio.get_running_loop().time() + random.uniform(*self.delay_s))
            await queue.put((due, data))


class Network:
    """All links of an installation, on a loop in a thread of their own."""

    def __init__(self) -> None:
        """Begin without links."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._thread.start()
        self.links: dict[tuple[str, str], Link] = {}
        self._servers: list[asyncio.Server] = []

    def link(self, who: str, server: str, target: int) -> Link:
        """Return the link of a process to a server (which listens on ``target``), made when first asked for."""
        if (who, server) not in self.links:
            made = self.links[who, server] = Link(self, target)
            self._servers.append(asyncio.run_coroutine_threadsafe(made.serve(), self._loop).result(10))
        return self.links[who, server]

    def of(self, *names: str) -> list[Link]:
        """Return the links of these processes, or to these servers."""
        return [link for ends, link in self.links.items() if set(ends) & set(names)]

    def between(self, who: str, server: str) -> list[Link]:
        """Return the links to ``server`` of all processes whose names begin with ``who``."""
        return [link for (name, to), link in self.links.items() if name.startswith(who) and to == server]

    def heal(self) -> None:
        """Make all links whole."""
        for link in self.links.values():
            link.heal()

    def call(self, function: Callable[[], None]) -> None:
        """Run it on the loop."""
        self._loop.call_soon_threadsafe(function)

    def close(self) -> None:
        """End all links."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        for link in self.links.values():
            link.cut_now()
        await end(*(asyncio.all_tasks() - {asyncio.current_task()}))
        await asyncio.sleep(0)
