"""``$SRV.PING``, ``INFO`` and ``STATS``: how the stock ``nats`` command line finds agents (ADR-32, features B6)."""

from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import msgspec

from agentcluster import subjects
from agentcluster.messaging import Bus, Received, Subscription
from agents.node.hosted import HostedAgent

QUEUE: Final = "agents"
ENDPOINT: Final = "invoke"
TYPES: Final = {
    "PING": "io.nats.micro.v1.ping_response",
    "INFO": "io.nats.micro.v1.info_response",
    "STATS": "io.nats.micro.v1.stats_response",
}


class Discovery:
    """Answers for each agent on the node: a service named as the agent, its id the instance's."""

    def __init__(self, bus: Bus, node_id: str, agents: list[HostedAgent]) -> None:
        """``node_id`` is told in the metadata; ``agents`` may change."""
        self._bus, self._node_id, self._agents = bus, node_id, agents
        self._started = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        self._general: list[Subscription] = []
        self._of: dict[str, list[Subscription]] = {}

    async def start(self) -> None:
        """Begin to answer those who ask for everybody."""
        self._general = [await self._answer(f"$SRV.{verb}", verb, self._agents) for verb in TYPES]

    async def add(self, hosted: HostedAgent) -> None:
        """Begin to answer for an instance."""
        answering = self._of[hosted.instance] = []
        for verb in TYPES:
            for subject in (f"$SRV.{verb}.{hosted.name}", f"$SRV.{verb}.{hosted.name}.{hosted.instance}"):
                answering.append(await self._answer(subject, verb, [hosted]))

    async def remove(self, hosted: HostedAgent) -> None:
        """Answer no more for an instance."""
        for subscription in self._of.pop(hosted.instance, []):
            await subscription.stop()

    async def stop(self) -> None:
        """Answer no more."""
        for subscription in [*self._general, *(each for listed in self._of.values() for each in listed)]:
            await subscription.stop()
        self._of.clear()

    async def _answer(self, subject: str, verb: str, agents: list[HostedAgent]) -> Subscription:
        return await self._bus.subscribe(subject, partial(self._respond, verb, agents))

    def _respond(self, verb: str, agents: list[HostedAgent], message: Received) -> None:
        for hosted in agents:
            if message.reply:
                self._bus.send(message.reply, msgspec.json.encode(self._response(verb, hosted)))

    def _response(self, verb: str, hosted: HostedAgent) -> dict[str, Any]:
        response: dict[str, Any] = {
            "type": TYPES[verb],
            "name": hosted.name,
            "id": hosted.instance,
            "version": hosted.manifest.version,
            "metadata": {"identity": hosted.identity, "node": self._node_id},
        }
        endpoint = {"name": ENDPOINT, "subject": subjects.invoke(hosted.name), "queue_group": QUEUE}
        if verb == "INFO":
            response["description"] = hosted.manifest.description.get("en", "")
            response["endpoints"] = [{**endpoint, "metadata": {"instance_subject": subjects.invoke(hosted.instance)}}]
        if verb == "STATS":
            response["started"] = self._started
            response["endpoints"] = [{**endpoint, **_figures(hosted)}]
        return response


def _figures(hosted: HostedAgent) -> dict[str, Any]:
    stats = hosted.stats
    return {
        "num_requests": stats.requests,
        "num_errors": stats.errors,
        "last_error": stats.last_error,
        "processing_time": stats.processing_ns,
        "average_processing_time": stats.processing_ns // stats.requests if stats.requests else 0,
        "data": {
            "running": hosted.running,
            "waiting": len(hosted.waiting),
            "state": hosted.state,
            "bids": stats.bids,
            "bids_won": stats.bids_won,
        },
    }
