"""A call that should be made now: worked out from a step's state, the same whenever it is asked for."""

from typing import Any

import msgspec

from designer.domain.decide import CallAgent, decide
from designer.domain.events import RunStarted
from designer.domain.graph import Cache, IntentNode, Priority
from designer.domain.state import StepState


class PendingCall(msgspec.Struct, frozen=True):
    """A step that should be given to an agent instance now; ``ready_at`` (ms) is since when.

    ``agent`` is empty where ``capability`` or ``intent`` (its goal worked out) say who may do it.
    """

    step: str
    agent: str
    version: str
    attempt: int
    call_id: str
    idempotency_key: str
    input: Any
    timeout_s: float | None
    ready_at: int
    priority: Priority = "normal"
    capability: str = ""
    intent: IntentNode | None = None
    cache: Cache | None = None
    cache_key: Any = None
    heartbeat_timeout_s: float | None = None
    degraded: bool = False


def call_of(begun: RunStarted | None, state: StepState, asks: CallAgent | None) -> PendingCall:
    """Return the next attempt of a step of the run that ``begun`` began; ``asks`` where that was just worked out."""
    run_id = begun.run_id if begun else ""
    attempt = state.attempt + 1
    node = state.node.node
    # A call that came along from an earlier run of the chain keeps that run's key.
    key = state.started.call_id.rpartition("/")[0] if state.started else f"{run_id}/{state.step}"
    if asks is None and (state.started is None or isinstance(node, IntentNode) or state.node.cache_key):
        # Events hold neither a refused call's input nor a call's goal and cache key: worked out again.
        asks = _asked_again(state)
    value = state.input if state.started or asks is None else asks.value
    agent, version, value = _who(begun, state, value)
    return PendingCall(
        step=state.step,
        agent=agent,
        version=version,
        attempt=attempt,
        call_id=f"{key}/{attempt}",
        idempotency_key=key,
        input=value,
        timeout_s=getattr(node, "timeout_s", None),
        ready_at=state.ready_at,
        priority=begun.priority if begun else "normal",
        capability="" if agent else getattr(node, "capability", ""),
        intent=msgspec.structs.replace(node, goal=asks.goal)
        if isinstance(node, IntentNode) and asks and not agent
        else None,
        cache=getattr(node, "cache", None),
        cache_key=asks.cache_key if asks else None,
        heartbeat_timeout_s=getattr(node, "heartbeat_timeout_s", None),
        degraded=bool(state.fallback),
    )


def _who(begun: RunStarted | None, state: StepState, value: Any) -> tuple[str, str, Any]:
    """Return agent, version and input of the next attempt: the workflow's, policy's, or those of whoever redrives it."""
    agent, version = state.node.agent, state.node.version
    if state.fallback:
        agent, _, version = state.fallback.partition("@")
        return agent, version, value
    redriven = begun.origin.redriven if begun and begun.origin else None
    if redriven is None or redriven.step != state.step:
        return agent, version, value
    if redriven.version:
        agent, version = redriven.agent or agent, redriven.version
    return agent, version, redriven.input if redriven.has_input else value


def _asked_again(state: StepState) -> CallAgent | None:
    what = decide(state, 0).what
    return what if isinstance(what, CallAgent) else None
