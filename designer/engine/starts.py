"""Steps of one run that want an agent: found in the cache, placed, queued, put out to bid, started, given back."""

from collections.abc import Iterable
from typing import Any

from agents.domain.scoring import InstanceInfo
from designer.domain.events import Event, PlanMade, StepCompleted, StepStarted
from designer.domain.pending import PendingCall
from designer.domain.run import Run
from designer.engine.cache import Hit
from designer.engine.degrade import Refused
from designer.engine.dispatch import Dispatcher
from designer.engine.flights import Caller
from designer.engine.queues import Waiter, Waiting

Slot = InstanceInfo | Waiting | Hit | Refused


class Starts:
    """Slots of one run between being taken and the call being sent, and its places in queues."""

    __slots__ = ("_dispatcher", "_placed", "_queued", "_to_cache")

    def __init__(self, dispatcher: Dispatcher) -> None:
        """Take slots from ``dispatcher``."""
        self._dispatcher = dispatcher
        self._placed: list[tuple[PendingCall, StepStarted]] = []
        self._queued: dict[str, PendingCall] = {}
        self._to_cache: dict[str, tuple[PendingCall, StepStarted, str]] = {}
        """By step: calls whose output is kept for equal ones, and the workflow they belong to."""

    def place(self, run: Run, waiter: Waiter, now: int) -> list[Event]:
        """Find instances for what is ready; return the events of what starts, ends at once, or must be told to wait."""
        events: list[Event] = []
        again = True
        while again:
            pending = run.pending_calls(now)
            again = False
            for call in pending:
                made, over = self._place_one(run, call, waiter, now)
                events += made
                again = again or over
            if again:
                events += run.advance(now)
        if self._queued:
            self._withdraw({call.call_id for call in pending})
        return events

    def send(self, caller: Caller) -> list[str]:
        """Send what was placed (its events are durable now); return the call ids."""
        placed, self._placed = self._placed, []
        for call, started in placed:
            self._dispatcher.send(caller, call, started)
        return [call.call_id for call, _ in placed]

    def keep(self, events: Iterable[Event]) -> None:
        """Put into the cache what ``events``, durable by now, say of calls that are to be cached."""
        if not self._to_cache:
            return
        for event in events:
            if isinstance(event, StepCompleted | PlanMade) and event.step in self._to_cache:
                call, started, workflow_id = self._to_cache.pop(event.step)
                self._dispatcher.cache.keep(call, workflow_id, (started.agent, started.version), _output(event))

    def give_back(self) -> None:
        """Give up all slots and places in queues."""
        placed, self._placed = self._placed, []
        for _, started in placed:
            self._dispatcher.capacity.release(started.instance, started.agent)
        self._withdraw(set())

    def _place_one(self, run: Run, call: PendingCall, waiter: Waiter, now: int) -> tuple[list[Event], bool]:
        """Return the events of one call, and whether the step is over with them (from the cache, or refused)."""
        slot = self._seek(run, call, waiter)
        bidding = self._dispatcher.bidding_of(call.call_id) if call.intent is not None else None
        if isinstance(slot, Waiting):
            self._queued[call.call_id] = call
            return (run.waiting(call, slot.code, slot.message, now) if slot.announced else []), False
        if self._queued.pop(call.call_id, None) is not None:
            self._dispatcher.settle(call.call_id)
        if isinstance(slot, Hit):
            return run.cached(call, slot.output, now), True
        if isinstance(slot, Refused):
            return run.refuse(call, slot.error, now, slot.instead), True
        started = run.dispatch(call, slot.instance, slot.node, slot.version, now, agent=slot.agent, bidding=bidding)
        self._placed.append((call, started))
        if call.cache is not None and run.started is not None:
            self._to_cache[call.step] = (call, started, run.started.workflow_id)
        return [started], False

    def _seek(self, run: Run, call: PendingCall, waiter: Waiter) -> Slot:
        workflow_id, trace_id = (run.started.workflow_id, run.started.trace_id) if run.started else ("", "")
        if call.cache is not None:
            found = self._dispatcher.cache.look(call, workflow_id, waiter)
            if found is not None:
                return found
        return self._dispatcher.place(call, waiter, trace_id, workflow_id)

    def _withdraw(self, wanted: set[str]) -> None:
        for call_id in [call_id for call_id in self._queued if call_id not in wanted]:
            del self._queued[call_id]
            self._dispatcher.withdraw(call_id)


def _output(event: StepCompleted | PlanMade) -> Any:
    if isinstance(event, StepCompleted):
        return event.output
    return {"graph": event.graph, "explanation": event.explanation}
