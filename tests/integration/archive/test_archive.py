"""Ended runs go from Redis to SQL: whole, once, and only when nothing can be lost."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from agentcluster.clock import now_ms
from agentcluster.streams import blocking, keys, retention
from agentcluster.streams.entries import entry_hash
from agentcluster.streams.retention import Ended
from designer.archive import archiver
from designer.archive.archiver import archive_runs, finish
from designer.archive.figures import storage
from designer.archive.log import PART_ENTRIES
from designer.archive.models import Mention, RunArchive, Unforgotten
from designer.archive.orphans import remove_orphans
from designer.archive.prune import delete_runs
from designer.archive.reading import archived_meta, read_archived
from designer.domain.events import RunCompleted, RunStarted
from designer.models import Run
from designer.traces.log import iterate, read_meta, read_page
from tests.integration.api.records import write_log
from tests.integration.archive.conftest import archive, in_redis


def log_of(client, run):
    return [*blocking.iterate_log(client, run.pk)]


def test_a_run_leaves_redis_and_reads_as_before(client, ended):
    run = ended()
    before, meta = log_of(client, run), read_meta(run.pk)
    assert archive(client) == 1
    assert not in_redis(client, run)
    assert [*iterate(run.pk)] == before
    assert (read_meta(run.pk).seq, read_meta(run.pk).head) == (meta.seq, meta.head)
    assert read_meta(run.pk).status == meta.status == "run_completed"
    assert RunArchive.objects.get().head == entry_hash(before[-1].data)
    assert Run.objects.get(pk=run.pk).archived
    assert not Unforgotten.objects.exists()


def test_young_and_open_runs_stay(client, ended):
    young = ended(minutes=0)
    going = ended(status="running")
    client.hset(keys.meta(going.pk), "status", "open")
    assert archive(client) == 0
    assert in_redis(client, young)
    assert in_redis(client, going)


def test_archiving_again_changes_nothing(client, ended):
    ended()
    assert archive(client) == 1
    assert archive(client) == 0
    assert RunArchive.objects.count() == 1


@pytest.mark.parametrize("count", [0, 1, PART_ENTRIES, PART_ENTRIES + 300])
def test_long_logs_come_in_parts_and_are_read_from_anywhere(client, ended, count):
    run = ended(count=count)
    before = log_of(client, run)
    archive(client)
    assert [*iterate(run.pk)] == before
    for after in (0, 1, len(before) // 2, len(before) - 1):
        entries, terminal = read_page(run.pk, after, 10)
        assert entries == before[after : after + 10]
        assert terminal == (after + 10 >= len(before))
    assert read_page(run.pk, len(before), 10) == ([], True)


def test_large_events_are_cut_by_size(client, ended):
    run = ended(count=40, output={"text": "x" * 60_000})
    before = log_of(client, run)
    archive(client)
    assert RunArchive.objects.filter(run=run).count() > 1
    assert [*iterate(run.pk)] == before


def test_a_log_that_is_not_whole_stays(client, ended, caplog):
    broken, whole = ended(), ended()
    client.xdel(keys.log(broken.pk), "2-0")
    assert archive(client) == 1
    assert in_redis(client, broken)
    assert not Run.objects.get(pk=broken.pk).archived
    assert Run.objects.get(pk=whole.pk).archived


def test_a_log_that_was_tampered_with_stays(client, ended):
    run = ended()
    log = log_of(client, run)
    client.delete(keys.log(run.pk))
    for entry in log:
        client.xadd(keys.log(run.pk), {"e": entry.data.replace(b'"number":1', b'"number":7')}, id=f"{entry.seq}-0")
    assert archive(client) == 0
    assert in_redis(client, run)


def test_many_that_cannot_be_archived_hold_up_nobody(client, ended, monkeypatch):
    monkeypatch.setattr(archiver, "BATCH", 3)
    for _ in range(5):
        client.xdel(keys.log(ended(minutes=10).pk), "2-0")
    good = [ended() for _ in range(4)]
    assert archive(client) == 4
    assert not any(in_redis(client, run) for run in good)


def test_a_run_without_a_log_is_let_go_after_an_hour(client, ended):
    lately, long_ago = ended(log=False), ended(log=False, minutes=90)
    archive(client)
    assert not Run.objects.get(pk=lately.pk).archived
    assert Run.objects.get(pk=long_ago.pk).archived
    assert read_page(long_ago.pk, 0, 10) == ([], True)


def test_a_crash_before_redis_let_go_is_finished_later(client, ended, monkeypatch):
    run = ended()
    monkeypatch.setattr(archiver, "_forget", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        archive(client)
    monkeypatch.undo()
    assert in_redis(client, run)
    assert Run.objects.get(pk=run.pk).archived
    assert finish(client) == 1
    assert not in_redis(client, run)
    assert not Unforgotten.objects.exists()


def test_a_crash_before_the_commit_leaves_the_log(client, ended, monkeypatch):
    run = ended()

    def fail(*_, **__):
        raise DatabaseError

    monkeypatch.setattr(Mention.objects, "bulk_create", fail)
    with pytest.raises(DatabaseError):
        archive(client)
    assert in_redis(client, run)
    assert not RunArchive.objects.exists()


def test_redis_lets_go_only_of_the_log_that_is_archived(client, ended):
    run, other = ended(), ended()
    meta = blocking.read_metas(client, [run.pk])[0]
    client.hset(keys.meta(other.pk), "status", "open")
    open_one = blocking.read_metas(client, [other.pk])[0]
    wrong = Ended(run.pk, "0" * 32, meta.seq)
    assert retention.forget_ended(client, [wrong, Ended(other.pk, open_one.head, open_one.seq)]) == [False, False]
    right = Ended(run.pk, meta.head, meta.seq)
    assert retention.forget_ended(client, [right, right]) == [True, True]
    assert not in_redis(client, run)


def test_a_log_that_redis_does_not_let_go_of_stays_noted_until_it_does(client, ended, monkeypatch):
    run, other = ended(), ended()
    head = client.hget(keys.meta(run.pk), "head")
    monkeypatch.setattr(archiver, "_forget", lambda *_: None)
    archive(client)
    monkeypatch.undo()
    client.hset(keys.meta(run.pk), "head", "0" * 32)
    assert finish(client) == 2
    assert finish(client) == 0, "asked again later, not at once"
    assert [in_redis(client, each) for each in (run, other)] == [True, False]
    assert [note.run_id for note in Unforgotten.objects.exclude(refused_at=None)] == [run.pk]
    assert storage(client)["archive"]["refused"] == 1
    (warning,) = storage(client)["warnings"]
    assert (warning["code"], run.pk in warning["message"]) == ("log_kept", True)
    client.hset(keys.meta(run.pk), "head", head)
    Unforgotten.objects.update(refused_at=timezone.now() - timedelta(hours=2))
    assert finish(client) == 1
    assert not in_redis(client, run)
    assert storage(client)["archive"]["refused"] == 0


def test_deleting_a_run_removes_the_other_log_that_redis_has(client, ended):
    run = ended()
    meta = blocking.read_metas(client, [run.pk])[0]
    archive(client)
    write_log(run, [RunStarted(run.pk, run.workflow_id, run.version_id, {}), RunCompleted({"other": 1})])
    Unforgotten.objects.create(run_id=run.pk, head=meta.head, seq=meta.seq)
    assert finish(client) == 1
    assert in_redis(client, run)
    assert delete_runs(client, [run.pk], lambda: None) == 1
    assert not in_redis(client, run)
    assert not Unforgotten.objects.exists()


def test_an_old_hint_does_not_begin_an_archived_run_anew(client, ended):
    run = ended()
    archive(client)
    assert client.hgetall(keys.meta(run.pk)) == {b"status": b"run_completed"}
    assert 0 < client.ttl(keys.meta(run.pk)) <= retention.MARK_S
    assert blocking.read_metas(client, [run.pk]) == [None]


def test_results_of_calls_that_stand_in_the_log_go_soon(client, ended):
    ended()
    for number in (0, 1, 7):
        client.set(keys.call(f"call-{number}"), b"{}", ex=3600)
    archive(client)
    assert client.ttl(keys.call("call-0")) <= archiver.CALL_GRACE_S
    assert client.ttl(keys.call("call-7")) > archiver.CALL_GRACE_S


def test_what_a_run_mentions_is_noted(client, ended):
    digest = f"sha256:{'a' * 64}"
    run = ended(output={"file": {"$artifact": {"digest": digest, "size": 1, "media_type": "text/plain", "name": ""}}})
    archive(client)
    assert [*Mention.objects.values_list("run_id", "digest")] == [(run.pk, digest)]


def test_a_run_can_be_archived_at_once(client, ended):
    run = ended(minutes=0)
    archive_runs(client, [run.pk])
    assert not in_redis(client, run)
    assert archived_meta(run.pk).status == "run_completed"


def test_the_archive_is_read_while_redis_is_away(client, ended, settings):
    run = ended()
    before = log_of(client, run)
    archive(client)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert [*iterate(run.pk)] == before
    assert read_page(run.pk, len(before), 5) == ([], True)


def test_thousands_keep_redis_flat(client, ended):
    """Memory after each round of runs that came and were archived is as before, but for the marks that fade."""
    used = []
    began = now_ms()
    for _ in range(4):
        runs = [ended(count=10, output={"text": "x" * 500}) for _ in range(150)]
        assert archive(client) == len(runs)
        used.append(int(client.info("memory")["used_memory"]))
    assert used[-1] - used[0] < 600 * 250, used
    assert client.dbsize() <= 600 + 4, now_ms() - began
    assert read_archived(runs[0].pk, 0, 3)


def test_what_redis_keeps_of_runs_without_a_row_goes(client, ended):
    gone, there, going = ended(), ended(), ended()
    client.hset(keys.meta(going.pk), "status", "open")
    Run.objects.filter(pk__in=[gone.pk, going.pk]).delete()
    assert remove_orphans(client) == 1
    assert [in_redis(client, run) for run in (gone, there, going)] == [False, True, True]
    assert remove_orphans(client) == 0
