"""The cluster for synchronous code (views, health checks, the command line): a view kept by a thread of its own."""

import asyncio
import atexit
import contextlib
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from typing import Final, TypeVar

from django.conf import settings

from agentcluster.clock import monotonic
from agentcluster.errors import UnavailableError
from agentcluster.messaging import Bus, BusUnavailableError, Watch, connect
from agents.cluster.heartbeat import NodeStatus
from agents.cluster.placement import placement_bucket
from agents.cluster.view import ClusterView
from agents.domain.placement import Board

R = TypeVar("R")

CALL_S: Final = 6.0
WAIT_S: Final = 2.0
RETRY_S: Final = 1.0
"""After a failure the answer stays the same for this long, so that readers do not queue up behind time-outs."""
IDLE_S: Final = 300.0
"""After this long without a reader the thread ends; the next reader starts another."""
END_S: Final = 5.0
"""How long its end is waited for; it holds nothing that could be lost."""


class _Observer(threading.Thread):
    """Keeps a ``ClusterView`` current until nobody has read it for ``IDLE_S`` seconds."""

    def __init__(self, url: str) -> None:
        super().__init__(name="cluster-snapshot", daemon=True)
        self.url, self.pid = url, os.getpid()
        self.ready = threading.Event()
        self.trouble = ""
        self.ended_at = 0.0
        self.view: ClusterView | None = None
        self.bus: Bus | None = None
        self.board = Board()
        self.placement: Watch | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._read = asyncio.Event()
        self._observing: asyncio.Task[None] | None = None
        self._told_to_end = False

    def run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._observe())

    def touch(self) -> None:
        """Note that somebody reads."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._read.set)

    def call(self, work: Callable[[Bus], Awaitable[R]], timeout_s: float) -> R:
        """Do ``work`` on the thread's connection and return what comes of it."""
        bus, loop = self.bus, self._loop
        if bus is None or loop is None:
            raise BusUnavailableError(self.trouble)

        async def bounded() -> R:
            return await asyncio.wait_for(work(bus), timeout_s)

        self.touch()
        try:
            return asyncio.run_coroutine_threadsafe(bounded(), loop).result(timeout_s + 1)
        except (TimeoutError, RuntimeError, CancelledError) as error:
            raise BusUnavailableError(f"NATS did not answer within {timeout_s:g} s.") from error

    def leave(self) -> None:
        """Have the thread leave NATS and end, wherever it is; without waiting for that."""
        self._told_to_end = True
        loop, observing = self._loop, self._observing
        if loop is not None and observing is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(observing.cancel)

    def end(self) -> None:
        """As ``leave``, and wait until it has."""
        self.leave()
        self.join(timeout=END_S)

    async def _observe(self) -> None:
        self._observing, self._loop = asyncio.current_task(), asyncio.get_running_loop()
        try:
            if not self._told_to_end:
                await self._keep_view()
        except UnavailableError as error:
            self.trouble = error.message
        finally:
            self.view = self.bus = None
            self.ended_at = monotonic()
            self.ready.set()

    async def _keep_view(self) -> None:
        """Follow the cluster until nobody has read for a while."""
        async with await connect(self.url, f"cluster-snapshot-{self.pid}", wait_s=WAIT_S) as bus:
            view = ClusterView(bus)
            try:
                await view.start(wait_s=WAIT_S)
                self.placement = Watch(placement_bucket(bus), "", lambda key, value, _: self.board.take(key, value))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.placement.synced.wait(), WAIT_S)
                self.view, self.bus = view, bus
                self.ready.set()
                await self._until_idle()
            finally:
                self.bus = None
                if self.placement is not None:
                    await self.placement.stop()
                await view.stop()

    async def _until_idle(self) -> None:
        while True:
            self._read.clear()
            try:
                async with asyncio.timeout(IDLE_S):
                    await self._read.wait()
            except TimeoutError:
                return


_lock = threading.Lock()
_observer: _Observer | None = None


def read() -> list[NodeStatus]:
    """Return all nodes in sight; BusUnavailableError (503) when NATS cannot be reached within 2 s.

    Safe in threads and after a fork. The first call connects; later ones answer from memory.
    """
    observer = _ready()
    view = observer.view
    if view is None:
        raise BusUnavailableError(observer.trouble)
    if view.blind:
        raise BusUnavailableError("The connection to NATS is lost at this moment; the state of the nodes is unknown.")
    observer.touch()
    return view.nodes()


def board() -> Board:
    """Return the deployments and slots as they stand in NATS; BusUnavailableError as ``read``."""
    observer = _ready()
    if observer.placement is None or not observer.placement.current:
        raise BusUnavailableError(observer.trouble or "The state of the deployments cannot be read from NATS now.")
    observer.touch()
    return observer.board.copy()


def call(work: Callable[[Bus], Awaitable[R]], timeout_s: float = CALL_S) -> R:
    """Do ``work`` with a connection to NATS and return what comes of it; BusUnavailableError as ``read``."""
    return _ready().call(work, timeout_s)


def _ready() -> _Observer:
    observer = _current()
    if not observer.ready.wait(3 * WAIT_S):
        raise BusUnavailableError()
    return observer


def close() -> None:
    """End the thread, if there is one; the next ``read`` starts anew. A process that ends does so by itself."""
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
            if observer is not None and observer.pid == os.getpid():
                observer.leave()
            observer = _observer = _Observer(settings.NATS_URL)
            observer.start()
        return observer


# A daemon thread that is still at work while the interpreter goes away writes to a log that is closed.
atexit.register(close)
