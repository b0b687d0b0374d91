"""Real servers for tests: each test process starts its own on free ports, in its own temporary folder."""

import socket
import subprocess
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from agentcluster.up import embedded
from agents.domain.policy import PolicySet
from agents.policies import live
from tests.environment import HOME
from tests.postgres import Postgres

if TYPE_CHECKING:
    from tests.stack import Stack

# The clock is no judge here: on a busy machine an example may take any time.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")


class Server:
    """A server process that a test may kill and start again on the same port and data."""

    def __init__(self, command: list[str], port: int, url: str) -> None:
        self.command, self.port, self.url = command, port, url
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            try:
                socket.create_connection((embedded.LOOPBACK, self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"{self.command[0]} did not come up on port {self.port}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=15)


def start_valkey(folder: Path) -> Server:
    port = embedded.free_port()
    return Server(embedded.valkey_command(folder, port), port, f"redis://{embedded.LOOPBACK}:{port}/0")


def start_nats(folder: Path) -> Server:
    port = embedded.free_port()
    return Server(embedded.nats_command(folder, port), port, f"nats://{embedded.LOOPBACK}:{port}")


@pytest.fixture(scope="session")
def valkey() -> Iterator[Server]:
    server = start_valkey(HOME / "valkey")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def nats_server() -> Iterator[Server]:
    from agents.cluster import snapshot

    server = start_nats(HOME / "nats")
    yield server
    # Views may have begun to follow the cluster in a thread, which would tell of the server's end while pytest ends, too.
    snapshot.close()
    server.stop()


@pytest.fixture(scope="session")
def redis_url(valkey: Server) -> str:
    return valkey.url


@pytest.fixture(scope="session")
def nats_url(nats_server: Server) -> str:
    return nats_server.url


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    return postgres.url


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """A file, as in real life: SQLite in memory lets threads share a connection and locks whole tables."""
    from django.db import connections

    database = connections["default"]
    if database.vendor == "sqlite":
        database.settings_dict["TEST"]["NAME"] = str(HOME / "test.sqlite3")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the processes of a stack have said when a test fails that uses one."""
    report = yield
    if report.failed:
        for name, value in getattr(item, "funcargs", {}).items():
            logs = getattr(value, "logs", None)
            if callable(logs):
                report.sections.append((f"logs of {name}", logs()))
    return report


def pytest_report_header() -> str:
    from django.db import connection

    return f"database: {connection.vendor}"


@pytest.fixture(scope="session")
def stack() -> Iterator["Stack"]:
    """The whole system as subprocesses, for tests marked ``xdist_group("stack")``; leave it running as you found it."""
    from tests.stack import Stack

    with Stack() as running:
        yield running


@pytest.fixture(autouse=True)
def _policies_of_before() -> Iterator[None]:
    """What a test put in force in its own process is in force no longer when it has ended."""
    before, region = live._known, live._region
    yield
    if live._known is not before:
        live.replace(PolicySet(live.current().number + 1, before.policies.policies))
        live._known = before
    live._region = region
