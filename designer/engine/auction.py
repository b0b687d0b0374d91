"""Intents put out to bid: every node is asked, bids are taken for a while, the best one gets the call (features B3).

Each auction has its own reply subject under one wildcard subscription; what comes after its end is ignored. It ends
before its window does when every node in sight has answered. While NATS is away no time passes.
"""

import asyncio
import logging
from typing import Final

import msgspec

from agentcluster import subjects
from agentcluster.clock import monotonic
from agentcluster.messaging import BadMessageError, Bus, BusUnavailableError, Received, Subscription, traceparent
from agents.cluster.protocol import BIDS, INTENTS
from agents.cluster.view import ClusterView
from agents.domain.calls import CallError
from agents.domain.intents import (
    BIDS_MAX,
    CAPABILITIES_MAX,
    CRITERIA_MAX,
    GOAL_MAX,
    WINDOW_MAX_S,
    WINDOW_MIN_S,
    Bid,
    Constraints,
    IntentRequest,
)
from agents.domain.schema_check import check_schema
from agents.domain.scoring import InstanceInfo, best_bid
from designer.domain.graph import IntentNode
from designer.domain.run import PendingCall
from designer.engine.capacity import Capacity
from designer.engine.queues import Waiter, Waiting

logger = logging.getLogger(__name__)

ROUNDS: Final = 3
"""So often a goal is put out again when the winner was gone before it got the call."""
ANNOUNCE_S: Final = 2.0
MESSAGE_MAX: Final = 256 * 1024
BLIND_S: Final = 1.0


class Auction:
    """One goal put out to bid. ``asked`` are the nodes in sight at the time; ``winner`` is set once it has ended."""

    __slots__ = (
        "answered",
        "asked",
        "bids",
        "call",
        "ended",
        "request",
        "round",
        "timer",
        "token",
        "trace_id",
        "waiting",
        "winner",
    )

    def __init__(self, call: PendingCall, request: IntentRequest, waiting: Waiting, trace_id: str, token: str) -> None:
        """Begin with nobody asked."""
        self.call, self.request, self.waiting, self.trace_id, self.token = call, request, waiting, trace_id, token
        self.asked: set[str] = set()
        self.answered: set[str] = set()
        self.bids: dict[str, Bid] = {}
        self.round = 0
        self.ended = False
        self.winner = ""
        self.timer: asyncio.TimerHandle | None = None


class Auctions:
    """All auctions of one engine worker."""

    def __init__(self, bus: Bus, view: ClusterView, capacity: Capacity, worker: str) -> None:
        """Ask over ``bus``, believe only bids of instances in ``view``, take slots from ``capacity``."""
        self._bus, self._view, self._capacity = bus, view, capacity
        self._prefix = subjects.worker_bids(worker)
        self._by_call: dict[str, Auction] = {}
        self._by_token: dict[str, Auction] = {}
        self._next = 0
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """Listen for bids."""
        self._subscription = await self._bus.subscribe(f"{self._prefix}.*", self._on_bids)

    async def stop(self) -> None:
        """Listen no more."""
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
        return slot

    def withdraw(self, call_id: str) -> None:
        """Forget the auction for a call, if there is one."""
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
        auction.asked = self._view.active_nodes()
        auction.waiting.message = (
            f"Asking {len(auction.asked)} nodes who can serve the goal; bids are taken for {window_s:g} s."
        )
        try:
            self._bus.send(
                subjects.INTENT_REQUEST,
                INTENTS.encode(auction.request, auction.trace_id),
                f"{self._prefix}.{auction.token}",
                traceparent(auction.trace_id) if auction.trace_id else None,
            )
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
        try:
            said = BIDS.decode(message.data).payload
        except BadMessageError as error:
            logger.warning("call %s: bids that cannot be read are passed over: %s", auction.call.call_id, error.message)
            return
        if said.intent_id != auction.call.call_id:
            return
        for bid in said.bids[:BIDS_MAX]:
            if self._is_sound(bid, said.node):
                auction.bids[bid.instance] = bid
        auction.answered.add(said.node)
        if auction.asked and auction.asked <= auction.answered:
            self._end(auction)

    def _is_sound(self, bid: Bid, node: str) -> bool:
        """Return whether a bid is by an instance in sight, of an agent that may be used, with figures that make sense."""
        known = self._view.instance(bid.instance)
        if known is None or (known.node, known.agent, known.version) != (node, bid.agent, bid.version):
            return False
        figures = 0 < bid.match <= 1 and bid.load >= 0 and bid.cost >= 0 and bid.expected_ms >= 0
        return figures and self._capacity.enabled(bid.agent)

    def _end(self, auction: Auction) -> None:
        if auction.ended or self._by_call.get(auction.call.call_id) is not auction:
            return
        if not auction.bids and self._view.blind:
            auction.round = max(0, auction.round - 1)
            self._bus_is_away(auction)
            return
        load = {
            bid.instance: self._capacity.in_flight(bid.instance) / known.concurrency
            for bid in auction.bids.values()
            if (known := self._view.instance(bid.instance)) is not None
        }
        best = best_bid([bid for bid in auction.bids.values() if bid.instance in load], load)
        auction.ended, auction.winner = True, best.instance if best else ""
        if auction.timer is not None:
            auction.timer.cancel()
        auction.waiting.waiter.wake()

    def _bus_is_away(self, auction: Auction) -> None:
        """Nobody could answer: ask again as soon as NATS is back."""
        if self._view.blind:
            auction.waiting.code = "nats_away"
            auction.waiting.message = "NATS is away; the goal is put out to bid as soon as it is back."
            if not auction.waiting.announced:
                auction.waiting.announced = True
                auction.waiting.waiter.wake()
            auction.timer = asyncio.get_running_loop().call_later(BLIND_S, self._bus_is_away, auction)
        elif self._by_call.get(auction.call.call_id) is auction:
            auction.waiting.code = "bidding"
            self._ask(auction)

    def _drop(self, auction: Auction) -> None:
        if auction.timer is not None:
            auction.timer.cancel()
        self._by_token.pop(auction.token, None)
        self._by_call.pop(auction.call.call_id, None)


def request_of(call: PendingCall, intent: IntentNode) -> IntentRequest | CallError:
    """Return what the nodes are asked, or what is wrong with the node's settings."""
    try:
        constraints = msgspec.convert(intent.constraints, Constraints)
    except msgspec.ValidationError as error:
        return CallError("bad_constraints", f"The constraints cannot be used: {error}.", field="/constraints")
    if len(intent.goal) > GOAL_MAX:
        return _too_large("goal", f"has {len(intent.goal):,} characters; {GOAL_MAX:,} are allowed")
    if len(intent.capabilities) > CAPABILITIES_MAX:
        return _too_large("capabilities", f"are {len(intent.capabilities)}; {CAPABILITIES_MAX} are allowed")
    criteria = len(msgspec.json.encode(intent.success_criteria))
    if criteria > CRITERIA_MAX:
        return _too_large("success_criteria", f"have {criteria // 1024} KB; {CRITERIA_MAX // 1024} KB are allowed")
    if problems := check_schema(intent.success_criteria):
        first = problems[0]
        return CallError(
            "bad_criteria", f"The success criteria are no JSON Schema: {first.message}", field="/success_criteria"
        )
    window_s = min(max(intent.bid_window_s, WINDOW_MIN_S), WINDOW_MAX_S)
    return IntentRequest(
        call.call_id, intent.goal, intent.capabilities, constraints, intent.success_criteria, round(window_s * 1000)
    )


def _too_large(field: str, what: str) -> CallError:
    return CallError("intent_too_large", f"The {field} of the intent {what}.", field=f"/{field}")


def _no_bid(auction: Auction) -> CallError:
    asked, answered = len(auction.asked), len(auction.answered & auction.asked)
    wanted = auction.request.capabilities
    what = f" with {', '.join(wanted)}" if wanted else ""
    message = f"No agent{what} bid for the goal: {asked} nodes were asked, {answered} answered."
    return CallError("no_bid", message, retryable=True, data={"asked": asked, "answered": answered})
