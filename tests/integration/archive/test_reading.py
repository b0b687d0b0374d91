"""Whoever asks for a run does not notice that it is archived meanwhile."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection

from agentcluster import artifacts
from agentcluster.security.models import Role
from agentcluster.streams import blocking
from designer.actions.mentions import find_mentioned
from designer.archive.archiver import archive_runs
from designer.models import Run
from designer.traces.log import iterate, read_page
from tests.integration.archive.conftest import archive


@pytest.mark.django_db(transaction=True)
def test_pages_never_flicker_while_a_run_is_archived(client, ended):
    """Readers that read over and over see the same events before, while and after."""
    runs = [ended(count=30) for _ in range(40)]
    whole = {run.pk: [*blocking.iterate_log(client, run.pk)] for run in runs}
    stop, wrong = threading.Event(), []

    def read():
        while not stop.is_set():
            for run in runs:
                after, got = 0, []
                while True:
                    entries, terminal = read_page(run.pk, after, 25)
                    got += entries
                    if terminal or not entries:
                        break
                    after = entries[-1].seq
                if got != whole[run.pk] or not terminal:
                    wrong.append((run.pk, len(got), terminal))
        connection.close()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for run in runs:
        archive_runs(client, [run.pk])
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []


@pytest.mark.django_db(transaction=True)
def test_rows_are_made_again_from_archived_logs(client, ended, capsys):
    run = ended()
    archive(client)
    Run.objects.filter(pk=run.pk).update(output=None, steps_done=0, cursor=0)
    call_command("rebuild_runs")
    again = Run.objects.get(pk=run.pk)
    assert (again.output, again.status, again.archived) == ({"ok": True}, "completed", True)
    assert again.cursor == len([*iterate(run.pk)])


def test_the_api_answers_for_an_archived_run_as_before(client, ended, api_of):
    content = artifacts.put_bytes(b"a report", "text/plain", "report.txt")
    run, api = ended(output={"file": content.to_value()}), api_of(Role.VIEWER)
    urls = [f"/api/v1/runs/{run.pk}{part}" for part in ("", "/events", "/events?after=3", "/events?limit=2")]
    before = [api.get(url).json() for url in urls]
    archive(client)
    assert [api.get(url).json() for url in urls] == before
    assert find_mentioned(run, content.digest) == content
