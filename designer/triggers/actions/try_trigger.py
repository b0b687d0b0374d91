"""Fire a trigger with an event somebody made up."""

from typing import Any

from django.contrib.auth.models import User

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions import audit
from designer.triggers import events, payload
from designer.triggers.fire import fire
from designer.triggers.models import Firing, Trigger


def try_trigger(user: User, trigger: Trigger, given: dict[str, Any]) -> Firing:
    """Return what becomes of the event: a run with the trigger's own rights, or why there is none.

    Also for triggers that are switched off. Raises ``ForbiddenError`` when the user may not start runs in the project.
    """
    permissions.require(user, Action.RUN, trigger.workflow.project)
    event = events.tried(trigger.kind, payload.checked(given))
    audit.record(user, "trigger.test", trigger.workflow.project, trigger.pk, trigger.name)
    return fire(trigger, event)
