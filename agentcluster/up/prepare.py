"""What has to be true before the processes start: the tables; then the first account and the samples."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from agentcluster.database import SQLITE
from agentcluster.security import login_links
from agentcluster.security.first_user import ensure_first_user
from agentcluster.up.errors import StartError
from agentcluster.up.good_settings import require_good

Report = Callable[..., None]
"""Called with a sentence and fields; ``stage`` is ``tables`` (processes may start), ``done`` or ``failed``."""


class DatabaseUnusableError(StartError):
    """The database cannot be used."""

    code = "database_unusable"


def prepare(report: Report, *, login_link: bool) -> None:
    """Ready the installation; raises ``BadSettingError`` and ``DatabaseUnusableError`` with what to do. Safe to repeat."""
    require_good()
    try:
        migrate(report)
        report("The database is ready", stage="tables")
        user = ensure_first_user()
        for command in ("seed", "registercontracts"):
            if command in get_commands():
                call_command(command, verbosity=0)
        link: dict[str, Any] = {"login_path": login_links.create(user)} if login_link else {}
        report("The first account and the samples are there", stage="done", **link)
    except DatabaseError as error:
        raise DatabaseUnusableError(explain(error)) from error


def migrate(report: Report) -> None:
    """Bring the tables up to date; quick when they are."""
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        report("Updating the database")
        call_command("migrate", interactive=False, verbosity=0)


def explain(error: DatabaseError) -> str:
    """Return the sentence for a database error, never with its password."""
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    database = settings.DATABASES["default"]
    if database["ENGINE"] != SQLITE:
        where = f"{database.get('HOST') or 'localhost'}:{database.get('PORT') or 5432}/{database['NAME']}"
        return f"The database {where} cannot be used: {reason}. Start it, or correct DATABASE_URL."
    path = database["NAME"]
    if "not a database" in reason or "malformed" in reason or "corrupt" in reason:
        return f"The database {path} is damaged ({reason}). Restore it from a backup, or move it away to begin anew."
    return f"The database {path} cannot be used: {reason}. Check that this user may read and write it and its folder."
