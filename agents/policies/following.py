"""Keeps the policies of this process current, in a thread of its own: ``start`` it with the process.

following.start("web")
following.start("engine", asyncio.get_running_loop())
"""

import asyncio
import logging
import os
import threading
from contextlib import suppress

from django.conf import settings

from agents.domain.policy import PolicySet
from agents.policies import live
from agents.policies.feed import Feed

logger = logging.getLogger(__name__)

RETRY_S = 1.0
STOP_S = 8.0


class _Follower(threading.Thread):
    """Runs a ``Feed`` until ``end``."""

    def __init__(self, role: str, loop: asyncio.AbstractEventLoop | None, *, database: bool) -> None:
        super().__init__(name="policies", daemon=True)
        self.pid = os.getpid()
        self._role, self._listening, self._database = role, loop, database
        self._loop: asyncio.AbstractEventLoop | None = None
        self._feed: Feed | None = None
        self._ended = threading.Event()
        self._serving: asyncio.Task[None] | None = None

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                asyncio.run(self._follow())
            except Exception:
                logger.exception("policies: following them failed, trying again")
                self._ended.wait(RETRY_S)

    def push_soon(self) -> None:
        """Have the newest set pushed now."""
        feed = self._feed
        if self._loop is not None and feed is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(feed.push_soon)

    def end(self) -> None:
        """Stop following, and wait for that."""
        self._ended.set()
        if self._loop is not None and self._serving is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._serving.cancel)
        self.join(STOP_S)

    async def _follow(self) -> None:
        self._feed = Feed(
            settings.NATS_URL,
            settings.REDIS_URL,
            settings.HOME,
            self._role,
            database=self._database,
            deliver=self._deliver,
        )
        self._serving = asyncio.ensure_future(self._feed.run())
        self._loop = asyncio.get_running_loop()
        if self._ended.is_set():
            self._serving.cancel()
        with suppress(asyncio.CancelledError):
            await self._serving

    def _deliver(self, policies: PolicySet) -> None:
        if self._listening is None:
            live.replace(policies)
            return
        with suppress(RuntimeError):  # the process is ending, and its loop is closed
            self._listening.call_soon_threadsafe(live.replace, policies)


_lock = threading.Lock()
_follower: _Follower | None = None


def start(role: str, loop: asyncio.AbstractEventLoop | None = None, *, database: bool = True) -> None:
    """Follow the policies from now on; once a process. ``loop`` is where listeners of ``live`` are to be called.

    A process without a database believes what NATS says, and the file of the last set until then.
    """
    global _follower  # noqa: PLW0603 - one for the process is the point
    with _lock:
        if _follower is not None and _follower.pid == os.getpid() and _follower.is_alive():
            return
        _follower = _Follower(role, loop, database=database)
        _follower.start()


def push_soon() -> None:
    """Have the newest set pushed now, if this process follows; others that do would see it within 5 s."""
    if _follower is not None and _follower.pid == os.getpid():
        _follower.push_soon()


def stop() -> None:
    """Follow no more."""
    global _follower
    with _lock:
        follower, _follower = _follower, None
    if follower is not None and follower.pid == os.getpid():
        follower.end()
