"""When schedules are due: clock changes, missed moments, intervals."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.triggers.schedule import GRACE, MOST, Schedule, ScheduleError

UTC = dt.UTC
BERLIN = "Europe/Berlin"
HOURLY = Schedule("0 * * * *", 0, "UTC")
NIGHTLY = Schedule("30 2 * * *", 0, BERLIN)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(UTC)


def local(moments: list[dt.datetime]) -> list[str]:
    return [moment.astimezone(NIGHTLY.zone).isoformat() for moment in moments]


def test_in_spring_a_time_that_does_not_exist_is_due_right_after_the_gap() -> None:
    moments = NIGHTLY.next(at("2026-03-28T12:00:00+01:00"), 2)
    assert local(moments) == ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]


def test_in_autumn_a_time_that_comes_twice_is_due_once() -> None:
    moments = NIGHTLY.next(at("2026-10-24T12:00:00+02:00"), 2)
    assert local(moments) == ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]


def test_a_look_in_the_repeated_hour_neither_repeats_nor_forgets_its_first_turn() -> None:
    second_turn = at("2026-10-25T02:40:00+01:00")
    assert local(NIGHTLY.next(second_turn, 1)) == ["2026-10-26T02:30:00+01:00"]
    found, more = NIGHTLY.between(at("2026-10-25T00:00:00+02:00"), at("2026-10-25T02:15:00+01:00"), 10)
    assert (local(found), more) == (["2026-10-25T02:30:00+02:00"], False)


def test_half_hourly_goes_by_elapsed_time_through_both_changes() -> None:
    schedule = Schedule("*/30 * * * *", 0, BERLIN)
    for start in ("2026-03-29T00:00:00+01:00", "2026-10-25T00:00:00+02:00"):
        moments = schedule.next(at(start), 12)
        assert {later - earlier for earlier, later in pairwise(moments)} == {dt.timedelta(minutes=30)}


def test_an_hour_with_a_wildcard_minute_is_lost_in_spring_and_comes_twice_in_autumn() -> None:
    schedule = Schedule("*/30 2 * * *", 0, BERLIN)
    assert local(schedule.next(at("2026-03-28T12:00:00+01:00"), 1)) == ["2026-03-30T02:00:00+02:00"]
    moments = local(schedule.next(at("2026-10-24T12:00:00+02:00"), 4))
    assert moments == [f"2026-10-25T02:{minute}:00+0{zone}:00" for zone in (2, 1) for minute in ("00", "30")]


def test_two_times_of_the_lost_hour_fall_together_once() -> None:
    schedule = Schedule("0,30 2,3 29 3 *", 0, BERLIN)
    moments = schedule.next(at("2026-03-29T00:00:00+01:00"), 2)
    assert local(moments) == ["2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00"]


EXPRESSIONS = ["30 2 * * *", "*/20 * * * *", "15 1-3 * * *", "0 */2 * * *", "5,35 2 * * 0", "0 0 1 * *"]


@given(
    st.sampled_from(EXPRESSIONS),
    st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC"]),
    st.integers(0, 330 * 24 * 60),
    st.integers(1, 3 * 24 * 60),
)
def test_looking_back_finds_what_looking_ahead_promised(cron: str, zone: str, begin: int, minutes: int) -> None:
    schedule, after = Schedule(cron, 0, zone), at("2026-01-01T00:00:00+00:00") + dt.timedelta(minutes=begin)
    until = after + dt.timedelta(minutes=minutes)
    promised = []
    for moment in schedule.after(after):
        if moment > until:
            break
        promised.append(moment)
    assert schedule.between(after, until, 1000) == (promised, False)


def test_nothing_is_due_before_its_moment_and_late_by_seconds_is_on_time() -> None:
    cursor = at("2026-06-01T10:00:00+00:00")
    assert HOURLY.due(cursor, at("2026-06-01T10:59:59+00:00"), "skip").start == ()
    due = HOURLY.due(cursor, at("2026-06-01T11:00:00+00:00") + GRACE, "skip")
    assert (due.start, due.skipped) == ((at("2026-06-01T11:00:00+00:00"),), 0)


@pytest.mark.parametrize(("missed", "hours", "skipped"), [("skip", [], 3), ("once", [13], 2), ("all", [11, 12, 13], 0)])
def test_missed_moments_by_policy(missed: str, hours: list[int], skipped: int) -> None:
    due = HOURLY.due(at("2026-06-01T10:00:00+00:00"), at("2026-06-01T13:30:00+00:00"), missed)
    assert [moment.hour for moment in due.start] == hours
    assert (due.skipped, due.upto) == (skipped, at("2026-06-01T13:00:00+00:00"))


@pytest.mark.parametrize("missed", ["skip", "once"])
def test_a_moment_of_just_now_starts_beside_what_the_policy_says(missed: str) -> None:
    due = HOURLY.due(at("2026-06-01T10:00:00+00:00"), at("2026-06-01T13:00:10+00:00"), missed)
    assert due.start[-1] == at("2026-06-01T13:00:00+00:00")
    assert len(due.start) + due.skipped == 3


def test_a_long_downtime_is_made_up_for_a_hundred_times_at_most_and_quickly() -> None:
    every_minute = Schedule("* * * * *", 0, BERLIN)
    due = every_minute.due(at("2016-01-01T00:00:00+00:00"), at("2026-01-01T00:00:30+00:00"), "all")
    assert (len(due.start), due.more, due.upto) == (MOST, True, at("2026-01-01T00:00:00+00:00"))
    seconds = Schedule("", 1, "UTC").due(at("2016-01-01T00:00:00+00:00"), at("2026-01-01T00:00:00+00:00"), "skip")
    assert (len(seconds.start), seconds.skipped, seconds.more) == (61, 39, True)


def test_intervals_stay_on_their_grid() -> None:
    schedule, cursor = Schedule("", 90, "UTC"), at("2026-01-01T00:00:07+00:00")
    due = schedule.due(cursor, at("2026-01-01T00:03:30+00:00"), "all")
    assert [moment - cursor for moment in due.start] == [dt.timedelta(seconds=90), dt.timedelta(seconds=180)]
    assert schedule.next(cursor, 1) == [cursor + dt.timedelta(seconds=90)]


@pytest.mark.parametrize(
    ("cron", "every_s", "zone", "field"),
    [
        ("", 0, "UTC", "cron"),
        ("* * * * *", 60, "UTC", "cron"),
        ("* * * *", 0, "UTC", "cron"),
        ("* * * * * *", 0, "UTC", "cron"),
        ("61 * * * *", 0, "UTC", "cron"),
        ("0 0 31 2 *", 0, "UTC", "cron"),
        ("@daily", 0, "UTC", "cron"),
        ("0 0 * * *", 0, "Mars/Olympus", "timezone"),
        ("0 0 * * *", 0, "../../etc/passwd", "timezone"),
        ("0 0 * * *", 0, "", "timezone"),
    ],
)
def test_schedules_that_cannot_be_are_refused_by_setting(cron: str, every_s: int, zone: str, field: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        Schedule(cron, every_s, zone)
    assert refused.value.field == field
