"""Every process says over HTTP whether it lives and whether it does its work, whatever happens to the servers."""

import signal

import httpx
import pytest

from agentcluster.health import places
from tests.stack import Stack
from tests.waiting import wait_until

ALSO = ("jobs", "triggers", "beat", "gateway")
KINDS = ("worker", "node", *ALSO)


@pytest.fixture(scope="module")
def stack():
    with Stack(also=ALSO) as running:
        wait_until(lambda: {(kind, answer(running, kind, "ready")) for kind in KINDS} == {(k, 200) for k in KINDS}, 60)
        yield running


def answer(stack: Stack, kind: str, what: str) -> int:
    """Return the status of what the process answers; 0 when it answers nothing."""
    for place in places.all_of(stack.home.resolve(), kind):
        try:
            return httpx.get(place.url(what), timeout=5, trust_env=False).status_code
        except httpx.TransportError:
            return 0
    return 0


def test_while_nats_is_away_all_live_and_those_that_need_it_are_not_ready(stack):
    stack.kill("nats")
    try:
        wait_until(
            lambda: {answer(stack, kind, "ready") for kind in ("worker", "node", "triggers", "gateway")} == {503}
        )
        assert {answer(stack, kind, "live") for kind in KINDS} == {200}
    finally:
        stack.start_process("nats")
    wait_until(lambda: {answer(stack, kind, "ready") for kind in KINDS} == {200}, 60)


def test_while_redis_is_away_all_live_and_workers_are_not_ready(stack):
    stack.kill("valkey")
    try:
        wait_until(lambda: {answer(stack, kind, "ready") for kind in ("worker", "jobs")} == {503})
        assert {answer(stack, kind, "live") for kind in KINDS} == {200}
    finally:
        stack.start_process("valkey")
    wait_until(lambda: {answer(stack, kind, "ready") for kind in KINDS} == {200}, 60)


def test_one_that_hangs_does_not_live(stack):
    process = stack.processes["triggers"]
    assert "triggers: loop: it turns" in stack.manage("health", "--process", "triggers")
    process.send_signal(signal.SIGSTOP)
    try:
        assert answer(stack, "triggers", "live") == 0
        with pytest.raises(AssertionError, match=rf"triggers: process {process.pid} does not answer"):
            stack.manage("health", "--process", "triggers")
    finally:
        process.send_signal(signal.SIGCONT)
    wait_until(lambda: answer(stack, "triggers", "live") == 200)


def test_one_that_was_killed_or_has_ended_runs_no_more(stack):
    for name, end in (("beat", signal.SIGKILL), ("gateway", signal.SIGTERM)):
        stack.processes[name].send_signal(end)
        stack.processes[name].wait(30)
        with pytest.raises(AssertionError, match=f"{name}: it does not run on this machine"):
            stack.manage("health", "--process", name)
