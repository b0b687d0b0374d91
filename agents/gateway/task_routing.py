"""Which instance gets a task: chosen as the engine chooses for steps (features C9, E3).

By the load of the agent's consumer group, which the gateway's own tasks stand in, too; the version by its weights; past
breakers that are open, which what comes of tasks opens and closes as what comes of steps does.
"""

import asyncio
import logging
from collections import Counter
from typing import Final

from agentcluster.clock import monotonic
from agentcluster.errors import AgentClusterError
from agentcluster.messaging import Bus
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.run_log import RunLog
from agentcluster.tasks import end
from agents.cluster.view import ClusterView
from agents.domain.calls import CallError, CallReply, CallRequest
from agents.domain.scoring import InstanceInfo, choose
from agents.gateway.flights import Delivery
from agents.routing.group_loads import Loads
from agents.routing.task_ledger import TaskLedger
from agents.routing.version_choice import VersionChoice
from agents.routing.version_weights import DeploymentWeights
from agents.routing.worker_breakers import Breakers

logger = logging.getLogger(__name__)

SETTLE_S: Final = 5.0
SHUN_S: Final = 1.0
"""An instance that has no room, or did not listen, gets nothing for this long."""

LOST: Final = CallError("node_lost", "The node that worked on the task was lost.", retryable=True)


class Router:
    """Of one gateway, whose node's id is ``node_id``; must be made inside the running loop."""

    def __init__(self, bus: Bus, view: ClusterView, writer: BatchWriter, node_id: str) -> None:
        """Choose among the instances in ``view``."""
        log = RunLog(writer)
        self._view = view
        self._ledger = TaskLedger(log, node_id)
        self._loads = Loads(log, self._ledger)
        self._weights = DeploymentWeights(bus)
        self.breakers = Breakers(log, node_id)
        self._versions = VersionChoice(view, self._weights, self.breakers)
        self._given: set[Delivery] = set()
        self._busy: Counter[str] = Counter()
        self._shunned: dict[str, float] = {}
        self._turn = 0
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to look at loads and breakers."""
        loops = (self._loads.run(), self.breakers.run(), self._settle())
        self._loops = [asyncio.ensure_future(each) for each in loops]

    async def stop(self) -> None:
        """Look no more, and say that nothing more is waited for."""
        await end(*self._loops)
        await self.breakers.stop()
        await self._weights.stop()
        await self._ledger.stop()

    def version(self, agent: str, wanted: str, key: str) -> str:
        """Return the version that a task goes to: the one it names, or the one that falls to it; empty: none is there."""
        chosen = wanted or self._versions.of(agent, key)
        there = self._view.instances_of(agent, chosen)
        return chosen or (there[0].version if there else "")

    def known(self, instance: str) -> InstanceInfo | None:
        """Return an instance in sight."""
        return self._view.instance(instance) if instance else None

    def choose(self, request: CallRequest) -> InstanceInfo | CallError | None:
        """Return who gets it, the error of a breaker that is open, or None: nobody is there, or ``soon`` somebody may."""
        version = self.version(request.agent, request.version, request.idempotency_key)
        there = self._view.instances_of(request.agent, version)
        if there and not self.breakers.allows(request.agent, version):
            trying = self.breakers.ask(request.agent, version)
            return None if trying else self.breakers.refusal(request.agent, version)
        self._shunned = {name: until for name, until in self._shunned.items() if until > monotonic()}
        free = [info for info in there if info.instance not in self._shunned]
        self._turn += 1
        best = self._loads.choose(free, self._busy, self._turn) if len(free) > 1 else None
        # All full, or what is known of them is too old: then by what they themselves have said last.
        return best or choose(free, self._busy, self._turn)

    def soon(self, request: CallRequest) -> bool:
        """Return whether there is somebody who could take it, though not at this moment."""
        return bool(self._view.instances_of(request.agent, request.version))

    def begin(self, delivery: Delivery) -> None:
        """Note that a task is given."""
        self._given.add(delivery)
        self._busy[delivery.instance] += 1
        self.breakers.begin(delivery.request.agent, delivery.request.version)
        self._ledger.begin(delivery)

    def turned_away(self, delivery: Delivery) -> None:
        """Note that an instance did not take a task."""
        self._shunned[delivery.instance] = monotonic() + SHUN_S
        self.end(delivery)

    def answered(self, delivery: Delivery, reply: CallReply) -> None:
        """Note what came of a task."""
        if not delivery.over:
            self.breakers.record(delivery.request.agent, delivery.request.version, delivery.instance, reply)
        self.end(delivery)

    def silent(self, delivery: Delivery) -> None:
        """Note that nothing is heard of a task any more, so that another gets it."""
        if self._view.instance(delivery.instance) is None:
            lost = CallReply(delivery.request.call_id, "error", delivery.instance, error=LOST)
            self.breakers.record(delivery.request.agent, delivery.request.version, delivery.instance, lost)
        self.end(delivery)

    def end(self, delivery: Delivery) -> None:
        """Expect nothing more of a task that was given."""
        if delivery.over:
            return
        self._given.discard(delivery)
        self._busy[delivery.instance] -= 1
        if not self._busy[delivery.instance]:
            del self._busy[delivery.instance]
        self._ledger.end(delivery)

    async def _settle(self) -> None:
        """Remove what a lost connection may have left in the ledger of tasks."""
        while True:
            await asyncio.sleep(SETTLE_S)
            try:
                await self._ledger.settle({delivery.entry for delivery in self._given})
            except AgentClusterError as error:
                logger.warning("the ledger of tasks cannot be looked at: %s", error.message)
            except Exception:
                logger.exception("the ledger of tasks cannot be looked at")
