"""``manage.py prepare``: update the tables, make the first account and the samples."""

import json
import os
import sys
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser

from agentcluster.errors import AgentClusterError, BadInputError
from agentcluster.up.prepare import prepare

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """Safe to repeat: what is there already stays as it is."""

    help = "Update the database, make the first account and the samples."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--login-link``."""
        parser.add_argument("--login-link", action="store_true", help="also make a one-time login link")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Prepare, or say in one sentence why that is not possible (exit code 2 for a bad setting, else 1)."""
        try:
            prepare(self.report, login_link=options["login_link"])
        except AgentClusterError as error:
            self.report(error.message, level="error", stage="failed", code=error.code)
            sys.exit(2 if isinstance(error, BadInputError) else 1)
        except Exception:
            log.exception("The preparation failed")
            self.report("The preparation failed; the log above says where.", level="error", stage="failed")
            sys.exit(1)

    def report(self, event: str, *, level: str = "info", **fields: Any) -> None:
        """Write a stage, whatever the log level: as JSON for the supervisor, plainly for a person."""
        if os.environ.get("LOG_FORMAT") == "json":
            self.stdout.write(json.dumps({"event": event, "level": level, **fields}, ensure_ascii=False))
        else:
            self.stdout.write(" ".join([event, *(f"{key}={value}" for key, value in fields.items() if key != "stage")]))
        self.stdout.flush()
