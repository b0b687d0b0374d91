"""Faults that need an installation of their own: another database, a small disk, wrong clocks, a browser that never reads."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psutil
import pytest
from django.core.management import call_command
from django.db import connections

from agentcluster.up import embedded
from tests.conftest import Server
from tests.faults.clocks import Clock
from tests.faults.cluster import ALIAS, TOKEN, Cluster, database
from tests.faults.faults import LEASE_S, OUTAGE_S, RESTARTED_S
from tests.faults.lab import Fault, Lab, laboratory
from tests.faults.table import note
from tests.postgres import Postgres
from tests.waiting import wait_until

MakeLab = Callable[..., AbstractContextManager[Lab]]
HOUR_S = 3600
DISK_MIB = 96
IDLE = 12
MEMORY_MIB = 100


def _suffer(lab: Lab, fault: Fault) -> None:
    outcome = lab.suffer(fault)
    note(fault, outcome)
    assert not outcome.violations


@pytest.fixture
def own_postgres(alone: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Postgres]:
    server = Postgres()
    with django_db_blocker.unblock(), database(server.url):  # type: ignore[attr-defined]
        call_command("migrate", database=ALIAS, verbosity=0)
    yield server
    server.remove()


def test_a_restart_of_the_database_delays_and_nothing_else(make_lab: MakeLab, own_postgres: Postgres) -> None:
    def restart(lab: Lab, run_ids: list[str]) -> float:
        connections[ALIAS].close()  # ours would be ended like all others
        own_postgres.stop()
        time.sleep(OUTAGE_S)
        own_postgres.start()
        return time.monotonic()

    with make_lab(database_url=own_postgres.url) as lab:
        _suffer(lab, Fault("PostgreSQL stopped and started again", restart, RESTARTED_S))


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a file system of its own, which is full soon."""
    assert os.geteuid() == 0, "The test with a full disk mounts a small file system, which needs root."
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_stops_what_needs_it_until_there_is_room(
    tmp_path: Path, migrated: Path, alone: None, django_db_blocker: pytest.FixtureRequest
) -> None:
    def fill(lab: Lab, run_ids: list[str]) -> float:
        ballast = lab.cluster.home / "ballast"
        with ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                time.sleep(LEASE_S / 2)
        ballast.unlink()
        # What cannot be made durable must not be acknowledged: with ``appendfsync always`` Valkey rather ends.
        assert lab.cluster.valkey.process.poll() is not None, "the disk was not full"
        lab.cluster.valkey.start()
        moment = time.monotonic()
        lab.make_whole()
        return moment

    with (
        django_db_blocker.unblock(),  # type: ignore[attr-defined]
        small_disk(tmp_path / "disk") as home,
        laboratory(home, migrated, ledger=tmp_path / "effects.sqlite3") as lab,
    ):
        _suffer(lab, Fault("disk full", fill, RESTARTED_S))


def test_wrong_clocks_harm_nobody(make_lab: MakeLab, tmp_path: Path) -> None:
    clocks = {name: Clock(tmp_path / f"clock-{name}") for name in ("valkey", "worker-0", "worker-1")}

    def change(lab: Lab, run_ids: list[str]) -> float:
        moment = time.monotonic()
        for offsets in ((HOUR_S, -HOUR_S, HOUR_S), (-HOUR_S, HOUR_S, 0), (0, 0, 0)):
            for clock, offset in zip(clocks.values(), offsets, strict=True):
                clock.set(offset)
            time.sleep(LEASE_S / 3)
            assert abs(lab.cluster.client.time()[0] - time.time() - offsets[0]) < HOUR_S / 2, "the clock was not set"
        return moment

    port = embedded.free_port()
    command = [*clocks["valkey"].command, *embedded.valkey_command(tmp_path / "valkey", port)]
    valkey = Server(command, port, f"redis://{embedded.LOOPBACK}:{port}/0")
    of_workers = {name: clocks[name].environment for name in ("worker-0", "worker-1")}
    with make_lab(valkey=valkey, processes=of_workers) as lab:
        _suffer(lab, Fault("clocks an hour wrong, either way", change))


def _never_reads(cluster: Cluster, run_id: str) -> socket.socket:
    """Ask for a live trace and leave it at that: nothing is ever read of the answer."""
    browser = socket.create_connection((embedded.LOOPBACK, cluster.port))
    lines = (
        f"GET /ws/runs/{run_id}/?after=0 HTTP/1.1",
        f"Host: {embedded.LOOPBACK}:{cluster.port}",
        f"Authorization: Bearer {TOKEN}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    )
    browser.sendall("\r\n".join([*lines, "", ""]).encode())
    return browser


@pytest.mark.xdist_group("lab-0")
def test_browsers_that_never_read_hold_nobody_up(lab: Lab) -> None:
    web = psutil.Process(lab.cluster.processes["web"].pid)
    before = web.memory_info().rss
    browsers: list[socket.socket] = []

    def look_away(lab: Lab, run_ids: list[str]) -> float:
        browsers.extend(_never_reads(lab.cluster, run_id) for run_id in run_ids[:IDLE])
        return time.monotonic()

    try:
        _suffer(lab, Fault("browsers that never read", look_away))
        assert web.memory_info().rss - before < MEMORY_MIB * 1024 * 1024
    finally:
        for browser in browsers:
            browser.close()


@pytest.mark.xdist_group("lab-0")
def test_a_run_whose_hint_was_lost_is_found_among_others(lab: Lab) -> None:
    lost: list[str] = []

    def lose(lab: Lab, run_ids: list[str]) -> float:
        lost.extend(request.run_id for request in lab.cluster.accept(5))
        return time.monotonic()

    _suffer(lab, Fault("hints lost", lose))
    wait_until(lambda: not lab.cluster.open_runs(lost), 60)
