"""Nothing stays for ever in the ledger of tasks: entries of dead workers go, and instances that are gone (features C9)."""

import logging
from typing import Final

from agentcluster.streams import tasks
from agentcluster.streams.run_log import RunLog
from agentcluster.streams.tasks import Consumer
from agents.cluster.view import ClusterView
from agents.domain.health import Health
from designer.engine.dispatch import Dispatcher
from designer.engine.liveness import Liveness

logger = logging.getLogger(__name__)

SWEEP_S: Final = 5.0
OLD_MS: Final = 5_000
GONE_MS: Final = 30_000
"""An instance nobody sees, and that was given nothing for so long, is forgotten."""


class TaskSweep:
    """One engine worker's part: its own entries always, everybody's when it is its turn."""

    def __init__(self, log: RunLog, dispatcher: Dispatcher, view: ClusterView, liveness: Liveness, worker: str) -> None:
        """Judge workers by ``liveness``, instances and gateways by ``view``."""
        self._log, self._dispatcher, self._view, self._liveness = log, dispatcher, view, liveness
        self._worker = worker

    async def sweep(self) -> None:
        """Do it once."""
        await self._dispatcher.settle_tasks()
        if not await tasks.lead(self._log, self._worker, int(SWEEP_S * 900)):
            return
        for agent in await tasks.agents(self._log):
            await self._sweep_agent(agent)
        await self._dispatcher.breakers.sweep()

    async def _sweep_agent(self, agent: str) -> None:
        old = await tasks.older_than(self._log, agent, OLD_MS)
        left = [task.entry_id for task in old if self._is_dead(task.worker)]
        if left:
            logger.info("%d tasks of %s were left over by workers that are gone", len(left), agent)
            await tasks.remove(self._log, agent, left)
        if self._view.blind:
            return
        consumers = await tasks.consumers(self._log, agent)
        gone = [each for each in consumers if self._is_gone(each)]
        for each in gone:
            await tasks.forget_instance(self._log, agent, each.instance)
        if len(gone) == len(consumers) and not old:
            await tasks.forget_agent(self._log, agent)

    def _is_dead(self, caller: str) -> bool:
        """Return whether who waited for a task is gone: a gateway, which is a node, or an engine worker."""
        health = self._view.health(caller)
        return self._liveness.is_dead(caller) if health is None else health is Health.FAILED

    def _is_gone(self, consumer: Consumer) -> bool:
        if consumer.pending or consumer.idle_ms < GONE_MS:
            return False
        return self._view.health_of_instance(consumer.instance) in (None, Health.FAILED)
