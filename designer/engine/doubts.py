"""Calls of which nothing is heard: asked for by their ids, looked up in the call ledger, sent again or given up.

A time-out means *unknown*: a quiet call is asked for before anything else is done, and what a vanished instance had
finished is read from the ledger in Redis.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Final, Protocol

import msgspec

from agentcluster.clock import monotonic
from agentcluster.errors import AgentClusterError
from agentcluster.streams import keys
from agentcluster.streams.run_log import RunLog
from agentcluster.tasks import end
from agents.cluster.view import ClusterView
from agents.domain.calls import HEARTBEAT_S, CallControl, CallError, CallReply
from agents.domain.health import Health
from designer.engine.capacity import Capacity
from designer.engine.flights import Flight, FlightTable

logger = logging.getLogger(__name__)

QUIET_S: Final = HEARTBEAT_S + 2
ASK_AGAIN_S: Final = 1.0
GIVE_UP_S: Final = 60.0
DEADLINE_GRACE_S: Final = 5.0
SWEEP_S: Final = 0.5
VANISHED_S: Final = 3.0
UNSEEN_S: Final = 10.0
UNREADABLE_MAX: Final = 3
"""After more replies than these that cannot be read the call fails, unless the ledger knows better."""
LOST: Final = CallError("node_lost", "The node that worked on this step was lost.", retryable=True)
SILENT: Final = CallError("node_lost", "The node does not answer for this step.", retryable=True)
BAD_REPLY: Final = CallError("bad_reply", "What the node says of this step cannot be read.", retryable=True)
LATE: Final = CallError("deadline_exceeded", "The agent did not answer within the step's time-out.", retryable=True)

_replies: Final = msgspec.json.Decoder(CallReply)


class Line(Protocol):
    """The way to nodes and back to runs."""

    def publish(self, flight: Flight) -> None:
        """Send the request of a call (again)."""

    def control(self, flight: Flight, control: CallControl) -> None:
        """Tell the instance of a call something about it."""

    def deliver(self, flight: Flight, reply: CallReply) -> None:
        """End a call with ``reply``."""


class Doubts:
    """Looks after the flights of one worker that are quiet, late or lost."""

    def __init__(self, line: Line, flights: FlightTable, view: ClusterView, log: RunLog, capacity: Capacity) -> None:
        """Judge instances by ``view``, read kept results through ``log``; make it inside the running loop."""
        self._line, self._flights, self._view, self._log, self._capacity = line, flights, view, log, capacity
        self._asked: dict[str, float] = {}
        """By call id: when its instance was last asked for it."""
        self._tasks: set[asyncio.Task[None]] = set()

    def heard(self, call_id: str) -> None:
        """Note that an instance has said something of a call, or that nothing more is expected of it."""
        self._asked.pop(call_id, None)

    def adopt(self, flight: Flight) -> None:
        """Find out how a call stands that an earlier owner of its run has made, or meant to make."""
        self._asked[flight.request.call_id] = flight.heard
        self.settle([flight], None)

    async def stop(self) -> None:
        """Look up nothing more."""
        await end(*self._tasks)

    def nobody_listens(self, flight: Flight) -> None:
        """Try elsewhere, or the same instance a little later: it may be coming back from a lost connection."""
        self._capacity.shun(flight.instance)
        first_try = flight.request.call_id not in self._asked
        if first_try and self._capacity.alternative(flight.request.agent, flight.version):
            self.settle([flight], CallError("unavailable", "The instance does not listen.", retryable=True))
        else:
            flight.resend = True

    def unreadable(self, flight: Flight, error: Exception) -> None:
        """A message was spoilt on its way: what it said stands in the call ledger, or the node is asked again."""
        flight.unreadable += 1
        logger.warning("call %s: a reply cannot be read: %s", flight.request.call_id, error)
        if not flight.settling:
            self.settle([flight], None if flight.unreadable <= UNREADABLE_MAX else BAD_REPLY)

    async def ask_all(self) -> None:
        """Ask for everything at once after a lost connection: requests or replies may have been lost with it."""
        for flight in self._flights.all():
            self._ask(flight, monotonic())

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                self._sweep()
            except Exception:
                logger.exception("the sweep over calls in flight failed")

    def settle(self, flights: list[Flight], error: CallError | None) -> None:
        """Look for kept results; a call without one fails with ``error``, or is sent again when that is None.

        Sending again is safe: a node answers a repeated call id from what it knows, and a call in work there takes the
        new reply subject along.
        """
        for flight in flights:
            flight.settling = True
            self._spawn(self._settle_one(flight, error))

    def _sweep(self) -> None:
        self._capacity.sweep()
        if self._view.blind:
            return
        now = monotonic()
        lost, late, silent = [], [], []
        for flight in self._flights.all():
            if flight.settling:
                continue
            quiet_s = now - flight.heard
            if self._is_lost(flight, quiet_s):
                lost.append(flight)
            elif flight.deadline and now > flight.deadline + DEADLINE_GRACE_S:
                late.append(flight)
            elif quiet_s > GIVE_UP_S:
                silent.append(flight)
            elif flight.resend or quiet_s > QUIET_S:
                if quiet_s > QUIET_S:
                    self._capacity.shun(flight.instance)
                self._ask(flight, now)
        self.settle(lost, LOST)
        self.settle(silent, SILENT)
        self.settle(late, LATE)

    def _is_lost(self, flight: Flight, quiet_s: float) -> bool:
        """Return whether the instance is gone: its node has failed, or nobody has seen it and it does not listen."""
        health = self._view.health_of_instance(flight.instance)
        if health is None:
            return quiet_s > (VANISHED_S if flight.resend else UNSEEN_S)
        return health is Health.FAILED

    def _ask(self, flight: Flight, now: float) -> None:
        call_id = flight.request.call_id
        if now - self._asked.get(call_id, 0) < ASK_AGAIN_S:
            return
        self._asked[call_id] = now
        if flight.resend:
            flight.resend = False
            self._line.publish(flight)
            return
        self._line.control(flight, CallControl("ask", call_id))

    async def _kept(self, flight: Flight) -> CallReply | None:
        """Return what the call ledger holds of a call; what cannot be read counts as nothing."""
        try:
            kept = await self._log.command("GET", keys.call(flight.request.call_id))
            return None if kept is None else _replies.decode(kept)
        except (AgentClusterError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            logger.warning("call %s: its kept result cannot be read: %s", flight.request.call_id, error)
            return None

    async def _settle_one(self, flight: Flight, error: CallError | None) -> None:
        reply = await self._kept(flight)
        flight.settling = False
        if not self._flights.has(flight):
            return
        if reply is not None and reply.status != "running":
            self._line.deliver(flight, reply)
        elif error is not None:
            if error is LATE:
                self._line.control(flight, CallControl("cancel", flight.request.call_id, error.message))
            self._line.deliver(flight, failed(flight, error.code, error.message, retryable=error.retryable))
        else:
            self._line.publish(flight)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def failed(flight: Flight, code: str, message: str, *, retryable: bool = False) -> CallReply:
    """Return the reply that says that a call has failed."""
    error = CallError(code, message, retryable=retryable)
    return CallReply(flight.request.call_id, "error", instance=flight.instance, node=flight.node, error=error)
