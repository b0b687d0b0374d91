"""Ask a run to stop in order."""

from django.contrib.auth.models import User

from agentcluster.security.permissions import Action
from designer.actions.run_errors import RunStoppingError
from designer.actions.standing import read_standing
from designer.actions.telling import require_open, tell
from designer.domain.commands import Cancel
from designer.models import Run


def cancel_run(user: User, run: Run, reason: str = "") -> None:
    """Tell what is in flight to stop, undo what is done, end as cancelled; the run's owner does so in its own time.

    Raises:
        ForbiddenError: the user may not cancel runs of the project.
        RunFinishedError: it has ended.
        RunStoppingError: it is being stopped already.
        StreamsUnavailableError: Redis is away; nothing was asked.
    """
    require_open(user, Action.CANCEL, run)
    if read_standing(run.pk).stopping:
        raise RunStoppingError
    tell(user, run, Cancel(by=user.get_username(), reason=reason))
