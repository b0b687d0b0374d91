"""What a step gets in the place of an agent's answer, when policy says so (features E4)."""

from typing import Any, Final, Literal

import msgspec

from designer.domain.events import StepCompleted, StepFailed
from designer.domain.state import StepState

MAX_LATER: Final = 1000
"""A step that is tried again later, for as long as it takes, is tried so often at most."""


class Instead(msgspec.Struct, frozen=True, omit_defaults=True):
    """``value`` and ``cached``: ``output`` is the answer; ``agent``: that one is asked; ``later``: again after ``after_ms``."""

    answer: Literal["value", "cached", "agent", "later"]
    output: Any = None
    agent: str = ""
    version: str = ""
    after_ms: int = 0


def settled_by_policy(
    state: StepState, last: StepFailed, instead: Instead, now: int
) -> StepCompleted | StepFailed | None:
    """Return the event that stands in the place of ``last``, a step's final failure; None where policy is no help any more.

    The other agent is asked once; ``later`` ends after ``MAX_LATER`` attempts.
    """
    if instead.answer in ("value", "cached"):
        return StepCompleted(
            last.step,
            instead.output,
            attempt=last.attempt,
            queued_ms=last.queued_ms,
            worked_ms=last.worked_ms,
            degraded="value" if instead.answer == "value" else "cached",
            error=last.error,
        )
    if instead.answer == "agent" and not state.fallback:
        fallback = "@".join(part for part in (instead.agent, instead.version) if part)
        return msgspec.structs.replace(last, retry_at=now, degraded="agent", fallback=fallback)
    if instead.answer == "later" and state.attempt < MAX_LATER:
        return msgspec.structs.replace(
            last, retry_at=now + max(1, instead.after_ms), degraded="later", fallback=state.fallback
        )
    return None


def asked_next(state: StepState, retry_at: int) -> str:
    """Return the ``fallback`` of a failed attempt that is made again at ``retry_at``: the agent it was, if policy's.

    What makes the attempt fail (its node is lost, its breaker is open) is no reason to go back to the first agent.
    """
    return state.fallback if retry_at else ""
