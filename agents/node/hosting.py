"""The instances on a node: they come and go while it runs (features A3, A4)."""

import asyncio
import contextlib
import logging
from functools import partial
from typing import Final

from agentcluster import subjects
from agentcluster.errors import AgentClusterError
from agentcluster.messaging import Bus, BusUnavailableError, Subscription
from agentcluster.tasks import end
from agents.domain.lifecycle import LifeState
from agents.node.beats import Beats
from agents.node.discovery import QUEUE, Discovery
from agents.node.hosted import HostedAgent
from agents.node.runner import OwnProcess
from agents.node.service import CallService
from agents.node.speaking import into

logger = logging.getLogger(__name__)

DRAIN_S: Final = 3.0
RUNNER_GRACE_S: Final = 5.0


class Hosting:
    """Adds and removes instances; each takes calls under its own id and, with its sisters, under the agent's name."""

    def __init__(
        self, bus: Bus, agents: list[HostedAgent], service: CallService, discovery: Discovery, beats: Beats
    ) -> None:
        """``agents`` is the list that everything on the node reads; only this object changes it."""
        self._bus, self._service, self._discovery, self._beats = bus, service, discovery, beats
        self._agents = agents
        self._calls: dict[str, list[Subscription]] = {}
        self._controls: dict[str, Subscription] = {}
        self._leaving: dict[str, asyncio.Task[None]] = {}

    def find(self, instance: str) -> HostedAgent | None:
        """Return the instance of this id, None when it is not (or no longer) here."""
        return next((hosted for hosted in self._agents if hosted.instance == instance), None)

    def all(self) -> list[HostedAgent]:
        """Return the instances that are here."""
        return [*self._agents]

    async def add(self, hosted: HostedAgent) -> None:
        """Start an idle instance and let calls come; whatever its runner's start raises is raised, and nothing stays."""
        if hosted.runner is not None:
            await hosted.runner.start()
        if isinstance(hosted.runner, OwnProcess):
            hosted.runner.on_change = self._beats.soon
        hosted.become(LifeState.RUNNING)
        if hosted.runner is None and hosted.log is not None:
            hosted.say = into(hosted.log)
            hosted.log.write("system", "started")
        self._agents.append(hosted)
        self._service.admission.add(hosted)
        on_invoke, on_control = partial(self._service.on_invoke, hosted), partial(self._service.on_control, hosted)
        calls = self._calls[hosted.instance] = []
        calls.append(await self._bus.subscribe(subjects.invoke(hosted.instance), on_invoke))
        calls.append(await self._bus.subscribe(subjects.invoke(hosted.name), on_invoke, queue=QUEUE))
        self._controls[hosted.instance] = await self._bus.subscribe(subjects.control(hosted.instance), on_control)
        await self._discovery.add(hosted)
        # The server must know that the instance listens before anybody is told of it.
        with contextlib.suppress(BusUnavailableError):
            await self._bus.flush()
        self._beats.soon()

    async def remove(self, hosted: HostedAgent, finish_s: float) -> None:
        """Take no more calls, let those at work go on for ``finish_s`` seconds, then end it; a second call waits, too."""
        if hosted not in self._agents:
            return
        leaving = self._leaving.get(hosted.instance)
        if leaving is None:
            leaving = self._leaving[hosted.instance] = asyncio.ensure_future(self._remove(hosted, finish_s))
        await asyncio.shield(leaving)

    async def remove_all(self, finish_s: float) -> None:
        """Remove every instance, all at the same time."""
        for hosted in self._agents:
            if hosted.state is LifeState.RUNNING:
                hosted.become(LifeState.STOPPING)
        self._beats.soon()
        await asyncio.gather(*(self.remove(hosted, finish_s) for hosted in [*self._agents]))

    async def _remove(self, hosted: HostedAgent, finish_s: float) -> None:
        if hosted.state is LifeState.RUNNING:
            hosted.become(LifeState.STOPPING)
            self._beats.soon()
        self._service.hand_back(hosted)
        await self._drain(self._calls.pop(hosted.instance, []))
        await self._service.drained(finish_s, hosted)
        hosted.become(LifeState.STOPPED)
        if hosted.runner is not None:
            await self._end_runner(hosted)
        # One whose start went wrong half-way may have none.
        if (control := self._controls.pop(hosted.instance, None)) is not None:
            await control.stop()
        await self._discovery.remove(hosted)
        self._service.admission.remove(hosted)
        self._agents.remove(hosted)
        del self._leaving[hosted.instance]
        self._beats.soon()

    async def _end_runner(self, hosted: HostedAgent) -> None:
        try:
            if hosted.runner is not None:
                await hosted.runner.stop(RUNNER_GRACE_S)
        except AgentClusterError as error:
            logger.warning("%s did not end in good order: %s", hosted.instance, error.message)
        except Exception:
            logger.exception("%s did not end in good order", hosted.instance)

    async def _drain(self, subscriptions: list[Subscription]) -> None:
        """Have NATS send no more calls, and see those that are on their way."""
        draining = [asyncio.ensure_future(subscription.drain()) for subscription in subscriptions]
        if draining:
            _, left = await asyncio.wait(draining, timeout=DRAIN_S)
            await end(*left)
