"""End all instances of an agent version (features A3: destroy)."""

from django.contrib.auth.models import User
from django.db import transaction

from agents.placement import access, changing
from agents.placement.errors import UnknownDeploymentError
from agents.placement.models import Deployment


def undeploy(user: User | None, agent: str, version: str) -> Deployment:
    """Want no instance any more; those there are finish their calls, and stay until a version that replaces them is up.

    Raises ``NotAllowedError``, ``UnknownDeploymentError``.
    """
    access.require_deploy(user)
    with transaction.atomic():
        row = Deployment.objects.select_for_update().filter(agent=agent, version=version).first()
        if row is None:
            raise UnknownDeploymentError(f"{agent}@{version} is not deployed.")
        changing.change(row, "end", user, replicas=0)
    return row
