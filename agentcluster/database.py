"""Django's database setting from ``DATABASE_URL``: PostgreSQL by URL, SQLite in the data folder otherwise."""

from pathlib import Path
from typing import Any

import dj_database_url

SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;",
}
"""Several processes write: wait for the lock, take it at the start of a transaction, let readers go on."""


def database_setting(url: str, home: Path) -> dict[str, Any]:
    """Return the ``default`` entry of ``DATABASES`` for ``url`` (empty: ``<home>/db.sqlite3``)."""
    setting: dict[str, Any] = dict(dj_database_url.parse(url or f"sqlite:///{home}/db.sqlite3"))
    if setting["ENGINE"] == "django.db.backends.sqlite3":
        setting["OPTIONS"] = {**SQLITE_OPTIONS, **setting.get("OPTIONS", {})}
    else:
        setting["CONN_HEALTH_CHECKS"] = True
    return setting
