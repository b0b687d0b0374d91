"""``manage.py seed``: what a new installation begins with. Safe to repeat: what was made once is never made again."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from agentcluster.security import local_token
from agentcluster.security.first_user import ensure_first_user
from agents.registry.errors import VersionTakenError
from agents.registry.register import register
from agents.tools import builtin


class Command(BaseCommand):
    """Makes the first account, registers the built-in agents and puts the sample workflow there."""

    help = "Make the first account, register the built-in agents and add the sample workflow. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what has not been done; changed or deleted samples are left as they are."""
        admin = ensure_first_user()
        local_token.ensure(admin, settings.HOME)
        for manifest in builtin():
            try:
                register(manifest)
            except VersionTakenError as error:
                self.stderr.write(error.message)
