"""Runs that only wait: without an owner, roused by a command or a timer, or by the reaper when both were lost."""

from collections.abc import Sequence
from typing import Final

from agentcluster.streams import keys
from agentcluster.streams.errors import ClosedError, FencedError
from agentcluster.streams.run_log import RunLog

_REFUSALS: Final = {-1: FencedError, -3: ClosedError}


async def park(
    log: RunLog, run_id: str, epoch: int, *, answered: str, due: int, rings: int, hint: str, priority: str
) -> bool:
    """Leave a run until ``due`` (ms) or the next command; False when its inbox holds more than up to ``answered``.

    Its timer rings at ``rings`` (ms); without one (0) the reaper rouses it some seconds after ``due``.
    ``{"run_id": "…", <hint>}`` is what goes to the stream of ``priority`` then. Raises ``FencedError`` and ``ClosedError``.
    """
    names = (keys.log(run_id), keys.meta(run_id), keys.inbox(run_id))
    to = keys.READY_BY_PRIORITY[priority]
    code = await log.call("ac_run_park_2", names, epoch, answered, due, hint, to, rings)
    if code < 0:
        raise _REFUSALS[code](run_id=run_id)
    return bool(code)


async def ring(log: RunLog, now: int, limit: int) -> int:
    """Rouse at most ``limit`` parked runs whose timers ring by ``now`` (ms), the earliest first; return how many rang."""
    return int(await log.call("ac_timers_ring_2", (keys.TIMERS,), now, limit))


async def rouse(log: RunLog, run_ids: Sequence[str]) -> int:
    """Hint at those of the runs that are parked, whatever their timers say; return how many were."""
    return int(await log.call("ac_runs_rouse_2", (keys.TIMERS,), *run_ids)) if run_ids else 0
