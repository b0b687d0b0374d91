"""What a task must look like, and the call that is made of it."""

import re
from typing import Final

import msgspec

from agentcluster.ids import sha256_of
from agents.domain.calls import CallRequest
from agents.domain.file_marks import marks_in
from agents.gateway.errors import FileReferenceError, ProtocolError, TooLargeError
from agents.gateway.protocol import Task

DEADLINE_MAX_MS: Final = 24 * 3_600_000
INPUT_MAX: Final = 512 * 1024
_CALL_ID: Final = re.compile(r"[A-Za-z0-9_.:/-]{1,100}")


def check(task: Task) -> None:
    """Pass when the task makes sense; ProtocolError, TooLargeError."""
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
        value = msgspec.json.decode(bytes(task.input))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"The input is no JSON: {error}.", field="/input") from error
    if marks_in(value):
        raise FileReferenceError(field="/input")


def digest_of(task: Task) -> str:
    """Return what repeats of a request have in common."""
    content = [task.agent, task.version, msgspec.json.decode(bytes(task.input))]
    return sha256_of(msgspec.json.encode(content, order="deterministic"))


def request_of(call_id: str, task: Task) -> CallRequest:
    """Return the call."""
    return CallRequest(
        call_id=call_id,
        idempotency_key=call_id,
        agent=task.agent,
        version=task.version,
        input=task.input,
        stage_id="task",
        deadline_ms=task.deadline_ms,
    )
