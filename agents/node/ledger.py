"""Who works on a call, and its result, in Redis before anybody is told: so that no call runs twice (features B4).

Under ``call:<call_id>`` stands first the claim of the node that took the call on (a ``CallReply`` with the status
``running``, which expires unless it is renewed), then the result. Claiming is looking up: one ``SET … NX GET``. A call
that is given to one instance only (``exclusive``) is looked up, which waits for no disk, and claimed once it lasts.
What is asked in one turn of the loop travels in one pipeline. While Redis is away everything tries again.
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
from agents.domain.calls import CLAIM_S, LEDGER_TTL_S

logger = logging.getLogger(__name__)

PAUSE_S: Final = 0.1
PAUSE_MAX_S: Final = 2.0
KEEP_TRYING_S: Final = 600.0
"""A result that could not be kept for this long is sent all the same: late is better than lost."""

Found = Callable[[list[bytes | None]], None]
Claim = tuple[str, bytes]
"""A call id and what stands for it while the node works: JSON of ``CallReply``."""


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
        """Give ``then`` for each call what stands there (JSON of ``CallReply``) or None, as soon as Redis answers."""
        futures = [self._writer.submit("GET", keys.call(call_id)) for call_id in call_ids]
        again = partial(self.find, call_ids, then, _longer(pause_s))
        # Redis answers in order: with the last answer all are there.
        futures[-1].add_done_callback(partial(self._on_found, futures, then, again, pause_s))

    def claim(self, claims: Sequence[Claim], then: Found, pause_s: float = PAUSE_S) -> None:
        """Claim one or more calls; ``then`` gets for each None (it is ours now) or what stood there already."""
        futures = [self._claim(call_id, claim) for call_id, claim in claims]
        again = partial(self.claim, claims, then, _longer(pause_s))
        futures[-1].add_done_callback(partial(self._on_found, futures, then, again, pause_s))

    def renew(self, claims: Sequence[Claim]) -> None:
        """Let our claims hold for longer, and put back any that Redis has lost; results stay as they are."""
        for call_id, claim in claims:
            self._claim(call_id, claim).add_done_callback(_look_away)
            self._writer.submit("EXPIRE", keys.call(call_id), CLAIM_S, "GT").add_done_callback(_look_away)

    def release(self, call_id: str) -> None:
        """Give up our claim: the call has not run, so anybody may run it."""
        self._writer.submit("DEL", keys.call(call_id)).add_done_callback(_look_away)

    def keep(self, call_id: str, reply: bytes, then: Callable[[], None]) -> None:
        """Keep ``reply`` for ``LEDGER_TTL_S`` seconds, then call ``then``."""
        self._keep(_Result(call_id, reply, then, monotonic() + KEEP_TRYING_S))

    def _claim(self, call_id: str, claim: bytes) -> "Future[Any]":
        return self._writer.submit("SET", keys.call(call_id), claim, "NX", "GET", "EX", CLAIM_S)

    def _keep(self, result: _Result) -> None:
        future = self._writer.submit("SET", keys.call(result.call_id), result.reply, "EX", LEDGER_TTL_S)
        future.add_done_callback(partial(self._on_kept, result))

    def _on_found(
        self, futures: list["Future[Any]"], then: Found, again: Callable[[], None], pause_s: float, last: "Future[Any]"
    ) -> None:
        if last.cancelled():
            return
        errors = [error for future in futures if (error := future.exception()) is not None]
        if not errors:
            self._away = False
            then([future.result() for future in futures])
        elif not self._writer.closed:
            self._trouble(errors[0])
            self._loop.call_later(pause_s, again)

    def _on_kept(self, result: _Result, future: "Future[Any]") -> None:
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


def _look_away(future: "Future[Any]") -> None:
    """Take note of an error, so that asyncio does not complain: the claim expires by itself."""
    if not future.cancelled():
        future.exception()


def _longer(pause_s: float) -> float:
    return min(PAUSE_MAX_S, pause_s * 2)
