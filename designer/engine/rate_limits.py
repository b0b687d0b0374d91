"""Agents whose calls an operator has limited (policy ``rate_limit`` per agent): a call takes a token with its slot.

The buckets are shared by all workers, in Redis. A worker fetches tokens for those who wait, many at a time, and spends one
wherever an instance of a limited agent is chosen, however the step came to it: by name, by capability, by its bid. Where no
agent is limited, nothing is asked; elsewhere an agent without a limit costs a look into memory.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from django.conf import settings

from agentcluster.clock import monotonic
from agentcluster.streams.buckets import AsyncBuckets
from agentcluster.streams.errors import StreamsUnavailableError
from agentcluster.tasks import end
from agents.domain.policy import PER, PolicySet, RateLimit, Subject
from agents.domain.scoring import InstanceInfo
from agents.policies import live

logger = logging.getLogger(__name__)

LOOK_S: Final = 1.0
"""A policy may change while calls wait: who waits is looked at anew at least so often."""
PAUSE_S: Final = 0.005
"""An empty bucket is not looked at more often: at high rates several tokens come at a time."""


class Purse:
    """The tokens of one bucket that this worker holds: fetched for calls that then went elsewhere they last a while."""

    __slots__ = ("_until", "agent", "policy", "spec", "task", "tokens", "wanted")

    def __init__(self, agent: str, policy: str, spec: RateLimit) -> None:
        """Begin empty."""
        self.agent, self.policy, self.spec = agent, policy, spec
        self.tokens = self.wanted = 0
        self._until = 0.0
        self.task: asyncio.Task[None] | None = None

    @property
    def empty(self) -> bool:
        """Whether there is no token at hand."""
        return not self.tokens or monotonic() >= self._until

    def put(self, tokens: int) -> None:
        """Add tokens; what is left of them is worthless once the next one would have come."""
        self.tokens = tokens if self.empty else self.tokens + tokens
        self._until = monotonic() + max(1.0, 1 / self.spec.rate)


class RateLimits:
    """Make it inside the running loop; ``came`` is called with an agent's name (empty: any) when calls may go."""

    def __init__(self) -> None:
        """Nothing is connected before an agent is limited."""
        self.came: Callable[[str], None] = lambda _: None
        self.some = False
        """Whether any agent is limited."""
        self._buckets: AsyncBuckets | None = None
        self._of: dict[tuple[str, str], Purse | None] = {}
        """By agent and version: what was looked up since the policies changed."""
        self._purses: dict[tuple[str, str, float, int], Purse] = {}
        """By policy, agent, rate and burst: those that a new set says nothing new of stay."""
        self._policies_changed(live.current())
        live.on_change(self._policies_changed)

    def dry(self, instances: Sequence[InstanceInfo]) -> set[tuple[str, str]]:
        """Return the agents and versions among ``instances`` for which no token is at hand."""
        found = {(info.agent, info.version) for info in instances}
        return {key for key in found if (purse := self._purse(key)) is not None and purse.empty}

    def spend(self, agent: str, version: str) -> None:
        """Take the token of a call that is given to an instance, one that is not ``dry``."""
        purse = self._purse((agent, version))
        if purse is not None:
            purse.tokens -= 1

    def want(self, agent: str, version: str, count: int) -> None:
        """Fetch tokens for ``count`` calls that could go at once; ``came`` is called when there are some."""
        purse = self._purse((agent, version))
        if purse is None:
            return
        purse.wanted = max(purse.wanted, count)
        if purse.task is None:
            purse.task = asyncio.get_running_loop().create_task(self._serve(purse))

    def why(self, agent: str, version: str) -> str:
        """Return what keeps a call waiting, in words."""
        purse = self._purse((agent, version))
        if purse is None:
            return ""
        return f"{agent} takes {purse.spec.rate:g} calls a second (policy {purse.policy}); the step starts in its turn."

    async def stop(self) -> None:
        """Let nobody in any more."""
        live.forget(self._policies_changed)
        await end(*(purse.task for purse in self._purses.values()))
        if self._buckets is not None:
            await self._buckets.close()

    def _purse(self, key: tuple[str, str]) -> Purse | None:
        if not self.some:
            return None
        if key not in self._of:
            self._of[key] = self._find(Subject(agent=key[0], version=key[1]))
        return self._of[key]

    def _find(self, subject: Subject) -> Purse | None:
        policy = live.policy("rate_limit", subject, "agent")
        if policy is None:
            return None
        spec: RateLimit = live.spec("rate_limit", subject, "agent")
        fresh = Purse(subject.agent, policy.name, spec)
        return self._purses.setdefault((policy.name, subject.agent, spec.rate, spec.burst), fresh)

    async def _serve(self, purse: Purse) -> None:
        """Fetch tokens, at most one for each call that could go, until none waits for one."""
        try:
            while purse.wanted:
                wanted, purse.wanted = min(purse.wanted, purse.spec.burst), 0
                pause_s = await self._fetch(purse, wanted)
                if pause_s:
                    await asyncio.sleep(min(max(pause_s, PAUSE_S), LOOK_S))
                self.came(purse.agent)
        except Exception:
            logger.exception("the limit %s of %s failed; calls are let go", purse.policy, purse.agent)
            purse.put(purse.spec.burst)
            self.came(purse.agent)
        finally:
            purse.task = None

    async def _fetch(self, purse: Purse, wanted: int) -> float:
        """Put up to ``wanted`` tokens into the purse; return how long to wait for the next where there was none."""
        if self._buckets is None:
            self._buckets = AsyncBuckets(settings.REDIS_URL)
        name, rate, burst = f"{purse.policy}:agent:{purse.agent}", purse.spec.rate, purse.spec.burst
        try:
            taken = await self._buckets.take(name, rate=rate, burst=burst, cost=wanted)
            if taken.wait_s and 0 < taken.left < wanted:
                wanted = taken.left
                taken = await self._buckets.take(name, rate=rate, burst=burst, cost=wanted)
        except StreamsUnavailableError:
            # Without Redis nothing can be recorded either: whoever is let go here waits at the next step.
            taken = None
        if taken is not None and taken.wait_s:
            return 1 / rate if wanted > 1 else taken.wait_s
        purse.put(wanted)
        return 0.0

    def _policies_changed(self, policies: PolicySet) -> None:
        self._of.clear()
        self._purses = {key: purse for key, purse in self._purses.items() if purse.task is not None or not purse.empty}
        limits = (policy for policy in policies.policies if policy.kind == "rate_limit" and policy.enabled)
        self.some = any(policy.spec.get("per", PER) == "agent" for policy in limits)
        self.came("")
