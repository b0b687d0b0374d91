"""Django's database setting from ``DATABASE_URL``: PostgreSQL by URL, SQLite in the data folder otherwise."""

from pathlib import Path
from typing import Any

import dj_database_url

from agentcluster.errors import BadInputError

SQLITE = "django.db.backends.sqlite3"
SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=0;"
    " PRAGMA journal_size_limit=67108864;",
}
"""Several processes write: wait for the lock, take it at the start of a transaction, let readers go on. Never read the file
through a memory map: where connections come and go, another process sees half of what was written, calls the file damaged
("database disk image is malformed", "disk I/O error") and may damage it. A log that grew while somebody read for long is cut
back to 64 MiB."""
POSTGRES_OPTIONS = {"connect_timeout": 5}


class DatabaseUrlError(BadInputError):
    """DATABASE_URL is not understood: use postgres://user:password@host:5432/name or sqlite:////absolute/path."""

    code = "database_url"


def database_setting(url: str, home: Path) -> dict[str, Any]:
    """Return the ``default`` entry of ``DATABASES`` for ``url`` (empty: ``<home>/db.sqlite3``).

    Raises ``DatabaseUrlError``, which never repeats the URL: it may hold a password.
    """
    try:
        setting: dict[str, Any] = dict(dj_database_url.parse(url or f"sqlite:///{home}/db.sqlite3"))
    except ValueError:
        raise DatabaseUrlError from None
    if not setting.get("NAME"):
        raise DatabaseUrlError
    if setting["ENGINE"] == SQLITE:
        setting["OPTIONS"] = {**SQLITE_OPTIONS, **setting.get("OPTIONS", {})}
    else:
        setting["CONN_HEALTH_CHECKS"] = True
    if setting["ENGINE"] == "django.db.backends.postgresql":
        setting["OPTIONS"] = {**POSTGRES_OPTIONS, **setting.get("OPTIONS", {})}
    return setting
