"""Have another number of instances because a policy says so (features A3: scaled by policy)."""

from django.db import transaction

from agents.models import AgentVersion
from agents.placement import changing
from agents.placement.checking import check_contracts, check_placeable
from agents.placement.models import Deployment


def scale_by_policy(pk: int, revision: int, replicas: int, *, policy: str, why: str) -> bool:
    """Change the number of a deployment that still stands as it did at ``revision``; False when it does not.

    Instances that are too many finish their calls, as always. ``policy`` and ``why`` stand in the history.

    Raises ``NotDeployableError`` and ``ContractMismatchError`` when there may be no more instances of the version.
    """
    with transaction.atomic():
        row = Deployment.objects.select_for_update().filter(pk=pk, revision=revision, withdrawn=False).first()
        if row is None:
            return False
        if replicas > row.replicas:
            version = AgentVersion.objects.select_related("agent").get(identity=row.identity)
            check_placeable(version)
            check_contracts(version)
        return changing.change(row, "scale", None, policy=policy, why=why, replicas=replicas)
