"""Giving calls to agent instances and bringing their replies home.

Every call of a worker has its own reply subject under one wildcard subscription, so the NATS server's "nobody listens"
note names the call, too. A time-out means *unknown*: a quiet call is asked for by its id before anything else is done,
and what a vanished instance had finished is read from the call ledger in Redis.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import Final

import msgspec

from agentcluster import subjects
from agentcluster.clock import monotonic
from agentcluster.messaging import (
    BadMessageError,
    Bus,
    BusUnavailableError,
    MessageTooLargeError,
    Received,
    Subscription,
    is_no_responder,
    traceparent,
)
from agentcluster.streams import keys
from agentcluster.streams.run_log import RunLog
from agents.cluster.protocol import CONTROLS, REPLIES, REQUESTS
from agents.cluster.view import ClusterView
from agents.domain.calls import HEARTBEAT_S, CallControl, CallError, CallReply, CallRequest
from agents.domain.health import Health
from designer.domain.events import StepStarted
from designer.domain.run import PendingCall
from designer.engine.capacity import Capacity
from designer.engine.flights import Caller, Flight, FlightTable

logger = logging.getLogger(__name__)

QUIET_S: Final = HEARTBEAT_S + 2
ASK_AGAIN_S: Final = 1.0
GIVE_UP_S: Final = 60.0
DEADLINE_GRACE_S: Final = 5.0
SWEEP_S: Final = 0.5
VANISHED_S: Final = 3.0
UNSEEN_S: Final = 10.0
LOST: Final = CallError("node_lost", "The node that worked on this step was lost.", retryable=True)
SILENT: Final = CallError("node_lost", "The node does not answer for this step.", retryable=True)
LATE: Final = CallError("deadline_exceeded", "The agent did not answer within the step's time-out.", retryable=True)

_replies: Final = msgspec.json.Decoder(CallReply)


class Dispatcher:
    """All calls of one engine worker."""

    def __init__(self, bus: Bus, view: ClusterView, log: RunLog, worker: str) -> None:
        """Send over ``bus``, judge instances by ``view``, read kept results through ``log``."""
        self._bus, self._view, self._log = bus, view, log
        self._prefix = subjects.worker_replies(worker)
        self._flights = FlightTable()
        self.capacity = Capacity(view)
        self._subscription: Subscription | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked: dict[str, float] = {}

    async def start(self) -> None:
        """Listen for replies."""
        self._subscription = await self._bus.subscribe(f"{self._prefix}.*", self._on_reply)
        self._view.on_change(self.capacity.cluster_changed)
        self._bus.on_return(self._on_return)
        self._spawn(self._sweep_forever())

    async def stop(self) -> None:
        """Listen no more; replies that come later are fetched by the runs' next owners."""
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._subscription is not None:
            await self._subscription.stop()

    def send(self, caller: Caller, call: PendingCall, started: StepStarted) -> None:
        """Give ``call`` to the instance that ``started`` (durable by now) names; a slot was taken for it by ``place``."""
        flight = self._flight(caller, call, started)
        self._flights.add(flight)
        self._publish(flight)

    def adopt(self, caller: Caller, call: PendingCall, started: StepStarted) -> None:
        """Go on with a call an earlier owner of the run has made, or meant to make just before it died."""
        flight = self._flight(caller, call, started)
        self.capacity.adopt(flight.instance)
        self._flights.add(flight)
        self._asked[call.call_id] = flight.heard
        self._settle([flight], None)

    def cancel(self, call_id: str, reason: str) -> None:
        """Tell the agent to stop; its reply comes as any other."""
        flight = self._flights.by_call(call_id)
        if flight is not None:
            self._control(flight, CallControl("cancel", call_id, reason))

    def forget(self, caller: Caller, call_ids: Iterable[str]) -> None:
        """Expect nothing more of these calls."""
        for call_id in call_ids:
            flight = self._flights.by_call(call_id)
            if flight is not None and flight.caller is caller:
                self._end(flight)

    def _flight(self, caller: Caller, call: PendingCall, started: StepStarted) -> Flight:
        request = CallRequest(
            call_id=call.call_id,
            idempotency_key=call.idempotency_key,
            agent=call.agent,
            version=started.version,
            input=call.input,
            run_id=call.idempotency_key.partition("/")[0],
            stage_id=call.step,
            attempt=call.attempt,
            deadline_ms=int((call.timeout_s or 0) * 1000),
        )
        return Flight(caller, call.step, request, started.instance, started.host, now=monotonic())

    def _publish(self, flight: Flight) -> None:
        trace_id = flight.caller.trace_id
        try:
            self._bus.send(
                subjects.invoke(flight.instance),
                REQUESTS.encode(flight.request, trace_id),
                f"{self._prefix}.{flight.token}",
                traceparent(trace_id),
            )
        except MessageTooLargeError as error:
            self._deliver(flight, _failed(flight, "value_too_large", error.message))
        except BusUnavailableError:
            flight.resend = True

    def _control(self, flight: Flight, control: CallControl) -> None:
        try:
            data = CONTROLS.encode(control, flight.caller.trace_id)
            self._bus.send(subjects.control(flight.instance), data, f"{self._prefix}.{flight.token}")
        except BusUnavailableError:
            logger.warning("call %s: NATS is too slow to %s", control.call_id, control.action)

    def _on_reply(self, message: Received) -> None:
        flight = self._flights.by_token(message.subject.rpartition(".")[2])
        if flight is None:
            return
        if is_no_responder(message):
            self._nobody_listens(flight)
            return
        try:
            reply = REPLIES.decode(message.data).payload
        except BadMessageError as error:
            reply = _failed(flight, "bad_reply", f"The node's reply cannot be read: {error.message}")
        if reply.call_id != flight.request.call_id:
            return
        self.capacity.heard(flight.instance)
        self._asked.pop(reply.call_id, None)
        if reply.status == "running":
            flight.heard = monotonic()
        elif reply.status == "unknown":
            flight.heard = monotonic()
            self._publish(flight)
        else:
            self._deliver(flight, reply)

    def _deliver(self, flight: Flight, reply: CallReply) -> None:
        if self._end(flight):
            flight.caller.deliver(flight.step, reply)

    def _end(self, flight: Flight) -> bool:
        if not self._flights.remove(flight):
            return False
        self._asked.pop(flight.request.call_id, None)
        self.capacity.release(flight.instance, flight.request.agent)
        return True

    def _nobody_listens(self, flight: Flight) -> None:
        """Try elsewhere, or the same instance a little later: it may be coming back from a lost connection."""
        self.capacity.shun(flight.instance)
        first_try = flight.request.call_id not in self._asked
        if first_try and self.capacity.alternative(flight.request.agent, flight.version):
            self._settle([flight], CallError("unavailable", "The instance does not listen.", retryable=True))
        else:
            flight.resend = True

    async def _on_return(self) -> None:
        """Ask for everything at once after a lost connection: requests or replies may have been lost with it."""
        for flight in self._flights.all():
            self._ask(flight, monotonic())

    async def _sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                self._sweep()
            except Exception:
                logger.exception("the sweep over calls in flight failed")

    def _sweep(self) -> None:
        self.capacity.sweep()
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
                self._ask(flight, now)
        self._settle(lost, LOST)
        self._settle(silent, SILENT)
        self._settle(late, LATE)

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
            self._publish(flight)
            return
        self._control(flight, CallControl("ask", call_id))

    def _settle(self, flights: list[Flight], error: CallError | None) -> None:
        """Look for kept results; a call without one fails with ``error``, or is sent again when that is None.

        Sending again is safe: a node answers a repeated call id from what it knows, and a call in work there takes the
        new reply subject along.
        """
        for flight in flights:
            flight.settling = True
            self._spawn(self._settle_one(flight, error))

    async def _settle_one(self, flight: Flight, error: CallError | None) -> None:
        kept = await self._log.command("GET", keys.call(flight.request.call_id))
        reply = None if kept is None else _replies.decode(kept)
        flight.settling = False
        if reply is not None and reply.status != "running":
            self._deliver(flight, reply)
        elif error is not None:
            if error is LATE:
                self._control(flight, CallControl("cancel", flight.request.call_id, error.message))
            self._deliver(flight, _failed(flight, error.code, error.message, retryable=error.retryable))
        else:
            self._publish(flight)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _failed(flight: Flight, code: str, message: str, *, retryable: bool = False) -> CallReply:
    error = CallError(code, message, retryable=retryable)
    return CallReply(flight.request.call_id, "error", instance=flight.instance, node=flight.node, error=error)
