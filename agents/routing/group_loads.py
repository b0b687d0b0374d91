"""How busy each instance is over all engine workers, read from the consumer groups of tasks (features C9).

An agent that is being called is looked at every ``LOOK_S``. Between two looks this worker's own calls count as they are;
of the others counts what they had at the last look. What is older than the policy's ``stale_ms`` is not used.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from agentcluster.clock import monotonic
from agentcluster.errors import AgentClusterError
from agentcluster.streams import tasks
from agentcluster.streams.run_log import RunLog
from agents.domain.policy import PolicySet, Routing, Subject
from agents.domain.scoring import InstanceInfo, Load, choose_by_score, smoothed_idle
from agents.policies import live
from agents.routing.task_ledger import TaskLedger

logger = logging.getLogger(__name__)

LOOK_S: Final = 0.3
KEEP_S: Final = 60.0
"""An agent is looked at for so long after it was last wanted."""


class _Seen(NamedTuple):
    """At one look: what other workers have at each instance, and how long (ms) it lets pass between tasks."""

    at_s: float
    others: dict[str, int]
    idle_ms: dict[str, float]


class Loads:
    """Reads and keeps the loads of the agents this worker calls."""

    def __init__(self, log: RunLog, ledger: TaskLedger) -> None:
        """Read through ``log``; ``ledger`` says which of the tasks are this worker's own."""
        self._log, self._ledger = log, ledger
        self._seen: dict[str, _Seen] = {}
        self._wanted: dict[str, float] = {}
        self._specs: dict[str, Routing] = {}
        live.on_change(self._policies_changed)

    def routing(self, agent: str) -> Routing:
        """Return the policy that holds for the choice among an agent's instances."""
        found = self._specs.get(agent)
        if found is None:
            found = self._specs[agent] = live.spec("routing", Subject(agent=agent))
        return found

    def choose(self, instances: Sequence[InstanceInfo], busy: Mapping[str, int], turn: int) -> InstanceInfo | None:
        """Return the instance with the lowest score that has room; None when none has, or no load is known well enough."""
        now = monotonic()
        fresh: list[InstanceInfo] = []
        loads: list[Load] = []
        agent, seen, room = "", None, False
        for info in instances:
            if info.agent != agent:
                agent = info.agent
                seen = self._fresh(agent, now)
            if seen is None:
                continue
            fresh.append(info)
            own = busy.get(info.instance, 0)
            room = room or own < info.concurrency
            loads.append(Load(seen.others.get(info.instance, 0) + own, seen.idle_ms.get(info.instance, 0.0)))
        if not room:
            return None
        routing = self.routing(fresh[0].agent)
        return choose_by_score(fresh, loads, busy, turn, (routing.pending_weight, routing.idle_weight))

    def _fresh(self, agent: str, now: float) -> _Seen | None:
        """Return what was seen of an agent's instances, None when that is too old; it is looked at from now on."""
        self._wanted[agent] = now
        seen = self._seen.get(agent)
        return None if seen is None or (now - seen.at_s) * 1000 > self.routing(agent).stale_ms else seen

    async def run(self) -> None:
        """Look, again and again, until cancelled."""
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                try:
                    await self._look()
                except AgentClusterError as error:
                    logger.warning("the loads of instances cannot be read: %s", error.message)
                except Exception:
                    logger.exception("the loads of instances cannot be read")
        finally:
            live.forget(self._policies_changed)

    async def _look(self) -> None:
        now = monotonic()
        for agent in [agent for agent, wanted in self._wanted.items() if now - wanted > KEEP_S]:
            del self._wanted[agent]
            self._seen.pop(agent, None)
        agents = [*self._wanted]
        for agent, seen in zip(agents, await asyncio.gather(*(self._look_at(agent) for agent in agents)), strict=True):
            self._seen[agent] = seen

    async def _look_at(self, agent: str) -> _Seen:
        # As Redis will have it when it answers: commands are carried out in the order they are sent.
        own = {**self._ledger.held}
        consumers = await tasks.consumers(self._log, agent)
        before = self._seen[agent].idle_ms if agent in self._seen else {}
        others = {each.instance: max(0, each.pending - own.get(each.instance, 0)) for each in consumers}
        idle = {
            each.instance: smoothed_idle(before.get(each.instance), Load(each.pending, each.idle_ms))
            for each in consumers
        }
        return _Seen(monotonic(), others, idle)

    def _policies_changed(self, _: PolicySet) -> None:
        self._specs.clear()
