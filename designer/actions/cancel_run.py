"""Ask a run to stop."""

from django.contrib.auth.models import User

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions import audit
from designer.actions.errors import RunFinishedError
from designer.engine.inbox import request_cancel
from designer.models import OPEN_STATUSES, Run
from designer.traces.log import OPEN, read_meta


def cancel_run(user: User, run: Run, reason: str = "") -> None:
    """Put a cancel into the run's inbox; its owner, or its next one, takes it from there.

    Raises:
        ForbiddenError: the user may not cancel runs of the project.
        RunFinishedError: it has ended.
        StreamsUnavailableError: Redis is away; nothing was asked.
    """
    permissions.require(user, Action.CANCEL, run.project)
    meta = read_meta(run.pk)
    if run.status not in OPEN_STATUSES or (meta is not None and meta.status != OPEN):
        raise RunFinishedError(
            f"The run has already ended ({run.get_status_display().lower()}).", run_status=run.status
        )
    request_cancel(run.pk, user.get_username(), reason)
    audit.record(user, "run.cancel", run.project, run.pk, run.workflow.title, reason=reason)
