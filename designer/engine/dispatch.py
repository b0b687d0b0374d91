"""Giving calls to agent instances and bringing their replies home.

Every call of a worker has its own reply subject under one wildcard subscription, so the NATS server's "nobody listens"
note names the call, too. What becomes of calls of which nothing is heard is in ``doubts``.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterable

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
from agentcluster.streams.run_log import RunLog
from agentcluster.tasks import end
from agents.cluster.protocol import CONTROLS, REPLIES, REQUESTS
from agents.cluster.view import ClusterView
from agents.contracts.calls import CallPayloads
from agents.contracts.live import ContractBook
from agents.contracts.unreadable import Unreadable
from agents.domain.calls import CallControl, CallError, CallReply, CallRequest
from agents.domain.scoring import InstanceInfo
from agents.routing.group_loads import Loads
from agents.routing.task_ledger import TaskLedger
from agents.routing.version_weights import DeploymentWeights
from agents.routing.waiting_calls import tell_waiting
from agents.routing.worker_breakers import Breakers
from designer.domain.events import Bidding, StepStarted
from designer.domain.pending import PendingCall
from designer.engine.auction import Auctions
from designer.engine.cache import CallCache
from designer.engine.capacity import Capacity
from designer.engine.criteria import held_to
from designer.engine.degrade import Degrading, Refused
from designer.engine.doubts import Doubts, failed
from designer.engine.enabled import watch_enabled
from designer.engine.flights import Caller, Flight, FlightTable
from designer.engine.queues import Waiter, Waiting
from designer.engine.rate_limits import RateLimits

logger = logging.getLogger(__name__)


class Dispatcher:
    """All calls of one engine worker."""

    def __init__(self, bus: Bus, view: ClusterView, log: RunLog, worker: str, unreadable: Unreadable) -> None:
        """Send over ``bus``, judge instances by ``view``, read kept results through ``log``.

        ``unreadable`` takes down what nodes say that cannot be read; it is stopped with the dispatcher.
        """
        self._bus, self._view, self._log, self._unreadable = bus, view, log, unreadable
        self._worker = worker
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
        self.cache = CallCache(log, self.capacity)
        self._contracts = ContractBook(bus)
        self._payloads = CallPayloads(self._contracts)
        self._auctions = Auctions(bus, view, self.capacity, worker, unreadable.note)
        self._subscription: Subscription | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._doubts = Doubts(self, self._flights, view, log, self.capacity)

    async def start(self) -> None:
        """Listen for replies."""
        self._subscription = await self._bus.subscribe(f"{self._prefix}.*", self._on_reply)
        await self._contracts.start()
        await self._auctions.start()
        self._view.on_change(self.capacity.cluster_changed)
        self._bus.on_return(self._doubts.ask_all)
        self._spawn(self._doubts.run())
        self._spawn(self._loads.run())
        self._spawn(tell_waiting(self._log, self._worker, self.capacity.waiting))
        self._spawn(self.breakers.run())
        self._spawn(watch_enabled(self.capacity.disable))

    async def stop(self) -> None:
        """Listen no more; replies that come later are fetched by the runs' next owners."""
        await end(*self._tasks)
        await self._doubts.stop()
        await self._auctions.stop()
        await self._contracts.stop()
        await self._unreadable.stop()
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
        self.publish(flight)
        self.tasks.begin(flight)

    def adopt(self, caller: Caller, call: PendingCall, started: StepStarted) -> None:
        """Go on with a call an earlier owner of the run has made, or meant to make just before it died."""
        flight = self._flight(caller, call, started)
        self.capacity.adopt(flight.instance)
        self._flights.add(flight)
        self.tasks.begin(flight)
        self._doubts.adopt(flight)

    def cancel(self, call_id: str, reason: str) -> None:
        """Tell the agent to stop; its reply comes as any other."""
        flight = self._flights.by_call(call_id)
        if flight is not None:
            self.control(flight, CallControl("cancel", call_id, reason))

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

    def publish(self, flight: Flight) -> None:
        """Send the request of a call (again)."""
        trace_id = flight.caller.trace_id
        try:
            self._bus.send(
                subjects.invoke(flight.instance),
                REQUESTS.encode(self._payloads.request(flight.request), trace_id),
                f"{self._prefix}.{flight.token}",
                traceparent(trace_id),
            )
        except MessageTooLargeError as error:
            self.deliver(flight, failed(flight, "value_too_large", error.message))
        except BusUnavailableError:
            flight.resend = True

    def control(self, flight: Flight, control: CallControl) -> None:
        """Tell the instance of a call something about it."""
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
            self._doubts.nobody_listens(flight)
            return
        try:
            reply = REPLIES.decode(message.data).payload
        except BadMessageError as error:
            self._unreadable.note(REPLIES.schema, error, message.subject, message.data, message.headers)
            self._doubts.unreadable(flight, error)
            return
        if reply.call_id != flight.request.call_id:
            return
        self.capacity.heard(flight.instance)
        self._doubts.heard(reply.call_id)
        if reply.status == "running":
            flight.heard = monotonic()
        elif reply.status == "unknown":
            flight.heard = monotonic()
            self.publish(flight)
        else:
            self._take(flight, reply)

    def _take(self, flight: Flight, reply: CallReply) -> None:
        """End a call with what its instance said, once its output is JSON."""
        try:
            read = self._payloads.reply(reply)
        except BadMessageError as error:
            self._doubts.unreadable(flight, error)
            return
        self.deliver(flight, read)

    def deliver(self, flight: Flight, reply: CallReply) -> None:
        """End a call with ``reply``, unless it has ended."""
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
        self._doubts.heard(flight.request.call_id)
        self.capacity.release(flight.instance, flight.request.agent)
        self.tasks.end(flight)
        return True

    async def settle_tasks(self) -> None:
        """Remove what a lost connection may have left of this worker in the ledger of tasks."""
        await self.tasks.settle({flight.entry for flight in self._flights.all()})

    def _breaker_changed(self, agent: str) -> None:
        self.capacity.breaker_changed(agent)
        self._degrading.breaker_changed()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
