"""Calls as they come in: known ones join, new ones run, results are kept, then sent (features B4)."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from agentcluster.clock import monotonic
from agentcluster.messaging import BadMessageError, BusUnavailableError, MessageTooLargeError, Received
from agentcluster.tasks import end
from agents.cluster.protocol import CONTROLS
from agents.contracts.unreadable import OnUnreadable, log_only
from agents.domain.calls import CLAIM_S, HEARTBEAT_S, CallControl, CallError, CallReply
from agents.domain.lifecycle import LifeState
from agents.node.admission import Admission
from agents.node.call import REQUESTS, Call, NodeRequest, Outcome
from agents.node.execution import Executor
from agents.node.failures import (
    CANCELLED,
    DEADLINE,
    GIVEN_BACK,
    INSTANCE_STOPPING,
    NODE_STOPPING,
    OVERLOADED,
    from_exception,
)
from agents.node.hosted import HostedAgent
from agents.node.ledger import Claim, Ledger
from agents.node.silence import SilenceWatch

logger = logging.getLogger(__name__)

CALLS_MAX: Final = 20_000
SWEEP_S: Final = 0.5
FORCE_S: Final = 5.0
"""A call that was told to stop is answered after this long, whatever its agent does."""

OTHERS_S: Final = 1.0
"""How often a call that another node works on is looked after."""
RENEW_S: Final = CLAIM_S / 3
UNCLAIMED_S: Final = RENEW_S - SWEEP_S
"""By so much the renewal of a claim comes early for a call that was only looked up: it gets one when it lasts."""

Send = Callable[[str, bytes, str], None]
"""Takes the reply subject, the payload (JSON of a CallReply) and the trace id."""

_encode = msgspec.json.Encoder().encode


class _Standing(msgspec.Struct, frozen=True):
    """What of a kept ``CallReply`` says whether it is a claim, and whose."""

    status: str
    node: str = ""


_standing = msgspec.json.Decoder(_Standing).decode


class CallService:
    """All calls of a node. Runs on one loop; give it messages, it sends replies."""

    def __init__(self, node: str, limit: int, executor: Executor, ledger: Ledger) -> None:
        """``node`` is the node's id; at most ``limit`` calls run at a time."""
        self.node = node
        self.calls: dict[str, Call] = {}
        self.stopping = False
        self.admission = Admission(limit, self._start)
        self.send: Send = _nowhere
        self.on_unreadable: OnUnreadable = log_only
        self._executor, self._ledger = executor, ledger
        self._silence = SilenceWatch(self.stop_call)
        self._arrived: list[Call] = []
        self._loop = asyncio.get_running_loop()
        self._sweeper = self._loop.create_task(self._sweep())
        self._empty = asyncio.Event()

    def on_invoke(self, hosted: HostedAgent, message: Received) -> None:
        """Take a request in."""
        try:
            envelope = REQUESTS.decode(message.data)
        except BadMessageError as error:
            self.on_unreadable(REQUESTS.schema, error, message.subject, message.data, message.headers)
            self._send_now(message.reply, _refusal(hosted, self.node, "", CallError(error.code, error.message)), "")
            return
        request, trace_id = envelope.payload, envelope.trace_id
        call = self.calls.get(request.call_id)
        if call is None:
            refused = self._refuse(hosted, request)
            if refused is not None:
                self._send_now(message.reply, _refusal(hosted, self.node, request.call_id, refused), trace_id)
                return
            call = self._take(hosted, request, trace_id)
        if message.reply and message.reply not in call.replies:
            call.replies.append(message.reply)

    def on_control(self, hosted: HostedAgent, message: Received) -> None:
        """Cancel a call, or tell what became of it."""
        try:
            envelope = CONTROLS.decode(message.data)
        except BadMessageError as error:
            self.on_unreadable(CONTROLS.schema, error, message.subject, message.data, message.headers)
            return
        control, trace_id = envelope.payload, envelope.trace_id
        call = self.calls.get(control.call_id)
        if call is None:
            then = partial(self._tell, hosted, control, message.reply, trace_id)
            if message.reply:
                self._ledger.find([control.call_id], then)
            return
        if message.reply and message.reply not in call.replies:
            call.replies.append(message.reply)
        if control.action == "cancel":
            self.stop_call(call, _cancelled(control.reason))
        elif message.reply:
            self._send_now(message.reply, call.running(self.node), trace_id)

    def stop_call(self, call: Call, error: CallError) -> None:
        """Stop a call: one that waits ends here, one that runs is told, and ends within ``FORCE_S`` seconds."""
        if call.done or call.stopping is not None:
            return
        call.stopping = error
        if call.task is None:
            self.admission.withdraw(call)
            self._end(call, Outcome(error=error, kept=False))
            return
        # Not at once: a task that is cancelled before its first step would never reach its own clean-up.
        self._loop.call_soon(call.task.cancel)
        call.force = self._loop.call_later(FORCE_S, self._force, call)

    def hand_back(self, hosted: HostedAgent | None = None) -> None:
        """Take nothing more, and give back what has not begun: of one instance, or of the whole node."""
        if hosted is None:
            self.stopping = True
        for call in self._of(hosted):
            if call.task is None:
                self.stop_call(call, self._why_stopping())

    async def drained(self, wait_s: float, hosted: HostedAgent | None = None) -> None:
        """Wait until no call (of the instance) is left; what lasts longer than ``wait_s`` seconds is stopped and given back."""
        try:
            await asyncio.wait_for(self._until_empty(hosted), wait_s)
        except TimeoutError:
            for call in self._of(hosted):
                self.stop_call(call, self._why_stopping())
            try:
                await asyncio.wait_for(self._until_empty(hosted), FORCE_S + 1)
            except TimeoutError:
                logger.error("%d results could not be kept before the end", len(self._of(hosted)))

    def _why_stopping(self) -> CallError:
        return NODE_STOPPING if self.stopping else INSTANCE_STOPPING

    def _of(self, hosted: HostedAgent | None) -> list[Call]:
        return [call for call in self.calls.values() if hosted is None or call.hosted is hosted]

    async def close(self) -> None:
        """Stop sending signs of life."""
        await end(self._sweeper)

    def _refuse(self, hosted: HostedAgent, request: NodeRequest) -> CallError | None:
        if self.stopping or hosted.state is not LifeState.RUNNING:
            return self._why_stopping()
        if len(self.calls) >= CALLS_MAX:
            return OVERLOADED
        version = hosted.manifest.version
        if request.agent != hosted.name or request.version not in ("", version):
            what = f"{hosted.name} {version}"
            return CallError("unknown_version", f"This is {what}, not {request.agent} {request.version}.", True)
        return None

    def _take(self, hosted: HostedAgent, request: NodeRequest, trace_id: str) -> Call:
        now = monotonic()
        call = Call(hosted, request, trace_id, now)
        call.timer = self._loop.call_later(call.deadline_s - now, self.stop_call, call, DEADLINE)
        self.calls[request.call_id] = call
        self._look_up_soon(call)
        return call

    def _look_up_soon(self, call: Call) -> None:
        self._arrived.append(call)
        if len(self._arrived) == 1:
            self._loop.call_soon(self._look_up)

    def _look_up(self) -> None:
        """Look up in the ledger everything that came in this turn of the loop; claim what others may have got, too."""
        arrived, self._arrived = self._arrived, []
        exclusive = [call for call in arrived if call.request.exclusive]
        shared = [call for call in arrived if not call.request.exclusive]
        if exclusive:
            self._ledger.find([call.call_id for call in exclusive], partial(self._admit, exclusive))
        if shared:
            self._ledger.claim([self._claim(call) for call in shared], partial(self._admit, shared))

    def _claim(self, call: Call) -> Claim:
        return call.call_id, _encode(call.running(self.node))

    def _admit(self, arrived: list[Call], standing: list[bytes | None]) -> None:
        for call, there in zip(arrived, standing, strict=True):
            claim = None if there is None else _standing(there)
            if there is None or claim == _Standing("running", self.node):
                self._begin(call)
            elif call.done:
                continue
            elif claim is not None and claim.status == "running":
                self._loop.call_later(OTHERS_S, self._look_again, call)
            else:
                call.done = True
                self._answer(call, there)

    def _begin(self, call: Call) -> None:
        """Run a call whose claim we hold, now or as soon as there is room."""
        if call.done:
            if call.call_id not in self.calls:
                self._ledger.release(call.call_id)
            return
        call.claimed_s = monotonic() - (UNCLAIMED_S if call.request.exclusive else 0.0)
        stopping = self.stopping or call.hosted.state is not LifeState.RUNNING
        if stopping or not self.admission.offer(call):
            self._end(call, Outcome(error=self._why_stopping() if stopping else OVERLOADED, kept=False))

    def _look_again(self, call: Call) -> None:
        """See whether the other node has finished, or has died and its claim with it."""
        if not call.done:
            self._look_up_soon(call)

    def _start(self, call: Call) -> None:
        call.task = self._loop.create_task(self._run(call))

    async def _run(self, call: Call) -> None:
        hosted = call.hosted
        started_s = monotonic()
        call.begin()
        self._silence.begin(call)
        try:
            outcome = await self._executor.run(call)
            if call.stopping is not None and outcome.error is not None and outcome.error.code == CANCELLED.code:
                outcome = msgspec.structs.replace(outcome, error=call.stopping)
        except asyncio.CancelledError:
            outcome = Outcome(error=call.stopping or self._why_stopping(), kept=call.stopping not in GIVEN_BACK)
        except Exception as error:
            outcome = Outcome(error=from_exception(error, call.call_id))
        worked_s = monotonic() - started_s
        hosted.stats.processing_ns += int(worked_s * 1e9)
        if outcome.error is None:
            hosted.stats.worked(worked_s * 1000)
        if not call.done:
            self.admission.release(hosted)
            self._end(call, outcome)

    def _force(self, call: Call) -> None:
        """The agent does not stop: answer without it."""
        if not call.done and call.stopping is not None:
            logger.warning("call %s of %s did not stop in time", call.call_id, call.hosted.instance)
            self.admission.release(call.hosted)
            self._end(call, Outcome(error=call.stopping, kept=call.stopping not in GIVEN_BACK))

    def _end(self, call: Call, outcome: Outcome) -> None:
        call.done = True
        stats = call.hosted.stats
        stats.requests += 1
        if outcome.error is not None:
            stats.errors += 1
            stats.last_error = f"{outcome.error.code}: {outcome.error.message}"
        reply = call.reply(self.node, outcome)
        sent = _encode(call.sent(reply, outcome))
        if outcome.kept:
            kept = _encode(reply) if outcome.framed else sent
            self._ledger.keep(call.request.call_id, kept, partial(self._answer, call, sent))
            return
        if call.claimed_s:
            self._ledger.release(call.request.call_id)
        self._answer(call, sent)

    def _answer(self, call: Call, reply: bytes) -> None:
        call.forget_timers()
        del self.calls[call.request.call_id]
        for subject in call.replies:
            self._send(subject, reply, call.trace_id)
        if not self.calls or call.hosted.state is LifeState.STOPPING:
            self._empty.set()

    def _tell(
        self, hosted: HostedAgent, control: CallControl, subject: str, trace_id: str, kept: list[bytes | None]
    ) -> None:
        unknown = CallReply(control.call_id, "unknown", hosted.instance, self.node)
        self._send(subject, kept[0] or _encode(unknown), trace_id)

    def _send_now(self, subject: str, reply: CallReply, trace_id: str) -> None:
        if subject:
            self._send(subject, _encode(reply), trace_id)

    def _send(self, subject: str, reply: bytes, trace_id: str) -> None:
        try:
            self.send(subject, reply, trace_id)
        except (BusUnavailableError, MessageTooLargeError) as error:
            logger.warning("a reply could not be sent; it stays in the ledger: %s", error)

    async def _sweep(self) -> None:
        """Send a sign of life for each call nobody has heard of for ``HEARTBEAT_S`` seconds; keep claims alive."""
        while True:
            await asyncio.sleep(SWEEP_S)
            now = monotonic()
            self._renew(now)
            for call in self.calls.values():
                if now - call.heard_s >= HEARTBEAT_S:
                    call.heard_s = now
                    for subject in call.replies:
                        self._send_now(subject, call.running(self.node), call.trace_id)

    def _renew(self, now: float) -> None:
        old = [call for call in self.calls.values() if call.claimed_s and now - call.claimed_s >= RENEW_S]
        for call in old:
            call.claimed_s = now
        self._ledger.renew([self._claim(call) for call in old])

    async def _until_empty(self, hosted: HostedAgent | None) -> None:
        while self._of(hosted):
            self._empty.clear()
            await self._empty.wait()


def _nowhere(subject: str, reply: bytes, trace_id: str) -> None:
    raise BusUnavailableError(f"There is no way yet to send a reply to {subject}.")


def _cancelled(reason: str) -> CallError:
    return CallError(CANCELLED.code, f"The call was cancelled: {reason}.") if reason else CANCELLED


def _refusal(hosted: HostedAgent, node: str, call_id: str, error: CallError) -> CallReply:
    hosted.stats.requests += 1
    hosted.stats.errors += 1
    hosted.stats.last_error = f"{error.code}: {error.message}"
    return CallReply(call_id, "error", hosted.instance, node, error=error)
