"""Finds runs that nobody drives: those whose hint was lost, whose owner is gone, whose end SQL does not know.

One worker at a time does this, every few seconds. A run is hinted at again only when every hint that was on the stream
when it was first found unowned has been handed out since: then its own is lost for sure, and no clocks are compared.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any, Final, NamedTuple

from django.db import DatabaseError, close_old_connections

from agentcluster.clock import now_ms
from agentcluster.errors import UnavailableError
from agentcluster.streams import blocking, keys
from agentcluster.streams.gate import sweep
from agentcluster.streams.parking import rouse
from agentcluster.streams.ready import ReadyStream
from agentcluster.streams.run_log import RunLog
from agentcluster.streams.shared import shared_client
from designer.engine.continuing import is_continued, remove_stillborn
from designer.engine.journal import decode_record
from designer.engine.liveness import Liveness
from designer.engine.projection import RunRow, replayed_row
from designer.engine.projector import write_rows
from designer.engine.request import RunRequest, encode_request, request_of
from designer.engine.versions import load_plan
from designer.models import OPEN_STATUSES, Run
from designer.traces.log import iterate

logger = logging.getLogger(__name__)

ROUND_S: Final = 5.0
LEASE_MS: Final = 8000
PAGE: Final = 1000
SWEEP_ROUNDS: Final = 6
"""Concurrency limits are swept every so many rounds: only data that Redis lost leaves anything to sweep."""
LATE_MS: Final = 10_000
"""A parked run whose time was over so long ago has lost its timer."""

Position = tuple[int, int]


class Found(NamedTuple):
    """An open run as SQL has it, and how it stands in Redis (None: nothing is there)."""

    run_id: str
    priority: str
    origin: dict[str, Any] | None
    meta: blocking.Meta | None


class Reaper:
    """Hints again at runs without a living owner, and projects those whose end did not reach SQL."""

    def __init__(self, log: RunLog, ready: ReadyStream, liveness: Liveness, executor: Executor, worker: str) -> None:
        """Read SQL in ``executor``."""
        self._log, self._ready, self._liveness = log, ready, liveness
        self._executor, self._worker = executor, worker
        self._suspects: dict[str, Position] = {}
        self._rounds = 0

    async def run(self) -> None:
        """Go round for ever."""
        while True:
            await asyncio.sleep(ROUND_S)
            try:
                if await self._leads():
                    await self._round()
                else:
                    self._suspects.clear()
            except (DatabaseError, UnavailableError) as error:
                logger.warning("the reaper could not go round: %s", error)
            except Exception:
                logger.exception("the reaper could not go round")

    async def _leads(self) -> bool:
        if await self._log.command("SET", keys.REAPER, self._worker, "NX", "PX", LEASE_MS):
            return True
        if await self._log.command("GET", keys.REAPER) != self._worker.encode():
            return False
        await self._log.command("PEXPIRE", keys.REAPER, LEASE_MS)
        return True

    async def _round(self) -> None:
        generated, delivered = await self._positions()
        loop = asyncio.get_running_loop()
        unowned: dict[str, str] = {}
        last = ""
        while page := await loop.run_in_executor(self._executor, _open_runs, last):
            last = page[-1].run_id
            finished = [found.run_id for found in page if found.meta is not None and found.meta.status != "open"]
            if finished:
                await loop.run_in_executor(self._executor, project_from_logs, finished)
            await rouse(self._log, [found.run_id for found in page if _is_late(found.meta)])
            unowned |= {found.run_id: found.priority for found in page if self._is_unowned(found)}
        lost = [
            run_id
            for run_id, priority in unowned.items()
            if run_id in self._suspects and self._suspects[run_id] <= delivered[priority]
        ]
        self._suspects = {
            run_id: self._suspects.get(run_id, generated[priority])
            for run_id, priority in unowned.items()
            if run_id not in lost
        }
        if lost:
            logger.warning("%d runs had no living owner and are hinted at again", len(lost))
            for request in await loop.run_in_executor(self._executor, requests_of, lost):
                await self._ready.add(encode_request(request), request.priority)
        self._rounds += 1
        if self._rounds % SWEEP_ROUNDS == 1:
            await sweep(self._log)
            await loop.run_in_executor(self._executor, remove_stillborn)

    def _is_unowned(self, found: Found) -> bool:
        meta = found.meta
        if meta is None or not meta.seq:
            # A run that is to go on from another one begins with that one's end, or never.
            return not is_continued(found.origin) and (meta is None or self._has_no_owner(meta))
        return meta.status == "open" and meta.left != "parked" and self._has_no_owner(meta)

    def _has_no_owner(self, meta: blocking.Meta) -> bool:
        return not meta.owner or self._liveness.is_dead(meta.owner)

    async def _positions(self) -> tuple[dict[str, Position], dict[str, Position]]:
        """Return by priority the ids of the newest hint and of the newest one handed out."""
        await self._ready.consumers()
        generated: dict[str, Position] = {}
        delivered: dict[str, Position] = {}
        for priority, key in keys.READY_BY_PRIORITY.items():
            stream = _pairs(await self._log.command("XINFO", "STREAM", key))
            groups = [_pairs(group) for group in await self._log.command("XINFO", "GROUPS", key)]
            group = next(group for group in groups if group[b"name"] == keys.GROUP.encode())
            generated[priority] = _position(stream[b"last-generated-id"])
            delivered[priority] = _position(group[b"last-delivered-id"])
        return generated, delivered


def _is_late(meta: blocking.Meta | None) -> bool:
    return meta is not None and meta.left == "parked" and meta.due + LATE_MS < now_ms()


def _open_runs(after: str) -> list[Found]:
    close_old_connections()
    try:
        open_runs = Run.objects.filter(status__in=OPEN_STATUSES, pk__gt=after).order_by("pk")
        rows = [*open_runs.values_list("pk", "priority", "origin")[:PAGE]]
    finally:
        close_old_connections()
    metas = blocking.read_metas(shared_client(), [row[0] for row in rows])
    return [Found(*row, meta) for row, meta in zip(rows, metas, strict=True)]


def requests_of(run_ids: Sequence[str]) -> list[RunRequest]:
    """Return the requests of accepted runs, from their rows (synchronous)."""
    close_old_connections()
    try:
        return [request_of(run) for run in Run.objects.filter(pk__in=run_ids).select_related("created_by")]
    finally:
        close_old_connections()


def project_from_logs(run_ids: Sequence[str], *, overwrite: bool = False) -> int:
    """Write the rows of these runs as their logs have it (synchronous); return how many have a log."""
    close_old_connections()
    try:
        versions = dict(Run.objects.filter(pk__in=run_ids).values_list("pk", "version_id"))
        rows = [_row_from_log(run_id, version_id) for run_id, version_id in versions.items()]
        found = [row for row in rows if row is not None]
        write_rows(found, overwrite=overwrite)
    finally:
        close_old_connections()
    return len(found)


def _row_from_log(run_id: str, version_id: str) -> RunRow | None:
    records = [decode_record(entry) for entry in iterate(run_id)]
    try:
        return replayed_row(load_plan(version_id), records)
    except UnavailableError:
        raise
    except Exception:
        logger.exception("run %s: its log cannot be folded; only its end is shown", run_id)
        return replayed_row(None, records)


def _pairs(reply: Sequence[Any]) -> dict[bytes, Any]:
    return {reply[index]: reply[index + 1] for index in range(0, len(reply), 2)}


def _position(entry_id: bytes) -> Position:
    ms, _, number = entry_id.partition(b"-")
    return int(ms), int(number)
