"""Following a bucket: changes as they come, and every few seconds the whole of it, since a watch can go blind."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

import nats.errors
from nats.js.kv import KeyValue

from agentcluster.clock import monotonic
from agentcluster.messaging.bucket import Bucket
from agentcluster.messaging.errors import BusUnavailableError
from agentcluster.tasks import end

logger = logging.getLogger(__name__)

RECONCILE_S: Final = 5.0
READ_S: Final = 5.0
PAUSE_S: Final = 0.5

OnChange = Callable[[str, bytes | None, bool], None]
"""Called with the key, its value (None when it is gone) and whether somebody deleted it (else it expired)."""


class Watch:
    """Keeps ``entries`` (key → value) of a bucket; a watch is a hint, so it is read anew every 5 s."""

    def __init__(self, bucket: Bucket, prefix: str, on_change: OnChange) -> None:
        """Follow the keys that begin with ``prefix``."""
        self.entries: dict[str, bytes] = {}
        self.synced = asyncio.Event()
        """Set once the bucket was read for the first time."""
        self.current = False
        """Whether the last attempt to read succeeded; false means blind, not empty."""
        self._bucket, self._prefix, self._on_change = bucket, prefix, on_change
        self._revisions: dict[str, int] = {}
        self._task = asyncio.get_running_loop().create_task(self._run())

    def revision(self, key: str) -> int:
        """Return the revision of an entry; 0 when there is none."""
        return self._revisions.get(key, 0)

    async def stop(self) -> None:
        """Stop following."""
        await end(self._task)

    async def _run(self) -> None:
        while True:
            try:
                await self._follow()
            except (BusUnavailableError, nats.errors.Error, TimeoutError) as error:
                if self.current:
                    logger.warning("the bucket %s cannot be watched: %s", self._bucket.name, error)
                self.current = False
                await asyncio.sleep(PAUSE_S)

    async def _follow(self) -> None:
        watcher = await self._bucket.use(lambda opened: opened.watchall(inactive_threshold=2 * RECONCILE_S))
        try:
            await self._read_all(watcher)
            self.current = True
            self.synced.set()
            end = monotonic() + RECONCILE_S
            while (left := end - monotonic()) > 0:
                with contextlib.suppress(nats.errors.TimeoutError):
                    self._take(await _next(watcher, left))
        finally:
            with contextlib.suppress(nats.errors.Error):
                await watcher.stop()  # type: ignore[no-untyped-call]

    async def _read_all(self, watcher: KeyValue.KeyWatcher) -> None:
        found = set()
        async with asyncio.timeout(READ_S):
            while (entry := await _next(watcher, READ_S)) is not None:
                found.add(entry.key)
                self._take(entry)
        for key in self.entries.keys() - found:
            self._forget(key, deleted=False)

    def _take(self, entry: KeyValue.Entry | None) -> None:
        if entry is None or not entry.key.startswith(self._prefix):
            return
        if entry.operation in ("DEL", "PURGE"):
            self._forget(entry.key, deleted=entry.operation == "DEL")
        elif self._revisions.get(entry.key) != entry.revision or self.entries.get(entry.key) != entry.value:
            self._revisions[entry.key] = entry.revision or 0
            self.entries[entry.key] = entry.value or b""
            self._tell(entry.key, self.entries[entry.key], deleted=False)

    def _forget(self, key: str, *, deleted: bool) -> None:
        self._revisions.pop(key, None)
        if self.entries.pop(key, None) is not None:
            self._tell(key, None, deleted=deleted)

    def _tell(self, key: str, value: bytes | None, *, deleted: bool) -> None:
        """Pass a change on; who cannot take one still gets the next."""
        try:
            self._on_change(key, value, deleted)
        except Exception:
            logger.exception("the bucket %s: a change of %s could not be taken", self._bucket.name, key)


async def _next(watcher: KeyValue.KeyWatcher, timeout_s: float) -> KeyValue.Entry | None:
    """Return the next entry, or None after the last of those the bucket held at the start."""
    entry: KeyValue.Entry | None = await watcher.updates(timeout=timeout_s)  # type: ignore[no-untyped-call]
    return entry
