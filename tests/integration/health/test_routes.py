"""The health routes against real servers: what answers, what is missing, and how long that takes."""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from agentcluster.health.checks import DatabaseCheck, NatsCheck, NotReadyError, RedisCheck
from agentcluster.health.ready import KEPT_S, Readiness
from agentcluster.health.routes import HealthRoutes
from agentcluster.health.workers import WorkersCheck, read_counters
from agentcluster.streams import keys
from agentcluster.streams.connections import async_client
from agentcluster.up.embedded import LOOPBACK, free_port
from agents.cluster import snapshot
from tests.conftest import Server, start_nats, start_valkey


async def passed_on(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"null"})


@pytest.fixture
async def routes() -> AsyncIterator[HealthRoutes]:
    made = HealthRoutes(passed_on)
    yield made
    await made.close()
    await asyncio.to_thread(snapshot.close)


async def get(routes: HealthRoutes, path: str, method: str = "GET") -> tuple[int, Any]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    await routes({"type": "http", "path": path, "method": method}, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"]) if sent[1]["body"] else None


async def test_live_answers_without_any_service(routes: HealthRoutes) -> None:
    assert await get(routes, "/health/live") == (200, {"status": "ok", "checks": {}})


async def test_other_paths_go_on_to_the_pages_and_wrong_ones_are_refused(routes: HealthRoutes) -> None:
    assert (await get(routes, "/healthy"))[0] == 299
    assert (await get(routes, "/health/other"))[0] == 404
    assert (await get(routes, "/health/live", "POST"))[0] == 405
    assert await get(routes, "/health/live", "HEAD") == (200, None)


@pytest.fixture
async def beating(redis_url: str) -> AsyncIterator[None]:
    """An engine worker's heart without the worker."""
    client = async_client(redis_url)
    enough = asyncio.Event()

    async def beat() -> None:
        for count in itertools.count():
            await client.hset(keys.WORKERS, "w1", count)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(enough.wait(), 0.5)
                return

    task = asyncio.create_task(beat())
    yield
    enough.set()
    await task
    await client.delete(keys.WORKERS)
    await client.aclose()


async def test_a_worker_lives_while_its_counter_moves(redis_url: str, beating: None) -> None:
    client = async_client(redis_url)
    check = WorkersCheck(lambda: read_counters(client))
    assert await check() == "1 alive"
    await client.aclose()


async def test_a_counter_that_stands_still_is_a_dead_worker(redis_url: str) -> None:
    client = async_client(redis_url)
    await client.hset(keys.WORKERS, "dead", 41)
    with pytest.raises(NotReadyError, match="no engine worker is alive"):
        await WorkersCheck(lambda: read_counters(client))()
    await client.delete(keys.WORKERS)
    await client.aclose()


@pytest.mark.django_db(transaction=True)
async def test_ready_names_each_service_and_what_is_missing(
    routes: HealthRoutes, redis_url: str, nats_url: str, beating: None
) -> None:
    with override_settings(REDIS_URL=redis_url, NATS_URL=nats_url):
        status, body = await get(routes, "/health/ready")
    assert status == 503
    assert body["status"] == "unavailable"
    well = {name: check["ok"] for name, check in body["checks"].items()}
    assert well == {"database": True, "redis": True, "nats": True, "workers": True, "nodes": False}
    assert body["checks"]["nodes"]["detail"] == "no node is active"


@pytest.mark.django_db(transaction=True)
async def test_nothing_there_answers_soon_without_saying_where_it_looked(routes: HealthRoutes) -> None:
    gone = f"{LOOPBACK}:{free_port()}"
    began = time.monotonic()
    with override_settings(REDIS_URL=f"redis://:hidden@{gone}/0", NATS_URL=f"nats://:hidden@{gone}"):
        status, body = await get(routes, "/health/ready")
    assert status == 503
    assert time.monotonic() - began < 8
    assert not any(body["checks"][name]["ok"] for name in ("redis", "nats", "workers", "nodes"))
    assert LOOPBACK not in json.dumps(body)
    assert "hidden" not in json.dumps(body)


async def test_redis_that_hangs_is_given_up_after_a_while(tmp_path: Path) -> None:
    server = start_valkey(tmp_path)
    check = RedisCheck(server.url)
    readiness = Readiness({"redis": check})
    assert (await readiness.look())[0]
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(KEPT_S)
        ready, body = await readiness.look()
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    assert not ready
    assert "no answer within" in body["checks"]["redis"]["detail"]
    await check.client.aclose()
    server.stop()


async def test_nats_comes_back(tmp_path: Path) -> None:
    server: Server = start_nats(tmp_path)
    check = NatsCheck(server.url)
    assert await check() == "connected"
    server.kill()
    await asyncio.sleep(0.2)
    with pytest.raises(NotReadyError):
        await check()
    server.start()
    async with asyncio.timeout(15):
        while True:
            try:
                await check()
                break
            except NotReadyError:
                await asyncio.sleep(0.2)
    await check.close()
    server.stop()


@pytest.mark.django_db(transaction=True)
async def test_many_askers_share_one_answer() -> None:
    asked = 0

    async def count() -> str:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.05)
        return "fine"

    readiness = Readiness({"counted": count, "database": DatabaseCheck()})
    answers = await asyncio.gather(*(readiness.look() for _ in range(50)))
    assert all(ready for ready, _ in answers)
    assert asked == 1


async def test_a_redis_that_fills_up_still_serves_and_says_so(redis_url: str) -> None:
    check = RedisCheck(redis_url)
    try:
        assert await check() == "writable"
        used = (await check.client.info("memory"))["used_memory"]
        await check.client.config_set("maxmemory", int(used * 1.2))
        assert "of its memory is used" in await check()
    finally:
        await check.client.config_set("maxmemory", 0)
        await check.client.aclose()
