"""Somebody who watches runs over WebSocket, and connects again by cursor whenever the connection goes."""

import asyncio
import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from designer.domain.events import Record

AGAIN_S: Final = 0.3
SILENT_S: Final = 20.0
"""A connection that says nothing for so long is given up, as the page does."""


class Viewer(threading.Thread):
    """Follows some runs, each over a connection of its own, until their end; ``seen`` is what it was shown."""

    def __init__(self, url: str, token: str, run_ids: Sequence[str]) -> None:
        """Begin to watch."""
        super().__init__(name="viewer", daemon=True)
        self._url = url.replace("http", "ws", 1)
        self._headers = {"Authorization": f"Bearer {token}"}
        self._given_up = threading.Event()
        self.connections = 0
        self.seen: dict[str, list[Record]] = {run_id: [] for run_id in run_ids}
        self.start()

    def run(self) -> None:
        """Watch all of them."""
        asyncio.run(self._watch_all())

    def finish(self, timeout_s: float) -> dict[str, list[Record]]:
        """Return what was seen, once the end of each run was, or no later than ``timeout_s`` seconds from now."""
        self.join(timeout_s)
        self._given_up.set()
        self.join(SILENT_S + 5)
        return self.seen

    async def _watch_all(self) -> None:
        await asyncio.gather(*(self._watch(run_id) for run_id in self.seen))

    async def _watch(self, run_id: str) -> None:
        while not self._given_up.is_set():
            with suppress(OSError, WebSocketException, TimeoutError, EOFError):
                if await self._follow(run_id):
                    return
            await asyncio.sleep(AGAIN_S)

    async def _follow(self, run_id: str) -> bool:
        """Read until the connection goes; True after the end."""
        after = self.seen[run_id][-1].seq if self.seen[run_id] else 0
        url = f"{self._url}/ws/runs/{run_id}/?after={after}"
        self.connections += 1
        async with connect(url, additional_headers=self._headers, max_size=None, open_timeout=10) as connection:
            while True:
                async with asyncio.timeout(SILENT_S):
                    message = json.loads(await connection.recv())
                if message["type"] == "end":
                    return True
                if message["type"] == "error" or self._given_up.is_set():
                    return False
                self.seen[run_id] += msgspec.convert(message["events"], list[Record])
                await connection.send(json.dumps({"type": "ack", "cursor": message["cursor"]}))
