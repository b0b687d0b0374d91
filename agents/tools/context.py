"""What an agent's function knows about the call it serves, and what of the outside it may use.

The ports below are all an agent sees of NATS and Redis; ``agents.node.ports`` has them for agents on the node's loop.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec

from agentcluster.clock import monotonic
from agentcluster.ids import new_span_id
from agents.tools.errors import CallCancelledError, DeadlineExceededError, PortMissingError

PROGRESS_LIMIT: Final = 4 * 1024
"""Bytes of JSON of a progress; a longer one counts as a sign of life, but is not passed on."""


def progress_json(progress: Any) -> bytes:
    """Return a progress as JSON; empty when there is none, or none that can be passed on."""
    if progress is None:
        return b""
    try:
        data = msgspec.json.encode(progress)
    except (TypeError, ValueError, RecursionError):
        return b""
    return data if len(data) <= PROGRESS_LIMIT else b""


@dataclass(frozen=True, slots=True)
class Published:
    """A message the server has. ``stream`` and ``seq`` where a JetStream stream keeps it, else empty and 0.

    ``duplicate``: the stream had a message of this id already and kept that one.
    """

    stream: str = ""
    seq: int = 0
    duplicate: bool = False


class Publisher(Protocol):
    """Sends messages for agents."""

    async def publish(self, subject: str, data: bytes, headers: Mapping[str, str], message_id: str) -> Published:
        """See ``CallContext.publish``."""


class RedisCommands(Protocol):
    """Redis for agents: commands that do not block, in shared pipelines. Replies are bytes, int, list or None."""

    async def execute(self, *args: str | bytes | int | float) -> Any:
        """Send one command and return its reply; StreamsUnavailableError (retryable) or CommandError."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What the node lends to its agents; None in a worker process."""

    publisher: Publisher | None = None
    redis: RedisCommands | None = None


@dataclass(frozen=True)
class CallContext:
    """One call, as its agent sees it."""

    call_id: str = ""
    idempotency_key: str = ""
    """The same over all attempts of a step; pass it on to whatever has effects outside."""
    deadline: float | None = None
    """When the call must be over, on the machine's monotonic clock (seconds); None: no limit."""
    cancel_file: str = ""
    """Once a file of this name exists the call is cancelled; works across processes."""
    trace_id: str = ""
    """32 hex digits: the trace the call belongs to."""
    ports: Ports = Ports()
    report: Callable[[Any], None] | None = None
    """Takes a progress to the node; None where nobody listens."""

    def seconds_left(self, otherwise: float = float("inf")) -> float:
        """Return the seconds until the deadline (at least 0), or ``otherwise`` when there is none."""
        return otherwise if self.deadline is None else max(0.0, self.deadline - monotonic())

    def cancelled(self) -> bool:
        """Whether the caller no longer wants the result."""
        return bool(self.cancel_file) and os.path.exists(self.cancel_file)

    def raise_if_over(self) -> None:
        """Raise ``CallCancelledError`` or ``DeadlineExceededError`` when going on is no use."""
        if self.cancelled():
            raise CallCancelledError
        if self.seconds_left() <= 0:
            raise DeadlineExceededError

    def heartbeat(self, progress: Any = None) -> None:
        """Tell the node that the work goes on, and how far it is (any JSON value of at most ``PROGRESS_LIMIT`` bytes).

        A step with a heartbeat time-out fails when its agent stays silent for longer. Cheap: call it as often as you like.
        """
        if self.report is not None:
            self.report(progress)

    async def publish(
        self, subject: str, data: bytes, headers: Mapping[str, str] | None = None, message_id: str = ""
    ) -> Published:
        """Publish on NATS; return when the server has the message, or the stream that captures ``subject`` has kept it.

        A ``message_id`` lets a stream drop repeats (within its window, two minutes by default): give the idempotency
        key. Subjects of the system itself are refused (BadSubjectError), messages over the server's limit too
        (MessageTooLargeError); BusUnavailableError (retryable) means it may or may not have arrived. The trace of the call
        goes along (``traceparent``).
        """
        if self.ports.publisher is None:
            raise PortMissingError("This agent cannot publish: it runs in a worker process of the node.")
        trace = {"traceparent": f"00-{self.trace_id}-{new_span_id()}-01"} if self.trace_id else {}
        return await self.ports.publisher.publish(subject, data, {**trace, **(headers or {})}, message_id)

    def redis(self) -> RedisCommands:
        """Return Redis; keys must begin with the name of what they belong to (``memory:``), see ``docs/wire.md``."""
        if self.ports.redis is None:
            raise PortMissingError("This agent cannot use Redis: it runs in a worker process of the node.")
        return self.ports.redis
