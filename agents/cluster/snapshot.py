"""The cluster for synchronous code (views, health checks, the command line): a view kept by a thread of its own."""

import asyncio
import contextlib
import os
import threading
from typing import Final

from django.conf import settings

from agentcluster.clock import monotonic
from agentcluster.errors import UnavailableError
from agentcluster.messaging import BusUnavailableError, connect
from agents.cluster.heartbeat import NodeStatus
from agents.cluster.view import ClusterView

WAIT_S: Final = 2.0
RETRY_S: Final = 1.0
"""After a failure the answer stays the same for this long, so that readers do not queue up behind time-outs."""
IDLE_S: Final = 300.0
"""After this long without a reader the thread ends; the next reader starts another."""


class _Observer(threading.Thread):
    """Keeps a ``ClusterView`` current until nobody has read it for ``IDLE_S`` seconds."""

    def __init__(self, url: str) -> None:
        super().__init__(name="cluster-snapshot", daemon=True)
        self.url, self.pid = url, os.getpid()
        self.ready = threading.Event()
        self.trouble = ""
        self.ended_at = 0.0
        self.view: ClusterView | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._read = asyncio.Event()
        self._ended = asyncio.Event()

    def run(self) -> None:
        asyncio.run(self._observe())

    def touch(self) -> None:
        """Note that somebody reads."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._read.set)

    def end(self) -> None:
        """Leave NATS and wait for the thread."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._ended.set)
        self.join(timeout=10)

    async def _observe(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            async with await connect(self.url, f"cluster-snapshot-{self.pid}", wait_s=WAIT_S) as bus:
                view = ClusterView(bus)
                await view.start(wait_s=WAIT_S)
                self.view = view
                self.ready.set()
                await self._until_idle()
                await view.stop()
        except UnavailableError as error:
            self.trouble = error.message
        finally:
            self.view = None
            self.ended_at = monotonic()
            self.ready.set()

    async def _until_idle(self) -> None:
        ended = asyncio.ensure_future(self._ended.wait())
        while not ended.done():
            self._read.clear()
            read = asyncio.ensure_future(self._read.wait())
            done, _ = await asyncio.wait({ended, read}, timeout=IDLE_S, return_when=asyncio.FIRST_COMPLETED)
            read.cancel()
            if not done:
                break
        ended.cancel()


_lock = threading.Lock()
_observer: _Observer | None = None


def read() -> list[NodeStatus]:
    """Return all nodes in sight; BusUnavailableError (503) when NATS cannot be reached within 2 s.

    Safe in threads and after a fork. The first call connects; later ones answer from memory.
    """
    observer = _current()
    if not observer.ready.wait(2 * WAIT_S):
        raise BusUnavailableError()
    view = observer.view
    if view is None:
        raise BusUnavailableError(observer.trouble)
    if view.blind:
        raise BusUnavailableError("The connection to NATS is lost at this moment; the state of the nodes is unknown.")
    observer.touch()
    return view.nodes()


def close() -> None:
    """End the thread, if there is one; the next ``read`` starts anew."""
    global _observer
    with _lock:
        observer, _observer = _observer, None
    if observer is not None and observer.pid == os.getpid():
        observer.end()


def _current() -> _Observer:
    global _observer  # noqa: PLW0603 - one observer for the process is the point
    with _lock:
        observer = _observer
        if (
            observer is None
            or observer.pid != os.getpid()
            or observer.url != settings.NATS_URL
            or (observer.ended_at and monotonic() - observer.ended_at > (RETRY_S if observer.trouble else 0.0))
        ):
            observer = _observer = _Observer(settings.NATS_URL)
            observer.start()
        return observer
