"""Save the draft of a workflow, unless somebody saved a newer one (features C4)."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agentcluster.errors import NotFoundError
from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions import audit, documents
from designer.actions.errors import DraftConflictError
from designer.models import Workflow


def save_draft(user: User, workflow: Workflow, document: dict[str, Any], expected_revision: int) -> Workflow:
    """Replace the draft that has ``expected_revision``; return the workflow with its new revision.

    A draft may have problems (``validation.problems_of``): only its shape is checked here.

    Raises:
        ForbiddenError: the user may not edit in the project.
        InvalidGraphError, TooLargeError: it is not a workflow document.
        DraftConflictError: the draft has another revision by now; who saved it and when is in the data.
    """
    permissions.require(user, Action.EDIT, workflow.project)
    with transaction.atomic():
        replace_draft(user, workflow, document, expected_revision)
        revision = workflow.draft_revision
        audit.record(user, "workflow.save_draft", workflow.project, workflow.pk, workflow.title, revision=revision)
    return workflow


def replace_draft(user: User, workflow: Workflow, document: dict[str, Any], expected_revision: int) -> None:
    """Write the draft that has ``expected_revision`` anew, inside a transaction; what it is done for is for the caller
    to check and to write down.

    Raises ``InvalidGraphError``, ``TooLargeError`` and ``DraftConflictError`` as ``save_draft`` does.
    """
    documents.parse(document)
    saved = Workflow.objects.filter(pk=workflow.pk, draft_revision=expected_revision).update(
        draft=documents.complete(document),
        draft_revision=F("draft_revision") + 1,
        draft_updated_by=user,
        updated_at=timezone.now(),
    )
    if not saved:
        raise conflict(workflow)
    workflow.refresh_from_db()


def conflict(workflow: Workflow) -> DraftConflictError | NotFoundError:
    """Return the error for a revision that is no longer the draft's: by whom and when it was overtaken."""
    now = Workflow.objects.select_related("draft_updated_by").filter(pk=workflow.pk).first()
    if now is None:
        return NotFoundError()
    by = now.draft_updated_by.get_username() if now.draft_updated_by else None
    return DraftConflictError(
        f"{by or 'Somebody'} saved a newer draft (revision {now.draft_revision}); load it before you save yours.",
        revision=now.draft_revision,
        updated_by=by,
        updated_at=now.updated_at.isoformat(),
    )
