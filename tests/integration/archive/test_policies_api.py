"""Policies over REST: who may set them, what they would do."""

import pytest
from django.core.cache import cache

from agentcluster.security.models import Project, Role
from agentcluster.streams import keys
from designer.archive.models import RetentionPolicy
from designer.models import AuditEntry

URL = "/api/v1/retention-policies"
pytestmark = pytest.mark.django_db


def test_an_owner_sets_changes_and_deletes_a_policy(api_of):
    api = api_of(Role.OWNER)
    made = api.post(URL, {"project": "sales", "keep_days": 30, "statuses": ["failed"], "labels": {"a": "b"}})
    assert made.status_code == 201, made.content
    policy = made.json()
    assert policy | {"id": 0} == {
        **{"id": 0, "project": "sales", "keep_days": 30, "statuses": ["failed"], "labels": {"a": "b"}},
        **{"keep_newest": 0, "enabled": True},
    }
    one = f"{URL}/{policy['id']}"
    assert api.patch(one, {"keep_newest": 5}).json()["keep_newest"] == 5
    assert api.get(one).json()["keep_days"] == 30
    assert [each["project"] for each in api.get(URL).json()["results"]] == [None, "sales"]
    assert api.delete(one).status_code == 204
    actions = AuditEntry.objects.filter(action__startswith="retention").values_list("action", flat=True)
    assert sorted(actions) == [f"retention_policy.{what}" for what in ("create", "delete", "update")]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.EDITOR])
def test_others_only_look(api_of, role):
    api = api_of(role)
    for url in (URL, f"{URL}/preview"):
        assert api.post(url, {"project": "sales", "keep_days": 1}).status_code == 403
    default = RetentionPolicy.objects.get()
    assert api.get(f"{URL}/{default.pk}").json()["keep_days"] == 90
    assert api.patch(f"{URL}/{default.pk}", {"keep_days": 1}).status_code == 403
    assert api.delete(f"{URL}/{default.pk}").status_code == 403


def test_for_all_projects_only_a_superuser_decides(api_of):
    owner, root = api_of(Role.OWNER), api_of(None, "root", is_superuser=True)
    assert owner.post(URL, {"keep_days": 1}).status_code == 403
    default = RetentionPolicy.objects.get()
    assert root.patch(f"{URL}/{default.pk}", {"keep_days": 30}).json()["keep_days"] == 30
    # A policy cannot be moved to where one decides nothing.
    mine = owner.post(URL, {"project": "sales", "keep_days": 1}).json()
    assert owner.patch(f"{URL}/{mine['id']}", {"project": None}).status_code == 403
    assert RetentionPolicy.objects.get(pk=mine["id"]).project.slug == "sales"


def test_policies_of_other_projects_do_not_exist(api_of):
    other = Project.objects.create(slug="other", name="Other")
    policy = RetentionPolicy.objects.create(project=other, keep_days=1)
    assert api_of(Role.OWNER).get(f"{URL}/{policy.pk}").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"keep_days": -1}, "/keep_days"),
        ({}, "/keep_days"),
        ({"keep_days": 1, "statuses": ["running"]}, "/statuses/0"),
        ({"keep_days": 1, "project": "nowhere"}, "/project"),
        ({"keep_days": 1, "labels": ["a"]}, "/labels"),
    ],
)
def test_what_means_nothing_is_refused(api_of, body, field):
    answer = api_of(Role.OWNER).post(URL, {"project": "sales", **body})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_a_preview_counts_and_changes_nothing(client, ended, api_of):
    for days in (1, 5, 20, 40, 100):
        ended(days=days)
    api = api_of(Role.OWNER)
    counted = [api.post(f"{URL}/preview", {"project": "sales", "keep_days": days}).json() for days in (0, 10, 365)]
    assert counted == [{"runs": 5, "more": False}, {"runs": 3, "more": False}, {"runs": 0, "more": False}]
    newest = api.post(f"{URL}/preview", {"project": "sales", "keep_days": 0, "keep_newest": 2}).json()
    assert newest["runs"] == 3
    assert RetentionPolicy.objects.count() == 1


def test_the_figures_tell_how_full_the_system_is(client, ended, api_of):
    ended()
    young = ended(minutes=0)
    client.xadd(keys.inbox(young.pk), {"c": "{}"})
    client.sadd(keys.TASK_AGENTS, "text")
    client.sadd(keys.DEAD_LETTER_AGENTS, "text", "json")
    for stream in (keys.tasks("text"), keys.dead_letters("text"), keys.dead_letters("json"), keys.READY):
        client.xadd(stream, {"a": "b"})
    cache.delete("archive:streams")
    found = api_of(None).get("/api/v1/system/storage").json()
    assert found["runs"] == {"live": 0, "standing": 0, "parked": 0, "ended_in_redis": 2}
    assert found["archive"]["backlog"] == 1
    assert found["streams"] == {"ready": 1, "jobs": 0, "tasks": 1, "dead_letters": 2, "logs": 2, "inboxes": 1}
    assert 0 <= found["redis"]["share"] < 0.75
    assert found["warnings"] == []


def test_a_redis_that_fills_up_is_told(client, api_of):
    client.config_set("maxmemory", int(client.info("memory")["used_memory"] * 1.2))
    try:
        found = api_of(None).get("/api/v1/system/storage").json()
    finally:
        client.config_set("maxmemory", 0)
    assert found["redis"]["share"] > 0.75
    assert [warning["code"] for warning in found["warnings"]] == ["redis_memory"]
