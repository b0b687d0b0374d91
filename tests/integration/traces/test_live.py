"""The live trace of a running system: many clients, one that never reads, Valkey restarted in mid-stream."""

import asyncio
import json
import socket
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from agentcluster.cli.client import Api
from agentcluster.cli.installation import Installation
from tests.integration.api import graphs
from tests.stack import Stack

pytestmark = pytest.mark.xdist_group("stack")
ITEMS = 4000


@pytest.fixture(scope="module")
def own():
    """A system of this module's own, because its Valkey is killed."""
    with Stack() as stack:
        yield stack


@pytest.fixture(scope="module")
def token(own):
    return own.token()


@pytest.fixture
def api(own, token):
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{own.url}/api/v1/", headers=headers, timeout=60) as client:
        yield client


def start(api, graph):
    made = api.post("workflows", json={"title": "Live", "graph": graph}).json()
    started = api.post(f"workflows/{made['id']}/runs", json={"input": {}, "version": "draft"})
    assert started.status_code == 202, started.text
    return started.json()["id"]


def read_stream(own, token, run_id):
    """Follow a run over server-sent events as the command line does, connecting again until the end."""
    records, end = [], None
    with Api(Installation(own.url, token)) as api:
        while end is None:
            for sent in api.events(run_id, len(records)):
                if sent.event == "record":
                    records.append(sent.data)
                end = sent.data if sent.event == "end" else None
    return records, end


async def listen(own, token, run_id, after=0, stop_after=None):
    """Follow a run over one connection; its events, and its end (None when the connection went first)."""
    url = f"{own.url.replace('http', 'ws', 1)}/ws/runs/{run_id}/?after={after}"
    events = []
    async with connect(url, additional_headers={"Authorization": f"Bearer {token}"}, max_size=None) as connection:
        async for text in connection:
            message = json.loads(text)
            if message["type"] == "end":
                return events, message["status"]
            assert message["type"] == "events", message
            events += message["events"]
            # The server may have said all it has to say and closed already; what it said is still to be read.
            with suppress(ConnectionClosed):
                await connection.send(json.dumps({"type": "ack", "cursor": message["cursor"]}))
            if stop_after and len(events) >= stop_after:
                break
    return events, None


def log_of(api, run_id):
    events, terminal = [], False
    while not terminal:
        page = api.get(f"runs/{run_id}/events", params={"after": len(events)}).json()
        events, terminal = events + page["events"], page["terminal"]
    return events


SOCKET = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
)


def never_reads(own, token, path, *headers):
    """Ask for a path and leave it at that: nothing is ever read of the answer."""
    host, port = own.url.removeprefix("http://").split(":")
    client = socket.create_connection((host, int(port)))
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}", f"Authorization: Bearer {token}", *headers]
    client.sendall("\r\n".join([*lines, "", ""]).encode())
    return client


def memory_mib(stack, name):
    status = Path(f"/proc/{stack.processes[name].pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) // 1024


async def test_four_follow_to_the_end_while_clients_that_never_read_cost_no_memory(own, token, api):
    run_id = start(api, graphs.many_steps(ITEMS, padding=2000))
    before = memory_mib(own, "web")
    silent = [never_reads(own, token, f"/ws/runs/{run_id}/", *SOCKET) for _ in range(10)]
    try:
        told = await asyncio.gather(*(listen(own, token, run_id) for _ in range(4)))
        assert memory_mib(own, "web") - before < 150
    finally:
        for client in silent:
            client.close()
    log = await asyncio.to_thread(log_of, api, run_id)
    assert len(log) > ITEMS
    for events, end in told:
        assert end == "completed"
        assert events == log


async def test_event_streams_that_nobody_reads_cost_little_memory(own, token, api):
    run_id = start(api, graphs.many_steps(ITEMS, padding=10_000))
    before = memory_mib(own, "web")
    path, accept = f"/api/v1/runs/{run_id}/events", "Accept: text/event-stream"
    silent = [never_reads(own, token, path, accept) for _ in range(10)]
    try:
        got, end = await asyncio.to_thread(read_stream, own, token, run_id)
        assert memory_mib(own, "web") - before < 150
    finally:
        for client in silent:
            client.close()
    log = await asyncio.to_thread(log_of, api, run_id)
    assert sum(len(json.dumps(event)) for event in log) > 30_000_000
    assert (got, end["status"]) == (log, "completed")


async def test_a_connection_dropped_again_and_again_still_gives_exactly_the_log(own, token, api):
    run_id = start(api, graphs.many_steps(300))
    events, end = [], None
    while end is None:
        more, end = await listen(own, token, run_id, after=len(events), stop_after=40)
        events += more
    assert events == await asyncio.to_thread(log_of, api, run_id)


async def test_a_restart_of_valkey_in_mid_stream_loses_and_repeats_nothing(own, token, api):
    run_id = start(api, graphs.slow_steps(12))
    listening = asyncio.create_task(listen(own, token, run_id))
    await asyncio.sleep(1.0)
    own.kill("valkey")
    await asyncio.sleep(1.0)
    own.start_process("valkey")
    events, end = await asyncio.wait_for(listening, 120)
    assert end == "completed"
    assert events == await asyncio.to_thread(log_of, api, run_id)


async def test_a_run_that_no_worker_has_begun_is_waited_for(own, token, api):
    own.kill("engine")
    try:
        run_id = start(api, graphs.many_steps(3))
        listening = asyncio.create_task(listen(own, token, run_id))
        await asyncio.sleep(0.5)
        assert not listening.done()
    finally:
        own.start_process("engine")
    events, end = await asyncio.wait_for(listening, 120)
    assert end == "completed"
    assert events[0]["event"]["type"] == "run_started"


def test_curl_follows_the_same_events(own, token, api):
    run_id = start(api, graphs.many_steps(50))
    headers = {"Accept": "text/event-stream", "Last-Event-ID": "3"}
    seqs, deadline = [], time.monotonic() + 60
    with api.stream("GET", f"runs/{run_id}/events", headers=headers) as answer:
        for line in answer.iter_lines():
            assert time.monotonic() < deadline
            if line.startswith("id: "):
                seqs.append(int(line.removeprefix("id: ")))
    assert seqs == list(range(4, len(log_of(api, run_id)) + 1))
