"""Schedules with a database: each moment one run, whoever looks, however often, whatever was missed."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from agentcluster.streams.errors import StreamsUnavailableError
from designer.models import Run
from designer.triggers import due
from designer.triggers.models import Firing, Trigger

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def hourly(create, row):
    """An hourly trigger that has not looked since 9:59."""

    def make(missed="skip", **config):
        made = create(
            "cron",
            "Hourly",
            config={"cron": "0 * * * *", "missed": missed, **config},
            input={"name": "${ schedule.local }"},
        )
        Trigger.objects.filter(pk=made["id"]).update(cursor=at(9, 59))
        return row(made)

    return make


def at(hour, minute=0, second=0):
    return dt.datetime(2026, 6, 1, hour, minute, second, tzinfo=dt.UTC)


def moments():
    return sorted(run.input["name"] for run in Run.objects.all())


@pytest.mark.django_db
def test_a_moment_starts_one_run_however_often_one_looks(hourly) -> None:
    trigger = hourly(timezone="Europe/Berlin")
    assert due.fire_due(trigger.pk, at(9, 59, 59)) == 0
    assert [due.fire_due(trigger.pk, at(10, 0, second)) for second in (0, 1, 2)] == [1, 0, 0]
    assert moments() == ["2026-06-01T12:00:00+02:00"]
    # A look that began before, and comes to an end only now.
    Trigger.objects.update(cursor=at(9, 59))
    due.fire_due(trigger.pk, at(10, 0, 30))
    assert len(moments()) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("missed", "runs"), [("skip", 0), ("once", 1), ("all", 3)])
def test_missed_moments_by_policy_with_word_of_what_was_skipped(hourly, missed, runs) -> None:
    trigger = hourly(missed)
    assert due.fire_due(trigger.pk, at(12, 30)) == runs
    skipped = Firing.objects.filter(outcome="skipped")
    assert skipped.count() == (missed != "all")
    assert all(str(3 - runs) in firing.message for firing in skipped)
    assert due.fire_due(trigger.pk, at(12, 31)) == 0
    assert due.fire_due(trigger.pk, at(13)) == 1


@pytest.mark.django_db
def test_what_cannot_start_is_passed_over_and_what_cannot_start_now_comes_again(hourly, settings, monkeypatch) -> None:
    trigger = hourly()
    working, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"
    with pytest.raises(StreamsUnavailableError):
        due.fire_due(trigger.pk, at(10))
    assert due.sweep(at(10, 0, 1)) == 0
    settings.REDIS_URL = working
    assert due.sweep(at(10, 0, 2)) == 1
    trigger.run_as.is_active = False
    trigger.run_as.save()
    assert due.sweep(at(11)) == 0
    assert Firing.objects.first().code == "run_as_gone"
    assert due.sweep(at(11, 0, 1)) == 0
    assert Firing.objects.count() == 2


@pytest.mark.django_db
def test_time_switched_off_is_not_missed(hourly, api) -> None:
    trigger = hourly("all")
    api.patch(f"/api/v1/triggers/{trigger.pk}", {"enabled": False})
    assert due.fire_due(trigger.pk, at(12)) == 0
    api.patch(f"/api/v1/triggers/{trigger.pk}", {"enabled": True})
    trigger.refresh_from_db()
    assert timezone.now() - trigger.cursor < dt.timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_many_who_look_at_once_start_each_moment_once(hourly) -> None:
    trigger = hourly("all")

    def look(_):
        try:
            return due.fire_due(trigger.pk, at(20))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(look, range(8)))
    assert len(moments()) == 11
    assert len(set(moments())) == 11
