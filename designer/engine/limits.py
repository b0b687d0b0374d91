"""How long a run may be, in events and in time."""

from collections.abc import Sequence

from agents.domain.calls import CallError
from designer.domain import events as ev
from designer.domain.plan import Plan
from designer.domain.run import Run

MAX_EVENTS = 10_000
"""A log that comes near it goes on under a new one; what happens in one moment may go beyond, up to twice as many."""
MAX_CLOSED = 20_000
"""So many iterations that are done (one event each in a compact log) do not count: a large map must be able to end."""
MAX_STOPPING = 100_000
"""A run that is being stopped may come to so many: undoing is not cut short."""
MARGIN = 1000
"""So many events before the limit a run goes on as a new one."""


def deadline_of(plan: Plan, begun_at: int, default_s: float) -> int:
    """Return when (ms) a run that began at ``begun_at`` has gone on for too long."""
    return begun_at + int((plan.graph.settings.timeout_s or default_s) * 1000)


def overdue_message(plan: Plan, default_s: float) -> str:
    """Return the words for a run whose time is over."""
    return f"A run of this workflow may take {_duration(plan.graph.settings.timeout_s or default_s)}; this one did."


def is_long(run: Run, seq: int) -> bool:
    """Return whether a log with ``seq`` events should go on under a new one now."""
    return seq - _free(run.closed) >= MAX_EVENTS - MARGIN and not run.terminal and not run.stopping


def still_too_long(history: Sequence[ev.Event]) -> str:
    """Return why a run cannot go on under a new log that would begin with ``history``, empty when it can."""
    needed = len(history) - _free(sum(isinstance(event, ev.IterationClosed) for event in history))
    if needed <= MAX_EVENTS // 2:
        return ""
    return f"A run may have {MAX_EVENTS} events; this one needs {needed} of those it has to go on."


def too_many(run: Run, seq: int, more: int, now: int) -> list[ev.Event]:
    """Stop a run whose next ``more`` events are beyond what any log may hold; end one that is too long even so."""
    length = seq + more - _free(run.closed)
    if run.terminal or length < 2 * MAX_EVENTS:
        return []
    if run.stopping:
        if length < MAX_STOPPING:
            return []
        return run.abort(CallError("too_many_events", f"Stopping this run took more than {MAX_STOPPING} events."), now)
    message = f"A run may have {MAX_EVENTS} events; this one has more than twice as many at once."
    return [*run.expire(message, now, "too_many_events"), *run.advance(now)]


def _free(closed: int) -> int:
    return min(closed, MAX_CLOSED)


def _duration(seconds: float) -> str:
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:g} seconds"
