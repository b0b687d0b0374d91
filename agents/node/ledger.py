"""Results by call id, kept in Redis before anybody is told, so that no call runs twice (features B4).

Everything of one turn of the loop is one command or one pipeline. While Redis is away both directions try again.
"""

import asyncio
import logging
from asyncio import Future
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from agentcluster.clock import monotonic
from agentcluster.streams import keys
from agentcluster.streams.batch import BatchWriter
from agents.domain.calls import LEDGER_TTL_S

logger = logging.getLogger(__name__)

PAUSE_S: Final = 0.1
PAUSE_MAX_S: Final = 2.0
KEEP_TRYING_S: Final = 600.0
"""A result that could not be kept for this long is sent all the same: late is better than lost."""

Found = Callable[[list[bytes | None]], None]


@dataclass(slots=True)
class _Result:
    call_id: str
    reply: bytes
    then: Callable[[], None]
    until_s: float
    pause_s: float = PAUSE_S


class Ledger:
    """The call ledger as this node uses it. Callbacks come on the loop, never from within the call."""

    def __init__(self, writer: BatchWriter) -> None:
        """Share ``writer`` with others if you like."""
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._away = False

    def find(self, call_ids: Sequence[str], then: Found, pause_s: float = PAUSE_S) -> None:
        """Give ``then`` the kept reply (JSON of ``CallReply``) or None for each id, as soon as Redis answers."""
        future = self._writer.submit("MGET", *[keys.call(call_id) for call_id in call_ids])
        future.add_done_callback(partial(self._on_found, call_ids, then, pause_s))

    def keep(self, call_id: str, reply: bytes, then: Callable[[], None]) -> None:
        """Keep ``reply`` for 24 hours, then call ``then``."""
        self._keep(_Result(call_id, reply, then, monotonic() + KEEP_TRYING_S))

    def _keep(self, result: _Result) -> None:
        future = self._writer.submit("SET", keys.call(result.call_id), result.reply, "EX", LEDGER_TTL_S)
        future.add_done_callback(partial(self._on_kept, result))

    def _on_found(self, call_ids: Sequence[str], then: Found, pause_s: float, future: Future[Any]) -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is None:
            self._away = False
            then(future.result())
        elif self._writer.closed:
            return
        else:
            self._trouble(error)
            self._loop.call_later(pause_s, self.find, call_ids, then, _longer(pause_s))

    def _on_kept(self, result: _Result, future: Future[Any]) -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is None:
            self._away = False
            result.then()
        elif self._writer.closed or monotonic() > result.until_s:
            logger.error("the result of call %s could not be kept: %s", result.call_id, error)
            result.then()
        else:
            self._trouble(error)
            self._loop.call_later(result.pause_s, self._keep, result)
            result.pause_s = _longer(result.pause_s)

    def _trouble(self, error: BaseException) -> None:
        if not self._away:
            logger.warning("the call ledger cannot be reached, trying again: %s", error)
        self._away = True


def _longer(pause_s: float) -> float:
    return min(PAUSE_MAX_S, pause_s * 2)
