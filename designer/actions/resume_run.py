"""Let a paused run go on."""

from django.contrib.auth.models import User

from agentcluster.security.permissions import Action
from designer.actions.run_errors import NotPausedError
from designer.actions.standing import read_standing
from designer.actions.telling import require_open, tell
from designer.domain.commands import Resume
from designer.models import Run, RunStatus


def resume_run(user: User, run: Run, reason: str = "") -> None:
    """Resume the run.

    Raises:
        ForbiddenError: the user may not cancel runs of the project.
        RunFinishedError: it has ended.
        NotPausedError: it is not paused.
        StreamsUnavailableError: Redis is away; nothing was asked.
    """
    require_open(user, Action.CANCEL, run)
    if read_standing(run.pk).paused is None:
        status = RunStatus.RUNNING if run.status == RunStatus.PAUSED else run.status
        raise NotPausedError(run_status=status)
    tell(user, run, Resume(by=user.get_username(), reason=reason))
