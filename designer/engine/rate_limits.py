"""Calls of agents whose calls an operator has limited (policy ``rate_limit`` per agent): they wait for a token.

The buckets are shared by all workers. Those who wait for the same bucket ask for their tokens together, once a turn.
Agents without such a policy cost a look into memory.
"""

import asyncio
import logging
from collections import OrderedDict
from typing import Final

from django.conf import settings

from agentcluster.clock import monotonic
from agentcluster.streams.buckets import AsyncBuckets
from agentcluster.streams.errors import StreamsUnavailableError
from agentcluster.tasks import end
from agents.domain.policy import RateLimit, Subject
from agents.policies import live
from designer.domain.run import PendingCall
from designer.engine.queues import Waiter, Waiting

logger = logging.getLogger(__name__)

ANNOUNCE_S: Final = 1.0
"""A wait this long is told in the trace."""
LOOK_S: Final = 1.0
"""A policy may change while calls wait: the bucket is looked at anew at least so often."""


class RateLimits:
    """Make it inside the running loop."""

    def __init__(self) -> None:
        """Nothing is connected before an agent is limited."""
        self._buckets: AsyncBuckets | None = None
        self._queues: dict[tuple[str, str], OrderedDict[str, Waiting]] = {}
        self._granted: set[str] = set()
        self._places: dict[str, tuple[str, str]] = {}
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}

    def hold(self, call: PendingCall, waiter: Waiter) -> Waiting | None:
        """Return None when ``call`` may go; else its wait: ask again when the waiter is woken.

        A call that may go keeps its token until ``withdraw``. Calls that name no agent (capability, intent) always may.
        """
        if not call.agent or call.call_id in self._granted:
            return None
        subject = Subject(agent=call.agent, version=call.version)
        policy = live.policy("rate_limit", subject, "agent")
        if policy is None:
            self.withdraw(call.call_id)
            return None
        place = (policy.name, call.agent)
        if self._places.setdefault(call.call_id, place) != place:
            self.withdraw(call.call_id)
            self._places[call.call_id] = place
        waiting = self._queues.setdefault(place, OrderedDict()).setdefault(
            call.call_id, Waiting(waiter, monotonic(), "rate_limited")
        )
        spec: RateLimit = live.spec("rate_limit", subject, "agent")
        waiting.message = (
            f"{call.agent} takes {spec.rate:g} calls a second (policy {policy.name}); the step starts in its turn."
        )
        if place not in self._tasks:
            self._tasks[place] = asyncio.get_running_loop().create_task(self._serve(place, subject))
        return waiting

    def withdraw(self, call_id: str) -> None:
        """Forget a call."""
        self._granted.discard(call_id)
        place = self._places.pop(call_id, None)
        if place is not None and place in self._queues:
            self._queues[place].pop(call_id, None)

    async def stop(self) -> None:
        """Let nobody in any more."""
        await end(*self._tasks.values())
        if self._buckets is not None:
            await self._buckets.close()

    async def _serve(self, place: tuple[str, str], subject: Subject) -> None:
        """Give tokens to those who wait for one bucket, first come first served, until nobody does."""
        try:
            while queue := self._queues.get(place):
                pause_s = await self._grant(place, subject, queue)
                self._announce(queue)
                if queue:
                    await asyncio.sleep(min(pause_s, LOOK_S))
        except Exception:
            logger.exception("the limit %s failed; calls are let go", place)
            self._let_go(place, len(self._queues.get(place, ())))
        finally:
            self._queues.pop(place, None)
            self._tasks.pop(place, None)

    async def _grant(self, place: tuple[str, str], subject: Subject, queue: OrderedDict[str, Waiting]) -> float:
        """Take as many tokens as there are, at most one for each who waits; return how long to wait for the next."""
        policy = live.policy("rate_limit", subject, "agent")
        if policy is None or policy.name != place[0]:
            self._let_go(place, len(queue))
            return 0.0
        spec: RateLimit = live.spec("rate_limit", subject, "agent")
        if self._buckets is None:
            self._buckets = AsyncBuckets(settings.REDIS_URL)
        name, wanted = f"{place[0]}:agent:{place[1]}", min(len(queue), spec.burst)
        try:
            taken = await self._buckets.take(name, rate=spec.rate, burst=spec.burst, cost=wanted)
            if taken.wait_s and 0 < taken.left < wanted:
                wanted = taken.left
                taken = await self._buckets.take(name, rate=spec.rate, burst=spec.burst, cost=wanted)
        except StreamsUnavailableError:
            # Without Redis nothing can be recorded either: whoever is let go here waits at the next step.
            self._let_go(place, len(queue))
            return 0.0
        if taken.wait_s:
            return 1 / spec.rate if wanted > 1 else taken.wait_s
        self._let_go(place, wanted)
        return 1 / spec.rate

    def _let_go(self, place: tuple[str, str], count: int) -> None:
        queue = self._queues.get(place, OrderedDict())
        for _ in range(min(count, len(queue))):
            call_id, waiting = queue.popitem(last=False)
            self._places.pop(call_id, None)
            self._granted.add(call_id)
            waiting.waiter.wake()

    @staticmethod
    def _announce(queue: OrderedDict[str, Waiting]) -> None:
        now = monotonic()
        for waiting in queue.values():
            if not waiting.announced and now - waiting.since >= ANNOUNCE_S:
                waiting.announced = True
                waiting.waiter.wake()
