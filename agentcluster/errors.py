"""Errors every layer shares: each has a code, data, and says whether trying again can help."""

import inspect
from typing import Any, ClassVar


class AgentClusterError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, message: str = "", **data: Any) -> None:
        """Take a message (the docstring when empty) and JSON-safe details."""
        self.message = message or inspect.getdoc(type(self)) or self.code
        self.data = data
        super().__init__(self.message)


class BadInputError(AgentClusterError):
    """The input does not fit what is asked for."""

    code = "bad_input"
    status = 400


class ForbiddenError(AgentClusterError):
    """Your role does not allow this."""

    code = "forbidden"
    status = 403


class NotFoundError(AgentClusterError):
    """There is no such thing, or you may not see it."""

    code = "not_found"
    status = 404


class ConflictError(AgentClusterError):
    """It was changed by somebody else in the meantime."""

    code = "conflict"
    status = 409


class UnavailableError(AgentClusterError):
    """A service this needs cannot be reached right now."""

    code = "unavailable"
    status = 503
    retryable = True


class PreconditionRequiredError(AgentClusterError):
    """Say which revision you saw: send its number in the If-Match header, as the ETag gave it."""

    code = "precondition_required"
    status = 428
