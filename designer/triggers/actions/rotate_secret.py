"""Give a webhook a new secret."""

from typing import Final

from django.contrib.auth.models import User
from django.db import transaction

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions import audit
from designer.triggers import sealing
from designer.triggers.errors import NotAWebhookError, SecretsUnreadableError
from designer.triggers.models import Kind, Trigger

KEEP_S: Final = 24 * 3600
"""How long the secrets before stay valid, unless asked otherwise."""


def rotate_secret(user: User, trigger: Trigger, keep_s: int = KEEP_S) -> str:
    """Return a new secret, told this once; those before stay valid for ``keep_s`` seconds (0: they end now).

    Raises:
        ForbiddenError: the user may not edit in the project.
        NotAWebhookError: this trigger has no secret.
    """
    permissions.require(user, Action.EDIT, trigger.workflow.project)
    if trigger.kind != Kind.WEBHOOK or trigger.config["signature"] != "standard":
        raise NotAWebhookError
    with transaction.atomic():
        row = Trigger.objects.select_for_update().get(pk=trigger.pk)
        kept, fresh = sealing.rotated(_readable(row), keep_s)
        Trigger.objects.filter(pk=row.pk).update(sealed_secrets=sealing.seal(kept))
        audit.record(user, "trigger.rotate", row.workflow.project, row.pk, row.name, keep_s=keep_s)
    return fresh.text


def _readable(trigger: Trigger) -> list[sealing.Secret]:
    try:
        return sealing.unseal(trigger.sealed_secrets)
    except SecretsUnreadableError:
        return []
