"""The sweeper at work in real jobs workers: alone, killed over and over, and one at a time."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from agentcluster.streams import blocking, retention
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.run_log import RunLog
from agentcluster.up.config import PROJECT
from agentcluster.up.processes import JOBS
from designer.archive.bootstep import SweepStep
from designer.archive.models import RunArchive, Unforgotten
from designer.archive.sweeper import Sweeper, at_work
from designer.models import Run
from designer.traces.log import iterate
from tests.environment import HOME
from tests.integration.archive.conftest import archive, in_redis
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def jobs_worker(redis_url, name="sweeping"):
    """A jobs worker on the test's own Redis and database; killed at the end."""
    database = connection.settings_dict["NAME"]
    environment = {
        **{"AGENTCLUSTER_HOME": str(HOME), "DJANGO_SETTINGS_MODULE": "agentcluster.settings", "REDIS_URL": redis_url},
        **{"NATS_URL": "nats://127.0.0.1:1", "DATABASE_URL": f"sqlite:///{database}", "ARCHIVE_AFTER_S": "0"},
    }
    with (HOME / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *JOBS, "-n", f"{name}@%h"],
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        # The worker with its pool, which would outlive it.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def check(client, runs, logs):
    """Every log is whole somewhere, and no archive is doubled."""
    for run in runs:
        assert [*iterate(run.pk)] == logs[run.pk]
        archived = Run.objects.get(pk=run.pk).archived
        assert archived == RunArchive.objects.filter(run=run).exists()
        assert in_redis(client, run) or archived
        assert RunArchive.objects.filter(run=run).count() <= 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="hands the worker the test's own database file")
def test_runs_leave_redis_without_beat_or_message_however_often_the_worker_is_killed(client, ended, redis_url):
    runs = [ended(count=5, output={"text": "x" * 300}) for _ in range(700)]
    logs = {run.pk: [*blocking.iterate_log(client, run.pk)] for run in runs}
    moments = [run.pk for run in runs[100::300]]
    for run_id in moments:
        with jobs_worker(redis_url):
            # Killed in the middle of whatever it does at that moment.
            wait_until(lambda run_id=run_id: Run.objects.get(pk=run_id).archived, 60)
        check(client, runs, logs)
        client.delete(retention.LEASE)
    with jobs_worker(redis_url) as worker:
        wait_until(lambda: not Run.objects.filter(archived=False).exists() and not Unforgotten.objects.exists(), 60)
        check(client, runs, logs)
        assert not any(in_redis(client, run) for run in runs)
        worker.terminate()
        assert worker.wait(30) == 0
    assert client.get(retention.LEASE) is None


def test_one_sweeps_at_a_time_and_another_goes_on(client, ended, settings):
    settings.ARCHIVE_AFTER_S = 0
    ended()
    first, second = Sweeper(client, "first"), Sweeper(client, "second")
    first.round()
    late = ended()
    second.round()
    assert in_redis(client, late)
    first.leave()
    second.round()
    assert not in_redis(client, late)


def test_a_large_backlog_goes_on_without_a_pause(client, ended, settings, monkeypatch):
    settings.ARCHIVE_AFTER_S = 0
    monkeypatch.setattr("designer.archive.archiver.BATCH", 10)
    monkeypatch.setattr("designer.archive.sweeper.BUDGET_S", 0)
    runs = [ended() for _ in range(25)]
    sweeper = Sweeper(client, "only")
    assert sweeper.round()
    assert 0 < sum(in_redis(client, run) for run in runs) < 25
    while sweeper.round():
        pass
    assert not any(in_redis(client, run) for run in runs)


async def test_nobody_can_begin_an_archived_run_anew(client, redis_url, ended):
    """A worker that slept with an old hint claims the run after it was archived."""
    run = await sync_to_async(ended)()
    await sync_to_async(archive)(client)
    writer = BatchWriter(redis_url)
    try:
        claim = await RunLog(writer).claim(run.pk, "sleeper", first=[b"{}"])
    finally:
        await writer.close()
    assert (claim.granted, claim.terminal, claim.written) == (False, True, False)
    assert not in_redis(client, run)


def test_only_workers_of_the_queue_jobs_sweep():
    class Worker:
        def __init__(self, *queues: str) -> None:
            self.app = self.amqp = self.queues = self
            self.consume_from = dict.fromkeys(queues)

    assert SweepStep.include_if(object.__new__(SweepStep), Worker("jobs"))
    assert not SweepStep.include_if(object.__new__(SweepStep), Worker("runs"))


def test_a_worker_that_forks_waits_for_the_batch_in_work():
    began = time.monotonic()
    with at_work:
        done: list[float] = []

        def fork() -> None:
            pid = os.fork()
            if pid == 0:
                os._exit(0)
            os.waitpid(pid, 0)
            done.append(time.monotonic() - began)

        thread = threading.Thread(target=fork)
        thread.start()
        time.sleep(0.3)
        assert not done
    thread.join()
    assert done[0] >= 0.3
