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
from agentcluster.errors import AgentClusterError
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
from agents.domain.scoring import InstanceInfo
from designer.domain.events import Bidding, StepStarted
from designer.domain.pending import PendingCall
from designer.engine.auction import Auctions
from designer.engine.breakers import Breakers
from designer.engine.cache import CallCache
from designer.engine.capacity import Capacity
from designer.engine.criteria import held_to
from designer.engine.degrade import Degrading, Refused
from designer.engine.enabled import watch_enabled
from designer.engine.flights import Caller, Flight, FlightTable
from designer.engine.loads import Loads
from designer.engine.queues import Waiter, Waiting
from designer.engine.rate_limits import RateLimits
from designer.engine.task_ledger import TaskLedger
from designer.engine.version_weights import DeploymentWeights

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


class Dispatcher:
    """All calls of one engine worker."""

    def __init__(self, bus: Bus, view: ClusterView, log: RunLog, worker: str) -> None:
        """Send over ``bus``, judge instances by ``view``, read kept results through ``log``."""
        self._bus, self._view, self._log = bus, view, log
        self._prefix = subjects.worker_replies(worker)
        self._flights = FlightTable()
        self.tasks = TaskLedger(log, worker)
        self.breakers = Breakers(log, worker)
        self._loads = Loads(log, self.tasks)
        self._weights = DeploymentWeights(bus)
        self._limits = RateLimits()
        self.capacity = Capacity(view, self._loads, self.breakers, self._weights, self._limits)
        self._degrading = Degrading(log)
        self.breakers.changed = self._breaker_changed
        self.cache = CallCache(log, view, self.capacity)
        self._auctions = Auctions(bus, view, self.capacity, worker)
        self._subscription: Subscription | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked: dict[str, float] = {}

    async def start(self) -> None:
        """Listen for replies."""
        self._subscription = await self._bus.subscribe(f"{self._prefix}.*", self._on_reply)
        await self._auctions.start()
        self._view.on_change(self.capacity.cluster_changed)
        self._bus.on_return(self._on_return)
        self._spawn(self._sweep_forever())
        self._spawn(self._loads.run())
        self._spawn(self.breakers.run())
        self._spawn(watch_enabled(self.capacity.disable))

    async def stop(self) -> None:
        """Listen no more; replies that come later are fetched by the runs' next owners."""
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._auctions.stop()
        await self._limits.stop()
        await self.cache.stop()
        await self._degrading.stop()
        await self.breakers.stop()
        await self._weights.stop()
        await self.tasks.stop()
        if self._subscription is not None:
            await self._subscription.stop()

    def place(
        self, call: PendingCall, waiter: Waiter, trace_id: str, workflow_id: str = ""
    ) -> InstanceInfo | Waiting | Refused:
        """Return a slot for ``call``, or why there is none yet: ask again when ``waiter`` is woken.

        ``Refused`` means there will be none: nobody bids for the goal of an intent, or it cannot be put out to bid, or
        the breakers of all who could do it are open.
        """
        if call.intent is not None:
            slot = self._auctions.place(call, call.intent, waiter, trace_id)
        else:
            slot = self.capacity.place(call, waiter)
        return self._degrading.refused(call, slot, waiter, workflow_id) if isinstance(slot, CallError) else slot

    def bidding_of(self, call_id: str) -> Bidding | None:
        """Return, once, who bid for the goal of a call that was just placed."""
        return self._auctions.bidding_of(call_id)

    def withdraw(self, call_id: str) -> None:
        """Forget a call that was not placed."""
        self.settle(call_id)
        self.capacity.withdraw(call_id)

    def settle(self, call_id: str) -> None:
        """Forget how a place was found for a call."""
        self._auctions.withdraw(call_id)
        self.cache.withdraw(call_id)
        self._degrading.withdraw(call_id)

    def send(self, caller: Caller, call: PendingCall, started: StepStarted) -> None:
        """Give ``call`` to the instance that ``started`` (durable by now) names; a slot was taken for it by ``place``."""
        flight = self._flight(caller, call, started)
        self._flights.add(flight)
        self._publish(flight)
        self.tasks.begin(flight)

    def adopt(self, caller: Caller, call: PendingCall, started: StepStarted) -> None:
        """Go on with a call an earlier owner of the run has made, or meant to make just before it died."""
        flight = self._flight(caller, call, started)
        self.capacity.adopt(flight.instance)
        self._flights.add(flight)
        self.tasks.begin(flight)
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
            call_id=started.call_id,
            # Not the run's own: a call that came along from an earlier run of the chain keeps that run's key.
            idempotency_key=started.call_id.rpartition("/")[0],
            agent=started.agent,
            version=started.version,
            input=call.input,
            run_id=started.call_id.partition("/")[0],
            workflow_id=caller.workflow_id,
            stage_id=call.step,
            attempt=call.attempt,
            deadline_ms=int((call.timeout_s or 0) * 1000),
            heartbeat_ms=int((call.heartbeat_timeout_s or 0) * 1000),
            exclusive=True,
        )
        flight = Flight(caller, call.step, request, started.instance, started.host, now=monotonic())
        if call.intent is not None:
            flight.criteria = call.intent.success_criteria
        return flight

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
        except (BadMessageError, RecursionError) as error:
            self._on_unreadable(flight, error)
            return
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

    def _on_unreadable(self, flight: Flight, error: Exception) -> None:
        """A message was spoilt on its way: what it said stands in the call ledger, or the node is asked again."""
        flight.unreadable += 1
        logger.warning("call %s: a reply cannot be read: %s", flight.request.call_id, error)
        if not flight.settling:
            self._settle([flight], None if flight.unreadable <= UNREADABLE_MAX else BAD_REPLY)

    def _deliver(self, flight: Flight, reply: CallReply) -> None:
        if not self._end(flight):
            return
        self.breakers.record(flight.request.agent, flight.version, flight.instance, reply)
        if reply.status != "ok":
            self._spawn(self._explain(flight, reply))
        elif flight.criteria:
            self._spawn(self._judge(flight, reply))
        else:
            if self._degrading.keeps:
                request = flight.request
                workflow_id = flight.caller.workflow_id
                self._degrading.keep(request.agent, flight.version, request.input, reply.output, workflow_id)
            flight.caller.deliver(flight.step, reply)

    async def _explain(self, flight: Flight, reply: CallReply) -> None:
        """Deliver an error, with what policy gives in its place."""
        error = reply.error or CallError("agent_error", "The agent gave no reason.")
        request = flight.request
        instead = await self._degrading.failed(
            request.agent, flight.version, request.input, error, flight.caller.workflow_id
        )
        flight.caller.deliver(flight.step, reply, instead)

    async def _judge(self, flight: Flight, reply: CallReply) -> None:
        """Hold a reply to the intent's criteria, in a thread: outputs may be large."""
        flight.caller.deliver(flight.step, await asyncio.to_thread(held_to, flight.criteria, reply))

    def _end(self, flight: Flight) -> bool:
        if not self._flights.remove(flight):
            return False
        self._asked.pop(flight.request.call_id, None)
        self.capacity.release(flight.instance, flight.request.agent)
        self.tasks.end(flight)
        return True

    async def settle_tasks(self) -> None:
        """Remove what a lost connection may have left of this worker in the ledger of tasks."""
        await self.tasks.settle({flight.entry for flight in self._flights.all()})

    def _breaker_changed(self, agent: str) -> None:
        self.capacity.breaker_changed(agent)
        self._degrading.breaker_changed()

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
                if quiet_s > QUIET_S:
                    self.capacity.shun(flight.instance)
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
