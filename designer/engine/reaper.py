"""Finds runs that nobody drives: those whose hint was lost, whose owner is gone, whose end SQL does not know.

One worker at a time does this, every few seconds. A run is hinted at again only when every hint that was on the stream
when it was first found unowned has been handed out since: then its own is lost for sure, and no clocks are compared.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any, Final

from django.db import DatabaseError, close_old_connections

from agentcluster.errors import UnavailableError
from agentcluster.streams import blocking, keys
from agentcluster.streams.ready import ReadyStream
from agentcluster.streams.run_log import RunLog
from designer.engine.journal import decode_record
from designer.engine.liveness import Liveness
from designer.engine.projection import RunRow, replayed_row
from designer.engine.projector import write_rows
from designer.engine.redis import shared_client
from designer.engine.request import RunRequest, encode_request
from designer.engine.versions import load_plan
from designer.models import OPEN_STATUSES, Run
from designer.traces.log import iterate

logger = logging.getLogger(__name__)

ROUND_S: Final = 5.0
LEASE_MS: Final = 8000
PAGE: Final = 1000

Position = tuple[int, int]


class Reaper:
    """Hints again at runs without a living owner, and projects those whose end did not reach SQL."""

    def __init__(self, log: RunLog, ready: ReadyStream, liveness: Liveness, executor: Executor, worker: str) -> None:
        """Read SQL in ``executor``."""
        self._log, self._ready, self._liveness = log, ready, liveness
        self._executor, self._worker = executor, worker
        self._suspects: dict[str, Position] = {}

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
        unowned: set[str] = set()
        last = ""
        while page := await loop.run_in_executor(self._executor, _open_runs, last):
            last = page[-1][0]
            finished = [run_id for run_id, meta in page if meta is not None and meta.status != "open"]
            if finished:
                await loop.run_in_executor(self._executor, project_from_logs, finished)
            unowned |= {run_id for run_id, meta in page if self._is_unowned(meta)}
        lost = [run_id for run_id in unowned if run_id in self._suspects and self._suspects[run_id] <= delivered]
        self._suspects = {run_id: self._suspects.get(run_id, generated) for run_id in unowned.difference(lost)}
        if lost:
            logger.warning("%d runs had no living owner and are hinted at again", len(lost))
            for request in await loop.run_in_executor(self._executor, requests_of, lost):
                await self._ready.add(encode_request(request))

    def _is_unowned(self, meta: blocking.Meta | None) -> bool:
        if meta is None:
            return True
        return meta.status == "open" and (not meta.owner or self._liveness.is_dead(meta.owner))

    async def _positions(self) -> tuple[Position, Position]:
        """Return the ids of the newest hint and of the newest one handed out."""
        await self._ready.consumers()
        stream = _pairs(await self._log.command("XINFO", "STREAM", keys.READY))
        groups = [_pairs(group) for group in await self._log.command("XINFO", "GROUPS", keys.READY)]
        group = next(group for group in groups if group[b"name"] == keys.GROUP.encode())
        return _position(stream[b"last-generated-id"]), _position(group[b"last-delivered-id"])


def _open_runs(after: str) -> list[tuple[str, blocking.Meta | None]]:
    close_old_connections()
    try:
        found = Run.objects.filter(status__in=OPEN_STATUSES, pk__gt=after).order_by("pk").values_list("pk", flat=True)
        run_ids = [*found[:PAGE]]
    finally:
        close_old_connections()
    return [*zip(run_ids, blocking.read_metas(shared_client(), run_ids), strict=True)]


def requests_of(run_ids: Sequence[str]) -> list[RunRequest]:
    """Return the requests of accepted runs, from their rows (synchronous)."""
    close_old_connections()
    try:
        return [
            RunRequest(
                run_id=run.pk,
                workflow_id=run.workflow_id,
                version_id=run.version_id,
                input=run.input,
                started_by=run.created_by.get_username() if run.created_by else "",
                trace_id=run.trace_id,
            )
            for run in Run.objects.filter(pk__in=run_ids).select_related("created_by")
        ]
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
