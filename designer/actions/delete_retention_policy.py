"""Take a retention policy back."""

from django.contrib.auth.models import User
from django.db import transaction

from designer.actions import audit
from designer.actions.save_retention_policy import described, require_owner
from designer.archive.models import RetentionPolicy


def delete_retention_policy(user: User, policy: RetentionPolicy) -> None:
    """Delete the policy; what it kept is kept as the others say, and for ever where none is about it.

    Raises:
        ForbiddenError: as of ``save_retention_policy``.
    """
    require_owner(user, policy.project)
    with transaction.atomic():
        audit.record(user, "retention_policy.delete", policy.project, str(policy.pk), str(policy), **described(policy))
        policy.delete()
