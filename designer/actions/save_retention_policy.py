"""Say how long runs are kept."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from agentcluster.security import permissions
from agentcluster.security.models import Project
from agentcluster.security.permissions import Action
from designer.actions import audit
from designer.archive.errors import GlobalPolicyError
from designer.archive.models import RetentionPolicy


def save_retention_policy(user: User, policy: RetentionPolicy, **changes: Any) -> RetentionPolicy:
    """Create ``policy`` (one without a key) or change it; return it.

    Raises:
        ForbiddenError: the user is no owner of the project, or (``GlobalPolicyError``) no superuser for all projects.
    """
    require_owner(user, policy.project)
    new = policy.pk is None
    for name, value in changes.items():
        setattr(policy, name, value)
    require_owner(user, policy.project)
    with transaction.atomic():
        policy.save()
        action = "retention_policy.create" if new else "retention_policy.update"
        audit.record(user, action, policy.project, str(policy.pk), str(policy), **described(policy))
    return policy


def require_owner(user: User, project: Project | None) -> None:
    """Raise ``ForbiddenError`` unless the user decides about the runs of ``project`` (None: of all)."""
    if project is not None:
        permissions.require(user, Action.SET_RETENTION, project)
    elif not user.is_superuser:
        raise GlobalPolicyError


def described(policy: RetentionPolicy) -> dict[str, Any]:
    """Return what a policy says, as JSON-safe detail."""
    names = ("statuses", "labels", "keep_days", "keep_newest", "enabled")
    return {name: getattr(policy, name) for name in names}
