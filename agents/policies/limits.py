"""Rate limits at the entry (features E2): how fast a user, token, address or workflow may start runs.

One token a run, however it is started. For users the default holds (100 a second, 1,000 at once) where no policy does;
for the others only what a policy says. While Redis is away nothing is counted: a start needs Redis itself, and says so.
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
from agentcluster.streams.buckets import Buckets, Taken
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


def check_start(
    *, user: User | None = None, token: str = "", address: str = "", workflow: str = "", count: int = 1
) -> None:
    """Take ``count`` tokens, one for each run, from every bucket that counts for them.

    ``RateLimitedError`` with ``retry_after`` when a bucket holds too few; of several runs it says how many may start now
    (``allowed``), and no bucket has lost anything unless others were faster in between.
    """
    buckets = _counting(Sender(user, token, address, workflow))
    if count > 1 and (len(buckets) > 1 or any(count > bucket.spec.burst for bucket in buckets)):
        _require_room(buckets, count)
    for bucket in buckets:
        _check(bucket, count)


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
    taken = _ask(name, rate, burst, cost)
    return 0.0 if taken is None else taken.wait_s


def _ask(name: str, rate: float, burst: int, cost: int) -> Taken | None:
    """Return what came of asking for tokens (0: only how many there are); None when nobody can tell."""
    if monotonic() < _away.until:
        return None
    try:
        return _buckets(settings.REDIS_URL).take(name, rate=rate, burst=burst, cost=cost)
    except StreamsUnavailableError as error:
        logger.warning("rate limits count nothing for %.0f s: %s", AWAY_S, error.message)
        _away.until = monotonic() + AWAY_S
        return None


def _require_room(buckets: Sequence[_Bucket], count: int) -> None:
    """Raise for the bucket that holds the least when that is too little for all: then none is asked to give any."""
    found = [(bucket, _ask(bucket.name, bucket.spec.rate, bucket.spec.burst, 0)) for bucket in buckets]
    held = [(taken.left, place) for place, (_, taken) in enumerate(found) if taken is not None]
    left, place = min(held, default=(count, 0))
    if left < count:
        spec = buckets[place].spec
        raise _too_many(buckets[place], count, left, (min(count, spec.burst) - left) / spec.rate)


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


def _check(bucket: _Bucket, count: int = 1) -> None:
    spec = bucket.spec
    taken = _ask(bucket.name, spec.rate, spec.burst, count)
    if taken is None or not taken.wait_s:
        return
    if count > 1:
        raise _too_many(bucket, count, taken.left, taken.wait_s)
    message = f"{_most(bucket)} Try again in a moment."
    raise RateLimitedError(message, retry_after=math.ceil(taken.wait_s), policy=bucket.policy, per=bucket.per)


def _too_many(bucket: _Bucket, count: int, left: int, wait_s: float) -> RateLimitedError:
    """Return the error of runs that were to start together, of which only ``left`` may now."""
    retry_after = max(1, math.ceil(wait_s))
    now = f"{left:,} of these {count:,} runs may start now. {_most(bucket)}"
    then = f"Send so many, or all of them in {retry_after:,} s."
    if count > bucket.spec.burst:
        then = f"Send them in parts: at most {bucket.spec.burst:,} start together."
    about = {"policy": bucket.policy, "per": bucket.per, "allowed": left, "together": bucket.spec.burst}
    return RateLimitedError(f"{now} {then}", retry_after=retry_after, **about)


def _most(bucket: _Bucket) -> str:
    return f"No more than {bucket.spec.rate:g} times a second {_WORDS[bucket.per]} ({bucket.policy})."


def _tags(user: User | None) -> tuple[str, ...]:
    """Return the groups of a user, when any rate limit asks for them."""
    if user is None or not live.limits_by_tag():
        return ()
    return tuple(user.groups.order_by("name").values_list("name", flat=True))


@functools.cache
def _buckets(_url: str) -> Buckets:
    return Buckets(shared_client())
