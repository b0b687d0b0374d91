"""Let a run with a long log go on as a new run with a short one."""

from django.contrib.auth.models import User

from agentcluster.security.permissions import Action
from designer.actions.telling import require_open, tell
from designer.domain.commands import Continue
from designer.models import Run


def continue_run(user: User, run: Run, reason: str = "", *, once: str = "") -> None:
    """End the run as ``continued``; the next run begins with its state, calls in flight included (``once``: ``tell``).

    Raises:
        ForbiddenError: the user may not start runs in the project.
        RunFinishedError: it has ended.
        StreamsUnavailableError: Redis is away; nothing was asked.
    """
    require_open(user, Action.RUN, run)
    tell(user, run, Continue(by=user.get_username(), reason=reason), once=once)
