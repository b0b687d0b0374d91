"""The places at the entry: so many in work, the next wait a little, the rest is told at once."""

import asyncio
import json
import time

import pytest

from agents.domain.policy import Admission, Policy, PolicySet
from agents.policies import live
from agents.policies.admission import SLOT, WAITING_PER_PLACE, AdmitStarts, Entry

PATHS = (r"/starts/\w+",)


@pytest.fixture(autouse=True)
def policies(monkeypatch):
    """Sets what holds, as the newest set of this process."""
    monkeypatch.setattr(live, "_known", live._Known(PolicySet()))
    monkeypatch.setattr(live, "_listeners", [])

    def use(number=1, **spec):
        live.replace(PolicySet(number, (Policy("entry", "admission", spec=spec),)))

    return use


class Server:
    """An application that works until it is let go."""

    def __init__(self):
        self.go = asyncio.Event()
        self.inside = self.most = self.served = 0

    async def __call__(self, scope, receive, send):
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.go.wait()
            self.served += 1
        finally:
            self.inside -= 1
        await send({"type": "http.response.start", "status": 202, "headers": []})


async def ask(app, path="/starts/a", method="POST"):
    said = []

    async def send(message):
        said.append(message)

    begin = time.monotonic()
    await app({"type": "http", "method": method, "path": path}, None, send)
    return said, time.monotonic() - begin


async def test_the_51st_waits_half_a_second_and_is_told_when_to_come_again():
    server = Server()
    app = AdmitStarts(server, *PATHS)
    first = [asyncio.create_task(ask(app)) for _ in range(50)]
    await asyncio.sleep(0)
    said, waited = await ask(app)
    assert 0.45 < waited < 1.2
    headers = dict(said[0]["headers"])
    assert (said[0]["status"], headers[b"retry-after"]) == (429, b"1")
    assert headers[b"content-type"] == b"application/problem+json"
    body = json.loads(said[1]["body"])
    assert (body["code"], body["status"], body["retry_after"]) == ("too_many_starts", 429, 1)
    assert int(headers[b"content-length"]) == len(said[1]["body"])
    server.go.set()
    assert [answer[0]["status"] for answer, _ in await asyncio.gather(*first)] == [202] * 50
    assert server.most == 50
    assert app.entry.inside == 0


async def test_who_waits_gets_the_first_place_that_falls_free(policies):
    policies(concurrent=1, wait_ms=5000)
    server = Server()
    app = AdmitStarts(server, *PATHS)
    asked = [asyncio.create_task(ask(app)) for _ in range(5)]
    await asyncio.sleep(0.05)
    assert (server.inside, app.entry.waiting) == (1, 4)
    server.go.set()
    assert [answer[0]["status"] for answer, _ in await asyncio.gather(*asked)] == [202] * 5
    assert (server.most, app.entry.inside, app.entry.waiting) == (1, 0, 0)


async def test_waiting_is_bounded_and_without_it_the_answer_comes_at_once(policies):
    policies(concurrent=2, wait_ms=2000)
    app = AdmitStarts(Server(), *PATHS)
    tasks = [asyncio.create_task(ask(app)) for _ in range(2 + 2 * WAITING_PER_PLACE)]
    await asyncio.sleep(0.05)
    said, waited = await ask(app)
    assert (said[0]["status"], app.entry.waiting) == (429, 2 * WAITING_PER_PLACE)
    assert waited < 0.5
    policies(2, concurrent=1, wait_ms=0, retry_after_s=7)
    said, waited = await ask(app)
    assert (dict(said[0]["headers"])[b"retry-after"], waited < 0.5) == (b"7", True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (app.entry.inside, app.entry.waiting) == (0, 0)


async def test_other_requests_are_not_counted(policies):
    policies(concurrent=1, wait_ms=0)
    server = Server()
    server.go.set()
    app = AdmitStarts(server, *PATHS)
    app.entry.inside = 1
    assert (await ask(app, method="GET"))[0][0]["status"] == 202
    assert (await ask(app, path="/starts/a/b"))[0][0]["status"] == 202
    assert (await ask(app))[0][0]["status"] == 429


async def test_an_application_that_fails_gives_its_place_back():
    async def broken(scope, receive, send):
        raise RuntimeError("broken")

    app = AdmitStarts(broken, *PATHS)
    for _ in range(100):
        with pytest.raises(RuntimeError):
            await ask(app)
    assert app.entry.inside == 0


async def test_a_start_that_is_written_down_gives_its_place_back_before_its_answer():
    app = AdmitStarts(None, *PATHS)

    async def started(scope, receive, send):
        await asyncio.to_thread(scope[SLOT].release_soon)
        await asyncio.sleep(0)
        assert app.entry.inside == 0
        await send({"type": "http.response.start", "status": 202, "headers": []})

    app._following = started
    await ask(app)
    assert app.entry.inside == 0


async def test_a_place_given_to_who_has_just_gone_is_not_lost():
    entry = Entry(lambda: Admission(concurrent=1, wait_ms=60_000))
    first = await entry.enter()
    waiting = asyncio.create_task(entry.enter())
    await asyncio.sleep(0)
    first.release()
    first.release()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert entry.inside == 0
    assert await entry.enter() is not None


async def test_a_policy_with_more_places_lets_those_in_who_wait(policies):
    policies(concurrent=1, wait_ms=5000)
    server = Server()
    app = AdmitStarts(server, *PATHS)
    tasks = [asyncio.create_task(ask(app)) for _ in range(4)]
    await asyncio.sleep(0.05)
    policies(2, concurrent=10, wait_ms=5000)
    server.go.set()
    await asyncio.gather(*tasks)
    assert server.served == 4


async def test_only_who_would_be_refused_at_once_is_turned_away_unread(policies):
    policies(concurrent=1, wait_ms=5000, retry_after_s=3)
    server = Server()
    app = AdmitStarts(server, *PATHS)
    assert app.turn_away("/starts/a") is None
    tasks = [asyncio.create_task(ask(app)) for _ in range(WAITING_PER_PLACE)]
    await asyncio.sleep(0.05)
    assert app.turn_away("/starts/a") is None  # there is room to wait
    tasks.append(asyncio.create_task(ask(app)))
    await asyncio.sleep(0.05)
    assert app.turn_away("/elsewhere") is None
    status, headers, body = app.turn_away("/starts/a")
    said, _ = await ask(app)
    assert (status, headers, body) == (said[0]["status"], said[0]["headers"], said[1]["body"])
    assert (status, dict(headers)[b"retry-after"], app.entry.refused) == (429, b"3", 2)
    server.go.set()
    await asyncio.gather(*tasks)
    assert app.turn_away("/starts/a") is None


async def test_one_turn_of_the_loop_lets_no_more_through_than_find_room(policies):
    policies(concurrent=2, wait_ms=2000)
    room = 2 + 2 * WAITING_PER_PLACE
    server = Server()
    app = AdmitStarts(server, *PATHS)
    assert app.turn_away("/elsewhere") is None
    assert [app.turn_away("/starts/a") for _ in range(1000)].count(None) == room
    assert app.entry.refused == 1000 - room
    tasks = [asyncio.create_task(ask(app)) for _ in range(room)]
    await asyncio.sleep(0.05)
    assert (app.entry.inside, app.entry.waiting) == (2, room - 2)
    assert app.turn_away("/starts/a") is not None
    server.go.set()
    assert [answer[0]["status"] for answer, _ in await asyncio.gather(*tasks)] == [202] * room


async def test_who_was_let_through_and_never_came_keeps_no_place(policies):
    policies(concurrent=1, wait_ms=0)
    app = AdmitStarts(Server(), *PATHS)
    assert [app.turn_away("/starts/a") is None for _ in range(2)] == [True, False]
    await asyncio.sleep(0)
    assert app.turn_away("/starts/a") is None
