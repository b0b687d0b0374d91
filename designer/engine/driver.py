"""One coroutine per run: what happened becomes events, events become durable, then their effects are carried out."""

import asyncio
import logging
from dataclasses import dataclass
from enum import Enum
from typing import Final

from django.db import DatabaseError

from agentcluster.clock import SteadyClock
from agentcluster.streams.errors import ClosedError, FencedError, SequenceError
from agentcluster.streams.run_log import Claim, RunLog
from agents.domain.calls import CallError, CallReply
from designer.domain import events as ev
from designer.domain.plan import Plan
from designer.domain.run import PendingCall, Run
from designer.engine.dispatch import Dispatcher
from designer.engine.inbox import InboxReader
from designer.engine.journal import MAX_EVENTS, Journal
from designer.engine.liveness import Liveness
from designer.engine.projection import ended_row, row_of
from designer.engine.projector import Projector
from designer.engine.request import RunRequest
from designer.engine.starts import Starts
from designer.engine.versions import Versions, VersionUnusableError

logger = logging.getLogger(__name__)

CANCEL_GRACE_S: Final = 10.0
WALL_CLOCK_MS: Final = 24 * 3600 * 1000
_STOPPERS: Final = (ev.StepFailed, ev.RunCancelRequested)


class Outcome(Enum):
    """How driving a run came to its end here."""

    ENDED = "ended"
    """The run is terminal, by us or by somebody else."""
    ELSEWHERE = "elsewhere"
    """A living worker owns the run; this hint was one too many."""
    FENCED = "fenced"
    """The log is not as we left it: another worker took the run over, or Redis came back without its last second."""
    HANDED_OVER = "handed over"
    """Given up on request, free for any worker."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What all drivers of a worker share."""

    worker: str
    log: RunLog
    dispatcher: Dispatcher
    versions: Versions
    projector: Projector
    liveness: Liveness


class Driver:
    """Drives one run, from its hint to its end or until somebody else does."""

    def __init__(self, parts: Parts, request: RunRequest, *, fresh: bool = True) -> None:
        """``fresh``: probably nothing has happened yet, so begin the log in the same call that claims the run."""
        self._parts, self.request, self._fresh = parts, request, fresh
        self.trace_id = request.trace_id
        self._journal = Journal(parts.log, request.run_id)
        self._inbox = InboxReader(parts.log, request.run_id)
        self._starts = Starts(parts.dispatcher)
        self._clock = SteadyClock()
        self._run: Run | None = None
        self._replies: list[tuple[str, CallReply]] = []
        self._waiter: asyncio.Future[None] | None = None
        self._due = True
        self._inbox_due = self._leaving = self._fenced = self._overdue = self._grace_over = False
        self._calls: set[str] = set()
        self._started_ms = 0
        self._timer: asyncio.TimerHandle | None = None
        self._grace: asyncio.TimerHandle | None = None

    def deliver(self, step: str, reply: CallReply) -> None:
        """Take the final reply to a call."""
        self._calls.discard(reply.call_id)
        self._replies.append((step, reply))
        self.wake()

    def wake(self) -> None:
        """Look again: a slot, a timer, a change in the cluster."""
        self._due = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def read_inbox(self) -> None:
        """Look into the run's inbox."""
        self._inbox_due = True
        self.wake()

    def hand_over(self) -> None:
        """Stop at the next safe moment and set the run free."""
        self._leaving = True
        self.wake()

    def fence(self, epoch: int) -> None:
        """Stop at once when ``epoch``, the run's in Redis, is not the one this driver appends with."""
        if self._run is not None and epoch != self._journal.epoch:
            self._fenced = True
            self.wake()

    async def release(self) -> None:
        """Set the run free after driving it has failed."""
        await self._journal.release()

    def check_clock(self, now: int) -> None:
        """End the run when it has gone on for longer than a run may."""
        if self._started_ms and now - self._started_ms > WALL_CLOCK_MS and not self._overdue:
            self._overdue = True
            self.wake()

    async def drive(self) -> Outcome:
        """Drive the run; errors of the engine itself end the run with a reason and are logged."""
        try:
            return await self._drive()
        except (FencedError, SequenceError) as error:
            logger.warning("run %s: %s", self.request.run_id, error.message)
            return Outcome.FENCED
        except ClosedError:
            return Outcome.ENDED
        except VersionUnusableError as error:
            return await self._fail(CallError(error.code, error.message))
        except Exception as error:
            logger.exception("run %s: the engine failed", self.request.run_id)
            return await self._fail(CallError("engine_error", f"The engine failed at this run: {error!r}"))
        finally:
            self._leave()

    async def _drive(self) -> Outcome:
        plan = self._parts.versions.cached(self.request.version_id) or await self._load_plan()
        outcome = await self._begin(plan)
        if outcome is not None:
            return outcome
        run = self._run
        assert run is not None
        while not run.terminal:
            if not self._due:
                self._waiter = asyncio.get_running_loop().create_future()
                await self._waiter
                self._waiter = None
            self._due = False
            if self._fenced:
                return Outcome.FENCED
            if self._leaving:
                await self._journal.release()
                return Outcome.HANDED_OVER
            await self._turn(run)
        return Outcome.ENDED

    async def _load_plan(self) -> Plan:
        while True:
            try:
                return await self._parts.versions.plan(self.request.version_id)
            except DatabaseError as error:
                logger.warning("run %s: its version cannot be read yet: %s", self.request.run_id, error)
                await asyncio.sleep(1)

    async def _begin(self, plan: Plan) -> Outcome | None:
        run, now = Run(plan), self._clock.now_ms()
        events: list[ev.Event] = [self._first_event()]
        run.apply(events[0], now)
        if self._fresh:
            events += run.advance(now)
            events += self._starts.place(run, self, now)
        first = self._journal.encode(events, now)[0] if self._fresh and not run.terminal else ()
        claim = await self._claim(first)
        self._inbox_due = claim.inbox > 0
        if claim.granted and claim.seq == 0:
            if claim.inbox:
                self._starts.give_back()
                run, events = Run(plan), events[:1]
                run.apply(events[0], now)
            await self._journal.append(events, now)
        elif not claim.written:
            self._starts.give_back()
            if not claim.granted:
                return Outcome.ENDED if claim.terminal else Outcome.ELSEWHERE
            await self._take_over(plan, claim)
            return None
        self._run, self._started_ms = run, now
        self._carry_out(run, events, now)
        return None

    async def _claim(self, first: "list[bytes] | tuple[bytes, ...]") -> Claim:
        claim = await self._journal.claim(self._parts.worker, first=first)
        if not claim.granted and not claim.terminal and self._parts.liveness.is_dead(claim.previous):
            claim = await self._journal.claim(self._parts.worker, dead=[claim.previous])
        return claim

    def _first_event(self) -> ev.RunStarted:
        request = self.request
        return ev.RunStarted(
            run_id=request.run_id,
            workflow_id=request.workflow_id,
            version_id=request.version_id,
            input=request.input,
            started_by=request.started_by,
            trace_id=request.trace_id,
            worker=self._parts.worker,
        )

    async def _take_over(self, plan: Plan, claim: Claim) -> None:
        """Fold the log of whoever drove the run before, and go on with the calls in flight."""
        run = Run(plan)
        records = await self._journal.records()
        for record in records:
            run.apply(record.event, record.at)
        # Pauses end at moments of the log's time: a clock set back must not lengthen them.
        self._clock.not_before(records[-1].at)
        event = ev.RunTakenOver(self._parts.worker, claim.previous)
        now = self._clock.now_ms()
        run.apply(event, now)
        await self._journal.append([event], now)
        self._run, self._started_ms = run, records[0].at
        for started in [*run.in_flight.values()]:
            self._calls.add(started.call_id)
            self._parts.dispatcher.adopt(self, self._call_of(run, started), started)
        self._carry_out(run, [event], now)
        self._stop_unneeded(run)

    def _call_of(self, run: Run, started: ev.StepStarted) -> PendingCall:
        return PendingCall(
            step=started.step,
            agent=started.agent,
            version=started.version,
            attempt=started.attempt,
            call_id=started.call_id,
            idempotency_key=f"{self.request.run_id}/{started.step}",
            input=started.input,
            timeout_s=getattr(run.steps[started.step].node.node, "timeout_s", None),
            ready_at=started.ready_at,
        )

    async def _turn(self, run: Run) -> None:
        commands = []
        if self._inbox_due:
            self._inbox_due = False
            commands = await self._inbox.read()
        now = self._clock.now_ms()
        events: list[ev.Event] = []
        replies, self._replies = self._replies, []
        for step, reply in replies:
            events += run.reply(step, reply, now)
        for command in commands:
            events += run.request_cancel(command.by, command.reason, now)
        if self._grace_over:
            events += run.stop_in_flight(now)
        events += run.advance(now)
        events += self._starts.place(run, self, now)
        events += self._limits(run, len(events), now)
        if events:
            await self._journal.append(events, now)
            self._carry_out(run, events, now)
        self._set_timer(run, now)

    def _limits(self, run: Run, more: int, now: int) -> list[ev.Event]:
        if run.terminal:
            return []
        if self._journal.seq + more >= MAX_EVENTS:
            return run.abort(
                CallError("too_many_events", f"A run may have {MAX_EVENTS} events; this one has more."), now
            )
        if self._overdue:
            hours = WALL_CLOCK_MS // 3_600_000
            return run.abort(CallError("run_too_long", f"A run may go on for {hours} hours; this one did."), now)
        return []

    def _carry_out(self, run: Run, events: list[ev.Event], now: int) -> None:
        """Do what ``events``, durable by now, are about."""
        self._parts.projector.put(row_of(run, self.request.run_id, self._journal.seq, self._started_ms, now))
        if run.terminal:
            self._starts.give_back()
            return
        self._calls.update(self._starts.send(self))
        if any(isinstance(event, _STOPPERS) for event in events):
            self._stop_unneeded(run)

    def _stop_unneeded(self, run: Run) -> None:
        for flight in run.unneeded:
            self._parts.dispatcher.cancel(flight.call_id, "The run does not need this step any more.")
        if run.stopping and run.in_flight and self._grace is None:
            self._grace = asyncio.get_running_loop().call_later(CANCEL_GRACE_S, self._give_up)

    def _give_up(self) -> None:
        """Wait no longer for agents that do not stop."""
        self._grace_over = True
        self.wake()

    def _set_timer(self, run: Run, now: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = run.next_timer
        if due is not None and not run.terminal:
            pause = (due - now) / 1000 if due > now else 1.0
            self._timer = asyncio.get_running_loop().call_later(pause, self.wake)

    async def _fail(self, error: CallError) -> Outcome:
        """End the run for a reason outside its steps, whatever state the fold is in."""
        try:
            claim = await self._journal.claim(self._parts.worker)
            if not claim.granted:
                return Outcome.ENDED if claim.terminal else Outcome.ELSEWHERE
            now = self._clock.now_ms()
            events: list[ev.Event] = [] if claim.seq else [self._first_event()]
            outcome = ev.RunFailed(error)
            await self._journal.append([*events, outcome], now)
        except (FencedError, SequenceError, ClosedError):
            return Outcome.FENCED
        steps = (self._run.steps_done, self._run.steps_total) if self._run else (0, 0)
        times = (self._started_ms or now, now)
        self._parts.projector.put(ended_row(outcome, self.request.run_id, self._journal.seq, steps, times))
        return Outcome.ENDED

    def _leave(self) -> None:
        for timer in (self._timer, self._grace):
            if timer is not None:
                timer.cancel()
        self._starts.give_back()
        if self._run is not None and self._run.terminal:
            for call_id in self._calls:
                self._parts.dispatcher.cancel(call_id, "The run has ended.")
        self._parts.dispatcher.forget(self, self._calls)
        self._parts.projector.leave(self.request.run_id)
