"""The protocol between the engine and an agent instance (features B4).

The engine sends ``Message[CallRequest]`` to ``agent.<instance>.invoke.v1`` with a reply subject; the node answers
there with ``Message[CallReply]``: a result, an error, or (for long calls) ``running`` every ``HEARTBEAT_S`` seconds,
so that silence means trouble.
"""

from typing import Any, Final, Literal

import msgspec

HEARTBEAT_S: Final = 5.0
LEDGER_TTL_S: Final = 3600
"""How long a result is kept: longer than any engine takes to ask for it, short enough for Redis at thousands a second."""
CLAIM_S: Final = 30
"""How long a node's claim on a call holds unless renewed; a node that died holds nobody up for longer."""
INLINE_LIMIT: Final = 64 * 1024
"""Values whose JSON is longer than this many bytes travel as an artifact reference."""


Written = Literal["json", "contract"]
"""How an input or output travels: as JSON, or as the agent's contract says (framed bytes in Base64, docs/wire.md)."""


class CallRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """One attempt of one step. ``call_id`` is unique to the attempt; ``idempotency_key`` stays over attempts."""

    call_id: str
    idempotency_key: str
    agent: str
    version: str
    input: Any
    run_id: str = ""
    workflow_id: str = ""
    stage_id: str = ""
    attempt: int = 1
    deadline_ms: int = 0
    """Milliseconds the agent may work, counted from receipt, so no wall clocks meet; 0 = its own limit."""
    heartbeat_ms: int = 0
    """Milliseconds the agent may work without a sign of life (``CallContext.heartbeat``); 0 = as long as it takes."""
    exclusive: bool = False
    """The caller gives this call id to this one instance: the node looks it up, and claims it only when it lasts."""
    input_as: Written = "json"
    output_as: Written = "json"
    """How the caller can read the output."""


class CallError(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a call failed. ``code`` is stable; ``field`` is a JSON pointer into the input when one is to blame."""

    code: str
    message: str
    retryable: bool = False
    field: str = ""
    data: dict[str, Any] = {}


class CallReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of a call. Times are ms on the node's clock; differences between them are exact."""

    call_id: str
    status: Literal["ok", "error", "running", "unknown"]
    instance: str = ""
    node: str = ""
    output: Any = None
    error: CallError | None = None
    received_ms: int = 0
    started_ms: int = 0
    finished_ms: int = 0
    progress: Any = None
    """With ``running``: what the agent said of its progress last; at most 4 KB of JSON."""
    output_as: Written = "json"


class CallControl(msgspec.Struct, frozen=True):
    """Sent to ``agent.<instance>.control.v1``: ``cancel`` a call, or ``ask`` for its result (answered by CallReply)."""

    action: Literal["cancel", "ask"]
    call_id: str
    reason: str = ""
