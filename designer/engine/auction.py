"""Intents put out to bid: every node is asked, bids are taken for a while, the best one gets the call (features B3).

The request stands in a JetStream stream for a minute, so that a node which was away for a moment still sees it; the
stream says on the reply subject that it has it. Each auction has its own reply subject under one wildcard subscription;
what comes after its end is ignored. It ends before its window does when every node in sight has answered. While NATS or
its JetStream is away no time passes. Whoever bid learns who won.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Final

import msgspec

from agentcluster import subjects
from agentcluster.clock import monotonic
from agentcluster.messaging import BadMessageError, Bus, BusUnavailableError, Received, Subscription, traceparent
from agentcluster.messaging.broadcast import is_stored
from agentcluster.tasks import end
from agents.cluster.intents import intents_broadcast
from agents.cluster.protocol import AWARDS, BIDS, INTENTS
from agents.cluster.view import ClusterView
from agents.contracts.unreadable import OnUnreadable
from agents.domain.calls import CallError
from agents.domain.intents import BIDS_MAX, Bid, IntentAward, IntentRequest
from agents.domain.scoring import InstanceInfo
from designer.domain.events import Bidding
from designer.domain.graph import IntentNode
from designer.domain.pending import PendingCall
from designer.engine.bids import placed_of, ranked_of
from designer.engine.capacity import Capacity
from designer.engine.intent_request import request_of
from designer.engine.queues import Waiter, Waiting

logger = logging.getLogger(__name__)

ROUNDS: Final = 3
"""So often a goal is put out again when the winner was gone before it got the call."""
ANNOUNCE_S: Final = 2.0
MESSAGE_MAX: Final = 256 * 1024
BLIND_S: Final = 1.0
ALL_BIDS_MAX: Final = 10_000
UNSTORED_MAX: Final = 2
"""So often a goal is put out again because the stream did not say that it has it."""


class Auction:
    """One goal put out to bid. ``asked`` are the nodes in sight at the time; ``winner`` is set once it has ended."""

    __slots__ = (
        "answered",
        "asked",
        "bidding",
        "bids",
        "call",
        "ended",
        "request",
        "round",
        "stored",
        "timer",
        "token",
        "trace_id",
        "unstored",
        "waiting",
        "winner",
    )

    def __init__(self, call: PendingCall, request: IntentRequest, waiting: Waiting, trace_id: str, token: str) -> None:
        """Begin with nobody asked."""
        self.call, self.request, self.waiting, self.trace_id, self.token = call, request, waiting, trace_id, token
        self.asked: set[str] = set()
        self.answered: set[str] = set()
        self.bids: dict[tuple[str, str], Bid] = {}
        """By instance and by the node that said so. Whether it makes sense is judged in the end: who has just come may bid
        before it is in sight."""
        self.round = 0
        self.stored = False
        """Whether the stream has the request."""
        self.unstored = 0
        self.bidding: Bidding | None = None
        self.ended = False
        self.winner = ""
        self.timer: asyncio.TimerHandle | None = None


class Auctions:
    """All auctions of one engine worker."""

    def __init__(
        self, bus: Bus, view: ClusterView, capacity: Capacity, worker: str, on_unreadable: OnUnreadable
    ) -> None:
        """Ask over ``bus``, believe only bids of instances in ``view``, take slots from ``capacity``."""
        self._bus, self._view, self._capacity, self._on_unreadable = bus, view, capacity, on_unreadable
        self._prefix = subjects.worker_bids(worker)
        self._by_call: dict[str, Auction] = {}
        self._by_token: dict[str, Auction] = {}
        self._next = 0
        self._told: dict[str, Bidding] = {}
        """By call id: the outcome of auctions whose winner has just got its slot."""
        self._requests = intents_broadcast(bus)
        self._waiting_for_nats: set[asyncio.Task[None]] = set()
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """Listen for bids."""
        self._subscription = await self._bus.subscribe(f"{self._prefix}.*", self._on_bids)
        self._spawn(self._until_reached())

    async def stop(self) -> None:
        """Listen no more."""
        await end(*self._waiting_for_nats)
        for call_id in [*self._by_call]:
            self.withdraw(call_id)
        if self._subscription is not None:
            await self._subscription.stop()

    def place(
        self, call: PendingCall, intent: IntentNode, waiter: Waiter, trace_id: str
    ) -> InstanceInfo | Waiting | CallError:
        """Return the slot of the winner, why there is none yet, or why there will be none (``no_bid``, a bad request).

        Ask again when the waiter is woken.
        """
        auction = self._by_call.get(call.call_id)
        if auction is None:
            request = request_of(call, intent)
            if isinstance(request, CallError):
                return request
            return self._open(call, request, waiter, trace_id)
        if not auction.ended:
            return auction.waiting
        if not auction.winner:
            self.withdraw(call.call_id)
            return _no_bid(auction)
        if self._view.instance(auction.winner) is None:
            self._capacity.withdraw(call.call_id)
            return self._again(auction)
        slot = self._capacity.place(call, waiter, auction.winner)
        if not isinstance(slot, Waiting):
            self._drop(auction)
            if auction.bidding is not None:
                self._told[call.call_id] = auction.bidding
        return slot

    def bidding_of(self, call_id: str) -> Bidding | None:
        """Return, once, who bid for a call that ``place`` has just found a slot for."""
        return self._told.pop(call_id, None)

    def withdraw(self, call_id: str) -> None:
        """Forget the auction for a call, if there is one."""
        self._told.pop(call_id, None)
        auction = self._by_call.get(call_id)
        if auction is not None:
            self._drop(auction)

    def _open(self, call: PendingCall, request: IntentRequest, waiter: Waiter, trace_id: str) -> Waiting:
        self._next += 1
        auction = Auction(call, request, Waiting(waiter, monotonic(), "bidding"), trace_id, str(self._next))
        auction.waiting.announced = request.window_ms >= ANNOUNCE_S * 1000
        self._by_call[call.call_id] = self._by_token[auction.token] = auction
        self._ask(auction)
        return auction.waiting

    def _again(self, auction: Auction) -> Waiting | CallError:
        if auction.round >= ROUNDS:
            self._drop(auction)
            return _no_bid(auction)
        auction.ended, auction.winner = False, ""
        auction.answered.clear()
        auction.bids.clear()
        self._ask(auction)
        return auction.waiting

    def _ask(self, auction: Auction) -> None:
        """Ask all nodes and set the end of the window."""
        window_s = auction.request.window_ms / 1000
        auction.asked, auction.stored = self._view.active_nodes(), False
        auction.waiting.message = (
            f"Asking {len(auction.asked)} nodes who can serve the goal; bids are taken for {window_s:g} s."
        )
        reply = f"{self._prefix}.{auction.token}"
        request = msgspec.structs.replace(auction.request, reply=reply, round=auction.round + 1)
        headers = traceparent(auction.trace_id) if auction.trace_id else None
        try:
            self._bus.send(subjects.INTENT_REQUEST, INTENTS.encode(request, auction.trace_id), reply, headers)
            auction.round += 1
        except BusUnavailableError as error:
            logger.warning("call %s: nobody could be asked: %s", auction.call.call_id, error.message)
        self._end_in(auction, window_s)

    def _end_in(self, auction: Auction, pause_s: float) -> None:
        if auction.timer is not None:
            auction.timer.cancel()
        auction.timer = asyncio.get_running_loop().call_later(pause_s, self._end, auction)

    def _on_bids(self, message: Received) -> None:
        auction = self._by_token.get(message.subject.rpartition(".")[2])
        if auction is None or auction.ended or not message.data or len(message.data) > MESSAGE_MAX:
            return
        stored = is_stored(message.data)
        if stored is not None:
            auction.stored = stored
            return
        try:
            said = BIDS.decode(message.data).payload
        except BadMessageError as error:
            self._on_unreadable(BIDS.schema, error, message.subject, message.data, message.headers)
            return
        if said.intent_id != auction.call.call_id:
            return
        for bid in said.bids[:BIDS_MAX]:
            if len(auction.bids) < ALL_BIDS_MAX:
                auction.bids[bid.instance, said.node] = bid
        auction.answered.add(said.node)
        if auction.asked and auction.asked <= auction.answered:
            self._end(auction)

    def _end(self, auction: Auction) -> None:
        if auction.ended or self._by_call.get(auction.call.call_id) is not auction:
            return
        ranked = ranked_of(auction.bids, self._view, self._capacity, auction.call.idempotency_key)
        if not ranked and (self._view.blind or self._was_not_stored(auction)):
            auction.round = max(0, auction.round - 1)
            self._spawn(self._ask_again_when_back(auction))
            return
        auction.ended, auction.winner = True, ranked[0][0].instance if ranked else ""
        answered = len(auction.answered & auction.asked)
        auction.bidding = Bidding(
            len(auction.asked), answered, len(ranked), auction.round, tuple(placed_of(ranked, self._view))
        )
        if auction.timer is not None:
            auction.timer.cancel()
        if ranked:
            self._award(auction, ranked[0][1])
        auction.waiting.waiter.wake()

    def _was_not_stored(self, auction: Auction) -> bool:
        """Return whether nobody may have seen the request: the stream is gone, or does not answer."""
        if auction.stored or auction.unstored >= UNSTORED_MAX:
            return False
        auction.unstored += 1
        return True

    def _award(self, auction: Auction, score: float) -> None:
        """Tell all who bid; the winner gets the call besides."""
        award = IntentAward(auction.request.intent_id, auction.round, auction.winner, round(score, 4))
        try:
            self._bus.send(subjects.INTENT_AWARD, AWARDS.encode(award, auction.trace_id))
        except BusUnavailableError as error:
            logger.warning("call %s: the award could not be told: %s", auction.call.call_id, error.message)

    async def _ask_again_when_back(self, auction: Auction) -> None:
        """Nobody could answer: ask again as soon as NATS and its JetStream are there."""
        if not await self._is_there():
            auction.waiting.code = "nats_away"
            auction.waiting.message = "NATS is away; the goal is put out to bid as soon as it is back."
            if not auction.waiting.announced:
                auction.waiting.announced = True
                auction.waiting.waiter.wake()
            await self._until_reached()
        if self._by_call.get(auction.call.call_id) is auction:
            auction.waiting.code = "bidding"
            self._ask(auction)
            if auction.waiting.announced:
                auction.waiting.waiter.wake()

    async def _until_reached(self) -> None:
        while not await self._is_there():  # noqa: ASYNC110 - what is waited for is elsewhere
            await asyncio.sleep(BLIND_S)

    async def _is_there(self) -> bool:
        """Return whether requests can be put out: NATS stands, and the stream (made anew if need be) takes them."""
        if self._view.blind:
            return False
        try:
            await self._requests.ensure()
        except BusUnavailableError as error:
            logger.info("intents cannot be put out: %s", error.message)
            return False
        return True

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._waiting_for_nats.add(task)
        task.add_done_callback(self._waiting_for_nats.discard)

    def _drop(self, auction: Auction) -> None:
        if auction.timer is not None:
            auction.timer.cancel()
        self._by_token.pop(auction.token, None)
        self._by_call.pop(auction.call.call_id, None)


def _no_bid(auction: Auction) -> CallError:
    asked, answered = len(auction.asked), len(auction.answered & auction.asked)
    wanted = auction.request.capabilities
    what = f" with {', '.join(wanted)}" if wanted else ""
    message = f"No agent{what} bid for the goal: {asked} nodes were asked, {answered} answered."
    return CallError("no_bid", message, retryable=True, data={"asked": asked, "answered": answered})
