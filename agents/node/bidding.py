"""Answering intents: what each agent on the node offers for a goal (features B3)."""

import logging
from collections import OrderedDict
from typing import Final

from agentcluster.messaging import BadMessageError, Bus, BusUnavailableError, Received, Subscription
from agentcluster.messaging.broadcast import Broadcast
from agentcluster.subjects import INTENT_AWARD, INTENT_REQUEST
from agents.cluster.intents import intents_broadcast
from agents.cluster.protocol import AWARDS, BIDS, INTENTS
from agents.contracts.unreadable import OnUnreadable, log_only
from agents.domain.intents import BIDS_MAX, LATE_MS, REQUEST_MAX, WINDOW_MAX_S, Bid, Bids, IntentRequest
from agents.domain.lifecycle import LifeState
from agents.domain.matching import allowed, match
from agents.node.admission import most_calls
from agents.node.beats import NodeProfile
from agents.node.condition import Condition
from agents.node.hosted import HostedAgent
from agents.node.service import CallService
from agents.tools import ON_REQUEST

logger = logging.getLogger(__name__)

OPEN_MAX: Final = 1000
"""Requests whose award is waited for; who won an older one is not counted."""


class Bidding:
    """Bids for every agent of the node that fits; says so, too, when none does."""

    def __init__(
        self, bus: Bus, profile: NodeProfile, agents: list[HostedAgent], service: CallService, condition: Condition
    ) -> None:
        """Judge the load by what ``service`` has in work; ``agents`` may change. A node that is drained does not bid."""
        self._bus, self._profile, self._service, self._condition = bus, profile, service, condition
        self._agents = agents
        self.on_unreadable: OnUnreadable = log_only
        self._requests: Broadcast = intents_broadcast(bus)
        self._awards: Subscription | None = None
        self._open: OrderedDict[tuple[str, int], tuple[str, ...]] = OrderedDict()
        """By request and round: the instances that bid."""

    async def start(self) -> None:
        """Begin to answer, also to what is open already."""
        self._awards = await self._bus.subscribe(INTENT_AWARD, self._on_award)
        await self._requests.listen(self._on_request, WINDOW_MAX_S)

    async def stop(self) -> None:
        """Answer no more."""
        await self._requests.stop()
        if self._awards is not None:
            await self._awards.stop()

    def bids(self, request: IntentRequest) -> tuple[Bid, ...]:
        """Return the bids of the node's agents, the best fits first, at most ``BIDS_MAX``."""
        found = [bid for hosted in self._agents if (bid := self._bid(hosted, request)) is not None]
        return tuple(sorted(found, key=lambda bid: (-bid.match, bid.instance))[:BIDS_MAX])

    def _on_request(self, data: bytes, reply: str, age_ms: int) -> None:
        try:
            if len(data) > REQUEST_MAX:
                raise BadMessageError(f"An intent has at most {REQUEST_MAX:,} bytes, not {len(data):,}.")
            envelope = INTENTS.decode(data)
        except BadMessageError as error:
            # The stream tells it again to every node that starts within a minute.
            if age_ms <= LATE_MS:
                self.on_unreadable(INTENTS.schema, error, INTENT_REQUEST, data, None)
            return
        request, reply = envelope.payload, envelope.payload.reply or reply
        if reply and age_ms <= request.window_ms + LATE_MS:
            self._answer(request, reply, envelope.trace_id)

    def _answer(self, request: IntentRequest, reply: str, trace_id: str) -> None:
        bids = self.bids(request)
        try:
            self._bus.send(reply, BIDS.encode(Bids(request.intent_id, self._profile.node_id, bids), trace_id))
        except BusUnavailableError as error:
            logger.warning("an intent is passed over: %s", error.message)
            return
        if bids and (request.intent_id, request.round) not in self._open:
            self._open[request.intent_id, request.round] = tuple(bid.instance for bid in bids)
            while len(self._open) > OPEN_MAX:
                self._open.popitem(last=False)

    def _on_award(self, message: Received) -> None:
        """Count who won; whoever lost need not keep anything free."""
        try:
            award = AWARDS.decode(message.data).payload
        except BadMessageError as error:
            self.on_unreadable(AWARDS.schema, error, message.subject, message.data, message.headers)
            return
        bidders = self._open.pop((award.intent_id, award.round), ())
        for hosted in self._agents:
            if hosted.instance in bidders:
                hosted.stats.bids += 1
                hosted.stats.bids_won += hosted.instance == award.instance

    def _bid(self, hosted: HostedAgent, request: IntentRequest) -> Bid | None:
        manifest = hosted.manifest
        if self._condition.draining or hosted.state is not LifeState.RUNNING or hosted.name in ON_REQUEST:
            return None
        fit = match(manifest, request.goal, request.capabilities)
        admission = self._service.admission
        load = max(hosted.in_flight / most_calls(hosted), admission.busy / admission.limit)
        expected_ms = hosted.stats.recent_ms * max(1.0, load)
        region = self._profile.region
        if not fit or not allowed(request.constraints, region=region, cost=manifest.cost, expected_ms=expected_ms):
            return None
        return Bid(hosted.name, manifest.version, hosted.instance, fit, load, manifest.cost, expected_ms)
