"""Let a run start nothing new."""

from django.contrib.auth.models import User

from agentcluster.security.permissions import Action
from designer.actions.run_errors import AlreadyPausedError, RunStoppingError
from designer.actions.standing import read_standing
from designer.actions.telling import require_open, tell
from designer.domain.commands import Pause
from designer.models import Run


def pause_run(user: User, run: Run, reason: str = "") -> None:
    """Pause the run: what is in flight goes on to its end, nothing new begins until it is resumed.

    Raises:
        ForbiddenError: the user may not cancel runs of the project.
        RunFinishedError: it has ended.
        RunStoppingError: it is being stopped.
        AlreadyPausedError: it is paused.
        StreamsUnavailableError: Redis is away; nothing was asked.
    """
    require_open(user, Action.CANCEL, run)
    standing = read_standing(run.pk)
    if standing.stopping:
        raise RunStoppingError
    if (paused := standing.paused) is not None:
        by = f" by {paused.by}" if paused.by else ""
        why = f": {paused.reason}" if paused.reason else ""
        raise AlreadyPausedError(f"The run is paused already{by}{why}.", by=paused.by)
    tell(user, run, Pause(by=user.get_username(), reason=reason))
