"""``manage.py health --process worker|jobs|node|beat|triggers|gateway``: the health check of containers without HTTP."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from agentcluster.errors import AgentClusterError
from agentcluster.health.process import PROCESSES, check_process


class Command(BaseCommand):
    """Exit code 0: the process on this machine lives; 1: it does not, or cannot be asked."""

    help = "Say whether a process on this machine lives."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--process``."""
        parser.add_argument("--process", required=True, choices=PROCESSES)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look once."""
        name = options["process"]
        try:
            self.stdout.write(f"{name}: {check_process(name)}")
        except AgentClusterError as error:
            self.stderr.write(f"{name}: {error.message}")
            sys.exit(1)
