"""What an agent's function knows of the call it serves."""

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from agentcluster.sdk.errors import AgentError
from agentcluster.sdk.files import File, written


class Context:
    """One call. The platform makes it; a test may make one, too: ``Context(idempotency_key="k", seconds=5)``."""

    def __init__(
        self,
        call_id: str = "test",
        idempotency_key: str = "test",
        *,
        seconds: float | None = None,
        trace_id: str = "",
        report: Callable[[Any], None] | None = None,
    ) -> None:
        """``seconds``: how long the call may take; ``report`` takes each heartbeat's progress."""
        self.call_id = call_id
        """The id of this attempt."""
        self.idempotency_key = idempotency_key
        """The same over all attempts of a step: pass it on to whatever has effects outside."""
        self.trace_id = trace_id
        """32 hex digits: the W3C trace the call belongs to; may be empty."""
        self.beats: list[Any] = []
        """In a test: the progress of each heartbeat."""
        self._report = report or self.beats.append
        self._end = None if seconds is None else time.monotonic() + seconds
        self._cancelled = threading.Event()

    def heartbeat(self, progress: Any = None) -> None:
        """Say that the work goes on, and how far it is (any JSON value of at most 4 KB). Cheap; from any thread."""
        self._report(progress)

    def seconds_left(self, otherwise: float = float("inf")) -> float:
        """Return the seconds until the deadline (at least 0), ``otherwise`` when there is none."""
        return otherwise if self._end is None else max(0.0, self._end - time.monotonic())

    @property
    def cancelled(self) -> bool:
        """Whether the result is no longer wanted. Plain functions look at it; coroutines get CancelledError, too."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the function to stop; the platform does, and tests may."""
        self._cancelled.set()

    def raise_if_over(self) -> None:
        """Raise the error ``cancelled`` or ``deadline_exceeded`` when going on is no use."""
        if self.cancelled:
            raise AgentError("cancelled", "The call was cancelled.")
        if self.seconds_left() <= 0:
            raise AgentError("deadline_exceeded", "The call did not finish in the time it was given.", retryable=True)

    def log(self, message: str, **fields: Any) -> None:
        """Write a line into the instance's log, with the id of the call."""
        details = "".join(f" {name}={value!r}" for name, value in fields.items())
        print(f"[{self.call_id}] {message}{details}", file=sys.stderr, flush=True)  # noqa: T201 - this is the log

    def file(self, name: str, data: bytes | str, media_type: str = "") -> File:
        """Write a file that the result refers to; it is stored when the function returns it."""
        return written(name, data, media_type)
