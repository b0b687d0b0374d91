"""Why a run does not follow a command."""

from typing import Any

from agentcluster.errors import AgentClusterError, ConflictError, ForbiddenError
from designer.actions.errors import InvalidInputError


class AlreadyPausedError(ConflictError):
    """The run is paused already."""

    code = "already_paused"


class NotPausedError(ConflictError):
    """The run is not paused."""

    code = "not_paused"


class RunStoppingError(ConflictError):
    """The run is being stopped."""

    code = "run_stopping"


class UnknownSignalError(ConflictError):
    """No step of this run waits for a signal of that name, now or later."""

    code = "unknown_signal"


class ApprovalNotOpenError(ConflictError):
    """No such step of this run waits for an approval."""

    code = "approval_not_open"


class AlreadyDecidedError(ConflictError):
    """You have approved this already; it needs somebody else, too."""

    code = "already_decided"


class NotAnApproverError(ForbiddenError):
    """You are not among those who may decide this."""

    code = "not_an_approver"


class NotFailedError(ConflictError):
    """Only a run that failed, was cancelled or was terminated can be tried again."""

    code = "not_failed"


class NotBegunError(ConflictError):
    """The run has not begun yet: it has no events to take over."""

    code = "not_begun"


class LogGoneError(ConflictError):
    """The run's log is gone; what it recorded cannot be taken over."""

    code = "log_gone"


class InvalidDataError(InvalidInputError):
    """What was sent does not fit; see the list of errors."""

    code = "invalid_data"
    status = 422

    @classmethod
    def at(cls, field: str, message: str, code: str, **data: Any) -> "InvalidDataError":
        """Return the error of one field (a JSON pointer); ``data`` goes with the answer."""
        error = cls([{"field": field, "message": message, "code": code}])
        error.data.update(data)
        return error


class CountChangedError(ConflictError):
    """More runs match now than were expected; look at them again."""

    code = "count_changed"


class NothingMatchesError(ConflictError):
    """No run matches."""

    code = "nothing_matches"


class TooManyRunsError(AgentClusterError):
    """More runs match than one operation may take."""

    code = "too_many_runs"
    status = 422


class NoneAcceptedError(AgentClusterError):
    """None of the runs was accepted; the results say why."""

    code = "none_accepted"
    status = 422
