"""Rate limits at the entry (features E2): how fast a user, token, address or workflow may start runs.

One token a request: a start, a batch of starts, a call of a webhook. For users the default holds (100 a second, 100 at
once) where no policy does; for the others only what a policy says. While Redis is away nothing is counted: a start needs
Redis itself, and says so.
"""

import functools
import logging
import math
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.conf import settings
from django.contrib.auth.models import User

from agentcluster.clock import monotonic
from agentcluster.security.client_address import counted
from agentcluster.streams.buckets import Buckets
from agentcluster.streams.errors import StreamsUnavailableError
from agentcluster.streams.shared import shared_client
from agents.domain.policy import RateLimit, Subject
from agents.policies import live
from agents.policies.errors import RateLimitedError

logger = logging.getLogger(__name__)

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


@dataclass(frozen=True, slots=True)
class Sender:
    """Who starts what: as ``check_start`` takes it."""

    user: User | None = None
    token: str = ""
    address: str = ""
    workflow: str = ""


class _Bucket(NamedTuple):
    name: str
    per: str
    policy: str
    spec: RateLimit


def check_start(*, user: User | None = None, token: str = "", address: str = "", workflow: str = "") -> None:
    """Take a token from each bucket that counts for a start; ``RateLimitedError`` with ``retry_after`` when one is empty."""
    for bucket in _counting(Sender(user, token, address, workflow)):
        _check(bucket)


def check_all(senders: Sequence[Sender]) -> list[RateLimitedError | None]:
    """As ``check_start`` for starts that came together: None, or the error, for each of them in order.

    Those of one sender are counted with one question where one bucket counts and has enough for all. Otherwise they are
    counted one by one; who comes behind one that was refused is refused, too.
    """
    answers: dict[Sender, RateLimitedError | None] = {
        sender: None for sender, count in Counter(senders).items() if count > 1 and _all_at_once(sender, count)
    }
    at_once = set(answers)
    found: list[RateLimitedError | None] = []
    for sender in senders:
        if sender not in at_once and answers.get(sender) is None:
            answers[sender] = _error_of(sender)
        found.append(answers[sender])
    return found


def take(name: str, *, rate: float, burst: int, cost: int = 1) -> float:
    """Take ``cost`` tokens (at most ``burst``) from a bucket of its own, or none.

    Return how long to wait (s), 0 when they were given or nobody can tell.
    """
    if monotonic() < _away.until:
        return 0.0
    try:
        return _buckets(settings.REDIS_URL).take(name, rate=rate, burst=burst, cost=cost).wait_s
    except StreamsUnavailableError as error:
        logger.warning("rate limits count nothing for %.0f s: %s", AWAY_S, error.message)
        _away.until = monotonic() + AWAY_S
        return 0.0


def _all_at_once(sender: Sender, count: int) -> bool:
    buckets = _counting(sender)
    if len(buckets) != 1 or count > buckets[0].spec.burst:
        return not buckets
    (bucket,) = buckets
    return not take(bucket.name, rate=bucket.spec.rate, burst=bucket.spec.burst, cost=count)


def _error_of(sender: Sender) -> RateLimitedError | None:
    try:
        for bucket in _counting(sender):
            _check(bucket)
    except RateLimitedError as error:
        return error
    return None


def _counting(sender: Sender) -> list[_Bucket]:
    """Return the buckets that count for a start, in the order in which they are asked."""
    user, subject = sender.user, Subject(tags=_tags(sender.user))
    given = {"user": str(user.pk) if user is not None else "", "token": sender.token}
    given |= {"address": counted(sender.address), "workflow": sender.workflow}
    found = []
    for per, value in given.items():
        policy = live.policy("rate_limit", subject, per) if value else None
        if value and (policy is not None or per == "user"):
            spec = live.spec("rate_limit", subject, per)
            policy_name = policy.name if policy is not None else "default"
            found.append(_Bucket(f"{policy_name}:{per}:{value}", per, policy_name, spec))
    return found


def _check(bucket: _Bucket) -> None:
    spec = bucket.spec
    wait_s = take(bucket.name, rate=spec.rate, burst=spec.burst)
    if wait_s:
        words = _WORDS[bucket.per]
        message = f"No more than {spec.rate:g} times a second {words} ({bucket.policy}). Try again in a moment."
        raise RateLimitedError(message, retry_after=math.ceil(wait_s), policy=bucket.policy, per=bucket.per)


def _tags(user: User | None) -> tuple[str, ...]:
    """Return the groups of a user, when any rate limit asks for them."""
    if user is None or not live.limits_by_tag():
        return ()
    return tuple(user.groups.order_by("name").values_list("name", flat=True))


@functools.cache
def _buckets(_url: str) -> Buckets:
    return Buckets(shared_client())
