"""End the instances of a version at once: its bundle may not be used any more."""

from django.contrib.auth.models import User
from django.db import transaction

from agents.placement import changing
from agents.placement.models import Deployment


def withdraw(user: User | None, identity: str) -> bool:
    """Want no instance and wait for nothing; False when the version was not deployed. Whoever decided had the right to."""
    with transaction.atomic():
        row = Deployment.objects.select_for_update().filter(identity=identity).first()
        return row is not None and changing.change(row, "withdraw", user, replicas=0, withdrawn=True)
