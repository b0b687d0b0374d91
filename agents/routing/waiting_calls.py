"""Telling the others how many calls wait in this engine worker for room: scaling needs to know of all (features A3)."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from agentcluster.errors import AgentClusterError
from agentcluster.streams import waiting
from agentcluster.streams.run_log import RunLog
from agentcluster.streams.waiting import Counts

logger: Final = logging.getLogger(__name__)


async def tell_waiting(log: RunLog, worker: str, count: Callable[[], Counts]) -> None:
    """Say what ``count`` returns, again and again while something waits, until cancelled."""
    said = False
    while True:
        counts = count()
        try:
            if counts or said:
                await waiting.say(log, worker, counts)
                said = bool(counts)
        except AgentClusterError as error:
            logger.debug("how many calls wait cannot be told: %s", error.message)
        await asyncio.sleep(waiting.SAY_S)
