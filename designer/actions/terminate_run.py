"""End a run at once."""

from django.contrib.auth.models import User

from agentcluster.security.permissions import Action
from designer.actions.telling import require_open, tell
from designer.domain.commands import Terminate
from designer.models import Run


def terminate_run(user: User, run: Run, reason: str = "") -> None:
    """End the run without waiting for anything and without undoing anything.

    Raises:
        ForbiddenError: the user may not cancel runs of the project.
        RunFinishedError: it has ended.
        StreamsUnavailableError: Redis is away; nothing was asked.
    """
    require_open(user, Action.CANCEL, run)
    tell(user, run, Terminate(by=user.get_username(), reason=reason))
