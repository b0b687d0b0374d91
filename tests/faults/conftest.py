"""The lab's installations: one that faults share, and others of their own. The database is migrated once and copied."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from tests.faults.cluster import ALIAS, Cluster, database
from tests.faults.lab import Lab, laboratory

LONG = "long"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{LONG}: only for `make faults`, which takes its time")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "db.sqlite3"
    with django_db_blocker.unblock(), database(f"sqlite:///{file}"):
        call_command("migrate", database=ALIAS, verbosity=0)
        connections[ALIAS].cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture
def alone(shared: "Shared") -> None:
    """For tests with an installation of their own: one at a time."""
    shared.close()


@pytest.fixture
def cluster(tmp_path: Path, migrated: Path, alone: None, django_db_blocker: Any) -> Iterator[Cluster]:
    """An installation of which nothing runs yet but its servers."""
    shutil.copy(migrated, tmp_path / "db.sqlite3")
    with django_db_blocker.unblock(), database(f"sqlite:///{tmp_path}/db.sqlite3"):
        installation = Cluster(tmp_path)
        try:
            yield installation
        finally:
            installation.stop()
            print(installation.logs())


@pytest.fixture
def make_lab(
    tmp_path: Path, migrated: Path, alone: None, django_db_blocker: Any
) -> Iterator[Callable[..., AbstractContextManager[Lab]]]:
    """Makes a lab of a test's own."""
    with django_db_blocker.unblock():
        yield partial(laboratory, tmp_path, migrated)


class Shared:
    """The lab that several tests share; a new one when a check has failed in the last."""

    def __init__(self, make: Callable[[], AbstractContextManager[Lab]]) -> None:
        self._make, self._open = make, ExitStack()
        self._lab: Lab | None = None

    def lab(self) -> Lab:
        if self._lab is not None and not self._lab.sound:
            self.close()
        if self._lab is None:
            self._lab = self._open.enter_context(self._make())
        self._lab.make_whole()
        return self._lab

    def close(self) -> None:
        self._lab = None
        self._open.close()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Shared]:
    common = Shared(lambda: laboratory(tmp_path_factory.mktemp("shared"), migrated, hungry=True))
    yield common
    common.close()


@pytest.fixture
def lab(shared: Shared, django_db_blocker: Any) -> Iterator[Lab]:
    with django_db_blocker.unblock():
        yield shared.lab()
