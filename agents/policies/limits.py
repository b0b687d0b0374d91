"""Rate limits at the entry (features E2): how fast a user, token, address or workflow may start runs.

One token a request: a start, a batch of starts, a call of a webhook. For users the default holds (100 a second, 100 at
once) where no policy does; for the others only what a policy says. While Redis is away nothing is counted: a start needs
Redis itself, and says so.
"""

import functools
import math
import threading
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User

from agentcluster.clock import monotonic
from agentcluster.streams.buckets import Buckets
from agentcluster.streams.errors import StreamsUnavailableError
from agents.domain.policy import Subject
from agents.policies import live
from agents.policies.errors import RateLimitedError
from agents.policies.redis import shared_client

AWAY_S: Final = 1.0
"""After a failure nobody is counted for so long: each check would wait for a Redis that is away."""
_WORDS: Final = {
    "user": "you may start runs",
    "token": "this API token may start runs",
    "address": "runs may be started from this address",
    "workflow": "runs of this workflow may be started",
}


class _Away(threading.local):
    until = 0.0


_away = _Away()


def check_start(*, user: User | None = None, token: str = "", address: str = "", workflow: str = "") -> None:
    """Take a token from each bucket that counts for a start; ``RateLimitedError`` with ``retry_after`` when one is empty."""
    tags = _tags(user)
    given = {"user": str(user.pk) if user is not None else "", "token": token, "address": address, "workflow": workflow}
    for per, value in given.items():
        if value:
            _check(per, value, tags)


def take(name: str, *, rate: float, burst: int) -> float:
    """Take a token from a bucket of its own; return how long to wait (s), 0 when it was given or nobody can tell."""
    if monotonic() < _away.until:
        return 0.0
    try:
        return _buckets(settings.REDIS_URL).take(name, rate=rate, burst=burst).wait_s
    except StreamsUnavailableError:
        _away.until = monotonic() + AWAY_S
        return 0.0


def _check(per: str, value: str, tags: tuple[str, ...]) -> None:
    subject = Subject(tags=tags)
    policy = live.policy("rate_limit", subject, per)
    if policy is None and per != "user":
        return
    spec = live.spec("rate_limit", subject, per)
    name = policy.name if policy is not None else "default"
    wait_s = take(f"{name}:{per}:{value}", rate=spec.rate, burst=spec.burst)
    if wait_s:
        message = f"No more than {spec.rate:g} times a second {_WORDS[per]} ({name}). Try again in a moment."
        raise RateLimitedError(message, retry_after=math.ceil(wait_s), policy=name, per=per)


def _tags(user: User | None) -> tuple[str, ...]:
    """Return the groups of a user, when any rate limit asks for them."""
    if user is None or not _ask_for_tags(live.current().number):
        return ()
    return tuple(user.groups.order_by("name").values_list("name", flat=True))


@functools.lru_cache(2)
def _ask_for_tags(_number: int) -> bool:
    """Return whether a rate limit of the set in use, known by its number, matches tags."""
    return any(policy.kind == "rate_limit" and policy.match.tag for policy in live.current().policies)


@functools.cache
def _buckets(_url: str) -> Buckets:
    return Buckets(shared_client())
