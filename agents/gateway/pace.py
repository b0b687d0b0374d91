"""How fast tasks may be given (features E2): the rate limits of policies, in the buckets that starts of runs use, too."""

import math
from typing import NoReturn

from django.contrib.auth.models import User

from agents.domain.policy import Subject
from agents.gateway.access import Guest
from agents.policies import live
from agents.policies.errors import RateLimitedError
from agents.policies.limits import check_start, take


def check_pace(guest: Guest, agent: str, version: str, address: str) -> None:
    """Take a token from every bucket that counts for a task; RateLimitedError with ``retry_after`` when one is empty.

    A task counts as a start does, for its account, token and IP address, and as a call of the agent's ``version`` (the one
    it will get; empty where nobody knows). Blocking.
    """
    try:
        check_start(user=User(pk=guest.user_id), token=str(guest.token_id), address=address)
    except RateLimitedError as error:
        _refuse(str(error.data["per"]), str(error.data["policy"]), error.data["retry_after"])
    subject = Subject(agent=agent, version=version)
    policy = live.policy("rate_limit", subject, "agent")
    if policy is not None:
        spec = live.spec("rate_limit", subject, "agent")
        wait_s = take(f"{policy.name}:agent:{agent}", rate=spec.rate, burst=spec.burst)
        if wait_s:
            _refuse("agent", policy.name, wait_s)


def _refuse(per: str, policy: str, wait_s: float) -> NoReturn:
    raise RateLimitedError(
        f"Tasks come faster than the rate limit per {per} allows (policy {policy}). "
        f"Send this one again in {math.ceil(wait_s)} s, with the same call_id.",
        retry_after=math.ceil(wait_s),
        policy=policy,
        per=per,
    )
