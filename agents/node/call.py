"""A call on this node, from its message to its reply."""

import asyncio
from typing import Any, Final

import msgspec

from agentcluster.clock import monotonic
from agentcluster.messaging import Codec
from agents.contracts.wire import packed
from agents.domain.calls import CallError, CallReply, Written
from agents.node.clock import steady_ms
from agents.node.hosted import HostedAgent
from agents.tools.context import progress_json


class NodeRequest(msgspec.Struct, frozen=True):
    """``CallRequest`` as the node reads it: the input stays JSON until whoever needs it decodes it."""

    call_id: str
    idempotency_key: str
    agent: str
    version: str
    input: msgspec.Raw
    deadline_ms: int = 0
    heartbeat_ms: int = 0
    exclusive: bool = False
    run_id: str = ""
    workflow_id: str = ""
    stage_id: str = ""
    attempt: int = 1
    input_as: Written = "json"
    output_as: Written = "json"


REQUESTS: Final = Codec(NodeRequest, "agent.invoke.v1")


class Outcome(msgspec.Struct, frozen=True):
    """What came of a call. ``kept``: the agent has run (or may have), so the result must stay the same for ever."""

    output: Any = None
    error: CallError | None = None
    kept: bool = True
    framed: bytes = b""
    """The output as its contract says, where it is to travel so."""
    started_s: float = 0.0
    """When a worker process began, on the monotonic clock; 0 when the node's loop did the work."""


class Call:
    """One ``call_id`` in flight. ``replies``: where its result is wanted; a repeat of the call adds itself here."""

    __slots__ = (
        "beat_s", "claimed_s", "deadline_s", "done", "force", "heard_s", "hosted", "progress", "received_ms", "replies",
        "request", "silence", "started_ms", "stopping", "task", "timer", "trace_id",
    )  # fmt: skip

    def __init__(self, hosted: HostedAgent, request: NodeRequest, trace_id: str, now_s: float) -> None:
        """Take the request in at ``now_s`` (monotonic seconds)."""
        self.hosted, self.request, self.trace_id = hosted, request, trace_id
        self.replies: list[str] = []
        self.received_ms = steady_ms()
        self.started_ms = 0
        self.heard_s = now_s
        self.claimed_s = 0.0
        """When our claim in the ledger was made or renewed, on the monotonic clock; 0 while the call is not ours."""
        limit_s = hosted.manifest.limits.timeout_s
        self.deadline_s = now_s + (min(limit_s, request.deadline_ms / 1000) if request.deadline_ms else limit_s)
        self.task: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.force: asyncio.TimerHandle | None = None
        self.silence: asyncio.TimerHandle | None = None
        """Ends the call when its agent is silent for too long; see ``SilenceWatch``."""
        self.beat_s = 0.0
        """When the agent began or last gave a sign of life, on the monotonic clock; 0 before."""
        self.progress: Any = None
        """What it said then last."""
        self.stopping: CallError | None = None
        """Why the call is being stopped."""
        self.done = False

    @property
    def call_id(self) -> str:
        """The id of the attempt."""
        return self.request.call_id

    def begin(self) -> None:
        """Note that the agent begins now."""
        self.started_ms = steady_ms()

    def beat(self, progress: Any = None) -> None:
        """Note that the agent gave a sign of life. A progress that is too long, or no JSON, is not kept."""
        self.beat_as(progress_json(progress))

    def beat_as(self, progress: bytes) -> None:
        """Note a sign of life and a progress that is JSON already; empty: as before."""
        self.beat_s = monotonic()
        if progress:
            self.progress = msgspec.Raw(progress)

    def forget_timers(self) -> None:
        """Drop what would stop the call; it has ended."""
        for timer in (self.timer, self.force, self.silence):
            if timer is not None:
                timer.cancel()

    def reply(self, node: str, outcome: Outcome) -> CallReply:
        """Return the final reply."""
        return CallReply(
            self.request.call_id,
            "ok" if outcome.error is None else "error",
            self.hosted.instance,
            node,
            outcome.output,
            outcome.error,
            self.received_ms,
            self.started_ms,
            steady_ms(),
        )

    def sent(self, reply: CallReply, outcome: Outcome) -> CallReply:
        """Return the final reply as the caller reads it."""
        if not outcome.framed or self.request.output_as != "contract":
            return reply
        return msgspec.structs.replace(reply, output=packed(outcome.framed), output_as="contract")

    def running(self, node: str) -> CallReply:
        """Return the sign of life."""
        return CallReply(
            self.request.call_id,
            "running",
            self.hosted.instance,
            node,
            received_ms=self.received_ms,
            started_ms=self.started_ms,
            progress=self.progress,
        )
