"""Faults of what is said: messages that are cut, spoilt, repeated and reordered. See ``faults.py``."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final

import nats
from nats.aio.msg import Msg

from agentcluster.streams import blocking, keys
from tests.faults.cluster import Cluster
from tests.faults.lab import Lab

GARBAGE: Final = (b"", b"\x00\xff\xfe", b"{", b'{"run_id":', b"[]", b"null", b'"' + b"x" * 5000)


def truncate_messages(lab: Lab, run_ids: list[str]) -> float:
    """Links break in the middle of a message, several times, on all sides."""
    moment = time.monotonic()
    for _ in range(4):
        for link in lab.cluster.network.of(*lab.workers, *lab.nodes):
            link.truncating = 1
        time.sleep(0.5)
    lab.cluster.network.heal()
    return moment


def corrupt_messages(lab: Lab, run_ids: list[str]) -> float:
    """Garbage wherever something is read: hints, inboxes, wake streams, replies, requests, control messages."""
    moment = time.monotonic()
    client, workers = lab.cluster.client, [*blocking.read_workers(lab.cluster.client)]
    for data in GARBAGE:
        for stream in keys.READY_BY_PRIORITY.values():
            client.xadd(stream, {"r": data})
        for worker in workers:
            client.xadd(keys.wake(worker), {"run": data})
    for run_id in run_ids[:10]:
        _poison_inbox(lab, run_id)
    asyncio.run(_spoil(lab.cluster, 3.0))
    return moment


async def _spoil(cluster: Cluster, seconds: float) -> None:
    """Answer each call that is made with garbage first; send its request again, cut in half; ask its node nonsense."""
    connection = await nats.connect(cluster.nats.url)

    async def spoil(message: Msg) -> None:
        dice = random.Random(message.reply)
        for data in dice.sample(GARBAGE, 2):
            await connection.publish(message.reply, data)
            await connection.publish(message.subject, data)
            await connection.publish(message.subject.replace(".invoke.", ".control."), data)
        if message.data.endswith(b"}}"):
            await connection.publish(message.subject, message.data[: len(message.data) // 2], reply=message.reply)

    await connection.subscribe("agent.*.invoke.v1", cb=_only_once(spoil))
    await asyncio.sleep(seconds)
    await connection.close()


def _only_once(spoil: Callable[[Msg], Awaitable[None]]) -> Callable[[Msg], Awaitable[None]]:
    """Spoil each call once, and nothing that was published here."""
    known: set[str] = set()

    async def take(message: Msg) -> None:
        if message.reply and message.reply not in known:
            known.add(message.reply)
            await spoil(message)

    return take


POISON: Final = len(GARBAGE) * len(keys.READY_BY_PRIORITY)
"""Hints of ``corrupt_messages`` that cannot be read."""


def _poison_inbox(lab: Lab, run_id: str) -> None:
    """Put garbage into the inbox of a run as a broken program would, in the one way that is open: beside the function."""
    client = lab.cluster.client
    if client.hget(keys.meta(run_id), "status") == b"open" and client.hget(keys.meta(run_id), "owner"):
        number = int(client.hget(keys.meta(run_id), "inbox") or 0) + 1
        client.xadd(keys.inbox(run_id), {"c": b'{"command": "unheard of"}'}, id=f"{number}-0")
        client.hset(keys.meta(run_id), "inbox", number)
        client.xadd(keys.wake(client.hget(keys.meta(run_id), "owner").decode()), {"run": run_id})


def repeat_messages(lab: Lab, run_ids: list[str]) -> float:
    """Everything that was said is said again, twice and in another order: hints, requests, replies, wake-ups."""
    moment = time.monotonic()
    say_again(lab.cluster, 4.0)
    client = lab.cluster.client
    hints = [fields[b"r"] for stream in keys.READY_BY_PRIORITY.values() for _, fields in client.xrange(stream)]
    random.shuffle(hints)
    blocking.add_hints(client, hints + hints)
    for worker in blocking.read_workers(client):
        for run_id in run_ids:
            client.xadd(keys.wake(worker), {"run": run_id})
    return moment


def say_again(cluster: Cluster, seconds: float) -> None:
    """Listen for some seconds to what engine and nodes say to each other, then repeat all of it in any order."""
    again = 2 * asyncio.run(_overhear(cluster, seconds))
    random.shuffle(again)
    asyncio.run(_publish(cluster, again))


async def _overhear(cluster: Cluster, seconds: float) -> list[tuple[str, bytes, str]]:
    """Return the requests and replies that pass in so many seconds: subject, payload, reply subject."""
    heard: list[tuple[str, bytes, str]] = []
    connection = await nats.connect(cluster.nats.url)

    async def note(message: Msg) -> None:
        heard.append((message.subject, message.data, message.reply))

    await connection.subscribe("agent.*.invoke.v1", cb=note)
    await connection.subscribe("engine.*.replies.v1.*", cb=note)
    await asyncio.sleep(seconds)
    await connection.close()
    return heard


async def _publish(cluster: Cluster, messages: list[tuple[str, bytes, str]]) -> None:
    connection = await nats.connect(cluster.nats.url)
    for subject, data, reply in messages:
        await connection.publish(subject, data, reply=reply)
    await connection.flush()
    await connection.close()
