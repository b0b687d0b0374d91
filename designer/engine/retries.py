"""The retry of steps that set none of their own, as the policy centre has it at the moment of the failure."""

import functools

from agents.domain.policy import Retry, Subject
from agents.policies import live
from designer.domain.graph import RetryPolicy


def retry_of(agent: str, version: str) -> RetryPolicy:
    """Return how the failed step of an agent is tried again."""
    return _as_step_has_it(live.spec("retry", Subject(agent=agent, version=version)))


@functools.lru_cache(256)
def _as_step_has_it(spec: Retry) -> RetryPolicy:
    return RetryPolicy(
        attempts=spec.attempts, initial_s=spec.first_s, backoff=spec.factor, max_s=spec.max_s, jitter=spec.jitter
    )
