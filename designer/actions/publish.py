"""Publish the draft as an immutable, numbered version (features C4)."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions import audit, catalogue, documents
from designer.actions.save_draft import conflict
from designer.actions.validation import require_valid
from designer.models import Workflow, WorkflowVersion


def publish(user: User, workflow: Workflow, expected_revision: int, note: str = "") -> tuple[WorkflowVersion, bool]:
    """Publish the draft of ``expected_revision`` with every agent version pinned; True when a version was made.

    A draft equal to the newest version makes no other: that one is returned, with False.

    Raises:
        ForbiddenError: the user may not edit in the project.
        DraftConflictError: the draft has another revision by now.
        GraphProblemsError: the draft has problems.
    """
    permissions.require(user, Action.PUBLISH, workflow.project)
    with transaction.atomic():
        # The update takes the row's lock: two who publish at once get two numbers, one after the other.
        locked = Workflow.objects.filter(pk=workflow.pk, draft_revision=expected_revision)
        if not locked.update(draft_revision=F("draft_revision")):
            raise conflict(workflow)
        workflow.refresh_from_db()
        require_valid(workflow.draft, workflow.project_id)
        graph = catalogue.pin(workflow.draft, workflow.project_id)
        digest = documents.digest(graph)
        newest = workflow.versions.filter(number__isnull=False).order_by("-number").first()
        if newest is not None and newest.digest == digest:
            return newest, False
        number = (workflow.versions.aggregate(top=Max("number"))["top"] or 0) + 1
        version = workflow.versions.create(number=number, digest=digest, graph=graph, note=note, created_by=user)
        audit.record(user, "workflow.publish", workflow.project, workflow.pk, workflow.title, number=number, note=note)
    return version, True
