"""What an agent outside and the gateway say to each other: JSON over WebSockets, the same in Protobuf over gRPC.

``proto/agentcluster/v1/agent_service.proto`` describes every field; docs/gateways.md tells how it goes.
"""

from typing import Final

import msgspec

from agents.domain.calls import CallError

MESSAGE_MAX: Final = 4 * 1024 * 1024
"""Bytes of one message, either way."""
VALUE_MAX: Final = MESSAGE_MAX - 64 * 1024
"""Bytes of an input or output, as JSON: some room is left for what travels with it."""
HEARTBEAT_S: Final = 5.0
SILENCE_S: Final = 15.0
"""An agent that has sent nothing for so long is let go."""
NOTHING: Final = msgspec.Raw(b"")


class _Said(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type"):
    pass


class Login(_Said, frozen=True, omit_defaults=True, tag="login"):
    """The API token, as the first message of a WebSocket that could not send it in a header."""

    token: str


class Hello(_Said, frozen=True, omit_defaults=True, tag="hello"):
    """Who joins: a registered agent by name, or one that brings its manifest; ``session`` to go on as before."""

    agent: str = ""
    version: str = ""
    manifest: msgspec.Raw = NOTHING
    session: str = ""


class Heartbeat(_Said, frozen=True, omit_defaults=True, tag="heartbeat"):
    """The agent lives."""


class Progress(_Said, frozen=True, omit_defaults=True, tag="progress"):
    """The agent works on the call."""

    call_id: str
    progress: msgspec.Raw = NOTHING


class Result(_Said, frozen=True, omit_defaults=True, tag="result"):
    """The call is done."""

    call_id: str
    output: msgspec.Raw


class Failure(_Said, frozen=True, omit_defaults=True, tag="failure"):
    """The call has failed."""

    call_id: str
    error: CallError


class Goodbye(_Said, frozen=True, omit_defaults=True, tag="goodbye"):
    """No more calls, please."""


class Task(_Said, frozen=True, omit_defaults=True, tag="task"):
    """Somebody asks an agent to do something; ``call_id`` is the asker's own."""

    call_id: str
    agent: str
    input: msgspec.Raw
    version: str = ""
    deadline_ms: int = 0
    wait_ms: int = 0


FromAgent = Hello | Heartbeat | Progress | Result | Failure | Goodbye
FromSocket = Login | FromAgent | Task


class Welcome(_Said, frozen=True, omit_defaults=True, tag="welcome"):
    """The agent is a member of the cluster."""

    session: str
    instance: str
    agent: str
    version: str
    identity: str
    concurrency: int
    heartbeat_ms: int
    resume_ms: int
    manifest: msgspec.Raw
    resumed: bool = False


class Call(_Said, frozen=True, omit_defaults=True, tag="call"):
    """Do this."""

    call_id: str
    idempotency_key: str
    input: msgspec.Raw
    deadline_ms: int
    heartbeat_ms: int = 0
    run_id: str = ""
    workflow_id: str = ""
    stage_id: str = ""
    attempt: int = 1
    trace_id: str = ""


class Cancel(_Said, frozen=True, omit_defaults=True, tag="cancel"):
    """Stop the call."""

    call_id: str
    reason: str = ""


class Receipt(_Said, frozen=True, omit_defaults=False, tag="receipt"):
    """The answer to a call has arrived; not ``accepted``: nobody waited for it any more."""

    call_id: str
    accepted: bool


class Fault(_Said, frozen=True, omit_defaults=True, tag="fault"):
    """What was said cannot be used; ``fatal``: the connection ends. ``call_id``: the task it is about."""

    error: CallError
    fatal: bool = False
    call_id: str = ""


class TaskReply(_Said, frozen=True, omit_defaults=True, tag="task_reply"):
    """What came of a task so far: ``ok``, ``error`` or ``running``."""

    call_id: str
    status: str
    output: msgspec.Raw = NOTHING
    error: CallError | None = None
    instance: str = ""
    progress: msgspec.Raw = NOTHING


FromGateway = Welcome | Call | Cancel | Receipt | Fault
ToSocket = FromGateway | TaskReply
