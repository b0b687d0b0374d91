"""The live trace over WebSocket, as the page and programs use it."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import Client

from designer.traces import window
from tests.integration.traces.conftest import Listener, events, write


async def test_a_finished_run_is_told_whole_and_ends(run, bearer):
    records = await write(run, events(run, 40))
    async with Listener(run.pk, bearer) as listener:
        await listener.until_closed()
    assert listener.seqs == list(range(1, 41))
    assert [event["prev"] for event in listener.events] == [record.prev for record in records]
    assert (listener.end, listener.close_code) == ("completed", 1000)


async def test_events_come_while_they_happen(run, bearer):
    first, *rest = events(run, 5)
    async with Listener(run.pk, bearer) as listener:
        (last,) = await write(run, [first])
        await listener.take()
        assert listener.seqs == [1]
        await write(run, rest, after=last)
        await listener.until_closed()
    assert listener.seqs == [1, 2, 3, 4, 5]
    assert listener.end == "completed"


async def test_a_run_that_has_not_begun_is_waited_for(run, bearer):
    async with Listener(run.pk, bearer) as listener:
        assert await listener.socket.receive_nothing(0.3)
        await write(run, events(run, 3))
        await listener.until_closed()
    assert listener.seqs == [1, 2, 3]


@pytest.mark.parametrize("after", [0, 1, 17, 39])
async def test_a_listener_that_comes_back_gets_exactly_the_rest(run, bearer, after):
    await write(run, events(run, 40))
    async with Listener(run.pk, bearer, after) as listener:
        await listener.until_closed()
    assert listener.seqs == list(range(after + 1, 41))


@pytest.mark.parametrize("after", [40, 41, 999])
async def test_a_listener_that_has_everything_is_told_the_end(run, bearer, after):
    await write(run, events(run, 40))
    async with Listener(run.pk, bearer, after) as listener:
        await listener.until_closed()
    assert (listener.seqs, listener.end, listener.close_code) == ([], "completed", 1000)


async def test_whoever_does_not_acknowledge_gets_no_more_than_a_window(run, bearer):
    await write(run, events(run, 2 * window.EVENTS + 500))
    async with Listener(run.pk, bearer) as silent:
        while len(silent.events) < window.EVENTS:
            await silent.take()
        assert await silent.socket.receive_nothing(0.5)
        assert silent.seqs == list(range(1, window.EVENTS + 1))
        await silent.acknowledge()
        await silent.until_closed()
    assert silent.seqs == list(range(1, 2 * window.EVENTS + 501))
    assert silent.end == "completed"


async def test_large_events_fill_the_window_sooner(run, bearer, monkeypatch):
    monkeypatch.setattr(window, "BYTES", 1000)
    await write(run, events(run, 100))
    async with Listener(run.pk, bearer) as listener:
        await listener.take()
        assert 1 < len(listener.events) < 20
        assert await listener.socket.receive_nothing(0.3)
        await listener.acknowledge()
        await listener.until_closed()
    assert listener.seqs == list(range(1, 101))


async def test_an_event_larger_than_the_window_still_comes(run, bearer, monkeypatch):
    monkeypatch.setattr(window, "BYTES", 1)
    await write(run, events(run, 5))
    async with Listener(run.pk, bearer) as listener:
        await listener.until_closed()
    assert listener.seqs == [1, 2, 3, 4, 5]


async def test_acknowledging_what_was_never_sent_opens_nothing(run, bearer):
    await write(run, events(run, 2 * window.EVENTS))
    async with Listener(run.pk, bearer) as liar:
        await liar.socket.send_json_to({"type": "ack", "cursor": 10**9})
        while len(liar.events) < window.EVENTS:
            await liar.take()
        assert await liar.socket.receive_nothing(0.3)


async def test_five_listen_at_their_own_pace_and_one_never_reads(run, bearer):
    async def listen():
        async with Listener(run.pk, bearer) as listener:
            return await listener.until_closed()

    async with Listener(run.pk, bearer):
        listening = [asyncio.create_task(listen()) for _ in range(4)]
        last = None
        everything = events(run, 3000)
        for start in range(0, 3000, 250):
            last = (await write(run, everything[start : start + 250], after=last))[-1]
        for listener in await asyncio.gather(*listening):
            assert listener.seqs == list(range(1, 3001))
            assert listener.end == "completed"


@pytest.mark.parametrize("message", ["hello", '{"type": "ack"}', '{"type": "cancel"}', "{" * 5000])
async def test_a_message_that_means_nothing_closes_the_socket(run, bearer, message):
    async with Listener(run.pk, bearer) as listener:
        await listener.socket.send_to(text_data=message)
        await listener.until_closed()
    assert (listener.error, listener.close_code) == ("bad_message", 4400)


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30, "1.5", "٣"])
async def test_a_cursor_that_is_none_is_refused(run, bearer, after):
    async with Listener(run.pk, bearer, after) as listener:
        await listener.until_closed()
    assert (listener.error, listener.close_code) == ("bad_cursor", 4400)


async def test_without_a_valid_token_nothing_is_told(run):
    headers = [(b"authorization", b"Bearer agc_wrong"), (b"host", b"localhost")]
    async with Listener(run.pk, headers) as listener:
        await listener.until_closed()
    assert (listener.error, listener.close_code) == ("not_logged_in", 4401)


@pytest.mark.parametrize("run_id", ["01jd0000000000000000000000", "nonsense", "%00"])
async def test_an_unknown_run_is_not_found(run, bearer, run_id):
    async with Listener(run_id, bearer) as listener:
        await listener.until_closed()
    assert (listener.error, listener.close_code) == ("not_found", 4404)


async def test_a_run_of_a_project_one_is_not_in_is_not_found(run, bearer, viewer):
    await sync_to_async(viewer.memberships.all().delete)()
    async with Listener(run.pk, bearer) as listener:
        await listener.until_closed()
    assert (listener.error, listener.close_code) == ("not_found", 4404)


def cookie_of(user):
    browser = Client()
    browser.force_login(user)
    return [(b"cookie", f"sessionid={browser.cookies['sessionid'].value}".encode()), (b"host", b"localhost")]


async def test_the_page_listens_with_its_session(run, viewer):
    await write(run, events(run, 3))
    headers = await sync_to_async(cookie_of)(viewer)
    async with Listener(run.pk, [*headers, (b"origin", b"http://localhost")]) as listener:
        await listener.until_closed()
    assert listener.end == "completed"


@pytest.mark.parametrize("origin", [b"https://evil.example", b"null", b"http://localhost:9999", None])
async def test_other_pages_may_not_listen_with_somebodys_session(run, viewer, origin):
    headers = await sync_to_async(cookie_of)(viewer)
    async with Listener(run.pk, [*headers, *([(b"origin", origin)] if origin else [])]) as listener:
        assert not listener.connected


async def test_a_session_that_has_ended_is_none(run, viewer):
    headers = await sync_to_async(cookie_of)(viewer)
    await sync_to_async(User.objects.filter(pk=viewer.pk).update)(is_active=False)
    async with Listener(run.pk, [*headers, (b"origin", b"http://localhost")]) as listener:
        await listener.until_closed()
    assert listener.close_code == 4401


async def test_unknown_paths_are_denied(run, bearer):
    listener = Listener(run.pk, bearer)
    listener.socket.scope["path"] = "/ws/anything/"
    async with listener:
        assert not listener.connected
