"""``manage.py registercontracts``: write down the system's own message types as contracts."""

from typing import Any

from django.core.management.base import BaseCommand

from agents.contracts.system import register_system


class Command(BaseCommand):
    """Safe to repeat: what has not changed stays as it is. ``make up`` does it on every start."""

    help = "Register the system's own message types as contracts."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        """Register, and say how many versions are new."""
        made = register_system()
        if options["verbosity"]:
            self.stdout.write(f"{made} versions registered.")
