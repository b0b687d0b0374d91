"""Writing a deployment down, and giving it to the nodes once that is committed."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from agentcluster.clock import now_ms
from agentcluster.security import audit
from agents.placement import pushing
from agents.placement.models import Deployment


def change(
    deployment: Deployment, action: str, user: User | None, *, policy: str = "", why: str = "", **changes: Any
) -> bool:
    """Change a row (inside a transaction) with its history and audit entry; False when it was so already.

    ``policy`` names the policy that does it and its set, and ``why`` its reason; who set the number stays until another
    number is set.
    """
    new = deployment._state.adding
    if not new and all(getattr(deployment, name) == value for name, value in changes.items()):
        return False
    before = None if new else deployment.replicas
    for name, value in changes.items():
        setattr(deployment, name, value)
    # The wall clock's time, so that revisions rise even after the database was restored; never less than before.
    deployment.revision = max(now_ms(), deployment.revision + 1)
    deployment.changed_by = user
    if deployment.replicas != before:
        deployment.scaled_by, deployment.why = policy, why
    deployment.save()
    deployment.changes.create(
        action=action,
        replicas=deployment.replicas,
        where=deployment.where,
        weight=deployment.weight,
        by=user,
        policy=policy,
        why=why,
    )
    by_policy: dict[str, Any] = {"policy": policy, "why": why} if policy else {}
    audit.announce(
        user,
        f"deployment.{action}",
        deployment.pk,
        str(deployment),
        before=before,
        replicas=deployment.replicas,
        where=deployment.where,
        weight=deployment.weight,
        **by_policy,
    )
    transaction.on_commit(lambda: pushing.push([deployment.pk]))
    return True


def locked(agent: str) -> list[Deployment]:
    """Return all deployments of an agent for a change, inside a transaction."""
    return [*Deployment.objects.select_for_update().filter(agent=agent).order_by("pk")]
