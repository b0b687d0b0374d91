"""Rename or describe a workflow."""

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions import audit
from designer.actions.errors import NameTakenError
from designer.models import Workflow


def update_workflow(user: User, workflow: Workflow, **changes: str) -> Workflow:
    """Change ``title``, ``name`` or ``description``; the draft and its revision stay as they are.

    Raises:
        ForbiddenError: the user may not edit in the project.
        NameTakenError: the project has another workflow of that name.
    """
    permissions.require(user, Action.EDIT, workflow.project)
    for field, value in changes.items():
        setattr(workflow, field, value)
    try:
        with transaction.atomic():
            workflow.save(update_fields=[*changes, "updated_at"])
            audit.record(user, "workflow.update", workflow.project, workflow.pk, workflow.title, changes=changes)
    except IntegrityError as error:
        taken = {"field": "/name", "message": "is taken in this project", "code": "name_taken"}
        raise NameTakenError(errors=[taken]) from error
    return workflow
