"""Each kill test gets an installation of its own; the database is migrated once and copied."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from tests.faults.cluster import ALIAS, Cluster, database


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "db.sqlite3"
    with django_db_blocker.unblock(), database(file):
        call_command("migrate", database=ALIAS, verbosity=0)
        connections[ALIAS].cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture
def cluster(
    tmp_path: Path, migrated: Path, django_db_blocker: Any, request: pytest.FixtureRequest
) -> Iterator[Cluster]:
    shutil.copy(migrated, tmp_path / "db.sqlite3")
    with django_db_blocker.unblock(), database(tmp_path / "db.sqlite3"):
        installation = Cluster(tmp_path)
        try:
            yield installation
        finally:
            installation.stop()
            print(installation.logs())
