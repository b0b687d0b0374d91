"""A run as a pure state machine: events in, events out. No clock, no network; the driver brings both."""

from dataclasses import dataclass
from typing import Any

from agents.domain.calls import CallReply
from designer.domain.events import Event, StepStarted
from designer.domain.plan import Plan


@dataclass(frozen=True, slots=True)
class PendingCall:
    """A step that should be given to an agent instance now."""

    step: str
    agent: str
    version: str
    attempt: int
    call_id: str
    idempotency_key: str
    input: Any
    timeout_s: float | None
    ready_at: int


class Run:
    """The fold of a run's events, and what to do next.

    Every method that returns events has already applied them: the driver only appends them to the log, in order, and only
    after that carries out their effects. Replaying a log is ``apply`` for each record.
    """

    def __init__(self, plan: Plan) -> None:
        """Start empty; the first event must be ``RunStarted``."""

    def apply(self, event: Event, at: int) -> None:
        """Fold one event in (``at``: ms)."""

    def advance(self, now: int) -> list[Event]:
        """Do everything that needs no agent: skip, branch, join, transform, expand maps, end the run."""
        return []

    def pending_calls(self, now: int) -> list[PendingCall]:
        """Return the steps that are ready (or due for retry) and not in flight."""
        return []

    def dispatch(self, call: PendingCall, instance: str, host: str, version: str, now: int) -> StepStarted:
        """Record that ``call`` goes to ``instance`` on node ``host``."""
        raise NotImplementedError

    def waiting(self, call: PendingCall, code: str, message: str, now: int) -> list[Event]:
        """Record (once per reason) that ``call`` cannot start now."""
        return []

    def reply(self, step: str, reply: CallReply, now: int) -> list[Event]:
        """Take the result or error of the step's current attempt; stale or repeated replies give no events."""
        return []

    def request_cancel(self, by: str, reason: str, now: int) -> list[Event]:
        """Begin to stop; the driver then tells the calls in flight and calls ``stop_in_flight`` after a grace period."""
        return []

    def stop_in_flight(self, now: int) -> list[Event]:
        """Give up on what is still in flight of a stopping run."""
        return []

    @property
    def in_flight(self) -> dict[str, StepStarted]:
        """The steps whose current attempt is with an instance, by step."""
        return {}

    @property
    def stopping(self) -> bool:
        """Whether the run was cancelled or has failed and only waits for calls in flight to stop."""
        return False

    @property
    def terminal(self) -> bool:
        """Whether a terminal event was applied."""
        return False

    @property
    def next_timer(self) -> int | None:
        """When (ms) ``pending_calls`` will have more by the passing of time alone; None when it will not."""
        return None
