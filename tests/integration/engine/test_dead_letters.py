"""What failed for good after three deliveries is kept, once, and can be given to its agent again."""

import asyncio
import errno
from typing import Any

import msgspec
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from agentcluster.errors import ForbiddenError
from agentcluster.security.models import Membership, Role
from agentcluster.streams import dead_letters as kept
from agentcluster.streams import keys
from agentcluster.streams.run_log import RunLog
from designer.actions.dead_letters import NoDeadLetterError, Wanted, find, one, summary
from designer.actions.dead_letters import delete as delete_letter
from designer.actions.redrive_dead_letter import AlreadyRedrivenError, RunGoneError, redrive
from designer.actions.run_errors import InvalidDataError
from designer.domain import events as ev
from designer.domain.graph import Graph, OnError, RetryPolicy
from designer.models import AuditEntry, Run
from tests.integration.engine import routing_agents as mine
from tests.integration.engine.lab import Lab, agent, line

pytestmark = pytest.mark.django_db(transaction=True)
AGAIN = RetryPolicy(attempts=3, initial_s=0.05, jitter=0)
STEP = agent("a", "moody", input={"fails": "${ input.fails }"}, retry=AGAIN)


@pytest.fixture(autouse=True)
def mood() -> None:
    mine.MOOD.clear()
    mine.CALLS.clear()


async def failed(lab: Lab, graph: Graph | None = None) -> tuple[str, kept.DeadLetter]:
    await lab.start_node([mine.MOODY, mine.CALM])
    lab.start_engine()
    (run,) = await lab.start(graph or line(agent("first", "calm", input={}), STEP), {"fails": True})
    await lab.ended(run)
    (letter,) = await asyncio.to_thread(kept.read, lab.client, "moody")
    return run, letter


@sync_to_async
def somebody(name: str, role: Role | None) -> User:
    user, _ = User.objects.get_or_create(username=name)
    if role is not None:
        Membership.objects.get_or_create(user=user, project=Run.objects.all()[0].project, defaults={"role": role})
    return user


async def test_it_holds_what_is_needed_to_try_again(lab: Lab) -> None:
    run, letter = await failed(lab)
    fields = letter.fields
    assert fields["original_id"] == f"{run}/a/3"
    assert (fields["error_code"], fields["retries"], fields["step"], fields["run_id"]) == ("temporary", "3", "a", run)
    assert (fields["agent"], fields["version"]) == ("moody", "1.0.0")
    assert msgspec.json.decode(fields["input"]) == {"fails": True}


async def test_what_failed_once_is_no_dead_letter(lab: Lab) -> None:
    await lab.start_node([mine.MOODY])
    lab.start_engine()
    (run,) = await lab.start(line(agent("a", "moody", input={"fails": True})))
    await lab.ended(run)
    assert kept.read(lab.client, "moody") == []


async def test_a_call_is_put_there_once(lab: Lab) -> None:
    log = RunLog(lab.writer)
    first = await kept.bury(log, "moody", "r/a/3", {"error_code": "x", "input": b"{}"})
    assert await kept.bury(log, "moody", "r/a/3", {"error_code": "x", "input": b"{}"}) == first
    assert len(kept.read(lab.client, "moody")) == 1
    for number in range(2600):
        call = ("FCALL", "ac_dead_letter_2", 4, *kept._names("moody"), "moody", f"c{number}", 1000)
        lab.writer.submit(*call, "workflow_id", f"w{number % 3}", "input", "1")
    await kept.bury(log, "moody", "last", {"input": b"1"})
    assert 1000 <= lab.client.xlen("dlq:{moody}") <= 1200
    assert lab.client.hlen("dlq:{moody}:calls") <= 2300


async def test_they_are_counted_by_workflow_without_being_read(lab: Lab) -> None:
    log = RunLog(lab.writer)
    for number in range(1250):
        call = ("FCALL", "ac_dead_letter_2", 4, *kept._names("moody"), "moody", f"c{number}", 1000)
        lab.writer.submit(*call, "workflow_id", "w1" if number % 5 else "w2", "input", "1")
    newest = await kept.bury(log, "moody", "last", {"workflow_id": "w2", "input": b"1"})
    await kept.bury(log, "calm", "one", {"workflow_id": "w1"})

    def check() -> dict[str, dict[str, kept.Count]]:
        there = kept.read(lab.client, "moody", count=2000)
        counts = kept.counts(lab.client)
        for workflow in ("w1", "w2"):
            ids = [letter.entry_id for letter in there if letter.fields["workflow_id"] == workflow]
            assert counts["moody"][workflow] == (len(ids), int(ids[0].partition("-")[0]))
        return counts

    assert check()["calm"]["w1"].letters == 1
    kept.mark_redriven(lab.client, "moody", newest, "r2")
    assert kept.delete(lab.client, "moody", [newest, "1-1"]) == 1
    assert lab.client.hlen(keys.redriven("moody")) == 0
    check()
    # Another release, or a hand, has left its letters uncounted.
    lab.client.xtrim("dlq:{moody}", maxlen=7, approximate=False)
    check()
    lab.client.delete("dlq:{moody}:counts")
    check()
    kept.delete(lab.client, "moody", [letter.entry_id for letter in kept.read(lab.client, "moody")])
    assert kept.counts(lab.client)["moody"] == {}


async def test_a_summary_tells_what_its_reader_may_see(lab: Lab) -> None:
    _, letter = await failed(lab)
    await kept.bury(RunLog(lab.writer), "moody", "elsewhere", {"workflow_id": "gone", "at": 5})
    viewer, stranger = await somebody("vic", Role.VIEWER), await somebody("eve", None)
    root = await sync_to_async(User.objects.create_superuser)("root")
    came = int(letter.entry_id.partition("-")[0])
    assert await sync_to_async(summary)(viewer) == [("moody", 1, came)]
    assert await sync_to_async(summary)(stranger) == []
    assert [row[:2] for row in await sync_to_async(summary)(root)] == [("moody", 2)]


async def test_it_goes_on_from_the_failed_step_with_another_input(lab: Lab) -> None:
    _, letter = await failed(lab)
    user = await somebody("ada", Role.OPERATOR)
    seen = await sync_to_async(one)(user, "moody", letter.entry_id)
    new = await sync_to_async(redrive)(user, seen, input={"fails": False}, reason="Repaired by hand")
    (row,) = await lab.ended(new.pk)
    assert row.status == "completed"
    assert mine.CALLS["calm"] == 1, "what was done is not done again"
    started: list[Any] = [each for each in lab.events(new.pk) if isinstance(each, ev.StepStarted) and each.step == "a"]
    assert started[0].input == {"fails": False}
    assert row.origin["redriven"]["dead_letter"] == letter.entry_id
    again = await sync_to_async(one)(user, "moody", letter.entry_id)
    assert again.entry.redriven_as == new.pk
    with pytest.raises(AlreadyRedrivenError) as error:
        await sync_to_async(redrive)(user, again)
    assert error.value.data["run_id"] == new.pk
    entry = await AuditEntry.objects.aget(action="dead_letter.redrive")
    assert entry.object_id == new.pk
    await lab.check(new.pk, steps=3)


async def test_where_the_workflow_dealt_with_it_the_new_run_begins_before_it(lab: Lab) -> None:
    step = msgspec.structs.replace(STEP, on_error=OnError(action="continue", default={"by": "default"}))
    after = agent("after", "calm", input={})
    run, letter = await failed(lab, line(step, after, output={"got": "${ steps.a }"}))
    assert (await lab.row(run)).status == "completed"
    user = await somebody("ada", Role.OPERATOR)
    seen = await sync_to_async(one)(user, "moody", letter.entry_id)
    new = await sync_to_async(redrive)(user, seen, input={"fails": False})
    (row,) = await lab.ended(new.pk)
    assert row.output["got"]["by"] == "moody"
    assert mine.CALLS["calm"] == 2


async def test_who_may_not_see_or_run_it_does_not(lab: Lab) -> None:
    _, letter = await failed(lab)
    stranger, viewer = await somebody("eve", None), await somebody("vic", Role.VIEWER)
    assert await sync_to_async(lambda: [*find(stranger, Wanted())])() == []
    with pytest.raises(NoDeadLetterError):
        await sync_to_async(one)(stranger, "moody", letter.entry_id)
    seen = await sync_to_async(one)(viewer, "moody", letter.entry_id)
    for forbidden in (redrive, delete_letter):
        with pytest.raises(ForbiddenError):
            await sync_to_async(forbidden)(viewer, seen)


async def test_bad_requests_change_nothing(lab: Lab) -> None:
    run, letter = await failed(lab)
    user = await somebody("ada", Role.OPERATOR)
    for bad in ("", "1", "x-y", "1-1", "9" * 40 + "-0"):
        with pytest.raises(NoDeadLetterError):
            await sync_to_async(one)(user, "moody", bad)
    seen = await sync_to_async(one)(user, "moody", letter.entry_id)
    with pytest.raises(InvalidDataError):
        await sync_to_async(redrive)(user, seen, version="9.9.9")
    with pytest.raises(InvalidDataError):
        await sync_to_async(redrive)(user, seen, input="no object")
    assert await Run.objects.acount() == 1
    await Run.objects.filter(pk=run).adelete()
    gone = await sync_to_async(one)(user, "moody", letter.entry_id)
    with pytest.raises(RunGoneError):
        await sync_to_async(redrive)(user, gone)
    await sync_to_async(delete_letter)(user, gone)
    assert kept.read(lab.client, "moody") == []


async def test_a_large_input_stands_apart(lab: Lab) -> None:
    parts = {f"part{number}": "x" * 50_000 for number in range(3)}
    graph = line(agent("a", "moody", input={"fails": True, **parts}, retry=AGAIN))
    _, letter = await failed(lab, graph)
    assert len(letter.fields["input"]) < 1000
    assert "$artifact" in msgspec.json.decode(letter.fields["input"])


async def test_a_full_disk_leaves_the_step_its_own_failure_and_the_input_in_its_place(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("designer.engine.dead_letters.artifacts.put_bytes", full)
    parts = {f"part{number}": "x" * 50_000 for number in range(3)}
    run, letter = await failed(lab, line(agent("a", "moody", input={"fails": True, **parts}, retry=AGAIN)))
    row = await lab.row(run)
    assert (row.status, row.error["code"]) == ("failed", "temporary")
    assert msgspec.json.decode(letter.fields["input"]) == {"fails": True, **parts}
    user = await somebody("ada", Role.OPERATOR)
    seen = await sync_to_async(one)(user, "moody", letter.entry_id)
    new = await sync_to_async(redrive)(user, seen, input={"fails": False})
    assert [row.status for row in await lab.ended(new.pk)] == ["completed"]


def test_the_filter_finds_by_code_text_and_id() -> None:
    letter = kept.DeadLetter("5-0", {"error_code": "temporary", "message": "It cannot", "input": '{"n":1}'}, "")
    assert Wanted().fits(letter)
    assert Wanted(code="temporary", search="CANNOT", ids=frozenset({"5-0"})).fits(letter)
    assert not Wanted(code="other").fits(letter)
    assert not Wanted(search="elsewhere").fits(letter)
    assert not Wanted(ids=frozenset({"6-0"})).fits(letter)
