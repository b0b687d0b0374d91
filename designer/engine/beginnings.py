"""How a run comes to this worker: begun here, taken over from another owner, or woken after it was parked."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from agentcluster import artifacts
from agentcluster.clock import SteadyClock
from agentcluster.streams.run_log import Claim, RunLog
from agents.domain.calls import CallError
from designer.domain import events as ev
from designer.domain.expression_work import MAX_WORK, METER
from designer.domain.graph import IntentNode
from designer.domain.pending import PendingCall
from designer.domain.plan import Plan
from designer.domain.run import Run
from designer.engine.journal import Journal
from designer.engine.late_hints import is_over
from designer.engine.liveness import Liveness
from designer.engine.outcome import Outcome
from designer.engine.places import ask_for_place, is_limited
from designer.engine.queues import Waiter
from designer.engine.request import RunRequest
from designer.engine.retries import retry_of
from designer.engine.starts import Starts

logger = logging.getLogger(__name__)

QUIETLY: Final = ("parked", "hinted", "seeded")
"""Runs left like this have lost no owner: taking one over is no event."""


class HistoryLostError(Exception):
    """The run was to go on from events that are not in Redis any more."""

    def error(self) -> CallError:
        """Return what the run fails with."""
        return CallError("history_lost", "The events this run was to begin with are not in Redis any more.")


@dataclass(slots=True)
class Begun:
    """A run that this worker owns from now on.

    ``events`` are durable, their effects still to be carried out; ``started_ms`` is when its log begins; ``inbox``:
    commands wait. One that was ``taken_over`` was ``left`` by its owner before like this (``Claim.left``).
    """

    run: Run
    started_ms: int
    now: int
    events: list[ev.Event] = field(default_factory=list)
    inbox: bool = False
    taken_over: bool = False
    left: str = ""


class Beginning:
    """Claims one run and brings it to where it stands."""

    def __init__(self, log: RunLog, journal: Journal, clock: SteadyClock, liveness: Liveness, worker: str) -> None:
        """Own the run as ``worker``."""
        self._log, self._journal, self._clock, self._liveness, self._worker = log, journal, clock, liveness, worker

    async def begin(
        self, plan: Plan, request: RunRequest, starts: Starts, waiter: Waiter, *, fresh: bool
    ) -> Begun | Outcome:
        """Begin the run, or take it over; an outcome when it is not for this worker. Raises ``HistoryLostError``.

        ``fresh``: probably nothing has happened yet, so the log is begun in the same call that claims the run.
        """
        if not request.begun and await is_over(self._log, request.run_id):
            return Outcome.ENDED
        run, now = Run(plan, retry_of), self._clock.now_ms()
        events: list[ev.Event] = [first_event(request, self._worker)]
        run.apply(events[0], now)
        limited = is_limited(plan)
        if fresh and not limited:
            events += run.advance(now)
            events += starts.place(run, waiter, now)
            await set_apart(run)
        at_once = fresh and not limited and not run.terminal
        claim = await self._claim(self._journal.encode(events, now)[0] if at_once else ())
        if not claim.granted:
            return Outcome.ENDED if claim.terminal else Outcome.ELSEWHERE
        if not claim.written:
            if claim.seq:
                starts.give_back()
                return await self._take_over(plan, claim)
            if request.begun:
                return await self._without_history(request)
            if claim.inbox:
                starts.give_back()
                run, events = Run(plan, retry_of), events[:1]
                run.apply(events[0], now)
            if limited:
                events += await ask_for_place(self._log, run, claim.epoch, now)
            await self._journal.append(events, now)
        return Begun(run, now, now, events, inbox=claim.inbox > 0)

    async def _claim(self, first: Sequence[bytes]) -> Claim:
        claim = await self._journal.claim(self._worker, first=first)
        if not claim.granted and not claim.terminal and self._liveness.is_dead(claim.previous):
            claim = await self._journal.claim(self._worker, dead=[claim.previous])
        return claim

    async def _without_history(self, request: RunRequest) -> Outcome:
        """A run that goes on from a history which Redis has lost fails; one that was only woken is left to the reaper."""
        if request.woken or (request.origin and request.origin.kind == "continued"):
            logger.error("run %s: its log is not in Redis", request.run_id)
            await self._journal.release()
            return Outcome.LOST
        raise HistoryLostError

    async def _take_over(self, plan: Plan, claim: Claim) -> Begun:
        """Fold the log of whoever drove the run before."""
        run = Run(plan, retry_of)
        records = await self._journal.records()
        await _fold(run, records)
        # Pauses end at moments of the log's time: a clock set back must not lengthen them.
        self._clock.not_before(records[-1].at)
        now = self._clock.now_ms()
        events: list[ev.Event] = []
        if claim.left not in QUIETLY:
            events.append(ev.RunTakenOver(self._worker, claim.previous))
            run.apply(events[0], now)
        if is_limited(plan) and not claim.gate:
            events += await ask_for_place(self._log, run, claim.epoch, now)
        if events:
            await self._journal.append(events, now)
        return Begun(run, records[0].at, now, events, claim.inbox > 0, taken_over=True, left=claim.left)


async def _fold(run: Run, records: Sequence[ev.Record]) -> None:
    """Read a log; where its expressions are much work, the other runs have their turn in between."""
    pause = METER.units + MAX_WORK
    for record in records:
        run.apply(record.event, record.at)
        if METER.units >= pause:
            await asyncio.sleep(0)
            pause = METER.units + MAX_WORK


async def set_apart(run: Run) -> None:
    """Store what is too large for events, before these are durable."""
    if run.apart:
        apart, run.apart = run.apart, {}
        for data in apart.values():
            await asyncio.to_thread(artifacts.put_bytes, data, "application/json")


def first_event(request: RunRequest, worker: str) -> ev.RunStarted:
    """Return the event that begins the log of an accepted run."""
    return ev.RunStarted(
        run_id=request.run_id,
        workflow_id=request.workflow_id,
        version_id=request.version_id,
        input=request.input,
        started_by=request.started_by,
        trace_id=request.trace_id,
        worker=worker,
        trigger=request.trigger,
        priority=request.priority,
        origin=request.origin,
        rules=ev.RULES,
    )


def call_in_flight(run: Run, started: ev.StepStarted) -> PendingCall:
    """Return the call that ``started`` tells of, as it was made (perhaps by an earlier run of a chain, whose key it keeps)."""
    node = run.steps[started.step].node.node
    return PendingCall(
        step=started.step,
        agent=started.agent,
        version=started.version,
        attempt=started.attempt,
        call_id=started.call_id,
        idempotency_key=started.call_id.rpartition("/")[0],
        input=started.input,
        timeout_s=getattr(node, "timeout_s", None),
        ready_at=started.ready_at,
        priority=run.started.priority if run.started else "normal",
        intent=node if isinstance(node, IntentNode) else None,
        cache=getattr(node, "cache", None),
        heartbeat_timeout_s=getattr(node, "heartbeat_timeout_s", None),
    )
