"""Writes what SQL shows of runs: in bulk, in a thread, idempotent by cursor; never on the hot path."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, Final

from django.db import DatabaseError, connection, transaction

from agentcluster.tasks import end
from designer.engine.open_approvals import write_approvals
from designer.engine.projection import RunRow, moment
from designer.models import Run

logger = logging.getLogger(__name__)

FLUSH_S: Final = 0.1
PROGRESS_S: Final = 1.0
CHUNK: Final = 500
_COLUMNS: Final = (
    "status",
    "steps_done",
    "steps_total",
    "started_at",
    "ended_at",
    "output",
    "error",
    "cursor",
    "reason",
)


class Projector:
    """Gathers the newest row of each run and writes them every ``FLUSH_S`` seconds, mere progress every ``PROGRESS_S``."""

    def __init__(self, executor: Executor) -> None:
        """Write in ``executor``, one batch at a time."""
        self._executor = executor
        self._urgent: dict[str, RunRow] = {}
        self._progress: dict[str, RunRow] = {}
        self._shown: dict[str, str] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="projector")

    def put(self, row: RunRow) -> None:
        """Take the row of a run; every event in it must be durable already."""
        if self._shown.get(row.run_id) == row.status:
            self._progress[row.run_id] = row
            return
        self._progress.pop(row.run_id, None)
        self._urgent[row.run_id] = row
        if row.terminal:
            self._shown.pop(row.run_id, None)
        else:
            self._shown[row.run_id] = row.status

    def leave(self, run_id: str) -> None:
        """Forget a run that another worker drives from here on."""
        self._shown.pop(run_id, None)
        self._progress.pop(run_id, None)

    def park(self, run_id: str) -> None:
        """Write soon what was only progress: the run is parked, and nobody may drive it for days."""
        self._shown.pop(run_id, None)
        row = self._progress.pop(run_id, None)
        if row is not None:
            self._urgent[run_id] = row

    async def stop(self) -> None:
        """Write what is left, then stop."""
        await end(self._task)
        self._urgent = {**self._progress, **self._urgent}
        try:
            await self._flush()
        except DatabaseError as error:
            logger.warning("the last rows of runs were not written (the reaper makes them again): %s", error)

    async def _run(self) -> None:
        rounds = 0
        while True:
            await asyncio.sleep(FLUSH_S)
            rounds += 1
            if rounds * FLUSH_S >= PROGRESS_S:
                rounds = 0
                progress, self._progress = self._progress, {}
                self._urgent = {**progress, **self._urgent}
            if self._urgent:
                try:
                    await self._flush()
                except DatabaseError as error:
                    logger.warning("rows of runs could not be written, trying again: %s", error)
                    await asyncio.sleep(PROGRESS_S)

    async def _flush(self) -> None:
        rows, self._urgent = self._urgent, {}
        try:
            await asyncio.get_running_loop().run_in_executor(self._executor, write_rows, [*rows.values()])
        except BaseException:
            self._urgent = {**rows, **self._urgent}
            raise


def write_rows(rows: Sequence[RunRow], *, overwrite: bool = False) -> None:
    """Write rows (synchronous); one that SQL already has, or is ahead of, changes nothing unless ``overwrite``.

    The thread's connection is kept for the next time, and given up when it fails.
    """
    try:
        for start in range(0, len(rows), CHUNK):
            _write_chunk(rows[start : start + CHUNK], overwrite)
    except DatabaseError:
        connection.close()
        raise


def _write_chunk(rows: Sequence[RunRow], overwrite: bool) -> None:
    quote = connection.ops.quote_name
    assignments = ", ".join(f"{quote(name)} = %s" for name in _COLUMNS)
    newer = "" if overwrite else f" AND {quote('cursor')} < %s"
    statement = f"UPDATE {quote(Run._meta.db_table)} SET {assignments} WHERE {quote('id')} = %s{newer}"  # noqa: S608
    fields = {field.name: field for field in Run._meta.concrete_fields}
    prepare = [fields[name].get_db_prep_save for name in _COLUMNS]
    parameters = [_parameters(row, prepare, overwrite) for row in rows]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(statement, parameters)
        write_approvals([(row.run_id, row.cursor, row.approvals) for row in rows])


def _parameters(row: RunRow, prepare: Sequence[Callable[[Any, Any], Any]], overwrite: bool) -> list[Any]:
    values = {
        "status": row.status,
        "steps_done": row.steps_done,
        "steps_total": row.steps_total,
        "started_at": moment(row.started_ms),
        "ended_at": moment(row.ended_ms),
        "output": row.output,
        "error": row.error,
        "cursor": row.cursor,
        "reason": row.reason,
    }
    prepared = [each(values[name], connection) for each, name in zip(prepare, _COLUMNS, strict=True)]
    return [*prepared, row.run_id] if overwrite else [*prepared, row.run_id, row.cursor]
