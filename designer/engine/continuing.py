"""Continue-as-new: a run with a long log goes on as a new run with a short one.

The new run's id is chosen once and kept with the old run; its row is written, then one step in Redis ends the old log and
makes the new one. Killed before that step, the next owner of the old run does it all again with the same id; killed
after it, the new run is hinted at already.
"""

import asyncio
import logging
from typing import Any, Final

import msgspec
from django.db import DatabaseError, close_old_connections

from agentcluster.ids import new_id
from agentcluster.streams import keys
from agentcluster.streams.blocking import read_metas
from agentcluster.streams.run_log import RunLog
from agentcluster.streams.shared import shared_client
from designer.domain import events as ev
from designer.domain.compact import compact
from designer.domain.run import Run
from designer.engine.journal import Journal, encode_records
from designer.engine.limits import still_too_long
from designer.engine.request import RunRequest, encode_request
from designer.engine.seeding import FIRST_EPOCH
from designer.models import Run as RunRecord
from designer.models import RunStatus

logger = logging.getLogger(__name__)

LONG_LOG: Final = "The log was long."
RETRY_S: Final = 1.0
PAGE: Final = 500


class StillTooLongError(Exception):
    """What the run has to take along is too long for a new log."""


async def continue_as_new(
    log: RunLog, journal: Journal, run: Run, why: ev.Origin, *, answered: str, begun_at: int, now: int
) -> list[ev.Event]:
    """Let the run go on as a new one; return its last event, durable already.

    ``why`` says who asked and for what reason; ``answered`` is the last inbox entry that was read; ``begun_at`` (ms) when
    the first run of the chain began. Raises ``StillTooLongError``, ``FencedError``, ``SequenceError``, ``ClosedError``.
    """
    history = compact(run.plan, await journal.records())
    if message := still_too_long(history):
        raise StillTooLongError(message)
    next_id = await _next_id(log, journal.run_id)
    origin = msgspec.structs.replace(why, kind="continued", run_id=journal.run_id, seq=journal.seq)
    await _write_row(journal.run_id, next_id, origin)
    first = history[0]
    assert isinstance(first, ev.RunStarted)
    history[0] = msgspec.structs.replace(first, run_id=next_id, worker="", origin=origin, begun_at=begun_at)
    seed = encode_records(history, seq=0, epoch=FIRST_EPOCH, head=ev.GENESIS, now=now)
    request = RunRequest(next_id, first.workflow_id, first.version_id, priority=first.priority, woken=True)
    events = run.continue_as(next_id, why.reason or ("" if why.by else LONG_LOG), now, why.by)
    await journal.continue_as(
        events[0], now, next_id, seed, hint=encode_request(request), priority=first.priority, answered=answered
    )
    return events


async def _next_id(log: RunLog, run_id: str) -> str:
    """Return the id of the run that follows, the same one each time."""
    await log.command("HSETNX", keys.meta(run_id), "next", new_id())
    kept: bytes = await log.command("HGET", keys.meta(run_id), "next")
    return kept.decode()


async def _write_row(run_id: str, next_id: str, origin: ev.Origin) -> None:
    while True:
        try:
            return await asyncio.to_thread(_insert, run_id, next_id, origin)
        except DatabaseError as error:
            logger.warning("run %s: the row of the run it goes on as cannot be written yet: %s", run_id, error)
            await asyncio.sleep(RETRY_S)


def _insert(run_id: str, next_id: str, origin: ev.Origin) -> None:
    close_old_connections()
    try:
        old = RunRecord.objects.filter(pk=run_id).first()
        if old is None:
            return
        columns = {
            "project_id": old.project_id,
            "workflow_id": old.workflow_id,
            "version_id": old.version_id,
            "input": old.input,
            "labels": old.labels,
            "priority": old.priority,
            "trigger": old.trigger,
            "origin": msgspec.to_builtins(origin),
            "trace_id": old.trace_id,
            "steps_total": old.steps_total,
            "created_by_id": old.created_by_id,
        }
        RunRecord.objects.get_or_create(pk=next_id, defaults=columns)
    finally:
        close_old_connections()


def is_continued(origin: dict[str, Any] | None) -> bool:
    """Return whether a row's origin says that its run goes on from another one."""
    return origin is not None and origin.get("kind") == "continued"


def remove_stillborn() -> None:
    """Delete rows of runs that others were to go on as, when these have ended otherwise after all (synchronous)."""
    close_old_connections()
    try:
        pending = RunRecord.objects.filter(status=RunStatus.PENDING, origin__kind="continued")
        origins = dict(pending.values_list("pk", "origin__run_id")[:PAGE])
        client = shared_client()
        metas = dict(zip(origins, read_metas(client, [*origins]), strict=True))
        before = dict(zip(origins, read_metas(client, [*origins.values()]), strict=True))
        ended = {pk for pk, meta in before.items() if meta is None or meta.status not in ("open", "run_continued")}
        stillborn = [pk for pk in ended if (meta := metas[pk]) is None or not meta.seq]
        if stillborn:
            RunRecord.objects.filter(pk__in=stillborn, status=RunStatus.PENDING).delete()
    finally:
        close_old_connections()
