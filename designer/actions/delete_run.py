"""Delete a run that has ended, with its log."""

from django.contrib.auth.models import User

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from agentcluster.streams.shared import shared_client
from designer.actions import audit
from designer.archive.errors import RunNotFinishedError
from designer.archive.prune import delete_runs
from designer.models import OPEN_STATUSES, Run


def delete_run(user: User, run: Run) -> None:
    """Delete ``run`` for good: its row, its log wherever that is, and in time the files that only it mentions.

    Raises:
        ForbiddenError: the user may not delete in the project.
        RunNotFinishedError: it has not ended.
        StreamsUnavailableError: Redis is away; the run is still there.
    """
    permissions.require(user, Action.DELETE, run.project)
    if run.status in OPEN_STATUSES or run.ended_at is None:
        raise RunNotFinishedError(run_status=run.status)
    title, status = run.workflow.title, run.status
    delete_runs(
        shared_client(), [run.pk], lambda: audit.record(user, "run.delete", run.project, run.pk, title, status=status)
    )
