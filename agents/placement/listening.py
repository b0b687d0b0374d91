"""What placement does when bundles are approved or withdrawn."""

from typing import Any

from django.contrib.auth.models import User

from agents.bundles import signals
from agents.placement.actions.deploy import deploy
from agents.placement.actions.withdraw import withdraw


def listen() -> None:
    """Follow the decisions on bundles from now on."""
    signals.bundle_approved.connect(_approved, dispatch_uid="placement")
    signals.bundle_withdrawn.connect(_withdrawn, dispatch_uid="placement")


def _approved(*, agent: str, version: str, replicas: int | None = None, user: User | None = None, **_: Any) -> None:
    """Deploy at once what the approver asked for; who may approve may ask for that."""
    if replicas:
        deploy(user, agent, version, replicas, granted=True)


def _withdrawn(*, identity: str, user: User | None = None, **_: Any) -> None:
    withdraw(user, identity)
