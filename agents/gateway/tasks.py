"""Tasks from outside: a program asks an agent to do something, once by its call_id (features B4, B5).

A task is an ordinary call whose id the caller chose. Nodes claim it in the call ledger before they run it, so that a
repeat, at whatever instance or gateway, gets the first result. Which request a call_id belongs to is kept beside it.
"""

import asyncio
import contextlib
import itertools
import logging
import math
from typing import Any, Final

import msgspec

from agentcluster import subjects
from agentcluster.clock import monotonic
from agentcluster.messaging import BadMessageError, Bus, Received, Subscription, is_no_responder, traceparent
from agentcluster.streams import keys
from agentcluster.streams.batch import BatchWriter
from agents.cluster.protocol import REPLIES, REQUESTS
from agents.cluster.view import ClusterView
from agents.contracts.calls import CallPayloads
from agents.contracts.live import ContractBook
from agents.contracts.unreadable import Unreadable
from agents.domain.calls import HEARTBEAT_S, LEDGER_TTL_S, CallError, CallReply
from agents.gateway.access import Guest
from agents.gateway.blocking import ask
from agents.gateway.errors import BreakerOpenError, CallIdReusedError, FullError, NoInstanceError
from agents.gateway.flights import Delivery, Flight
from agents.gateway.offers import callable_agent
from agents.gateway.outputs import whole
from agents.gateway.pace import check_pace
from agents.gateway.protocol import NOTHING, Task, TaskReply
from agents.gateway.task_request import check, digest_of, request_of
from agents.gateway.task_routing import Router

WAIT_DEFAULT_S: Final = 30.0
WAIT_MAX_S: Final = 60.0
TASKS_MAX: Final = 1000
"""Tasks the gateway waits for at a time."""
KEPT_MAX: Final = 10 * TASKS_MAX
"""Tasks it knows at a time, with those at work that nobody waits for any more."""
QUIET_S: Final = HEARTBEAT_S + 2
"""After so long without a word the task is given again: an instance may have died."""
AGAIN_S: Final = 0.25
logger = logging.getLogger(__name__)

LOOK_S: Final = 1.0
_FINAL: Final = ("ok", "error")
_TURNED_AWAY: Final = ("overloaded", "unavailable", "unknown_version")
"""Codes by which an instance gives a call back without having run it."""
_GONE: Final = CallError("unavailable", "The instance does not listen.", retryable=True)
_decode: Final = msgspec.json.Decoder(CallReply).decode


class TaskDesk:
    """Gives tasks to instances in ``view`` and waits for what comes of them."""

    def __init__(self, bus: Bus, view: ClusterView, writer: BatchWriter, node_id: str) -> None:
        """``node_id`` is the gateway's own: replies come to a subject of it."""
        self._bus, self._writer = bus, writer
        self._unreadable = Unreadable(bus, writer, node_id)
        self.contracts = ContractBook(bus)
        self._payloads = CallPayloads(self.contracts)
        self.router = Router(bus, view, writer, node_id)
        self._prefix = subjects.node_replies(node_id)
        self._flights: dict[str, Flight] = {}
        self._by_token: dict[str, tuple[Flight, Delivery]] = {}
        self._waited_for = 0
        self._next = itertools.count(1)
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """Listen for replies."""
        self._subscription = await self._bus.subscribe(f"{self._prefix}.*", self._on_reply)
        await self.contracts.start()
        await self.router.start()

    async def stop(self) -> None:
        """Listen no more."""
        if self._subscription is not None:
            await self._subscription.stop()
        for call_id in [*self._flights]:
            self._forget(call_id)
        await self.router.stop()
        await self.contracts.stop()
        await self._unreadable.stop()

    async def ask(self, guest: Guest, task: Task, address: str) -> TaskReply:
        """Return the result, or ``running`` when it is not there in time; ``address`` is where the guest comes from.

        Raises ProtocolError, TooLargeError (what was asked makes no sense), NoGrantError, AgentDisabledError,
        RateLimitedError, CallIdReusedError, NoInstanceError, BreakerOpenError, FullError, BusUnavailableError,
        StreamsUnavailableError.
        """
        check(task)
        await ask(callable_agent, guest, task.agent)
        call_id = f"task/{guest.user_id}/{task.call_id}"
        version = self.router.version(task.agent, task.version, call_id)
        await ask(check_pace, guest, task.agent, version, address)
        kept = await self._kept(call_id) if await self._is_known(call_id, task) else None
        if kept is not None and kept.status in _FINAL:
            return await _told(task, kept)
        flight = self._enter(call_id, task)
        if kept is not None:
            flight.at = flight.at or kept.instance
        try:
            await self._wait(flight, min(task.wait_ms / 1000 or WAIT_DEFAULT_S, WAIT_MAX_S))
        finally:
            self._leave(call_id, flight)
        return await _told(task, flight.reply or _so_far(flight))

    async def _is_known(self, call_id: str, task: Task) -> bool:
        """Return whether the call_id was used before; CallIdReusedError when it was for another request."""
        digest = digest_of(task)
        there = await self._writer.execute("SET", keys.task(call_id), digest, "NX", "GET", "EX", LEDGER_TTL_S)
        if there is not None and there.decode() != digest:
            raise CallIdReusedError(call_id=task.call_id)
        return there is not None

    async def _kept(self, call_id: str) -> CallReply | None:
        """Return what the call ledger has: the result, or the claim of the node that works on it."""
        kept = await self._writer.execute("GET", keys.call(call_id))
        return None if kept is None else _decode(kept)

    def _enter(self, call_id: str, task: Task) -> Flight:
        flight = self._flights.get(call_id)
        if flight is None or not flight.waiting:
            if self._waited_for >= TASKS_MAX:
                message = "The gateway waits for as many tasks as it may; try again in a moment."
                raise FullError(message, limit=TASKS_MAX)
            self._waited_for += 1
        request = request_of(call_id, task)
        if flight is None:
            flight = self._flights[call_id] = Flight(request)
        flight.request = request
        flight.waiting += 1
        return flight

    def _leave(self, call_id: str, flight: Flight) -> None:
        flight.waiting -= 1
        if flight.waiting:
            return
        self._waited_for -= 1
        if flight.reply is not None or flight.delivery is None or len(self._flights) > KEPT_MAX:
            self._forget(call_id)
            return
        # It counts as a task of its instance for as long as that works on it.
        flight.slim()
        asyncio.get_running_loop().call_later(QUIET_S, self._look_after, call_id, flight)

    def _look_after(self, call_id: str, flight: Flight) -> None:
        if self._flights.get(call_id) is not flight or flight.waiting:
            return
        if flight.quiet_s() > QUIET_S:
            self._forget(call_id)
        else:
            asyncio.get_running_loop().call_later(QUIET_S, self._look_after, call_id, flight)

    def _forget(self, call_id: str) -> None:
        flight = self._flights.pop(call_id)
        for token in [token for token, (known, _) in self._by_token.items() if known is flight]:
            self.router.end(self._by_token.pop(token)[1])

    async def _wait(self, flight: Flight, wait_s: float) -> None:
        until = monotonic() + wait_s
        looked_s = monotonic()
        while flight.reply is None and (left := until - monotonic()) > 0:
            if flight.delivery is None or flight.quiet_s() > QUIET_S:
                self._give(flight)
            flight.news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(flight.news.wait(), min(left, QUIET_S if flight.delivery else AGAIN_S))
            if flight.delivery is None and monotonic() - looked_s > LOOK_S:
                looked_s = monotonic()
                await self._look_up(flight)

    async def _look_up(self, flight: Flight) -> None:
        """See what became of a task that somebody else works on, and nobody here can be asked for."""
        kept = await self._kept(flight.request.call_id) if flight.at else None
        if kept is not None and kept.status in _FINAL:
            flight.end(kept)
        elif kept is None:
            flight.at = ""

    def _give(self, flight: Flight) -> None:
        """Send the request to whoever has it, else to the best instance.

        NoInstanceError, BreakerOpenError when it may be given to none, and none has it.
        """
        request, silent = flight.request, flight.delivery
        known = self.router.known(flight.at) if silent is None else None
        chosen = known or self.router.choose(request)
        if chosen is None or isinstance(chosen, CallError):
            if flight.at:
                return
            if chosen is not None:
                retry_after = math.ceil(chosen.data["retry_after_ms"] / 1000)
                raise BreakerOpenError(chosen.message, **chosen.data, retry_after=retry_after)
            if not self.router.soon(request):
                name = f"{request.agent} {request.version}".rstrip()
                raise NoInstanceError(f"No live instance of {name} is in sight.")
            return
        token, sent = str(next(self._next)), msgspec.structs.replace(request, version=chosen.version)
        self._bus.send(
            subjects.invoke(chosen.instance),
            REQUESTS.encode(self._payloads.request(sent), flight.trace_id),
            f"{self._prefix}.{token}",
            traceparent(flight.trace_id),
        )
        if silent is not None:
            self.router.silent(silent)
        delivery = Delivery(msgspec.structs.replace(sent, input=NOTHING), chosen.instance)
        self._by_token[token] = flight, delivery
        self.router.begin(delivery)
        flight.give(delivery)

    def _on_reply(self, message: Received) -> None:
        flight, delivery = self._by_token.get(message.subject.rpartition(".")[2], (None, None))
        if flight is None or delivery is None:
            return
        if is_no_responder(message):
            # The instance has just gone; the next look chooses another.
            self._turned_away(flight, delivery, _GONE)
            return
        try:
            reply = REPLIES.decode(message.data).payload
        except BadMessageError as error:
            self._unreadable.note(REPLIES.schema, error, message.subject, message.data, message.headers)
            return
        if reply.call_id != flight.request.call_id:
            return
        if reply.error is not None and reply.error.code in _TURNED_AWAY:
            self._turned_away(flight, delivery, reply.error)
        elif reply.status in _FINAL:
            self._end(flight, delivery, reply)
        else:
            flight.hear(reply)
            flight.news.set()

    def _end(self, flight: Flight, delivery: Delivery, reply: CallReply) -> None:
        try:
            read = self._payloads.reply(reply)
        except BadMessageError as error:
            # The next look gives the task again; the node then answers from its ledger, in JSON.
            logger.warning("task %s: %s", reply.call_id, error.message)
            return
        self.router.answered(delivery, read)
        flight.end(read)
        if not flight.waiting:
            self._forget(flight.request.call_id)

    def _turned_away(self, flight: Flight, delivery: Delivery, error: CallError) -> None:
        self.router.turned_away(delivery)
        if flight.delivery is delivery:
            flight.turn_away(error, delivery)


def _so_far(flight: Flight) -> CallReply:
    """Return how a task stands: at work, or turned away by whoever it was given to last."""
    call_id, why = flight.request.call_id, flight.turned_away
    if why is not None and not flight.at:
        return CallReply(call_id, "error", error=why)
    return CallReply(call_id, "running", flight.at, progress=flight.progress)


async def _told(task: Task, reply: CallReply) -> TaskReply:
    if reply.status == "running":
        return TaskReply(task.call_id, "running", instance=reply.instance, progress=_raw(reply.progress))
    output = await whole(reply.output, bytes(task.input)) if reply.status == "ok" else NOTHING
    return TaskReply(task.call_id, reply.status, output, reply.error, reply.instance)


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))
