"""Tasks from outside: a program asks an agent to do something, once by its call_id (features B4, B5).

A task is an ordinary call whose id the caller chose. Nodes claim it in the call ledger before they run it, so that a
repeat, at whatever instance or gateway, gets the first result. Which request a call_id belongs to is kept beside it.
"""

import asyncio
import contextlib
import itertools
import re
from typing import Any, Final

import msgspec

from agentcluster import subjects
from agentcluster.clock import monotonic
from agentcluster.ids import new_trace_id, sha256_of
from agentcluster.messaging import (
    BadMessageError,
    Bus,
    Received,
    Subscription,
    is_no_responder,
    traceparent,
)
from agentcluster.streams import keys
from agentcluster.streams.batch import BatchWriter
from agents.cluster.protocol import REPLIES, REQUESTS
from agents.cluster.view import ClusterView
from agents.domain.calls import HEARTBEAT_S, LEDGER_TTL_S, CallReply, CallRequest
from agents.domain.scoring import InstanceInfo, choose
from agents.gateway.access import Guest
from agents.gateway.blocking import ask
from agents.gateway.errors import CallIdReusedError, FullError, NoInstanceError, ProtocolError, TooLargeError
from agents.gateway.offers import callable_agent
from agents.gateway.outputs import whole
from agents.gateway.pace import check_pace
from agents.gateway.protocol import NOTHING, Task, TaskReply

WAIT_DEFAULT_S: Final = 30.0
WAIT_MAX_S: Final = 60.0
DEADLINE_MAX_MS: Final = 24 * 3_600_000
INPUT_MAX: Final = 512 * 1024
TASKS_MAX: Final = 1000
"""Tasks the gateway waits for at a time."""
QUIET_S: Final = HEARTBEAT_S + 2
"""After so long without a word the task is given again: an instance may have died."""
AGAIN_S: Final = 0.25
_CALL_ID: Final = re.compile(r"[A-Za-z0-9_.:/-]{1,100}")
_FINAL: Final = ("ok", "error")


class _Flight:
    """A task that is waited for here; whoever asks for it again waits for the same."""

    def __init__(self, request: CallRequest) -> None:
        self.request = request
        self.trace_id = new_trace_id()
        self.reply: CallReply | None = None
        self.progress: Any = None
        self.instance = ""
        self.heard_s = 0.0
        self.waiting = 0
        self.news = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether the result is there."""
        return self.reply is not None

    @property
    def must_be_given_again(self) -> bool:
        """Whether the instance it went to has not taken it."""
        return not self.over and not self.heard_s


class TaskDesk:
    """Gives tasks to instances in ``view`` and waits for what comes of them."""

    def __init__(self, bus: Bus, view: ClusterView, writer: BatchWriter, node_id: str) -> None:
        """``node_id`` is the gateway's own: replies come to a subject of it."""
        self._bus, self._view, self._writer = bus, view, writer
        self._prefix = subjects.node_replies(node_id)
        self._flights: dict[str, _Flight] = {}
        self._by_token: dict[str, _Flight] = {}
        self._next = itertools.count(1)
        self._turn = 0
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """Listen for replies."""
        self._subscription = await self._bus.subscribe(f"{self._prefix}.*", self._on_reply)

    async def stop(self) -> None:
        """Listen no more."""
        if self._subscription is not None:
            await self._subscription.stop()

    async def ask(self, guest: Guest, task: Task, address: str) -> TaskReply:
        """Return the result, or ``running`` when it is not there in time; ``address`` is where the guest comes from.

        Raises ProtocolError, TooLargeError (what was asked makes no sense), NoGrantError, AgentDisabledError,
        RateLimitedError, CallIdReusedError, NoInstanceError, FullError, BusUnavailableError, StreamsUnavailableError.
        """
        _check(task)
        await ask(callable_agent, guest, task.agent)
        await ask(check_pace, guest, task.agent, address)
        call_id = f"task/{guest.user_id}/{task.call_id}"
        await self._claim_id(call_id, task)
        flight = self._flights.get(call_id)
        if flight is None:
            if len(self._flights) >= TASKS_MAX:
                raise FullError(
                    "The gateway waits for as many tasks as it may; try again in a moment.", limit=TASKS_MAX
                )
            flight = self._flights[call_id] = _Flight(_request(call_id, task))
        flight.waiting += 1
        try:
            await self._wait(flight, min(task.wait_ms / 1000 or WAIT_DEFAULT_S, WAIT_MAX_S))
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                self._flights.pop(call_id, None)
                self._forget_tokens(flight)
        return await _told(task, flight)

    async def _claim_id(self, call_id: str, task: Task) -> None:
        """See that the call_id stands for this request; CallIdReusedError when it was used for another."""
        content = msgspec.json.encode(
            [task.agent, task.version, msgspec.json.decode(bytes(task.input))], order="deterministic"
        )
        digest = sha256_of(content)
        there = await self._writer.execute("SET", keys.task(call_id), digest, "NX", "GET", "EX", LEDGER_TTL_S)
        if there is not None and there.decode() != digest:
            raise CallIdReusedError(call_id=task.call_id)

    async def _wait(self, flight: _Flight, wait_s: float) -> None:
        until = monotonic() + wait_s
        while not flight.over and (left := until - monotonic()) > 0:
            if monotonic() - flight.heard_s > QUIET_S:
                self._give(flight)
            flight.news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(flight.news.wait(), min(left, QUIET_S))
            if flight.must_be_given_again:
                await asyncio.sleep(min(left, AGAIN_S))

    def _give(self, flight: _Flight) -> None:
        """Send the request to the instance with most room; NoInstanceError when there is none and none has it."""
        request = flight.request
        chosen = self._choose(request)
        if chosen is None:
            if flight.instance:
                return
            raise NoInstanceError(f"No live instance of {request.agent} {request.version}".rstrip() + " is in sight.")
        token = str(next(self._next))
        self._by_token[token] = flight
        sent = msgspec.structs.replace(request, version=chosen.version)
        flight.instance, flight.heard_s = chosen.instance, monotonic()
        self._bus.send(
            subjects.invoke(chosen.instance),
            REQUESTS.encode(sent, flight.trace_id),
            f"{self._prefix}.{token}",
            traceparent(flight.trace_id),
        )

    def _choose(self, request: CallRequest) -> InstanceInfo | None:
        self._turn += 1
        return choose(self._view.instances_of(request.agent, request.version), {}, self._turn)

    def _on_reply(self, message: Received) -> None:
        flight = self._by_token.get(message.subject.rpartition(".")[2])
        if flight is None:
            return
        if is_no_responder(message):
            # The instance has just gone; the next look chooses another.
            flight.heard_s = 0.0
            flight.news.set()
            return
        try:
            reply = REPLIES.decode(message.data).payload
        except (BadMessageError, RecursionError):
            return
        if reply.call_id != flight.request.call_id:
            return
        flight.heard_s, flight.progress = monotonic(), reply.progress or flight.progress
        if _elsewhere(reply):
            flight.heard_s = 0.0
        elif reply.status in _FINAL:
            flight.reply = reply
        flight.news.set()

    def _forget_tokens(self, flight: _Flight) -> None:
        for token in [token for token, known in self._by_token.items() if known is flight]:
            del self._by_token[token]


def _check(task: Task) -> None:
    if not _CALL_ID.fullmatch(task.call_id):
        raise ProtocolError("A call_id is 1 to 100 letters, digits and “-_.:/”.", field="/call_id")
    if not task.agent:
        raise ProtocolError("Say which agent is asked.", field="/agent")
    if len(bytes(task.input)) > INPUT_MAX:
        raise TooLargeError(f"The input of a task has at most {INPUT_MAX // 1024} KB.", field="/input", limit=INPUT_MAX)
    for name in ("deadline_ms", "wait_ms"):
        if not 0 <= getattr(task, name) <= DEADLINE_MAX_MS:
            raise ProtocolError(f"{name} is a number of milliseconds from 0 to {DEADLINE_MAX_MS}.", field=f"/{name}")
    try:
        msgspec.json.decode(bytes(task.input))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"The input is no JSON: {error}.", field="/input") from error


def _request(call_id: str, task: Task) -> CallRequest:
    return CallRequest(
        call_id=call_id,
        idempotency_key=call_id,
        agent=task.agent,
        version=task.version,
        input=task.input,
        stage_id="task",
        deadline_ms=task.deadline_ms,
    )


def _elsewhere(reply: CallReply) -> bool:
    """Whether the instance only gave the call back, without having run it: its node stops."""
    return reply.error is not None and reply.error.code in ("unavailable", "unknown_version")


async def _told(task: Task, flight: _Flight) -> TaskReply:
    reply = flight.reply
    if reply is None:
        return TaskReply(task.call_id, "running", instance=flight.instance, progress=_raw(flight.progress))
    output = await whole(reply.output, bytes(task.input)) if reply.status == "ok" else NOTHING
    return TaskReply(task.call_id, reply.status, output, reply.error, reply.instance)


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))
