"""Locks that many want: one has it, the dead lose it, and whoever sleeps through its lease is refused."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from agentcluster.ids import new_id
from agentcluster.messaging import Bucket, Bus, connect
from agentcluster.messaging.fence import SharedFence, StaleFenceError
from agentcluster.messaging.lock import LeaseLostError, Lock, LockHeldError
from agentcluster.subjects import LOCKS
from tests.conftest import Server, start_nats
from tests.waiting import until


@pytest.fixture
def name() -> str:
    return f"test.{new_id()}"


async def test_of_many_who_race_one_gets_the_lock(bus: Bus, name: str):
    locks = [Lock(bus, name, holder=f"racer-{number}") for number in range(12)]
    answers = await asyncio.gather(*(lock.try_acquire() for lock in locks), return_exceptions=True)
    won = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert len(won) == 1
    assert all(isinstance(answer, LockHeldError) for answer in answers if answer is not won[0])
    await won[0].release()
    again = await locks[5].try_acquire()
    assert again.number > won[0].number
    await again.release()


async def test_two_take_turns_and_never_work_at_once(bus: Bus, name: str):
    inside, most, numbers = 0, 0, []

    async def work() -> None:
        nonlocal inside, most
        async with Lock(bus, name, lease_s=3) as held:
            inside += 1
            most = max(most, inside)
            numbers.append(held.number)
            await asyncio.sleep(0.02)
            inside -= 1

    await asyncio.wait_for(asyncio.gather(*(work() for _ in range(5))), 60)
    assert most == 1
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 5


async def test_a_holder_that_renews_keeps_it_beyond_its_lease(bus: Bus, name: str):
    held = await Lock(bus, name, lease_s=0.9).try_acquire()
    other = Lock(bus, name, lease_s=0.9)
    with pytest.raises(LockHeldError, match="holds the lock"):
        await other.acquire(wait_s=2.5)
    held.check()
    await held.release()


async def test_a_lease_that_somebody_takes_away_is_lost_at_once(bus: Bus, name: str):
    told = []

    async def work() -> None:
        async with Lock(bus, name, lease_s=1.5) as held:
            held.on_lost(lambda: told.append(held))
            await Bucket(bus, LOCKS).put(name, b'{"holder":"intruder","beat":0,"lease_s":9}')
            await asyncio.sleep(20)

    with pytest.raises(LeaseLostError, match="intruder has it"):
        await work()
    with pytest.raises(LeaseLostError):
        told[0].check()


async def test_a_lease_is_lost_when_nats_stays_away(own_nats: Server, name: str):
    async def work(bus: Bus) -> None:
        async with Lock(bus, name, lease_s=1.5):
            own_nats.kill()
            await asyncio.sleep(20)

    async with await connect(own_nats.url, "test") as bus:
        with pytest.raises(LeaseLostError, match=r"could not be renewed for 1\.5 s"):
            await work(bus)


async def test_a_short_restart_of_nats_costs_no_lease(own_nats: Server, name: str):
    async with await connect(own_nats.url, "test") as bus:
        held = await Lock(bus, name, lease_s=15).try_acquire()
        own_nats.kill()
        await asyncio.sleep(1)
        own_nats.start()
        await until(lambda: bus.connected)
        before = held._revision
        await until(lambda: held._revision > before, 15)
        held.check()
        with pytest.raises(LockHeldError):
            await Lock(bus, name).try_acquire()
        await held.release()


async def test_work_cancelled_from_outside_is_cancelled_and_gives_the_lock_back(bus: Bus, name: str):
    async def work() -> None:
        async with Lock(bus, name):
            await asyncio.sleep(20)

    task = asyncio.create_task(work())
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await (await Lock(bus, name).try_acquire()).release()


HOLDER = """
import asyncio, sys
from agentcluster.messaging import Bucket, connect
from agentcluster.messaging.fence import SharedFence, StaleFenceError
from agentcluster.messaging.lock import LeaseLostError, Lock

async def main(url, name):
    async with await connect(url, "sleeper") as bus:
        held = await Lock(bus, name, lease_s=1.5, holder="sleeper").try_acquire()
        fence = SharedFence(Bucket(bus, "locks"), f"fence.{name}")
        await fence.check(held.number)
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print("lost" if held.lost else "kept", flush=True)
        try:
            await fence.check(held.number)
            print("passed", flush=True)
        except StaleFenceError as error:
            print(error.code, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def start_holder(nats_url: str, name: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, nats_url, name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


async def test_a_holder_stopped_beyond_its_lease_is_refused_when_it_wakes(bus: Bus, nats_url: str, name: str):
    process = start_holder(nats_url, name)
    assert process.stdin
    assert process.stdout
    try:
        assert (await asyncio.to_thread(process.stdout.readline)).strip() == "held"
        os.kill(process.pid, signal.SIGSTOP)
        held = await Lock(bus, name, lease_s=1.5).acquire(wait_s=15)
        await SharedFence(Bucket(bus, LOCKS), f"fence.{name}").check(held.number)
        os.kill(process.pid, signal.SIGCONT)
        out, _ = await asyncio.to_thread(process.communicate, "go on\n", 20)
        assert out.split() == ["lost", "stale_fence"]
        held.check()
        await held.release()
    finally:
        process.kill()
        process.wait()


async def test_a_fence_refuses_lower_numbers(bus: Bus, name: str):
    fence = SharedFence(Bucket(bus, LOCKS), f"fence.{name}")
    await fence.check(5)
    await fence.check(5)
    with pytest.raises(StaleFenceError, match="number 4 holds no longer"):
        await fence.check(4)


async def test_numbers_rise_even_when_nats_comes_back_empty(tmp_path: Path, name: str):
    numbers = []
    for part in ("first", "second"):
        server = start_nats(tmp_path / part)
        async with await connect(server.url, "test") as bus:
            held = await Lock(bus, name).try_acquire()
            numbers.append(held.number)
            await asyncio.sleep(1.1)
        server.kill()
    assert numbers[1] > numbers[0]


async def test_after_an_empty_nats_with_a_slow_clock_the_old_holder_knows_that_its_lease_is_over(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
):
    server = start_nats(tmp_path / "first")
    async with await connect(server.url, "test") as bus:
        old = await Lock(bus, name, lease_s=1.5).try_acquire()
        made = await Bucket(bus, LOCKS).created_s()
        server.kill()
        await until(lambda: old.lost)
        with pytest.raises(LeaseLostError):
            old.check()

    async def an_hour_ago(_: Bucket) -> int:
        return made - 3600

    monkeypatch.setattr(Bucket, "created_s", an_hour_ago)
    server = start_nats(tmp_path / "second")
    try:
        async with await connect(server.url, "test") as bus:
            new = await Lock(bus, name).try_acquire()
            assert new.number < old.number
            await SharedFence(Bucket(bus, LOCKS), f"fence.{name}").check(new.number)
            with pytest.raises(LeaseLostError):
                old.check()
            await new.release()
    finally:
        server.kill()
