"""Triggers over REST: what is made, what is refused and where, what stays secret."""

import pytest
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from agentcluster.security.models import Membership, Role
from designer.models import AuditEntry, Run
from designer.triggers import sealing
from designer.triggers.models import Firing, Leftover, Trigger

pytestmark = pytest.mark.django_db


def fields_of(answer) -> list[str]:
    assert answer["content-type"] == "application/problem+json"
    return [error["field"] for error in answer.json()["errors"]]


def test_a_webhook_tells_its_secret_once_and_keeps_it_sealed(api, create, row) -> None:
    made = create()
    assert made["secret"].startswith("whsec_")
    assert "/hooks/" in made["url"]
    assert "secret" not in api.get(f"/api/v1/triggers/{made['id']}").json()
    kept = row(made).sealed_secrets
    assert made["secret"].removeprefix("whsec_") not in kept
    assert [secret.text for secret in sealing.unseal(kept)] == [made["secret"]]
    assert AuditEntry.objects.filter(action="trigger.create", object_id=made["id"]).exists()
    assert not AuditEntry.objects.filter(data__icontains="whsec_").exists()


def test_another_secret_key_cannot_open_it_and_a_fallback_can(create, row, settings) -> None:
    kept = row(create()).sealed_secrets
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-" * 5
    with pytest.raises(Exception, match="SECRET_KEY"):
        sealing.unseal(kept)
    settings.SECRET_KEY_FALLBACKS = [before]
    assert len(sealing.unseal(kept)) == 1


def test_a_schedule_says_when_it_is_due_next_and_beat_has_its_task(api, create) -> None:
    made = create("cron", "Nightly", config={"cron": "30 2 * * *", "timezone": "Europe/Berlin"}, input={"name": "x"})
    assert len(made["next_at"]) == 5
    task = PeriodicTask.objects.get(name=f"trigger {made['id']}")
    assert (task.crontab.hour, str(task.crontab.timezone), task.queue) == ("2", "Europe/Berlin", "jobs")
    api.patch(f"/api/v1/triggers/{made['id']}", {"config": {"every_s": 90}})
    task.refresh_from_db()
    assert (task.crontab, task.interval.every) == (None, 90)
    assert api.patch(f"/api/v1/triggers/{made['id']}", {"enabled": False}).json()["next_at"] == []
    assert not PeriodicTask.objects.filter(name__startswith="trigger ").exists()
    assert not CrontabSchedule.objects.filter(hour="2").exists()
    assert not IntervalSchedule.objects.filter(every=90).exists()


def test_what_celery_reads_differently_is_hinted_at_every_minute(create) -> None:
    made = create("cron", "First or Monday", config={"cron": "0 0 1 * MON"}, input={"name": "x"})
    assert PeriodicTask.objects.get(name=f"trigger {made['id']}").crontab.minute == "*"
    assert len(made["next_at"]) == 5


def test_a_schedule_can_be_looked_at_before_it_is_kept(api) -> None:
    answer = api.post("/api/v1/triggers/schedule", {"config": {"cron": "0 7 * * 1-5", "timezone": "Asia/Shanghai"}})
    assert len(answer.json()["next_at"]) == 5
    assert fields_of(api.post("/api/v1/triggers/schedule", {"config": {"cron": "0 7 * *"}})) == ["/config/cron"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "pigeon", "name": "x"}, "/kind"),
        ({"kind": "webhook", "name": ""}, "/name"),
        ({"kind": "webhook", "name": "x", "version": 7}, "/version"),
        ({"kind": "webhook", "name": "x", "config": {"colour": "red"}}, "/config/colour"),
        ({"kind": "webhook", "name": "x", "config": {"wait_s": 1000}}, "/config/wait_s"),
        ({"kind": "webhook", "name": "x", "input": {"name": "${ steps.a }"}}, "/input/name"),
        ({"kind": "webhook", "name": "x", "input": {"name": "${ schedule.at }"}}, "/input/name"),
        ({"kind": "webhook", "name": "x", "input": {"deep": ["${ body. }"]}}, "/input/deep/0"),
        ({"kind": "webhook", "name": "x", "input": [1]}, "/input"),
        ({"kind": "cron", "name": "x", "config": {}}, "/config/cron"),
        ({"kind": "cron", "name": "x", "config": {"cron": "99 * * * *"}}, "/config/cron"),
        ({"kind": "cron", "name": "x", "config": {"cron": "* * * * *", "timezone": "Nowhere"}}, "/config/timezone"),
        ({"kind": "cron", "name": "x", "config": {"every_s": -5}}, "/config/every_s"),
        ({"kind": "cron", "name": "x", "config": {"every_s": 5, "missed": "maybe"}}, "/config/missed"),
        ({"kind": "nats", "name": "x", "config": {"subject": "$SYS.>"}}, "/config/subject"),
        ({"kind": "nats", "name": "x", "config": {"subject": ">"}}, "/config/subject"),
        ({"kind": "nats", "name": "x", "config": {"subject": "*.invoke.v1"}}, "/config/subject"),
        ({"kind": "nats", "name": "x", "config": {"subject": "agent.x.invoke.v1"}}, "/config/subject"),
        ({"kind": "nats", "name": "x", "config": {"subject": "_INBOX.x"}}, "/config/subject"),
        ({"kind": "nats", "name": "x", "config": {"subject": "a..b"}}, "/config/subject"),
        ({"kind": "nats", "name": "x", "config": {"subject": "a.>.b"}}, "/config/subject"),
        ({"kind": "nats", "name": "x", "config": {"subject": "a b"}}, "/config/subject"),
        ({"kind": "stream", "name": "x", "config": {"key": "runs:ready"}}, "/config/key"),
        ({"kind": "stream", "name": "x", "config": {"key": "run:{x}:log"}}, "/config/key"),
        ({"kind": "stream", "name": "x", "config": {"key": "_kombu.binding.jobs"}}, "/config/key"),
        ({"kind": "stream", "name": "x", "config": {"key": "jobs"}}, "/config/key"),
        ({"kind": "stream", "name": "x", "config": {"key": ""}}, "/config/key"),
        ({"kind": "stream", "name": "x", "config": {}}, "/config"),
    ],
)
def test_bad_settings_are_refused_by_field_and_nothing_is_made(api, workflow, body, field) -> None:
    answer = api.post(f"/api/v1/workflows/{workflow.pk}/triggers", body)
    assert answer.status_code == 400, answer.content
    assert fields_of(answer) == [field]
    assert not Trigger.objects.exists()


def test_a_name_is_taken_once_and_there_are_only_so_many(api, create, workflow, monkeypatch) -> None:
    create(name="One")
    again = api.post(f"/api/v1/workflows/{workflow.pk}/triggers", {"kind": "webhook", "name": "One"})
    assert (again.status_code, fields_of(again)) == (409, ["/name"])
    monkeypatch.setattr("designer.triggers.actions.settings.MOST", 1)
    full = api.post(f"/api/v1/workflows/{workflow.pk}/triggers", {"kind": "webhook", "name": "Two"})
    assert (full.status_code, full.json()["code"]) == (409, "too_many_triggers")


def test_a_key_that_holds_no_stream_is_refused(api, workflow) -> None:
    from agentcluster.streams.shared import shared_client

    shared_client().set("orders-total", "3")
    body = {"kind": "stream", "name": "x", "config": {"key": "orders-total"}}
    answer = api.post(f"/api/v1/workflows/{workflow.pk}/triggers", body)
    assert (answer.status_code, fields_of(answer)) == (400, ["/config/key"])
    assert not Trigger.objects.exists()
    shared_client().delete("orders-total")


def test_operators_try_triggers_and_editors_change_them(api, operator, create) -> None:
    made = create(input={"name": "${ body.name }"})
    assert operator.patch(f"/api/v1/triggers/{made['id']}", {"enabled": False}).status_code == 403
    assert operator.post(f"/api/v1/triggers/{made['id']}/rotate-secret", {}).status_code == 403
    assert operator.delete(f"/api/v1/triggers/{made['id']}").status_code == 403
    tried = operator.post(f"/api/v1/triggers/{made['id']}/test", {"event": {"body": {"name": "Ada"}}})
    assert tried.json()["outcome"] == "started", tried.content
    run = Run.objects.get(pk=tried.json()["run"])
    assert (run.input, run.trigger, run.created_by.username) == ({"name": "Ada"}, "Hook", "ada")


def test_strangers_see_nothing(client_of, member, create) -> None:
    made, stranger = create(), client_of(member(None, "eve"))
    for path in ("", "/firings"):
        assert stranger.get(f"/api/v1/triggers/{made['id']}{path}").status_code == 404
    assert stranger.post(f"/api/v1/triggers/{made['id']}/test", {}).status_code == 404
    assert stranger.get(f"/api/v1/workflows/{made['workflow']}/triggers").status_code == 404


def test_a_refused_event_is_in_the_history_with_its_reason(api, create) -> None:
    made = create(input={"name": "${ body.missing }"})
    tried = api.post(f"/api/v1/triggers/{made['id']}/test", {"event": {"body": {"name": "Ada"}}}).json()
    assert (tried["outcome"], tried["code"], tried["run"]) == ("refused", "mapping_failed", None)
    assert "missing" in tried["message"]
    listed = api.get(f"/api/v1/triggers/{made['id']}/firings").json()["results"]
    assert [firing["event"]["body"] for firing in listed] == [{"name": "Ada"}]
    shown = api.get(f"/api/v1/triggers/{made['id']}").json()
    assert (shown["figures"]["refused"], shown["last_error"]) == (1, tried["message"])


def test_rights_are_those_of_the_moment_and_can_be_taken_over(api, create, editor, project, member, client_of) -> None:
    made, other = create(input={"name": "x"}), client_of(member(Role.EDITOR, "bob"))
    membership = Membership.objects.get(user=editor)
    membership.role = Role.VIEWER
    membership.save()
    lost = other.post(f"/api/v1/triggers/{made['id']}/test", {}).json()
    assert (lost["outcome"], lost["code"]) == ("refused", "right_lost")
    editor.is_active = False
    editor.save()
    assert other.post(f"/api/v1/triggers/{made['id']}/test", {}).json()["code"] == "run_as_gone"
    assert other.patch(f"/api/v1/triggers/{made['id']}", {"take_over": True}).json()["run_as"] == "bob"
    assert other.post(f"/api/v1/triggers/{made['id']}/test", {}).json()["outcome"] == "started"


def test_a_workflow_without_a_version_refuses(api, with_redis, registry) -> None:
    from tests.integration.triggers.conftest import GREETING

    made = api.post("/api/v1/workflows", {"title": "Draft", "graph": GREETING}).json()
    trigger = api.post(f"/api/v1/workflows/{made['id']}/triggers", {"kind": "webhook", "name": "x"}).json()
    tried = api.post(f"/api/v1/triggers/{trigger['id']}/test", {"event": {"body": {"name": "x"}}}).json()
    assert (tried["outcome"], tried["code"]) == ("refused", "not_published")


def test_a_deleted_or_moved_trigger_leaves_word_for_the_listener(api, create, workflow) -> None:
    stream = create("stream", "Orders", config={"key": "orders-moved"})
    api.patch(f"/api/v1/triggers/{stream['id']}", {"config": {"key": "orders-new"}})
    assert [left.place for left in Leftover.objects.all()] == ["orders-moved"]
    create("nats", "Paid", config={"subject": "orders.paid"})
    cron = create("cron", "Often", config={"every_s": 3600}, input={"name": "x"})
    assert api.delete(f"/api/v1/workflows/{workflow.pk}").status_code == 204
    assert sorted(left.place for left in Leftover.objects.all()) == ["orders-moved", "orders-new", "orders.paid"]
    assert not PeriodicTask.objects.filter(name__contains=cron["id"]).exists()


def test_old_firings_are_pruned(create, row, monkeypatch) -> None:
    from designer.triggers import tasks

    trigger = row(create())
    Firing.objects.bulk_create(Firing(trigger=trigger, key=str(n), outcome="refused") for n in range(12))
    monkeypatch.setattr(tasks, "KEPT", 5)
    tasks.prune()
    assert sorted(int(firing.key) for firing in Firing.objects.all()) == [7, 8, 9, 10, 11]
    Firing.objects.update(at=trigger.created_at - tasks.KEPT_FOR * 2)
    tasks.prune()
    assert not Firing.objects.exists()
