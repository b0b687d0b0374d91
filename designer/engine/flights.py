"""Calls on their way: which run waits for which call, and since when nothing was heard of it."""

from collections.abc import Iterable
from typing import Any, Protocol

from agents.domain.calls import CallReply, CallRequest
from designer.domain.degrading import Instead


class Caller(Protocol):
    """The run that made a call."""

    trace_id: str
    workflow_id: str

    def deliver(self, step: str, reply: CallReply, instead: Instead | None = None) -> None:
        """Take the final reply to the call of ``step``; at most once a call. ``instead``: what policy gives for an error."""


class Flight:
    """A call at an instance. Times are seconds on the monotonic clock; ``deadline`` 0 means the agent's own limit."""

    __slots__ = (
        "caller", "criteria", "deadline", "entry", "heard", "instance", "node", "over", "request", "resend", "settling",
        "step", "token", "unreadable", "version",
    )  # fmt: skip

    def __init__(
        self, caller: Caller, step: str, request: CallRequest, instance: str, node: str, *, now: float
    ) -> None:
        """Begin at ``now``."""
        self.caller, self.step, self.request = caller, step, request
        self.instance, self.node = instance, node
        self.version = request.version
        self.heard = now
        self.deadline = now + request.deadline_ms / 1000 if request.deadline_ms else 0.0
        self.token = ""
        self.resend = False
        """Did not reach the instance; to be sent again."""
        self.settling = False
        """Being looked up in the call ledger."""
        self.criteria: dict[str, Any] = {}
        """JSON Schema the output must fit, where the call serves an intent."""
        self.unreadable = 0
        """Replies that could not be read."""
        self.entry = b""
        """Its entry in the ledger of tasks, once Redis has answered."""
        self.over = False
        """Nothing more is expected of it."""


class FlightTable:
    """The flights of one worker, by call id and by reply token."""

    def __init__(self) -> None:
        """Start empty."""
        self._by_call: dict[str, Flight] = {}
        self._by_token: dict[str, Flight] = {}
        self._next = 0

    def __len__(self) -> int:
        """Return how many calls are on their way."""
        return len(self._by_call)

    def add(self, flight: Flight) -> None:
        """Take a flight in and give it a token."""
        self._next += 1
        flight.token = str(self._next)
        self._by_call[flight.request.call_id] = self._by_token[flight.token] = flight

    def remove(self, flight: Flight) -> bool:
        """Forget a flight; False when it was gone already."""
        self._by_token.pop(flight.token, None)
        if not self.has(flight):
            return False
        del self._by_call[flight.request.call_id]
        return True

    def has(self, flight: Flight) -> bool:
        """Return whether a flight is still on its way, and was not replaced by another of the same call."""
        return self._by_call.get(flight.request.call_id) is flight

    def by_token(self, token: str) -> Flight | None:
        """Return the flight a message on the reply subject is about."""
        return self._by_token.get(token)

    def by_call(self, call_id: str) -> Flight | None:
        """Return the flight of a call."""
        return self._by_call.get(call_id)

    def all(self) -> Iterable[Flight]:
        """Return a copy of all flights."""
        return [*self._by_call.values()]
