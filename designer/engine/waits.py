"""What a step is told that waits for a slot: why, once that has lasted, and again when it has changed."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from designer.engine.queues import Demand, Waiting

ANNOUNCE_S: Final = 2.0
"""A wait for a free slot is worth an event when it has lasted this long."""
_ANNOUNCE_S: Final = {"no_instance": 0.0, "rate_limited": 1.0}
"""By code: for other reasons sooner, that nobody is there at once."""
STEADY_S: Final = 2.0
STEADY_MAX_S: Final = 300.0
"""What was told stands so long, first and at most, before another shade of "all are busy" takes its place: where slots and
tokens take turns at lacking, a long wait would otherwise fill the run's log."""
_TAKEN: Final = frozenset({"agent_busy", "rate_limited"})
"""Somebody is there and has no room: which of these it is may change from moment to moment."""


class Why(NamedTuple):
    """The code of a reason and its sentence."""

    code: str
    message: str


def explain(waiting: Waiting, why: Why) -> None:
    """Say why to a call that has just begun to wait."""
    waiting.code, waiting.message = why
    waiting.announced = not _ANNOUNCE_S.get(why.code, ANNOUNCE_S)


def tell(queue: Iterable[Waiting], why: Why, now: float) -> None:
    """Wake those of a queue who have waited long enough to be told ``why``, or were told something else.

    That nobody is there is told at once, another reason when it has lasted, in which way those who are there have no room
    less and less often.
    """
    for waiting in queue:
        if _is_news(waiting, why, now):
            waiting.code, waiting.message = why
            waiting.steady_s = min(max(STEADY_S, 2 * waiting.steady_s), STEADY_MAX_S)
            waiting.announced, waiting.differs_since, waiting.steady_until = True, 0.0, now + waiting.steady_s
            waiting.waiter.wake()


def _is_news(waiting: Waiting, why: Why, now: float) -> bool:
    lasts_s = _ANNOUNCE_S.get(why.code, ANNOUNCE_S)
    if not waiting.announced:
        return now - waiting.since >= lasts_s
    if why == (waiting.code, waiting.message):
        waiting.differs_since = 0.0
        return False
    waiting.differs_since = waiting.differs_since or now
    may_stand = now < waiting.steady_until and {waiting.code, why.code} <= _TAKEN
    return now - waiting.differs_since >= lasts_s and not may_stand


def why_waiting(demand: Demand, count: int, off: Sequence[str] | None) -> Why:
    """Return the reason; ``count`` instances are in sight.

    ``off``: the agents in sight with the wanted capability, all switched off where ``count`` is 0; None: which agents may
    be used is not known yet.
    """
    if demand.instance:
        return Why(
            "agent_busy",
            f"The agent that won the bid, {demand.instance}, is busy; it takes the step when it is free.",
        )
    if demand.capability:
        return _of_capability(demand.capability, count, off)
    if count:
        message = f"All instances of {demand.name} are busy ({count} in sight); the next free one takes it."
        return Why("agent_busy", message)
    return Why("no_instance", f"No live node hosts {demand.name}. The step starts as soon as one does.")


def _of_capability(capability: str, count: int, off: Sequence[str] | None) -> Why:
    if count:
        message = (
            f"All agents with the capability {capability} are busy ({count} in sight); the next free one takes it."
        )
        return Why("agent_busy", message)
    if off is None:
        message = f"Which agents with the capability {capability} may be used is not known yet: the database is away."
        return Why("registry_away", message)
    why = f" ({', '.join(off)} could, but may not be used)" if off else ""
    return Why(
        "no_instance",
        f"No live agent offers the capability {capability}{why}. The step starts as soon as one does.",
    )
