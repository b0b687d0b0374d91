"""Runs are kept for as long as the policies say, and files for as long as anything mentions them."""

from datetime import timedelta

import msgspec
import pytest
from django.utils import timezone

from agentcluster import artifacts
from agentcluster.security.models import Project, Role
from agentcluster.streams import keys
from designer.archive.models import LooseArtifact, Mention, RetentionPolicy, RunArchive
from designer.archive.prune import Pruning
from designer.archive.unmentioned import remove_unmentioned
from designer.models import AuditEntry, Run, Upload, Workflow
from tests.integration.archive.conftest import archive, in_redis, make_run


def prune(client):
    archive(client)
    pruning = Pruning(client)
    while pruning.step():
        pass


def left():
    return set(Run.objects.values_list("pk", flat=True))


@pytest.fixture
def only(db):
    """Replaces the policies."""

    def make(*policies):
        RetentionPolicy.objects.all().delete()
        return [RetentionPolicy.objects.create(**policy) for policy in policies]

    return make


def test_a_new_installation_keeps_runs_for_ninety_days(client, ended):
    old, young = ended(days=91), ended(days=89)
    going = ended(days=200, status="running", log=False)
    Run.objects.filter(pk=going.pk).update(ended_at=None)
    prune(client)
    assert left() == {young.pk, going.pk}
    assert not RunArchive.objects.filter(run_id=old.pk).exists()
    entry = AuditEntry.objects.get(action="run.prune")
    assert (entry.user, entry.data) == (None, {"runs": 1})


@pytest.mark.parametrize(
    ("policies", "kept"),
    [
        ([{"keep_days": 10}], {"young"}),
        ([{"keep_days": None}], {"young", "failed", "labelled", "old"}),
        ([], {"young", "failed", "labelled", "old"}),
        ([{"keep_days": 10}, {"keep_days": 50, "statuses": ["failed"]}], {"young", "failed"}),
        ([{"keep_days": 10}, {"keep_days": None, "labels": {"team": "sales"}}], {"young", "labelled"}),
        ([{"keep_days": 10, "enabled": False}], {"young", "failed", "labelled", "old"}),
        ([{"keep_days": 10, "labels": {"team": "sales"}}], {"young", "failed", "old"}),
        ([{"keep_days": 0, "keep_newest": 2}], {"young", "failed"}),
        ([{"keep_days": 0, "keep_newest": 1, "statuses": ["completed"]}], {"young", "failed"}),
    ],
)
def test_policies_decide(client, ended, only, policies, kept):
    runs = {
        "young": ended(days=1),
        "failed": ended(days=20, status="failed"),
        "labelled": ended(days=30, labels={"team": "sales", "a": "b"}),
        "old": ended(days=40),
    }
    only(*policies)
    prune(client)
    assert left() == {runs[name].pk for name in kept}


def test_the_newest_that_are_kept_are_those_with_the_policys_labels(client, ended, only, monkeypatch):
    monkeypatch.setattr("designer.archive.expiry.PAGE", 2)
    sales = [ended(days=days, labels={"team": "sales", 'a"b': "1", "7": "1"}) for days in (60, 50, 40)]
    others = [ended(days=days) for days in (30, 25, 20, 15, 12)]
    only({"labels": {"team": "sales", 'a"b': "1", "7": "1"}, "keep_days": 10, "keep_newest": 2})
    prune(client)
    assert left() == {run.pk for run in (*sales[1:], *others)}


def test_a_run_that_another_policy_decides_about_is_none_of_the_newest(client, ended, only):
    plain = [ended(days=days) for days in (60, 50, 40)]
    sales = [ended(days=days, labels={"team": "sales"}) for days in (39, 20)]
    only({"keep_days": 10, "keep_newest": 2}, {"labels": {"team": "sales"}, "keep_days": 30})
    prune(client)
    assert left() == {run.pk for run in (*plain[1:], sales[1])}


def test_a_projects_own_policy_stands_before_global_ones(client, ended, only, project):
    other = Project.objects.create(slug="other", name="Other")
    elsewhere = Workflow.objects.create(project=other, name="w", title="W")
    elsewhere.versions.create(digest="sha256:1", graph={})
    here, there = ended(days=30), make_run(elsewhere, days=30)
    only({"keep_days": 90}, {"keep_days": 10, "project": project})
    prune(client)
    assert left() == {there.pk}
    assert here.pk not in left()


def test_many_pages_are_pruned(client, ended, only, monkeypatch):
    monkeypatch.setattr("designer.archive.expiry.PAGE", 4)
    only({"keep_days": 5})
    kept = [ended(days=number) for number in (1, 2, 3)]
    for number in range(11):
        ended(days=10 + number)
    prune(client)
    assert left() == {run.pk for run in kept}


def reference(content, name="f"):
    return artifacts.put_bytes(content, "text/plain", name).to_value()


def age(ref):
    """As if nobody had stored it for two days."""
    import os

    old = (timezone.now() - timedelta(days=2)).timestamp()
    os.utime(artifacts.path(ref["$artifact"]["digest"]), (old, old))
    LooseArtifact.objects.update(since=timezone.now() - timedelta(days=2))


def there(ref):
    return artifacts.exists(ref["$artifact"]["digest"])


class TestFiles:
    @pytest.fixture(autouse=True)
    def policy(self, only):
        only({"keep_days": 10})

    def test_go_with_the_last_run_that_mentions_them(self, client, ended):
        shared, alone = reference(b"shared"), reference(b"alone")
        ended(days=20, output={"a": shared, "b": alone})
        ended(days=1, output={"a": shared})
        prune(client)
        assert remove_unmentioned(client) == 0
        assert there(alone)
        age(alone)
        age(shared)
        assert remove_unmentioned(client) == 1
        assert (there(shared), there(alone)) == (True, False)
        assert not LooseArtifact.objects.exists()

    def test_stay_while_a_run_that_is_not_archived_mentions_them(self, client, ended):
        ref = reference(b"in a live run")
        ended(days=20, output={"a": ref})
        prune(client)
        going = ended(days=15, status="running", output={"a": ref})
        client.hset(keys.meta(going.pk), "status", "open")
        age(ref)
        assert remove_unmentioned(client) == 0
        assert there(ref)

    def test_stay_while_an_upload_or_a_workflow_has_them(self, client, ended, project, workflow):
        uploaded, drawn = reference(b"uploaded"), reference(b"drawn")
        ended(days=20, output={"a": uploaded, "b": drawn})
        digest = uploaded["$artifact"]["digest"]
        Upload.objects.create(project=project, digest=digest, name="f", media_type="text/plain", size=8)
        Workflow.objects.filter(pk=workflow.pk).update(draft={"nodes": [{"input": drawn}]})
        prune(client)
        age(uploaded)
        age(drawn)
        assert remove_unmentioned(client) == 0

    def test_stay_while_a_large_value_of_a_run_mentions_them(self, client, ended):
        inner = reference(b"inner")
        large = artifacts.put_bytes(
            b'{"rows": [1], "file": {"$artifact": {"digest": "%s"}}}' % inner["$artifact"]["digest"].encode(),
            "application/json",
        ).to_value()
        ended(days=20, output={"a": inner})
        kept = ended(days=1, output={"large": large})
        prune(client)
        assert set(Mention.objects.filter(run=kept).values_list("digest", flat=True)) == {
            inner["$artifact"]["digest"],
            large["$artifact"]["digest"],
        }
        age(inner)
        assert remove_unmentioned(client) == 0

    def test_stay_when_somebody_stored_them_again(self, client, ended):
        ref = reference(b"again")
        ended(days=20, output={"a": ref})
        prune(client)
        age(ref)
        reference(b"again")
        assert remove_unmentioned(client) == 0
        assert there(ref)

    def test_stay_while_a_kept_output_or_shared_memory_mentions_them(self, client, ended):
        names = ("cached", "remembered", "listed", "forgotten")
        refs = {name: reference(name.encode()) for name in names}
        ended(days=20, output=refs)
        prune(client)
        client.set(keys.cache("0"), msgspec.json.encode({"output": refs["cached"]}))
        client.hset(keys.memory("sales", "value", "a"), "v", msgspec.json.encode(refs["remembered"]))
        client.xadd(keys.memory("sales", "list", "b"), {"v": msgspec.json.encode([refs["listed"]])})
        for ref in refs.values():
            age(ref)
        assert remove_unmentioned(client) == 1
        assert {name for name in names if there(refs[name])} == {"cached", "remembered", "listed"}

    def test_go_after_their_workflow(self, client, ended, api_of, workflow):
        ref = reference(b"of a workflow")
        ended(output={"a": ref})
        archive(client)
        assert api_of().delete(f"/api/v1/workflows/{workflow.pk}").status_code == 204
        age(ref)
        assert remove_unmentioned(client) == 1


class TestOnRequest:
    def test_a_finished_run_is_deleted_for_good(self, client, ended, api_of):
        run = ended(minutes=0)
        api = api_of(Role.EDITOR)
        assert api.delete(f"/api/v1/runs/{run.pk}").status_code == 204
        assert api.get(f"/api/v1/runs/{run.pk}").status_code == 404
        assert not in_redis(client, run)
        assert not RunArchive.objects.exists()
        entry = AuditEntry.objects.get(action="run.delete")
        assert (entry.object_id, entry.user.username) == (run.pk, "ada")

    def test_a_run_whose_log_is_damaged_can_be_deleted(self, client, ended, api_of):
        run = ended(minutes=0)
        client.xdel(keys.log(run.pk), "2-0")
        assert api_of().delete(f"/api/v1/runs/{run.pk}").status_code == 204
        assert not in_redis(client, run)

    def test_a_run_that_goes_on_is_not(self, client, ended, api_of):
        run = ended(status="running", log=False)
        answer = api_of().delete(f"/api/v1/runs/{run.pk}")
        assert (answer.status_code, answer.json()["code"]) == (409, "run_not_finished")
        assert Run.objects.filter(pk=run.pk).exists()

    @pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.OPERATOR, 403), (None, 404)])
    def test_only_by_editors(self, client, ended, api_of, role, status):
        run = ended()
        assert api_of(role).delete(f"/api/v1/runs/{run.pk}").status_code == status
        assert in_redis(client, run)

    def test_nothing_is_lost_while_redis_is_away(self, client, ended, api_of, settings):
        run = ended()
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        assert api_of().delete(f"/api/v1/runs/{run.pk}").status_code == 503
        assert Run.objects.filter(pk=run.pk).exists()
