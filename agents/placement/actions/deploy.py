"""Have so many instances of an agent version (features A3: spawn, scale)."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from agents.placement import access, changing
from agents.placement.checking import (
    check_contracts,
    check_not_waiting,
    check_numbers,
    check_placeable,
    check_where,
)
from agents.placement.models import Deployment
from agents.registry.resolve import resolve


def deploy(
    user: User | None,
    agent: str,
    version: str,
    replicas: int,
    *,
    where: dict[str, Any] | None = None,
    weight: int | None = None,
    granted: bool = False,
) -> Deployment:
    """Write down what is wanted of a version and return it; what is None stays as it is.

    ``granted``: whoever calls has made sure that the user may.

    Raises ``NotAllowedError``, ``BadDeploymentError`` by field, ``UnknownAgentError``, ``UnknownVersionError``,
    ``NotDeployableError`` for remote agents and bundles that are not approved, and ``ContractMismatchError`` when there
    would be more instances of a version that does not fit the agent's contracts.
    """
    if not granted:
        access.require_deploy(user)
    check_numbers(replicas, weight)
    check_not_waiting(agent, version)
    found = resolve(agent, version)
    if replicas:
        check_placeable(found)
    changes: dict[str, Any] = {"replicas": replicas, "withdrawn": False}
    if where is not None:
        changes["where"] = check_where(where)
    if weight is not None:
        changes["weight"] = weight
    with transaction.atomic():
        row = Deployment.objects.select_for_update().filter(identity=found.identity).first()
        new = row is None
        if replicas > (row.replicas if row else 0):
            check_contracts(found)
        row = row or Deployment(agent=found.agent.name, version=found.version, identity=found.identity)
        changing.change(row, "create" if new else "change", user, **changes)
    return row
