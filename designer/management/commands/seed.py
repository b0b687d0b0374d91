"""``manage.py seed``: what a new installation begins with. Safe to repeat: what was made once is never made again."""

from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import transaction

from agentcluster.security import local_token
from agentcluster.security.first_user import ensure_first_user
from agentcluster.security.models import Project
from agents.registry.errors import VersionTakenError
from agents.registry.register import register
from agents.tools import builtin
from designer.actions.seed_workflow import seed_workflow
from designer.models import Seeded

SAMPLE: Final = "analyse-sales"


class Command(BaseCommand):
    """Makes the first account, registers the built-in agents and puts the sample workflow there."""

    help = "Make the first account, register the built-in agents and add the sample workflow. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what has not been done; samples that were changed or deleted since are left as they are."""
        admin = ensure_first_user()
        local_token.ensure(admin, settings.HOME)
        for manifest in builtin():
            try:
                register(manifest)
            except VersionTakenError as error:
                self.stderr.write(error.message)
        self._sample(admin)

    def _sample(self, admin: User) -> None:
        project = Project.objects.order_by("pk").first()
        if project is None:
            return
        with transaction.atomic():
            _, first_time = Seeded.objects.get_or_create(name=f"workflow:{SAMPLE}")
            if first_time:
                seed_workflow(admin, project, SAMPLE)
                self.stdout.write(f"Added the workflow {SAMPLE}")
