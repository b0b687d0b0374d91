"""When a failed attempt is tried again."""

import zlib
from collections.abc import Callable
from typing import Final

from agents.domain.calls import CallError
from designer.domain.events import RULES
from designer.domain.fold import CRASHED, INFRASTRUCTURE, REFUSED
from designer.domain.graph import RetryPolicy
from designer.domain.policies import HANDLER_RETRY
from designer.domain.state import StepState

MAX_REDELIVERIES = 10
MAX_CRASHES = 3
"""An input that has broken so many instances is poison: no other is risked for it."""
MAX_REFUSALS = 20
REDELIVERY = RetryPolicy(attempts=MAX_REDELIVERIES, initial_s=0.2, backoff=1.7, max_s=5.0, jitter=0.5)


NO_RETRY: Final = RetryPolicy()
HANDLERS_ARE_RETRIED: Final = 2
"""The rules since which handlers without a retry of their own have ``HANDLER_RETRY``."""
RetryOf = Callable[[str, str], RetryPolicy]
"""What operators have decided for steps that set no retry of their own, by agent and version."""


def no_policy(_agent: str, _version: str) -> RetryPolicy:
    """Return that nothing is decided."""
    return NO_RETRY


def retry_at(
    state: StepState, error: CallError, call_id: str, now: int, retry_of: RetryOf, *, rules: int = RULES
) -> int:
    """Return when (ms) to try again, or 0 when this error is final; ``rules`` are those the run began under.

    What is returned becomes part of an event: a log that is folded again never asks ``retry_of``.
    """
    if error.code in INFRASTRUCTURE:
        if state.redeliveries >= MAX_REDELIVERIES:
            return 0
        if error.code == CRASHED and state.crashes + 1 >= MAX_CRASHES:
            return 0
        return now + _pause_ms(REDELIVERY, state.redeliveries + 1, call_id)
    policy = _policy_of(state, retry_of, rules)
    if error.code == REFUSED:
        # No attempt was made, so none is used up: a step that retries waits until the breaker lets calls through.
        if policy.attempts <= 1 or state.refusals >= MAX_REFUSALS:
            return 0
        return now + max(int(error.data.get("retry_after_ms", 0)), _pause_ms(policy, 1, call_id))
    wanted = error.code in policy.on if policy.on else error.retryable
    failures = state.policy_failures + 1
    if not wanted or failures >= policy.attempts:
        return 0
    return now + _pause_ms(policy, failures, call_id)


def _policy_of(state: StepState, retry_of: RetryOf, rules: int) -> RetryPolicy:
    own: RetryPolicy | None = getattr(state.node.node, "retry", None)
    if own is not None or not state.node.is_call:
        return own or NO_RETRY
    started = state.started
    policy = retry_of(*((started.agent, started.version) if started else (state.node.agent, state.node.version)))
    if policy == NO_RETRY and rules >= HANDLERS_ARE_RETRIED and _undoes(state):
        return HANDLER_RETRY
    return policy


def _undoes(state: StepState | None) -> bool:
    """Return whether the step is a compensation handler, or stands inside one."""
    while state is not None and not state.undoes:
        state = state.scope.owner
    return state is not None


def _pause_ms(policy: RetryPolicy, failures: int, seed: str) -> int:
    """Exponential, capped, spread by a random factor that is the same whenever it is computed for the same call."""
    pause = min(policy.initial_s * policy.backoff ** (failures - 1), policy.max_s)
    spread = (zlib.crc32(seed.encode()) / 0xFFFFFFFF) * 2 - 1
    return max(1, int(pause * (1 + policy.jitter * spread) * 1000))
