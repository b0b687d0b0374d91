"""Give one version of an agent all the replicas of the others (forwards or back)."""

from django.contrib.auth.models import User
from django.db import transaction

from agents.placement import access, changing
from agents.placement.checking import check_contracts, check_placeable
from agents.placement.errors import NotDeployableError
from agents.placement.models import Deployment
from agents.registry.resolve import resolve


def roll_back(user: User | None, agent: str, version: str) -> Deployment:
    """Move all replicas of the agent to ``version``; the others' instances end once its own are up.

    Raises ``NotAllowedError``, ``UnknownAgentError``, ``UnknownVersionError``, ``NotDeployableError`` (also when the
    agent has no replicas at all that could move), ``ContractMismatchError``.
    """
    access.require_deploy(user)
    found = resolve(agent, version)
    check_placeable(found)
    check_contracts(found)
    with transaction.atomic():
        rows = changing.locked(agent)
        target = next((row for row in rows if row.identity == found.identity), None)
        others = [row for row in rows if row is not target and row.replicas]
        if not others:
            raise NotDeployableError(f"{agent} has no other version with instances that could be replaced by {found}.")
        largest = max(others, key=lambda row: row.replicas)
        target = target or Deployment(
            agent=found.agent.name, version=found.version, identity=found.identity, where=largest.where
        )
        total = target.replicas + sum(row.replicas for row in others)
        # The new one first: nodes then see what takes the place of the others before these are given up.
        changing.change(target, "roll_back", user, replicas=total, weight=100, withdrawn=False)
        for row in others:
            changing.change(row, "replaced", user, replicas=0)
    return target
