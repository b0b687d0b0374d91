"""The life of an agent instance: Idle → Running → Stopping → Stopped, and no other move (features A3)."""

from enum import StrEnum
from typing import Final

from agentcluster.errors import ConflictError


class LifeState(StrEnum):
    """Where an instance stands.

    A stop, a restart, a move elsewhere or the end of its node lead to STOPPING; once its calls have ended, by themselves or
    by force after a grace period, it is STOPPED. Cancel and deadline end a call, never the instance that has others at work.
    """

    IDLE = "Idle"
    RUNNING = "Running"
    STOPPING = "Stopping"
    STOPPED = "Stopped"


NEXT: Final = {
    LifeState.IDLE: LifeState.RUNNING,
    LifeState.RUNNING: LifeState.STOPPING,
    LifeState.STOPPING: LifeState.STOPPED,
}


class IllegalMoveError(ConflictError):
    """An instance goes from Idle to Running to Stopping to Stopped, and no other way."""

    code = "illegal_move"


def move(state: LifeState, to: LifeState) -> LifeState:
    """Return ``to``; IllegalMoveError names both states when it does not follow ``state``."""
    if NEXT.get(state) is not to:
        raise IllegalMoveError(f"An instance that is {state} cannot become {to}.", state=state.value, to=to.value)
    return to
