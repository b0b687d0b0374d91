"""What a step is told that waits for a slot."""

from collections.abc import Sequence

from designer.engine.queues import Demand


def why_waiting(demand: Demand, count: int, off: Sequence[str] | None) -> tuple[str, str]:
    """Return code and message; ``count`` instances are in sight.

    ``off``: the agents in sight with the wanted capability, all switched off where ``count`` is 0; None: which agents may
    be used is not known yet.
    """
    if demand.instance:
        return (
            "agent_busy",
            f"The agent that won the bid, {demand.instance}, is busy; it takes the step when it is free.",
        )
    if demand.capability:
        return _of_capability(demand.capability, count, off)
    if count:
        message = f"All instances of {demand.name} are busy ({count} in sight); the next free one takes it."
        return "agent_busy", message
    return "no_instance", f"No live node hosts {demand.name}. The step starts as soon as one does."


def _of_capability(capability: str, count: int, off: Sequence[str] | None) -> tuple[str, str]:
    if count:
        message = (
            f"All agents with the capability {capability} are busy ({count} in sight); the next free one takes it."
        )
        return "agent_busy", message
    if off is None:
        message = f"Which agents with the capability {capability} may be used is not known yet: the database is away."
        return "registry_away", message
    why = f" ({', '.join(off)} could, but may not be used)" if off else ""
    return (
        "no_instance",
        f"No live agent offers the capability {capability}{why}. The step starts as soon as one does.",
    )
