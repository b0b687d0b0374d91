"""Answering intents: what each agent on the node offers for a goal (features B3)."""

import logging

from agentcluster.messaging import BadMessageError, Bus, BusUnavailableError, Received, Subscription
from agentcluster.subjects import INTENT_REQUEST
from agents.cluster.protocol import BIDS, INTENTS
from agents.domain.intents import BIDS_MAX, REQUEST_MAX, Bid, Bids, IntentRequest
from agents.domain.lifecycle import LifeState
from agents.domain.matching import allowed, match
from agents.node.beats import NodeProfile
from agents.node.hosted import HostedAgent
from agents.node.service import CallService
from agents.tools import ON_REQUEST

logger = logging.getLogger(__name__)


class Bidding:
    """Bids for every agent of the node that fits; says so, too, when none does."""

    def __init__(self, bus: Bus, profile: NodeProfile, agents: list[HostedAgent], service: CallService) -> None:
        """Judge the load by what ``service`` has in work; ``agents`` may change."""
        self._bus, self._profile, self._service = bus, profile, service
        self._agents = agents
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """Begin to answer."""
        self._subscription = await self._bus.subscribe(INTENT_REQUEST, self._on_request)

    async def stop(self) -> None:
        """Answer no more."""
        if self._subscription is not None:
            await self._subscription.stop()

    def bids(self, request: IntentRequest) -> tuple[Bid, ...]:
        """Return the bids of the node's agents, the best fits first, at most ``BIDS_MAX``."""
        found = [bid for hosted in self._agents if (bid := self._bid(hosted, request)) is not None]
        return tuple(sorted(found, key=lambda bid: (-bid.match, bid.instance))[:BIDS_MAX])

    def _on_request(self, message: Received) -> None:
        if not message.reply or len(message.data) > REQUEST_MAX:
            logger.warning("an intent of %d bytes is passed over", len(message.data))
            return
        try:
            envelope = INTENTS.decode(message.data)
            answer = Bids(envelope.payload.intent_id, self._profile.node_id, self.bids(envelope.payload))
            self._bus.send(message.reply, BIDS.encode(answer, envelope.trace_id))
        except (BadMessageError, BusUnavailableError) as error:
            logger.warning("an intent is passed over: %s", error.message)

    def _bid(self, hosted: HostedAgent, request: IntentRequest) -> Bid | None:
        manifest = hosted.manifest
        if hosted.state is not LifeState.RUNNING or hosted.name in ON_REQUEST:
            return None
        fit = match(manifest, request.goal, request.capabilities)
        load = max(hosted.in_flight / hosted.concurrency, self._service.admission.busy / self._service.admission.limit)
        expected_ms = hosted.stats.recent_ms * max(1.0, load)
        region = self._profile.region
        if not fit or not allowed(request.constraints, region=region, cost=manifest.cost, expected_ms=expected_ms):
            return None
        return Bid(hosted.name, manifest.version, hosted.instance, fit, load, manifest.cost, expected_ms)
