"""Concurrency limits: who is in, who waits for a place. See ``gate.lua``."""

import hashlib
from enum import IntEnum
from typing import Final

import msgspec

from agentcluster.streams import keys
from agentcluster.streams.errors import ClosedError, FencedError
from agentcluster.streams.run_log import RunLog

_REFUSALS: Final = {-1: FencedError, -3: ClosedError}
_RANKS: Final = {priority: rank for rank, priority in enumerate(keys.READY_BY_PRIORITY)}
SCAN: Final = 500


class Entry(IntEnum):
    """What came of asking for a place."""

    REFUSED = 0
    INSIDE = 1
    WAITING = 2
    WAITING_FOR_ALL = 3
    """Its key has room, all runs of the workflow together have none."""
    REFUSED_FOR_ALL = 4


def digest(value: object) -> str:
    """Return the 16 hex digits that stand for the value of a limit's key."""
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:16]


async def enter(
    log: RunLog,
    gate: str,
    run_id: str,
    epoch: int,
    *,
    limit: int,
    priority: str,
    full: str,
    whole: tuple[str, int] | None = None,
) -> Entry:
    """Ask for a place for a run, behind the gate with this key; asking again gives the same answer.

    ``whole`` is a second gate behind it, that all runs of the workflow share, and how many may be in there. A waiting run
    gets the command ``admit`` when its turn comes. Places are given on when the run ends, in the same step. Raises
    ``FencedError`` and ``ClosedError``.
    """
    names = (gate, keys.meta(run_id), *((whole[0],) if whole else ()))
    more = (whole[1],) if whole else ()
    code = await log.call("ac_gate_enter_3", names, epoch, limit, _RANKS[priority], full, *more)
    if code < 0:
        raise _REFUSALS[code](run_id=run_id)
    return Entry(code)


async def sweep(log: RunLog) -> int:
    """Take runs that have ended, or that nobody knows, out of all gates; return how many there were."""
    removed, cursor = 0, b"0"
    while True:
        cursor, gates = await log.command("SSCAN", keys.GATES, cursor, "COUNT", SCAN)
        for name in gates:
            removed += await log.call("ac_gate_sweep_2", (name,))
        if cursor == b"0":
            return removed
