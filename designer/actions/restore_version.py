"""Make the draft of a workflow one of its published versions again (features C4)."""

from django.contrib.auth.models import User
from django.db import transaction

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions import audit
from designer.actions.save_draft import replace_draft
from designer.models import Workflow, WorkflowVersion


def restore_version(
    user: User, workflow: Workflow, version: WorkflowVersion, expected_revision: int, reason: str = ""
) -> Workflow:
    """Replace the draft that has ``expected_revision`` by the version's graph; return the workflow with its new draft.

    Agents and inner workflows stay pinned as they were published. Versions and runs stay as they are.

    Raises:
        ForbiddenError: the user may not edit in the project.
        DraftConflictError: the draft has another revision by now; who saved it and when is in the data.
    """
    permissions.require(user, Action.EDIT, workflow.project)
    with transaction.atomic():
        replace_draft(user, workflow, version.graph, expected_revision)
        audit.record(
            user,
            "workflow.restore_version",
            workflow.project,
            workflow.pk,
            workflow.title,
            number=version.number,
            revision=workflow.draft_revision,
            reason=reason,
        )
    return workflow
