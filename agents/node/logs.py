"""What the instances of a node say, and what those said that are gone or never started."""

import asyncio
from typing import Any, Final

import msgspec

from agentcluster.clock import now_ms
from agents.cluster.control import InstanceGoneError, NodeControl
from agents.node.hosting import Hosting
from agents.node.instance_log import LogLine
from agents.node.kept_logs import KeptLogs
from agents.node.slots import Slots

LINES_MAX: Final = 500
ELSEWHERE: Final = "This agent runs elsewhere, and so does its log."


class Logs:
    """Answers for one node. ``kept`` is None on a node that keeps none."""

    def __init__(self, hosting: Hosting, slots: Slots | None, kept: KeptLogs | None) -> None:
        """Look at the instances of ``hosting``, those that are being started in ``slots``, then at what is kept."""
        self._hosting, self._slots, self._kept = hosting, slots, kept

    async def read(self, order: NodeControl) -> dict[str, Any]:
        """Return lines and whether more may come; InstanceGoneError when nothing is known of the instance."""
        hosted = self._hosting.find(order.instance)
        tenancy = self._slots.tenancy_of(order.instance) if self._slots is not None else None
        limit = max(1, min(LINES_MAX, order.limit))
        if hosted is not None and hosted.log is not None:
            return _part(hosted.log.after(order.after, limit), order.after, ended=False)
        lines = await asyncio.to_thread(self._kept.read, order.instance) if self._kept is not None else None
        if lines is None and hosted is not None:
            lines = [LogLine(1, now_ms(), "system", ELSEWHERE)]
        if lines is None and tenancy is not None:
            told = tenancy.slot.trouble if tenancy.slot is not None else ""
            lines = [LogLine(1, now_ms(), "system", f"could not start: {told}")] if told else []
        if lines is None:
            raise InstanceGoneError(f"{order.instance} is not (or no longer) on this node.", instance=order.instance)
        new = [line for line in lines if line.seq > order.after][:limit]
        return _part(new, order.after, ended=hosted is None and tenancy is None)

    async def ended(self) -> dict[str, Any]:
        """Return the instances whose logs are kept although they are gone."""
        if self._kept is None:
            return {"ended": []}
        living = {hosted.instance for hosted in self._hosting.all()}
        living |= {tenancy.instance for tenancy in self._slots.held.values()} if self._slots is not None else set()
        return {"ended": msgspec.to_builtins(await asyncio.to_thread(self._kept.ended, living))}


def _part(lines: list[LogLine], after: int, *, ended: bool) -> dict[str, Any]:
    return {"lines": msgspec.to_builtins(lines), "next": lines[-1].seq if lines else after, "ended": ended}
