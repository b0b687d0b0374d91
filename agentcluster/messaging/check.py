"""The check at start: a NATS without JetStream cannot hold the cluster's state."""

import nats.errors
import nats.js.errors

from agentcluster.errors import AgentClusterError
from agentcluster.messaging.address import public
from agentcluster.messaging.bus import connect
from agentcluster.messaging.errors import BusUnavailableError


class NoJetStreamError(AgentClusterError):
    """NATS runs without JetStream."""

    code = "nats_no_jetstream"


async def check_server(url: str, wait_s: float = 5.0) -> None:
    """Raise ``BusUnavailableError`` when NATS cannot be reached, ``NoJetStreamError`` (with the way to fix it)."""
    async with await connect(url, "check", wait_s=wait_s) as bus:
        try:
            await bus.client.jetstream(timeout=wait_s).account_info()
        except (nats.js.errors.Error, nats.errors.NoRespondersError) as error:
            raise NoJetStreamError(
                f"NATS at {public(url)} runs without JetStream, which the cluster's state lives in. "
                "Start it with --jetstream --store_dir <folder> (or jetstream {} in its configuration)."
            ) from error
        except nats.errors.Error as error:
            raise BusUnavailableError(f"NATS at {public(url)} does not answer: {error}") from error
