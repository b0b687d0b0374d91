"""Live traces end with the access they were opened with, and nobody has more than a number of them open."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.test import Client

from agentcluster.security.models import ApiToken, Membership
from designer.traces import guard
from tests.integration.traces.conftest import Listener, events, write
from tests.integration.traces.test_sse import Stream


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(guard, "LOOK_S", 0.1)


def session_of(user):
    browser = Client()
    browser.force_login(user)
    cookie = f"sessionid={browser.cookies['sessionid'].value}".encode()
    return [(b"cookie", cookie), (b"host", b"localhost"), (b"origin", b"http://localhost")]


def log_out():
    Session.objects.all().delete()


def revoke():
    ApiToken.objects.all().delete()


def leave_project():
    Membership.objects.all().delete()


def test_the_pause_between_looks_keeps_the_promise():
    assert guard.LOOK_S < 10


@pytest.mark.parametrize("taken", [revoke, leave_project])
async def test_a_socket_ends_when_its_token_or_role_is_taken(run, bearer, often, taken):
    await write(run, events(run, 3)[:2])
    async with Listener(run.pk, bearer) as listener:
        await listener.take()
        assert await listener.socket.receive_nothing(0.4)
        await sync_to_async(taken)()
        await listener.until_closed()
    assert (listener.seqs, listener.error, listener.close_code) == ([1, 2], "access_ended", 4401)


async def test_a_socket_ends_when_its_session_does(run, viewer, often):
    headers = await sync_to_async(session_of)(viewer)
    await write(run, events(run, 3)[:2])
    async with Listener(run.pk, headers) as listener:
        await listener.take()
        await sync_to_async(log_out)()
        await listener.until_closed()
    assert (listener.error, listener.close_code) == ("access_ended", 4401)


async def test_an_event_stream_ends_when_its_token_is_revoked(run, bearer, often):
    await write(run, events(run, 3)[:2])
    stream = await Stream(run.pk, bearer).open()
    while len(stream.records) < 2:
        await stream.take()
    await sync_to_async(revoke)()
    while await stream.take():
        pass
    assert '"access_ended"' in stream.blocks[-1]


async def test_no_more_than_a_number_are_open_at_a_time(run, bearer, settings):
    settings.TRACE_SOCKETS_PER_USER = 2
    async with Listener(run.pk, bearer) as first, Listener(run.pk, bearer):
        assert await first.socket.receive_nothing(0.2)
        async with Listener(run.pk, bearer) as third:
            await third.until_closed()
        assert (third.error, third.close_code) == ("too_many_traces", 4429)
        refused = await Stream(run.pk, bearer).whole()
        assert refused.status == 429
    await write(run, events(run, 3))
    async with Listener(run.pk, bearer) as later:
        await later.until_closed()
    assert later.end == "completed"
    assert not guard._open
