"""The live trace as server-sent events, as curl and programs use it."""

import json

import pytest
from asgiref.testing import ApplicationCommunicator

from agentcluster.asgi import application
from agentcluster.streams import tail
from designer.traces import relay, sse
from tests.integration.traces.conftest import events, write
from tests.waiting import until


class Stream:
    """A client of an event stream."""

    def __init__(self, run_id, headers, query=b""):
        scope = {
            "type": "http",
            "method": "GET",
            "path": f"/api/v1/runs/{run_id}/events",
            "query_string": query,
            "headers": [*headers, (b"accept", b"text/event-stream")],
        }
        self.connection = ApplicationCommunicator(application, scope)
        self.status, self.headers, self.text = 0, {}, ""

    async def open(self):
        await self.connection.send_input({"type": "http.request", "body": b""})
        start = await self.connection.receive_output(5)
        self.status, self.headers = start["status"], dict(start["headers"])
        return self

    async def take(self):
        message = await self.connection.receive_output(5)
        self.text += message.get("body", b"").decode()
        return message.get("more_body", False)

    async def whole(self):
        await self.open()
        while await self.take():
            pass
        return self

    async def leave(self):
        await self.connection.send_input({"type": "http.disconnect"})
        await self.connection.wait(5)

    @property
    def blocks(self):
        return [block for block in self.text.split("\n\n") if block and not block.startswith(":")]

    @property
    def records(self):
        lines = [block.split("\n") for block in self.blocks if "event: record" in block]
        for number, _, data in lines:
            assert int(number.removeprefix("id: ")) == json.loads(data.removeprefix("data: "))["seq"]
        return [json.loads(data.removeprefix("data: ")) for _, _, data in lines]


async def test_a_finished_run_streams_its_log_and_ends(run, bearer):
    await write(run, events(run, 20))
    stream = await Stream(run.pk, bearer).whole()
    assert stream.status == 200
    assert stream.headers[b"content-type"].startswith(b"text/event-stream")
    assert [record["seq"] for record in stream.records] == list(range(1, 21))
    assert stream.blocks[-1] == 'event: end\ndata: {"status":"completed"}'


@pytest.mark.parametrize(("headers", "query"), [([(b"last-event-id", b"15")], b""), ([], b"after=15")])
async def test_a_stream_goes_on_where_it_was_left(run, bearer, headers, query):
    await write(run, events(run, 20))
    stream = await Stream(run.pk, [*bearer, *headers], query).whole()
    assert [record["seq"] for record in stream.records] == [16, 17, 18, 19, 20]


async def test_events_stream_while_they_happen_and_silence_is_filled(run, bearer, monkeypatch):
    monkeypatch.setattr(sse, "KEEP_ALIVE_S", 0.1)
    first, *rest = events(run, 4)
    stream = await Stream(run.pk, bearer).open()
    while ": still here" not in stream.text:
        await stream.take()
    (last,) = await write(run, [first])
    while not stream.records:
        await stream.take()
    await write(run, rest, after=last)
    while await stream.take():
        pass
    assert [record["seq"] for record in stream.records] == [1, 2, 3, 4]


async def test_a_long_stream_comes_in_parts_and_none_is_lost_or_repeated(run, bearer, monkeypatch):
    monkeypatch.setattr(sse, "STREAM_BYTES", 2000)
    monkeypatch.setattr(tail, "READ_COUNT", 10)
    await write(run, events(run, 50))
    got, parts = [], 0
    while "event: end" not in (stream := await Stream(run.pk, bearer, b"after=%d" % len(got)).whole()).text:
        assert stream.text.endswith("\nretry: 100\n\n")
        got += stream.records
        parts += 1
    assert [record["seq"] for record in got + stream.records] == list(range(1, 51))
    assert parts


async def test_whoever_leaves_is_not_followed_any_more(run, bearer):
    stream = await Stream(run.pk, bearer).open()
    await stream.take()
    await until(lambda: followed(run))
    await stream.leave()
    assert not followed(run)
    await write(run, events(run, 3))
    assert await stream.connection.receive_nothing()


def followed(run) -> bool:
    return any(follower.run_id == run.pk for follower in relay.tail()._followers)


@pytest.mark.parametrize(
    ("run_id", "headers", "status", "code"),
    [
        (None, [(b"last-event-id", b"last")], 400, "bad_cursor"),
        ("01jd0000000000000000000000", [], 404, "not_found"),
    ],
)
async def test_what_cannot_be_streamed_is_said_as_a_problem(run, bearer, run_id, headers, status, code):
    stream = await Stream(run_id or run.pk, [*bearer, *headers]).whole()
    assert (stream.status, json.loads(stream.text)["code"]) == (status, code)
    assert stream.headers[b"content-type"] == b"application/problem+json"


async def test_without_a_token_there_is_no_stream(run):
    stream = await Stream(run.pk, [(b"host", b"localhost")]).whole()
    assert (stream.status, json.loads(stream.text)["code"]) == (401, "not_authenticated")
    assert stream.headers[b"www-authenticate"].startswith(b"Bearer")
