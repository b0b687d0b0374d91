"""Switch a trigger on or off."""

from django.contrib.auth.models import User
from django.db import transaction

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions import audit
from designer.triggers import periodic
from designer.triggers.actions import settings
from designer.triggers.models import Trigger


def enable_trigger(user: User, trigger: Trigger, *, enabled: bool) -> None:
    """Switch ``trigger`` on or off; what a schedule would have started while it was off was not missed.

    Raises:
        ForbiddenError: the user may not edit in the project.
        StreamsUnavailableError: a stream's group cannot be made while Redis is away.
    """
    permissions.require(user, Action.EDIT, trigger.workflow.project)
    if trigger.enabled == enabled:
        return
    trigger.enabled = enabled
    if enabled:
        settings.begin(trigger)
    with transaction.atomic():
        trigger.save()
        periodic.keep_in_step(trigger)
        action = "trigger.enable" if enabled else "trigger.disable"
        audit.record(user, action, trigger.workflow.project, trigger.pk, trigger.name)
        settings.open_stream(trigger)
