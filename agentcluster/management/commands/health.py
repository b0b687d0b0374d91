"""``manage.py health --process worker|jobs|node|beat|triggers|gateway [--ready]``: ask the processes of this machine."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from agentcluster.errors import AgentClusterError
from agentcluster.health.process import PROCESSES, check_process


class Command(BaseCommand):
    """Exit code 0: all of that kind on this machine live; 1: there is none, or one does not."""

    help = "Say whether the processes of a kind live on this machine, or whether they do their work."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--process`` and ``--ready``."""
        parser.add_argument("--process", required=True, choices=PROCESSES)
        parser.add_argument("--ready", action="store_true", help="ask whether they do their work, too")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ask once."""
        name = options["process"]
        try:
            self.stdout.write(f"{name}: {check_process(name, 'ready' if options['ready'] else 'live')}")
        except AgentClusterError as error:
            self.stderr.write(f"{name}: {error.message}")
            sys.exit(1)
