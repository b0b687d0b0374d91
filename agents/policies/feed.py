"""How one process learns of new policies: a watch on the bucket, and, where it has a database, that, too.

The database is the truth, the bucket carries it to everybody. A process with a database puts the newest set into the
bucket whenever something else stands there: after a change, and after a NATS that came back older or empty.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from django.db import Error as DatabaseError

from agentcluster.clock import now_ms
from agentcluster.errors import UnavailableError
from agentcluster.ids import new_id
from agentcluster.messaging import Bucket, Bus, BusUnavailableError, Entry, Watch, connect
from agentcluster.streams import presence
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.errors import CommandError
from agentcluster.subjects import POLICIES
from agentcluster.tasks import end
from agents.domain.policy import PolicySet, digest_of
from agents.domain.policy_check import read_set
from agents.policies import kept, live

logger = logging.getLogger(__name__)

KEY: Final = "current"
RECONCILE_S: Final = 5.0
CONNECT_S: Final = 5.0
PAUSE_S: Final = 0.5
TROUBLE_MS: Final = 300_000
"""How long a process tells of a document it refused: the next good one comes within seconds, and hides nothing."""


class Standing(msgspec.Struct, omit_defaults=True):
    """What a process says of its policies."""

    process: str
    """Its id, new with every start."""
    role: str
    """``web``, ``engine``, ``node``, ``gateway``, ``jobs``, ``triggers``."""
    host: str
    pid: int
    number: int = 0
    digest: str = ""
    source: str = ""
    """Where the set came from: ``nats``, ``database``, ``file``, or ``here`` when it was changed in this process."""
    since_ms: int = 0
    """When it began to hold there."""
    told_ms: int = 0
    trouble: str = ""
    """Why something it was sent was not taken, in the last minutes; empty when all is well."""
    trouble_ms: int = 0


class Feed:
    """Make it inside the running loop; ``run`` until cancelled."""

    def __init__(
        self,
        nats_url: str,
        redis_url: str,
        home: Path,
        role: str,
        *,
        database: bool,
        deliver: Callable[[PolicySet], None],
    ) -> None:
        """``deliver`` makes a set count (``live.replace``), wherever it has to be called from."""
        self.standing = Standing(new_id(), role, socket.gethostname(), os.getpid())
        self._nats_url, self._home, self._database, self._deliver = nats_url, home, database, deliver
        self._writer = BatchWriter(redis_url)
        self._bus: Bus | None = None
        self._bucket: Bucket | None = None
        self._newest = PolicySet()
        self._due, self._changed = asyncio.Event(), asyncio.Event()
        self._away = ""

    def push_soon(self) -> None:
        """Look at the database now, and carry what is new to everybody."""
        self._due.set()

    async def run(self) -> None:
        """Follow until cancelled."""
        self._take(live.current(), "here")
        if (known := await asyncio.to_thread(kept.load, self._home)) is not None:
            self._take(known, "file")
        loops = [
            asyncio.create_task(loop) for loop in (self._follow(), self._reconcile_forever(), self._tell_forever())
        ]
        try:
            await asyncio.gather(*loops)
        finally:
            await end(*loops)
            await self._leave()

    async def _leave(self) -> None:
        try:
            await presence.leave(self._writer, self.standing.process)
        except (UnavailableError, CommandError):
            logger.debug("policies: what this process said is forgotten by itself")
        await self._writer.close()
        if self._bus is not None:
            await self._bus.close()

    async def _follow(self) -> None:
        while self._bus is None:
            try:
                name = f"policies-{self.standing.role}-{self.standing.pid}"
                self._bus = await connect(self._nats_url, name, wait_s=CONNECT_S)
            except BusUnavailableError as error:
                logger.debug("policies: waiting for NATS: %s", error)
                await asyncio.sleep(PAUSE_S)
        self._bucket = Bucket(self._bus, POLICIES)
        watch = Watch(self._bucket, KEY, self._on_entry)
        self._due.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await watch.stop()

    def _on_entry(self, key: str, value: bytes | None, _deleted: bool) -> None:
        if key != KEY or value is None:
            self._due.set()
            return
        try:
            self._take(read_set(value), "nats")
        except ValueError as error:
            self.standing.trouble = f"What stood in the bucket was refused, and the set in force stays: {error}"
            self.standing.trouble_ms = now_ms()
            logger.error("policies: %s", self.standing.trouble)
            self._changed.set()
        self._due.set()

    def _take(self, policies: PolicySet, source: str) -> None:
        if policies.number <= self._newest.number:
            return
        self._newest = policies
        self._deliver(policies)
        standing = self.standing
        standing.number, standing.digest = policies.number, digest_of(policies.policies)
        standing.source, standing.since_ms = source, now_ms()
        self._changed.set()
        logger.info("policies: set %d holds (%s)", policies.number, source)
        if source != "file":
            kept.save(self._home, policies)

    async def _reconcile_forever(self) -> None:
        while True:
            self._due.clear()
            if self._database:
                try:
                    await self._reconcile()
                    self._away = ""
                except (DatabaseError, UnavailableError) as error:
                    self._warn(str(error))
                except Exception:
                    logger.exception("policies: looking whether the newest set is in force failed")
            try:
                await asyncio.wait_for(self._due.wait(), RECONCILE_S)
            except TimeoutError:
                continue

    def _warn(self, reason: str) -> None:
        if reason != self._away:
            logger.warning("policies: the newest set cannot be compared with the one pushed: %s", reason)
        self._away = reason

    async def _reconcile(self) -> None:
        """Take what the database says, and put it into the bucket where something else stands."""
        from agents.policies import store  # a node has no database
        from agents.policies.actions.repair import repair

        # The bucket first: it is never ahead of the database that is read after it, unless that was set back.
        bucket = self._bucket if self._bus is not None and self._bus.connected else None
        entry = await bucket.entry(KEY) if bucket is not None else None
        seen = _read(entry)
        others = await self._others()
        newest = await asyncio.to_thread(store.newest_for_thread)
        ahead = _ahead(newest, [*others, *([(seen.number, digest_of(seen.policies))] if seen else [])])
        if ahead:
            newest = await asyncio.to_thread(repair, newest.number, ahead, seen if seen is not None else self._newest)
        self._take(newest, "database")
        if bucket is not None and newest.number:
            await self._put(bucket, entry, newest)

    async def _others(self) -> list[tuple[int, str]]:
        """Return the sets that processes say they have; nothing while Redis is away."""
        try:
            told = await presence.present_now(self._writer)
        except (UnavailableError, CommandError):
            return []
        found = [(self._newest.number, digest_of(self._newest.policies))] if self._newest.number else []
        for each in told:
            standing = read_standing(each)
            if standing is not None and standing.number:
                found.append((standing.number, standing.digest))
        return found

    async def _put(self, bucket: Bucket, entry: Entry | None, newest: PolicySet) -> None:
        document = msgspec.json.encode(newest)
        if entry is None:
            await bucket.create(KEY, document)
        elif entry.value != document:
            # Over exactly what was read: who has put a newer one meanwhile stays.
            await bucket.update(KEY, document, entry.revision)

    async def _tell_forever(self) -> None:
        while True:
            self._changed.clear()
            self.standing.told_ms = now_ms()
            if self.standing.told_ms - self.standing.trouble_ms > TROUBLE_MS:
                self.standing.trouble = ""
            try:
                await presence.say(self._writer, self.standing.process, msgspec.json.encode(self.standing))
            except (UnavailableError, CommandError) as error:
                logger.debug("policies: how this process stands cannot be told: %s", error)
            try:
                await asyncio.wait_for(self._changed.wait(), presence.SAY_S)
            except TimeoutError:
                continue


def read_standing(told: bytes) -> Standing | None:
    """Return what a process said; None when that cannot be read."""
    try:
        return msgspec.json.decode(told, type=Standing)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _read(entry: Entry | None) -> PolicySet | None:
    try:
        return read_set(entry.value) if entry is not None else None
    except ValueError:
        return None


def _ahead(newest: PolicySet, seen: list[tuple[int, str]]) -> int:
    """Return the highest number somebody has that the database does not know so; 0 when there is none."""
    own = (newest.number, digest_of(newest.policies))
    return max(
        (number for number, digest in seen if number > own[0] or (number == own[0] and digest != own[1])), default=0
    )
