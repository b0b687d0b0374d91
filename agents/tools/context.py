"""What an agent's function knows about the call it serves."""

import os
from dataclasses import dataclass

from agentcluster.clock import monotonic
from agents.tools.errors import CallCancelledError, DeadlineExceededError


@dataclass(frozen=True)
class CallContext:
    """One call. Picklable: it travels to the worker process of a CPU-bound agent."""

    call_id: str = ""
    idempotency_key: str = ""
    """The same over all attempts of a step; pass it on to whatever has effects outside."""
    deadline: float | None = None
    """When the call must be over, on the machine's monotonic clock (seconds); None: no limit."""
    cancel_file: str = ""
    """Once a file of this name exists the call is cancelled; works across processes."""

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
