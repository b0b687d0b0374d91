"""One coroutine per run: what happened becomes events, events become durable, then their effects are carried out."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

import msgspec
from django.db import DatabaseError

from agentcluster.clock import SteadyClock
from agentcluster.streams.errors import ClosedError, FencedError, SequenceError
from agentcluster.streams.run_log import RunLog
from agents.domain.calls import CallError, CallReply
from designer.domain import commands as asked
from designer.domain import events as ev
from designer.domain.degrading import Instead
from designer.domain.plan import Plan
from designer.domain.run import Run
from designer.engine.beginnings import Beginning, Begun, HistoryLostError, call_in_flight, first_event, set_apart
from designer.engine.continuing import StillTooLongError, continue_as_new
from designer.engine.dead_letters import bury
from designer.engine.dispatch import Dispatcher
from designer.engine.inbox import InboxReader
from designer.engine.journal import Journal
from designer.engine.limits import deadline_of, is_long, overdue_message, too_many
from designer.engine.liveness import Liveness
from designer.engine.outcome import Outcome
from designer.engine.projection import ended_row, row_of
from designer.engine.projector import Projector
from designer.engine.request import RunRequest, waking_hint
from designer.engine.starts import Starts
from designer.engine.versions import Versions, VersionUnusableError

logger = logging.getLogger(__name__)

CANCEL_GRACE_S: Final = 10.0
PARK_AFTER_MS: Final = 5000
"""A run that waits for less than this stays in memory."""
AWAKE_S: Final = 1.0
"""A parked run that was woken for nothing (by a clock that is ahead) is not parked again at once."""
_STOPPERS: Final = (ev.StepFailed, ev.RunCancelRequested, ev.Overdue)


@dataclass(frozen=True, slots=True)
class Parts:
    """What all drivers of a worker share."""

    worker: str
    log: RunLog
    dispatcher: Dispatcher
    versions: Versions
    projector: Projector
    liveness: Liveness
    run_timeout_s: float


class Driver:
    """Drives one run, from its hint to its end or until somebody else does."""

    __slots__ = (
        "_awake_until", "_begun_at", "_calls", "_clock", "_deadline", "_due", "_fenced", "_fresh", "_going_on",
        "_going_on_for", "_grace", "_grace_over", "_inbox", "_inbox_due", "_journal", "_leaving", "_parts", "_replies",
        "_run", "_started_ms", "_starts", "_timer", "_too_long", "_waiter", "_woken_early", "request", "trace_id",
        "workflow_id",
    )  # fmt: skip

    def __init__(self, parts: Parts, request: RunRequest, *, fresh: bool = True) -> None:
        """``fresh``: probably nothing has happened yet, so begin the log in the same call that claims the run."""
        self._parts, self.request, self._fresh = parts, request, fresh and not request.begun
        self.trace_id, self.workflow_id = request.trace_id, request.workflow_id
        self._journal = Journal(parts.log, request.run_id)
        self._inbox = InboxReader(parts.log, request.run_id)
        self._starts = Starts(parts.dispatcher)
        self._clock = SteadyClock()
        self._run: Run | None = None
        self._replies: list[tuple[str, CallReply, Instead | None]] = []
        self._waiter: asyncio.Future[None] | None = None
        self._due = True
        self._inbox_due = self._leaving = self._fenced = self._grace_over = self._woken_early = False
        self._calls: set[str] = set()
        self._started_ms = self._begun_at = self._deadline = 0
        self._awake_until = 0.0
        self._going_on: ev.Origin | None = None
        self._going_on_for = ""
        self._too_long = ""
        self._timer: asyncio.TimerHandle | None = None
        self._grace: asyncio.TimerHandle | None = None

    def deliver(self, step: str, reply: CallReply, instead: Instead | None = None) -> None:
        """Take the final reply to a call."""
        self._calls.discard(reply.call_id)
        self._replies.append((step, reply, instead))
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
        """Look again when the run has gone on for longer than it may."""
        if self._deadline and now >= self._deadline and self._run is not None and not self._run.stopping:
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
        except HistoryLostError as error:
            return await self._fail(error.error())
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
            now = await self._turn(run)
            if run.parkable and not self._due and await self._park(run, now):
                return Outcome.PARKED
            self._set_timer(run, now)
        return Outcome.ENDED

    async def _load_plan(self) -> Plan:
        while True:
            try:
                return await self._parts.versions.plan(self.request.version_id)
            except DatabaseError as error:
                logger.warning("run %s: its version cannot be read yet: %s", self.request.run_id, error)
                await asyncio.sleep(1)

    async def _begin(self, plan: Plan) -> Outcome | None:
        parts = self._parts
        beginning = Beginning(parts.log, self._journal, self._clock, parts.liveness, parts.worker)
        begun = await beginning.begin(plan, self.request, self._starts, self, fresh=self._fresh)
        if isinstance(begun, Outcome):
            return begun
        run, started = begun.run, begun.run.started
        assert started is not None
        self._run, self._started_ms, self._inbox_due = run, begun.started_ms, begun.inbox
        self.workflow_id = started.workflow_id
        self._begun_at = started.begun_at or begun.started_ms
        self._deadline = deadline_of(plan, self._begun_at, parts.run_timeout_s)
        if begun.taken_over:
            self._go_on_from(begun, started)
        if begun.events:
            self._carry_out(run, begun.events, begun.now)
        self._stop_unneeded(run)
        return None

    def _go_on_from(self, begun: Begun, started: ev.RunStarted) -> None:
        """Take over the calls in flight, and what only the log knows."""
        self.trace_id, self.workflow_id = started.trace_id, started.workflow_id
        self.request = msgspec.structs.replace(self.request, priority=started.priority)
        self._inbox.begin_after(begun.run.last_command)
        for flight in [*begun.run.in_flight.values()]:
            self._calls.add(flight.call_id)
            self._parts.dispatcher.adopt(self, call_in_flight(begun.run, flight), flight)
        if begun.left == "seeded":
            # No event may come for long, and the row knows nothing yet of those the log began with.
            row = row_of(begun.run, self.request.run_id, self._journal.seq, self._started_ms, begun.now)
            self._parts.projector.put(row)
        if not begun.events:
            self._awake_until = asyncio.get_running_loop().time() + AWAKE_S
            self._woken_early = begun.left == "hinted" and not begun.inbox

    async def _turn(self, run: Run) -> int:
        """Do all there is to do now; return when (ms) that was."""
        commands = []
        if self._inbox_due:
            self._inbox_due = False
            commands = await self._inbox.read()
        now = self._clock.now_ms()
        events: list[ev.Event] = []
        replies, self._replies = self._replies, []
        for step, reply, instead in replies:
            events += run.reply(step, reply, now, instead)
        for entry_id, command in commands:
            events += self._follow(run, entry_id, command, now)
        events += self._end_of_time(run, now)
        events += run.advance(now)
        events += self._starts.place(run, self, now)
        events += too_many(run, self._journal.seq, len(events), now)
        if events:
            await set_apart(run)
            await bury(self._parts.log, run, events, now)
            await self._journal.append(events, now)
            self._carry_out(run, events, now)
            self._awake_until, self._woken_early = 0.0, False
        if commands and not run.terminal:
            await self._inbox.trim()
        if run.unfinished:
            self._due = True
        if self._going_on is not None or is_long(run, self._journal.seq):
            await self._go_on(run, now)
        return now

    def _follow(self, run: Run, entry_id: str, command: asked.Command, now: int) -> list[ev.Event]:
        if not isinstance(command, asked.Continue) or run.terminal:
            return run.command(entry_id, command, now)
        if run.stopping:
            refusal = ev.CommandRefused("continue", "The run is being stopped.", command.by, entry_id, command.reason)
            run.apply(refusal, now)
            return [refusal]
        self._going_on = ev.Origin("continued", self.request.run_id, by=command.by, reason=command.reason)
        self._going_on_for = entry_id
        return []

    def _end_of_time(self, run: Run, now: int) -> list[ev.Event]:
        if self._grace_over:
            self._grace, self._grace_over = None, False
            return run.stop_in_flight(now)
        if self._too_long:
            return run.expire(self._too_long, now, "too_many_events")
        if now >= self._deadline:
            return run.expire(overdue_message(run.plan, self._parts.run_timeout_s), now)
        return []

    async def _go_on(self, run: Run, now: int) -> None:
        """End this log and let the run go on under a new one."""
        why = self._going_on or ev.Origin("continued", self.request.run_id)
        if run.started is not None and run.started.origin is not None:
            why = msgspec.structs.replace(why, redriven=run.started.origin.redriven)
        self._going_on = None
        if run.terminal or run.stopping:
            return
        marks = {"begun_at": self._begun_at, "now": now}
        try:
            events = await continue_as_new(self._parts.log, self._journal, run, why, answered=self._inbox.last, **marks)
        except StillTooLongError as error:
            if is_long(run, self._journal.seq):
                self._too_long, self._due = str(error), True
                return
            events = [ev.CommandRefused("continue", str(error), why.by, self._going_on_for, why.reason)]
            run.apply(events[0], now)
            await self._journal.append(events, now)
        self._carry_out(run, events, now)

    async def _park(self, run: Run, now: int) -> bool:
        """Leave the run until something comes; False when it has to stay, because of its inbox or for moments only."""
        timer = run.next_timer
        due = min(timer or self._deadline, self._deadline)
        if due - now <= PARK_AFTER_MS or asyncio.get_running_loop().time() < self._awake_until:
            return False
        hint, priority = waking_hint(self.request.version_id), self.request.priority
        # Woken for nothing: the clock that timers ring by is ahead of ours, by at least the time that is left.
        rings = 0 if timer is None else due + (due - now if self._woken_early else 0)
        if await self._journal.park(answered=self._inbox.last, due=due, rings=rings, hint=hint, priority=priority):
            self._parts.projector.park(self.request.run_id)
            return True
        self.read_inbox()
        return False

    def _carry_out(self, run: Run, events: list[ev.Event], now: int) -> None:
        """Do what ``events``, durable by now, are about."""
        self._starts.keep(events)
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
        if run.stopping and run.unneeded and self._grace is None:
            self._grace = asyncio.get_running_loop().call_later(CANCEL_GRACE_S, self._give_up)

    def _give_up(self) -> None:
        """Wait no longer for agents that do not stop."""
        self._grace_over = True
        self.wake()

    def _set_timer(self, run: Run, now: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop, due = asyncio.get_running_loop(), run.next_timer
        if self._awake_until <= loop.time():
            self._awake_until = 0.0
        if run.terminal or (due is None and not self._awake_until):
            return
        pause = AWAKE_S if due is None else (due - now) / 1000 if due > now else 1.0
        self._timer = loop.call_later(min(pause, AWAKE_S) if self._awake_until else pause, self.wake)

    async def _fail(self, error: CallError) -> Outcome:
        """End the run for a reason outside its steps, whatever state the fold is in."""
        try:
            claim = await self._journal.claim(self._parts.worker)
            if not claim.granted:
                return Outcome.ENDED if claim.terminal else Outcome.ELSEWHERE
            now = self._clock.now_ms()
            events: list[ev.Event] = [] if claim.seq else [first_event(self.request, self._parts.worker)]
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
        if self._run is not None and self._run.terminal and not isinstance(self._run.outcome, ev.RunContinued):
            for call_id in self._calls:
                self._parts.dispatcher.cancel(call_id, "The run has ended.")
        self._parts.dispatcher.forget(self, self._calls)
        self._parts.projector.leave(self.request.run_id)
