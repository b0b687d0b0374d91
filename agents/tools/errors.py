"""Errors of agents: each becomes the ``CallError`` of its call."""

from typing import Any

from agentcluster.errors import AgentClusterError
from agents.domain.calls import CallError


class ToolError(AgentClusterError):
    """The agent could not do what it was asked for."""

    code = "agent_error"
    status = 422

    def __init__(self, message: str = "", *, field: str = "", **data: Any) -> None:
        """Take the message, the JSON pointer of the input that is to blame, and JSON-safe details."""
        super().__init__(message, **data)
        self.field = field

    def to_call_error(self) -> CallError:
        """Return the error as it travels to the engine."""
        return CallError(
            code=self.code, message=self.message, retryable=self.retryable, field=self.field, data=self.data
        )


class BadValueError(ToolError):
    """A value in the input cannot be used."""

    code = "bad_value"


class FileMissingError(ToolError):
    """The file is not in the artifact store; upload it again."""

    code = "file_missing"


class CallCancelledError(ToolError):
    """The call was cancelled."""

    code = "cancelled"


class DeadlineExceededError(ToolError):
    """The call did not finish in the time it was given."""

    code = "deadline_exceeded"
    retryable = True


class PortMissingError(ToolError):
    """What the agent needs of the outside is not there where it runs."""

    code = "port_missing"
