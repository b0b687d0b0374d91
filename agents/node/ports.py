"""What the node lends to the agents on its loop: NATS to publish on, Redis to keep things in."""

from collections.abc import Mapping

from agentcluster.messaging import Bus
from agentcluster.messaging.acked import publish_acked
from agentcluster.streams.batch import BatchWriter
from agentcluster.subjects import check_publishable
from agents.contracts.guard import Guard
from agents.tools.context import Ports, Published


class BusPublisher:
    """Publishes on the node's connection, anywhere but on the subjects of the system itself."""

    def __init__(self, bus: Bus, contracts: Guard | None = None) -> None:
        """Send over ``bus``; messages on subjects with a contract are written as it says."""
        self._bus, self._contracts = bus, contracts

    async def publish(self, subject: str, data: bytes, headers: Mapping[str, str], message_id: str) -> Published:
        """See ``CallContext.publish``."""
        check_publishable(subject)
        if self._contracts is not None:
            sealed = await self._contracts.seal(subject, data, headers, message_id)
            data, headers = sealed or (data, headers)
        ack = await publish_acked(self._bus, subject, data, headers, message_id)
        return Published() if ack is None else Published(ack.stream, ack.seq, ack.duplicate)


def node_ports(bus: Bus, writer: BatchWriter, contracts: Guard | None = None) -> Ports:
    """Return the ports of a node."""
    return Ports(BusPublisher(bus, contracts), writer)
