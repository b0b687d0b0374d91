"""Delete a workflow with its versions, its finished runs and their logs."""

from contextlib import suppress

from django.contrib.auth.models import User
from django.db import transaction

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from agentcluster.streams.blocking import forget
from agentcluster.streams.errors import StreamsUnavailableError
from agentcluster.streams.shared import shared_client
from designer.actions import audit
from designer.actions.errors import WorkflowBusyError
from designer.actions.inner_workflows import in_use, uses_of
from designer.archive.prune import let_files_go
from designer.models import OPEN_STATUSES, Workflow


def delete_workflow(user: User, workflow: Workflow, *, force: bool = False) -> None:
    """Delete ``workflow`` for good; with ``force`` also one that others have inside, of which nothing runs.

    Raises:
        ForbiddenError: the user may not edit in the project.
        WorkflowBusyError: some of its runs have not ended.
        WorkflowInUseError: runs of others go on inside which it runs; or others were published that have it inside.
    """
    permissions.require(user, Action.DELETE, workflow.project)
    with transaction.atomic():
        # Writing first takes the lock that start_run takes too, also of workflows inside: no run begins while this looks.
        Workflow.objects.filter(pk=workflow.pk).update(updated_at=workflow.updated_at)
        open_runs = workflow.runs.filter(status__in=OPEN_STATUSES).count()
        if open_runs:
            raise WorkflowBusyError(open_runs=open_runs)
        uses = uses_of(workflow)
        if any(use.open_runs for use in uses) or (uses and not force):
            raise in_use(workflow, uses)
        audit.record(user, "workflow.delete", workflow.project, workflow.pk, workflow.title, name=workflow.name)
        gone = list(workflow.runs.values_list("pk", flat=True))
        let_files_go(gone)
        workflow.runs.all().delete()
        workflow.delete()
    # Only when nothing leads to the logs any more; should Redis be away, they take room and harm nothing.
    with suppress(StreamsUnavailableError):
        forget(shared_client(), gone)
