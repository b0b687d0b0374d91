"""How whatever an agent raises becomes the typed error of its call (features B4)."""

import logging
from typing import Any, Final

import msgspec

from agentcluster.errors import AgentClusterError
from agents.domain.calls import CallError
from agents.domain.schema_check import FieldError
from agents.tools.errors import ToolError

logger = logging.getLogger(__name__)

MESSAGE_LIMIT: Final = 4000
DATA_LIMIT: Final = 16 * 1024

CANCELLED: Final = CallError("cancelled", "The call was cancelled.")
DEADLINE: Final = CallError("deadline_exceeded", "The call did not finish in the time it was given.", retryable=True)
OVERLOADED: Final = CallError("overloaded", "The instance has as much to do as it may take.", retryable=True)
NODE_STOPPING: Final = CallError("unavailable", "The node is stopping; the call goes to another.", retryable=True)
INSTANCE_STOPPING: Final = CallError(
    "unavailable", "This instance is stopping; the call goes to another.", retryable=True
)
GIVEN_BACK: Final = (NODE_STOPPING, INSTANCE_STOPPING)
"""Why calls are given back: they may be made again, at once and elsewhere, so nothing of them is kept."""
UNEXPECTED: Final = CallError("agent_error", "The agent failed unexpectedly; the log of its node tells more.")
SILENT: Final = CallError("heartbeat_timeout", "The agent gave no sign of life for too long.", retryable=True)
MEMORY: Final = CallError("memory_limit", "The agent needed more memory than its limit allows.")
CPU_TIME: Final = CallError("cpu_limit", "The agent needed more CPU time than its limit allows.")
CRASHED: Final = CallError("worker_crashed", "The process that ran the agent ended unexpectedly.", retryable=True)


def from_exception(error: BaseException, call_id: str) -> CallError:
    """Return the call error; an unexpected one is logged with its traceback and shows nothing of the inside."""
    if isinstance(error, ToolError):
        return bounded(error.to_call_error())
    if isinstance(error, AgentClusterError):
        return bounded(CallError(error.code, error.message, error.retryable, data=error.data))
    if isinstance(error, MemoryError):
        return MEMORY
    logger.error("call %s: the agent failed unexpectedly", call_id, exc_info=error)
    return UNEXPECTED


def bounded(error: CallError) -> CallError:
    """Return the error with a message and data that surely fit into a reply."""
    return msgspec.structs.replace(error, message=error.message[:MESSAGE_LIMIT], data=_bounded_data(error.data))


def of_schema(problems: list[FieldError], *, code: str, what: str) -> CallError:
    """Return the error for a value that does not fit its schema; the first problem names the field."""
    first = problems[0]
    where = f" at {first.pointer}" if first.pointer else ""
    listed = [{"field": each.pointer, "message": each.message, "code": each.code} for each in problems]
    return bounded(CallError(code, f"{what}{where} {first.message}", field=first.pointer, data={"problems": listed}))


def _bounded_data(data: dict[str, Any]) -> dict[str, Any]:
    try:
        return data if len(msgspec.json.encode(data)) <= DATA_LIMIT else {}
    except (TypeError, ValueError):
        return {}
