"""The two addresses at which a process without pages says how it is."""

import asyncio
import os
import socket
import time

import httpx
import pytest

from agentcluster.health import places, pulse
from agentcluster.health.checks import NotReadyError
from agentcluster.health.process import check_process
from agentcluster.health.pulse import Pulse
from agentcluster.health.server import ASKERS_MAX, HealthPortError, HealthServer, serving
from agentcluster.up.embedded import LOOPBACK, free_port


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


def ask(server, what, method="GET"):
    return httpx.request(method, f"http://{LOOPBACK}:{server.port}/health/{what}", timeout=5, trust_env=False)


async def test_a_process_lives_while_its_loop_turns_and_is_ready_when_it_says_so():
    async with serving("node") as health:
        live = await asyncio.to_thread(ask, health, "live")
        assert (live.status_code, live.json()["status"]) == (200, "ok")
        assert live.headers["cache-control"] == "no-store"
        starting = await asyncio.to_thread(ask, health, "ready")
        assert (starting.status_code, starting.json()["checks"]["node"]["detail"]) == (503, "it is starting")
        health.checks["nats"] = lambda: "connected"
        ready = await asyncio.to_thread(ask, health, "ready")
        assert (ready.status_code, ready.json()["checks"]) == (200, {"nats": {"ok": True, "detail": "connected"}})
        health.checks["node"] = refuse
        told = (await asyncio.to_thread(ask, health, "ready")).json()
        assert told["status"] == "unavailable"
        assert told["checks"]["node"] == {"ok": False, "detail": "it is drained"}


def refuse():
    raise NotReadyError("it is drained")


async def test_a_loop_that_stands_still_is_told_while_it_does(monkeypatch):
    monkeypatch.setattr(pulse, "BEAT_S", 0.01)
    health = HealthServer("node", Pulse(still_s=0.2))
    health.start()
    beating = asyncio.ensure_future(health.pulse.keep())
    try:
        await asyncio.sleep(0.1)
        assert health.live()[0]
        time.sleep(0.4)  # noqa: ASYNC251 - this is what is tested
        still = ask(health, "live")
        assert (still.status_code, still.json()["checks"]["loop"]["detail"]) == (503, "it has stood still for 0 s")
        await asyncio.sleep(0.05)
        assert (await asyncio.to_thread(ask, health, "live")).status_code == 200
        time.sleep(0.4)  # noqa: ASYNC251
        health.pulse.rest()
        assert ask(health, "live").status_code == 200
    finally:
        beating.cancel()
        health.stop()


async def test_other_paths_and_methods_are_refused():
    async with serving("node") as health:
        assert (await asyncio.to_thread(ask, health, "other")).status_code == 404
        assert (await asyncio.to_thread(ask, health, "live", "POST")).status_code == 405
        head = await asyncio.to_thread(ask, health, "live", "HEAD")
        assert (head.status_code, head.content) == (200, b"")


async def test_who_asks_and_says_nothing_more_keeps_nobody_from_asking():
    async with serving("node") as health:
        idle = [socket.create_connection((LOOPBACK, health.port)) for _ in range(ASKERS_MAX + 4)]
        try:
            assert await asyncio.to_thread(until_answered, health)
        finally:
            for each in idle:
                each.close()


def until_answered(health):
    """Ask until it answers: those who say nothing are cut off within seconds."""
    end = time.monotonic() + 15
    while time.monotonic() < end:
        try:
            return ask(health, "live").status_code == 200
        except httpx.HTTPError:
            continue
    return False


async def test_a_port_that_is_taken_is_told_with_what_to_do(settings):
    with socket.create_server((LOOPBACK, free_port())) as taken:
        settings.HEALTH_PORT = taken.getsockname()[1]
        with pytest.raises(HealthPortError, match=rf"127\.0\.0\.1:{settings.HEALTH_PORT} .*Give HEALTH_PORT another"):
            async with serving("node"):
                raise AssertionError("nobody can listen there")


async def test_the_command_asks_every_process_of_a_kind_on_this_machine(home):
    with pytest.raises(NotReadyError, match="does not run on this machine"):
        check_process("node")
    async with serving("node") as health:
        assert await asyncio.to_thread(check_process, "node") == "loop: it turns"
        with pytest.raises(NotReadyError, match=rf"process {os.getpid()}: node: it is starting"):
            await asyncio.to_thread(check_process, "node", "ready")
        health.checks["nats"] = lambda: "connected"
        assert await asyncio.to_thread(check_process, "node", "ready") == "nats: connected"
        with pytest.raises(NotReadyError):
            await asyncio.to_thread(check_process, "gateway")
    with pytest.raises(NotReadyError):
        check_process("node")


def test_what_others_have_written_down_counts_for_nothing(home, tmp_path):
    places.announce(home, "node", LOOPBACK, 1)
    (mine,) = places.all_of(home, "node")
    assert mine == places.of(home, "node", os.getpid()) == places.Place(os.getpid(), LOOPBACK, 1)
    assert places.all_of(tmp_path / "another", "node") == []
    path = places._path(home, "node", os.getpid())
    assert path.stat().st_mode & 0o777 == 0o600
    elsewhere = tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    try:
        assert places.all_of(home, "node") == []
        places.announce(home, "node", LOOPBACK, 2)
        assert b'"port":1}' in elsewhere.read_bytes()
    finally:
        places.withdraw(home, "node")
    assert places.of(home, "node", os.getpid()) is None


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:9/health/live"),
        ("0.0.0.0", "http://127.0.0.1:9/health/live"),
        ("::", "http://[::1]:9/health/live"),
        ("10.0.0.7", "http://10.0.0.7:9/health/live"),
    ],
)
def test_where_a_process_is_asked_that_listens_everywhere(host, url):
    assert places.Place(1, host, 9).url("live") == url
