"""``manage.py rebuild_runs``: make the SQL rows of runs again from their logs, which are the truth."""

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from agentcluster.streams.errors import StreamsUnavailableError
from designer.engine.reaper import project_from_logs
from designer.models import Run

PAGE: Final = 500


class Command(BaseCommand):
    """Goes through the rows page by page; runs without a log (not begun yet) stay as they are."""

    help = "Make the SQL rows of runs again from their logs. Safe at any time, also while runs are in work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("runs", nargs="*", help="ids of runs (default: all)")

    def handle(self, **options: Any) -> None:
        """Rebuild and say how many rows were made."""
        known = Run.objects.order_by("pk")
        if options["runs"]:
            known = known.filter(pk__in=options["runs"])
        last, made = "", 0
        try:
            while page := [*known.filter(pk__gt=last).values_list("pk", flat=True)[:PAGE]]:
                made += project_from_logs(page, overwrite=True)
                last = page[-1]
        except StreamsUnavailableError as error:
            raise CommandError(f"{error.message} {made} runs were rebuilt so far.") from error
        self.stdout.write(f"{made} runs were rebuilt from their logs.")
