"""Locks for jobs that must run once: a lease in a bucket, taken by compare-and-set, with a fencing number (features A8).

    async with Lock(bus, "placement.reconcile") as lease:
        await fence.check(lease.number)
        ...

Nobody's wall clock matters: a holder raises a counter three times a lease, and whoever wants the lock takes it when the
counter has not changed for a whole lease on its own monotonic clock.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Final

import msgspec

from agentcluster.clock import monotonic
from agentcluster.errors import ConflictError
from agentcluster.ids import new_id
from agentcluster.messaging.bucket import Bucket, Entry
from agentcluster.messaging.bus import Bus
from agentcluster.messaging.errors import BusUnavailableError
from agentcluster.subjects import LOCKS
from agentcluster.tasks import end

logger = logging.getLogger(__name__)

LEASE_S: Final = 9.0
LOOK_S: Final = 0.5


class LockHeldError(ConflictError):
    """Somebody else holds the lock."""

    code = "lock_held"


class LeaseLostError(ConflictError):
    """The lease ran out or was taken while its holder worked: nothing more may be done in its name."""

    code = "lease_lost"


class Lease(msgspec.Struct, frozen=True):
    """What stands under a lock's name: who holds it, a counter that shows that the holder lives, and for how long."""

    holder: str
    beat: int
    lease_s: float


_decode: Final = msgspec.json.Decoder(Lease).decode


class Held:
    """A lock that was taken: ``number`` is its fencing number, higher than that of every holder before."""

    def __init__(self, bucket: Bucket, name: str, lease: Lease, entry: tuple[int, int], since: float) -> None:
        """``entry`` is the revision and the fencing number; ``since`` when (monotonic) the taking was begun."""
        self.name, self.holder = name, lease.holder
        self._revision, self.number = entry
        self._bucket, self._lease, self._since = bucket, lease, since
        self._listeners: list[Callable[[], None]] = []
        self._lost = ""
        self._renewer = asyncio.get_running_loop().create_task(self._keep())

    @property
    def lost(self) -> bool:
        """Whether the lease is over; a holder that was stopped for too long sees it at its first look."""
        return bool(self._lost) or monotonic() - self._since >= self._lease.lease_s

    def check(self) -> None:
        """Pass while the lock is held; LeaseLostError otherwise. Ask before each step that must not be done twice."""
        if self.lost:
            raise LeaseLostError(self._lost or self._too_late())

    def on_lost(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` at once when the lease is lost; not when it is released."""
        self._listeners.append(callback)

    async def release(self) -> None:
        """Give the lock back; others may take it at once."""
        await end(self._renewer)
        if not self.lost:
            try:
                await self._bucket.remove(self.name, self._revision)
            except BusUnavailableError as error:
                logger.warning("the lock %s could not be given back, its lease will run out: %s", self.name, error)

    async def _keep(self) -> None:
        pause_s = self._lease.lease_s / 3
        while not self._lost:
            await asyncio.sleep(min(pause_s, max(0.0, self._since + self._lease.lease_s - monotonic())))
            if self.lost:
                self._tell(self._too_late())
                return
            pause_s = self._lease.lease_s / 3 if await self._renew() else LOOK_S

    async def _renew(self) -> bool:
        begun = monotonic()
        lease = msgspec.structs.replace(self._lease, beat=self._lease.beat + 1)
        left_s = max(0.01, self._since + self._lease.lease_s - begun)
        try:
            value = msgspec.json.encode(lease)
            revision = await asyncio.wait_for(self._bucket.update(self.name, value, self._revision), left_s)
        except (BusUnavailableError, TimeoutError):
            return False
        if revision is None:
            return await self._find_again(begun)
        self._revision, self._lease, self._since = revision, lease, begun
        return True

    async def _find_again(self, begun: float) -> bool:
        """Another revision stands there: a renewal of ours whose confirmation was lost, or somebody else's lease."""
        try:
            entry = await self._bucket.entry(self.name)
        except BusUnavailableError:
            return False
        found = _read(entry.value) if entry else None
        if entry is None or found is None or found.holder != self.holder:
            whose = f"{found.holder} has it" if found else "it is no longer there"
            self._tell(f"The lock {self.name} was lost: {whose}.")
            return False
        self._revision, self._lease, self._since = entry.revision, found, begun
        return True

    def _too_late(self) -> str:
        return f"The lock {self.name} was lost: it could not be renewed for {self._lease.lease_s:g} s."

    def _tell(self, reason: str) -> None:
        self._lost = reason
        logger.warning("%s", reason)
        for callback in self._listeners:
            callback()


class Lock:
    """One name that at most one holder has at a time. ``async with`` waits for it and cancels the work when it is lost."""

    def __init__(self, bus: Bus, name: str, *, lease_s: float = LEASE_S, holder: str = "") -> None:
        """A dead holder's lock is free after ``lease_s`` seconds; ``holder`` is shown to those who wait."""
        self.name, self.holder = name, holder or f"{bus.name}-{new_id()}"
        self._lease_s = lease_s
        self._bucket = Bucket(bus, LOCKS)
        self._seen: tuple[int, float] = (0, 0.0)
        self._held: Held | None = None
        self._task: asyncio.Task[object] | None = None
        self._interrupted = False

    async def try_acquire(self) -> Held:
        """Take the lock when it is free; LockHeldError with the holder's name, or BusUnavailableError.

        A lock whose holder has died counts as free once this object has watched it stand still for a whole lease: so
        ask again with the same object.
        """
        begun = monotonic()
        entry = await self._bucket.entry(self.name)
        if entry is not None and not self._is_dead(entry, begun):
            raise LockHeldError(f"{_read(entry.value).holder} holds the lock {self.name}.", name=self.name)
        lease = Lease(self.holder, 0, self._lease_s)
        value = msgspec.json.encode(lease)
        begun = monotonic()
        revision = await (
            self._bucket.create(self.name, value)
            if entry is None
            else self._bucket.update(self.name, value, entry.revision)
        )
        if revision is None:
            raise LockHeldError(f"Somebody else was quicker to take the lock {self.name}.", name=self.name)
        # Revisions begin anew when NATS comes back empty: the second in which the bucket was made, by the server's clock, goes
        # before them. What that does not cover is in docs/nodes.md.
        number = await self._bucket.created_s() << 32 | revision & 0xFFFFFFFF
        return Held(self._bucket, self.name, lease, (revision, number), begun)

    async def acquire(self, wait_s: float | None = None) -> Held:
        """Wait for the lock (for ever by default); LockHeldError when it is not free within ``wait_s`` seconds."""
        until = None if wait_s is None else monotonic() + wait_s
        while True:
            try:
                return await self.try_acquire()
            except (LockHeldError, BusUnavailableError):
                if until is not None and monotonic() >= until:
                    raise
            await asyncio.sleep(min(LOOK_S, self._lease_s / 6))

    async def __aenter__(self) -> Held:
        """Wait for the lock."""
        self._held = await self.acquire()
        self._task = asyncio.current_task()
        self._held.on_lost(self._interrupt)
        return self._held

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Give the lock back; LeaseLostError when the work was interrupted because the lease was lost."""
        held, task, interrupted = self._held, self._task, self._interrupted
        self._held, self._task, self._interrupted = None, None, False
        assert held is not None
        assert task is not None
        if not interrupted:
            return await held.release()
        if kind is None:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0)
        if task.uncancel() == 0 and (kind is None or issubclass(kind, asyncio.CancelledError)):
            held.check()

    def _interrupt(self) -> None:
        if self._task is not None:
            self._interrupted = True
            self._task.cancel()

    def _is_dead(self, entry: Entry, now: float) -> bool:
        if self._seen[0] != entry.revision:
            self._seen = (entry.revision, now)
        return now - self._seen[1] >= _read(entry.value).lease_s


def _read(value: bytes) -> Lease:
    """Return a lease; one that cannot be read is somebody's of the usual length."""
    try:
        return _decode(value)
    except msgspec.MsgspecError:
        return Lease("somebody", 0, LEASE_S)
