"""Hints that come long after their run was accepted: the run may have ended and left Redis, with no mark of it any more.

Ended runs leave a mark in Redis for ten minutes when they are archived. A worker that stood still for longer, or a hint
that lay about, would find nothing there and begin such a run anew, effects and all; so SQL is asked first.
"""

import asyncio
import logging
from typing import Final

from django.db import DatabaseError, close_old_connections

from agentcluster.clock import now_ms
from agentcluster.ids import ms_of
from agentcluster.streams import keys
from agentcluster.streams.run_log import RunLog
from designer.models import OPEN_STATUSES, Run

logger = logging.getLogger(__name__)

LATE_MS: Final = 5 * 60 * 1000
"""Half the time that the mark of an archived run stays. Clocks may be wrong either way: so may be the sign."""
RETRY_S: Final = 1.0


async def is_over(log: RunLog, run_id: str) -> bool:
    """Return whether an accepted run, whose log is to be begun now, has ended long ago or was deleted."""
    if abs(now_ms() - ms_of(run_id)) < LATE_MS:
        return False
    if int(await log.command("HGET", keys.meta(run_id), "seq") or 0):
        return False
    while True:
        try:
            return await asyncio.to_thread(_is_over, run_id)
        except DatabaseError as error:
            logger.warning("run %s: whether it has ended cannot be read yet: %s", run_id, error)
            await asyncio.sleep(RETRY_S)


def _is_over(run_id: str) -> bool:
    close_old_connections()
    try:
        return not Run.objects.filter(pk=run_id, status__in=OPEN_STATUSES).exists()
    finally:
        close_old_connections()
