"""Where goals are put out to bid: a subject that a JetStream stream keeps for a minute (features B3)."""

from agentcluster.messaging import Bus
from agentcluster.messaging.broadcast import Broadcast
from agentcluster.subjects import INTENT_REQUEST, INTENTS_STREAM
from agents.domain.intents import KEPT_BYTES, KEPT_MESSAGES, KEPT_S


def intents_broadcast(bus: Bus) -> Broadcast:
    """Return the broadcast of ``IntentRequest``, for those who ask and those who bid."""
    return Broadcast(bus, INTENTS_STREAM, INTENT_REQUEST, age_s=KEPT_S, messages=KEPT_MESSAGES, size=KEPT_BYTES)
