"""The contracts between engine and node, as they travel (docs/wire.md; types in ``agents.domain.calls``)."""

from typing import Final, Literal

import msgspec

from agentcluster.messaging import Codec
from agents.domain.calls import CallControl, CallReply, CallRequest
from agents.domain.intents import Bids, IntentAward, IntentRequest


class StatusNote(msgspec.Struct, frozen=True):
    """A node came (or came back), left in good order, or changed what it hosts; on ``agent.status.v1``."""

    node_id: str
    name: str
    event: Literal["joined", "left", "changed"]


REQUESTS: Final = Codec(CallRequest, "agent.invoke.v1")
REPLIES: Final = Codec(CallReply, "agent.reply.v1")
CONTROLS: Final = Codec(CallControl, "agent.control.v1")
INTENTS: Final = Codec(IntentRequest, "intent.request.v1")
BIDS: Final = Codec(Bids, "intent.bids.v1")
AWARDS: Final = Codec(IntentAward, "intent.award.v1")
STATUS_NOTES: Final = Codec(StatusNote, "agent.status.v1")
