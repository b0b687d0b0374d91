"""Delete a trigger with its history; the runs it started stay."""

from django.contrib.auth.models import User
from django.db import transaction

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions import audit
from designer.triggers.models import Trigger


def delete_trigger(user: User, trigger: Trigger) -> None:
    """Delete ``trigger``; raises ``ForbiddenError`` when the user may not edit in the project."""
    permissions.require(user, Action.EDIT, trigger.workflow.project)
    with transaction.atomic():
        audit.record(user, "trigger.delete", trigger.workflow.project, trigger.pk, trigger.name, kind=trigger.kind)
        trigger.delete()
