"""Tasks on their way: who waits for which, and to which instance each was given."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import msgspec

from agentcluster.clock import monotonic
from agentcluster.ids import new_trace_id
from agents.domain.calls import CallError, CallReply, CallRequest
from agents.gateway.protocol import NOTHING


@dataclass(slots=True, eq=False)
class Delivery:
    """A task given to an instance; ``request`` names the instance's version."""

    request: CallRequest
    instance: str
    entry: bytes = b""
    """Its entry in the ledger of tasks, once Redis has answered."""
    over: bool = False
    """Nothing more is expected of it."""


@dataclass(slots=True, eq=False)
class Flight:
    """A task that is waited for here, or was and is still at work; whoever asks for it again waits for the same."""

    request: CallRequest
    trace_id: str = field(default_factory=new_trace_id)
    delivery: Delivery | None = None
    """To whom it was given last, unless that one has turned it away."""
    turned_away: CallError | None = None
    """Why the last one has turned it away."""
    at: str = ""
    """The instance that works on it, as far as is known."""
    reply: CallReply | None = None
    progress: Any = None
    heard_s: float = 0.0
    waiting: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def quiet_s(self) -> float:
        """Return for how long nothing was heard of it."""
        return monotonic() - self.heard_s

    def give(self, delivery: Delivery) -> None:
        """Note that it was given to an instance."""
        self.delivery, self.at, self.heard_s, self.turned_away = delivery, delivery.instance, monotonic(), None

    def hear(self, reply: CallReply) -> None:
        """Take a sign of life."""
        self.heard_s, self.at = monotonic(), reply.instance
        self.progress = reply.progress or self.progress

    def end(self, reply: CallReply) -> None:
        """Take the result."""
        self.reply = reply
        self.news.set()

    def turn_away(self, error: CallError, delivery: Delivery) -> None:
        """Note that an instance did not take it; it must be given to another."""
        self.turned_away, self.delivery = error, None
        if self.at == delivery.instance:
            self.at = ""
        self.news.set()

    def slim(self) -> None:
        """Keep no input while nobody waits: whoever asks again brings it."""
        self.request = msgspec.structs.replace(self.request, input=NOTHING)
