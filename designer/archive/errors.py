"""Why something is not deleted or kept as asked."""

from agentcluster.errors import ConflictError, ForbiddenError


class RunNotFinishedError(ConflictError):
    """The run has not ended; cancel or terminate it first."""

    code = "run_not_finished"


class GlobalPolicyError(ForbiddenError):
    """A policy for all projects is set by a superuser; name one of your projects."""
