"""How many instances a deployment is to have, by what is seen of its load: pure, and the same for whoever decides (A3).

The number that is needed is the one that brings calls at work and waiting down to the policy's ``target`` share of what
the instances take at a time, as Kubernetes' horizontal autoscaler has it. It is changed when the need has lasted: more
by the least that was needed all the time, fewer by the most. Fewer only where they would still have ``SLACK`` to spare,
so that a load on the edge between two numbers moves nothing.
"""

import math
from typing import Final, NamedTuple

from agents.domain.policy import Scaling

STALE_S: Final = 15.0
"""Older figures say nothing: a node beats every 5 s."""
SLACK: Final = 0.8
"""With fewer instances the load would be at most this part of the target."""


class Figures(NamedTuple):
    """What is seen of a deployment: ``room`` is how many calls its ``instances`` take at a time; ``age_s`` the oldest of it."""

    instances: int
    room: int
    at_work: int
    waiting: float
    age_s: float = 0.0


class Trend(NamedTuple):
    """Since when (monotonic s) more, or fewer, instances are needed, and the least, or the most, of what was needed since."""

    more_since: float | None = None
    more: int = 0
    fewer_since: float | None = None
    fewer: int = 0


class Decision(NamedTuple):
    """How many instances there are to be; ``why`` is a sentence when that is another number. ``trend`` is for the next time."""

    wanted: int
    why: str = ""
    trend: Trend = Trend()


def decide(
    spec: Scaling,
    replicas: int,
    figures: Figures | None,
    trend: Trend,
    *,
    now_s: float,
    changed_s: float,
    by_hand: bool,
) -> Decision:
    """Decide for a deployment of ``replicas``, which were last changed at ``changed_s``, ``by_hand`` or by a policy.

    Without figures, or with stale ones, nothing is done, and what was seen before counts no more. A deployment that was
    ended has no instances, and gets none.
    """
    if replicas == 0:
        return Decision(0)
    if not spec.min <= replicas <= spec.max:
        if by_hand and not spec.bring_back:
            return Decision(replicas)
        return Decision(
            min(max(replicas, spec.min), spec.max),
            f"The number was {replicas}; the policy allows {spec.min} to {spec.max}.",
        )
    if figures is None or figures.age_s > STALE_S or not figures.room:
        return Decision(replicas)
    trend = _followed(spec, replicas, figures, trend, now_s)
    wanted = replicas
    if _is_due(trend.more_since, changed_s, now_s, spec.up_after_s):
        wanted = trend.more
    elif _is_due(trend.fewer_since, changed_s, now_s, spec.down_after_s):
        wanted = trend.fewer
    return Decision(wanted, _why(spec, figures)) if wanted != replicas else Decision(replicas, trend=trend)


def _followed(spec: Scaling, replicas: int, figures: Figures, trend: Trend, now_s: float) -> Trend:
    need = _needed(spec, figures, 1.0)
    if need > replicas:
        if trend.more_since is None:
            return Trend(more_since=now_s, more=need)
        return Trend(more_since=trend.more_since, more=min(need, trend.more))
    enough = _needed(spec, figures, SLACK)
    if enough < replicas:
        if trend.fewer_since is None:
            return Trend(fewer_since=now_s, fewer=enough)
        return Trend(fewer_since=trend.fewer_since, fewer=max(enough, trend.fewer))
    return Trend()


def _needed(spec: Scaling, figures: Figures, slack: float) -> int:
    """Return how many instances keep the load at the target, or at the part ``slack`` of it, within the policy's bounds."""
    each = figures.room / figures.instances * spec.target * slack
    # What is a whole number but for the rounding of floats stays one.
    need = math.ceil((figures.at_work + figures.waiting) / each - 1e-9)
    return min(max(need, spec.min), spec.max)


def _is_due(since: float | None, changed_s: float, now_s: float, after_s: float) -> bool:
    return since is not None and now_s - since >= after_s and now_s - changed_s >= after_s


def _why(spec: Scaling, figures: Figures) -> str:
    calls = figures.at_work + figures.waiting
    return (
        f"At work or waiting: {calls:.0f} calls, {100 * calls / figures.room:.0f} % of the {figures.room} that the "
        f"instances take at a time; the target is {100 * spec.target:.0f} %."
    )
