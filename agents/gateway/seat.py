"""An agent that joined: an instance on the gateway's node whose calls go over a connection, which may break and come back."""

import asyncio
import re
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from agentcluster.clock import monotonic
from agents.domain.calls import CallError
from agents.domain.manifest import Manifest, canonical
from agents.gateway.connection import Connection
from agents.gateway.protocol import (
    HEARTBEAT_S,
    VALUE_MAX,
    Cancel,
    Failure,
    Progress,
    Receipt,
    Result,
    Welcome,
)
from agents.gateway.protocol import Call as Order
from agents.node.call import Call, Outcome
from agents.node.execution import checked_outcome, read_checked
from agents.node.failures import CANCELLED, bounded
from agents.node.hosted import HostedAgent
from agents.node.own_files import OwnFiles
from agents.tools.context import PROGRESS_LIMIT

STOP_S: Final = 4.0
"""So long an agent may take to answer a cancelled call; the node answers for it soon after."""
DISCONNECTED: Final = CallError(
    "agent_disconnected", "The connection to the agent broke, and it did not come back in time.", retryable=True
)
LEFT: Final = CallError("agent_disconnected", "The agent has left the gateway.", retryable=True)
BAD_ERROR: Final = CallError("agent_error", "The agent failed, with an error that cannot be read.")
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(slots=True, eq=False)
class Work:
    """A call at the agent, or on its way. ``answer``: the output as JSON, or an Outcome made here."""

    call: Call
    input: bytes
    answer: "asyncio.Future[bytes | Outcome]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    sent: bool = False
    """Whether it went over the connection of the moment."""
    seen: bool = False
    """Whether it ever went out, so that the agent may have worked on it."""

    def settle(self, answer: bytes | Outcome) -> bool:
        """Take the answer; False when there was one."""
        if self.answer.done():
            return False
        self.answer.set_result(answer)
        return True


class Seat:
    """The runner of one instance (``agents.node.runner``). ``session`` is what its agent proves by that it is the same."""

    def __init__(self, user_id: int, manifest: Manifest, identity: str, node_id: str) -> None:
        """Begin without a connection."""
        self.user_id = user_id
        self.session = secrets.token_urlsafe(24)
        instance = f"{manifest.name}-{secrets.token_hex(4)}-{node_id}"
        self.hosted = HostedAgent(manifest, instance, identity, function=None, runner=self)
        self.connection: Connection | None = None
        self.lost_s = 0.0
        """Since when there is no connection, on the monotonic clock."""
        self.leaving = False
        """The agent said goodbye, or is gone."""
        self._work: dict[str, Work] = {}

    async def start(self) -> None:
        """Nothing to get ready: the agent is there already."""

    async def run(self, call: Call) -> Outcome:
        """Hand the call to the agent and return what came of it."""
        intent = call.hosted.manifest.intent
        given = await read_checked(intent.input, bytes(call.request.input))
        if isinstance(given, Outcome):
            return given
        data = msgspec.json.encode(given)
        if len(data) > VALUE_MAX:
            message = (
                f"The input has {len(data):,} bytes with its large values; an agent at the gateway takes {VALUE_MAX:,}."
            )
            return Outcome(error=CallError("value_too_large", message), kept=False)
        work = self._work[call.call_id] = Work(call, data)
        call.beat()
        try:
            self._give(work)
            answer = await self._answer(work)
        finally:
            del self._work[call.call_id]
        if isinstance(answer, Outcome):
            return answer
        return await self._checked(answer, OwnFiles(bytes(call.request.input), given))

    async def stop(self, grace_s: float) -> None:
        """End the connection; what is still at work is answered for."""
        self.give_up(LEFT)
        if self.connection is not None:
            self.connection.end()

    @property
    def idle(self) -> bool:
        """Whether nothing is at work."""
        return not self._work

    def welcome(self, resume_s: float, *, resumed: bool) -> Welcome:
        """Return what the agent is told when it has joined."""
        hosted = self.hosted
        return Welcome(
            self.session,
            hosted.instance,
            hosted.name,
            hosted.manifest.version,
            hosted.identity,
            hosted.concurrency,
            int(HEARTBEAT_S * 1000),
            int(resume_s * 1000),
            msgspec.Raw(canonical(hosted.manifest)),
            resumed,
        )

    def attach(self, connection: Connection) -> None:
        """Go on over ``connection``; every call that is open is sent (again)."""
        self.connection = connection
        connection.on_room = self._flush
        for work in self._work.values():
            work.sent = False
        self._flush()

    def detach(self, connection: Connection) -> bool:
        """Note that a connection has ended; False when the seat has gone on over another."""
        if self.connection is not connection:
            return False
        self.connection, self.lost_s = None, monotonic()
        return True

    def give_up(self, error: CallError) -> None:
        """Answer every open call with ``error``; those the agent never saw may run elsewhere under the same id."""
        for work in self._work.values():
            work.settle(Outcome(error=error, kept=work.seen))

    def on_result(self, said: Result) -> Receipt:
        """Take an output."""
        work = self._work.get(said.call_id)
        return Receipt(said.call_id, work is not None and work.settle(bytes(said.output)))

    def on_failure(self, said: Failure) -> Receipt:
        """Take an error."""
        work, error = self._work.get(said.call_id), said.error
        known = _CODE.fullmatch(error.code) is not None
        outcome = Outcome(error=bounded(error) if known else BAD_ERROR)
        return Receipt(said.call_id, work is not None and work.settle(outcome))

    def on_progress(self, said: Progress) -> None:
        """Note a sign of life of a call."""
        work = self._work.get(said.call_id)
        if work is not None:
            progress = bytes(said.progress)
            work.call.beat_as(progress if len(progress) <= PROGRESS_LIMIT else b"")

    async def _answer(self, work: Work) -> bytes | Outcome:
        try:
            await asyncio.wait({work.answer})
        except asyncio.CancelledError:
            stopping = work.call.stopping or CANCELLED
            if self.connection is None or not work.sent:
                return Outcome(error=stopping, kept=work.seen)
            self.connection.put(Cancel(work.call.call_id, stopping.message))
            done, _ = await asyncio.wait({work.answer}, timeout=STOP_S)
            if not done:
                raise
        return work.answer.result()

    async def _checked(self, output: bytes, files: OwnFiles) -> Outcome:
        try:
            returned: Any = (
                await asyncio.to_thread(msgspec.json.decode, output)
                if len(output) > 65_536
                else (msgspec.json.decode(output))
            )
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return Outcome(error=CallError("invalid_output", f"The agent's output is no JSON: {error}."))
        return await checked_outcome(self.hosted.manifest.intent.output, returned, files)

    def _give(self, work: Work) -> None:
        connection = self.connection
        if connection is None or not connection.has_room(len(work.input)):
            return
        call, request = work.call, work.call.request
        work.sent = work.seen = True
        order = Order(
            call_id=request.call_id,
            idempotency_key=request.idempotency_key,
            input=msgspec.Raw(work.input),
            deadline_ms=max(1, int((call.deadline_s - monotonic()) * 1000)),
            heartbeat_ms=request.heartbeat_ms,
            run_id=request.run_id,
            workflow_id=request.workflow_id,
            stage_id=request.stage_id,
            attempt=request.attempt,
            trace_id=call.trace_id,
        )
        connection.put(order, len(work.input))

    def _flush(self) -> None:
        """Send the calls that had no room before."""
        for work in self._work.values():
            if not work.sent and not work.answer.done():
                self._give(work)
