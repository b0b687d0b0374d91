"""Steps of one run that want an agent instance: placed, queued, started, given back."""

from designer.domain.events import Event, StepStarted
from designer.domain.run import PendingCall, Run
from designer.engine.dispatch import Dispatcher
from designer.engine.flights import Caller
from designer.engine.queues import Waiter, Waiting


class Starts:
    """Slots of one run between being taken and the call being sent, and its places in queues."""

    __slots__ = ("_dispatcher", "_placed", "_queued")

    def __init__(self, dispatcher: Dispatcher) -> None:
        """Take slots from ``dispatcher``'s capacity."""
        self._dispatcher = dispatcher
        self._placed: list[tuple[PendingCall, StepStarted]] = []
        self._queued: dict[str, PendingCall] = {}

    def place(self, run: Run, waiter: Waiter, now: int) -> list[Event]:
        """Find instances for what is ready; return the events of those that start and of those that must be told to wait."""
        events: list[Event] = []
        pending = run.pending_calls(now)
        capacity = self._dispatcher.capacity
        for call in pending:
            slot = capacity.place(call, waiter)
            if isinstance(slot, Waiting):
                self._queued[call.call_id] = call
                if slot.announced:
                    events += run.waiting(call, slot.code, slot.message, now)
                continue
            self._queued.pop(call.call_id, None)
            started = run.dispatch(call, slot.instance, slot.node, slot.version, now)
            self._placed.append((call, started))
            events.append(started)
        if self._queued:
            self._withdraw({call.call_id for call in pending})
        return events

    def send(self, caller: Caller) -> list[str]:
        """Send what was placed (its events are durable now); return the call ids."""
        placed, self._placed = self._placed, []
        for call, started in placed:
            self._dispatcher.send(caller, call, started)
        return [call.call_id for call, _ in placed]

    def give_back(self) -> None:
        """Give up all slots and places in queues."""
        placed, self._placed = self._placed, []
        for _, started in placed:
            self._dispatcher.capacity.release(started.instance, started.agent)
        self._withdraw(set())

    def _withdraw(self, wanted: set[str]) -> None:
        for call_id in [call_id for call_id in self._queued if call_id not in wanted]:
            del self._queued[call_id]
            self._dispatcher.capacity.withdraw(call_id)
