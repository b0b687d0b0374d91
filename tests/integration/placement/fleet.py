"""Several nodes in the test's process, and what is wanted of them."""

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from typing import Any

import msgspec

from agentcluster import subjects
from agentcluster.ids import new_id, new_trace_id
from agentcluster.messaging import Bus, BusUnavailableError, Received, connect
from agentcluster.streams.batch import BatchWriter
from agents.cluster.heartbeat import Runtime
from agents.cluster.placement import placement_bucket
from agents.cluster.protocol import REPLIES, REQUESTS
from agents.domain.calls import CallReply, CallRequest
from agents.domain.manifest import Manifest, identity
from agents.domain.placement import Board, Deployment, Slot, Where, short, wanted_key
from agents.node.hosted import HostedAgent
from agents.node.node import Node, profile
from agents.tools import resolve
from tests.agents.manifests import manifest
from tests.waiting import until


def version(name: str, number: str = "1.2.0", **limits: Any) -> Manifest:
    """Return the manifest of a version of a test agent."""
    return msgspec.structs.replace(manifest(name, concurrency=50, **limits), version=number)


class Fleet:
    """Nodes on one NATS, each with a connection of its own; ``want`` says what is deployed."""

    def __init__(self, nats_url: str, redis_url: str, bus: Bus) -> None:
        self.nats_url, self.redis_url, self.bus = nats_url, redis_url, bus
        self.bucket = placement_bucket(bus)
        self.manifests: dict[str, Manifest] = {}
        self.broken: dict[tuple[str, str], Exception] = {}
        """By node name and agent version: what starting an instance there raises."""
        self.slow_s = 0.0
        """How long it takes until an instance is there."""
        self.nodes: dict[str, Node] = {}
        self._buses: dict[str, Bus] = {}
        self._writers: dict[str, BatchWriter] = {}
        self._revisions = itertools.count(1)

    async def add(self, name: str, *, region: str = "", role: str = "node", **options: Any) -> Node:
        bus = self._buses[name] = await connect(self.nats_url, name)
        writer = self._writers[name] = BatchWriter(self.redis_url)

        async def make(deployment: Deployment, instance: str, number: int) -> HostedAgent:
            trouble = self.broken.get((name, deployment.version))
            if trouble is not None:
                raise trouble
            await asyncio.sleep(self.slow_s)
            manifest = self.manifests[deployment.identity]
            return HostedAgent(manifest, instance, deployment.identity, resolve(manifest.entry_point), slot=number)

        options = {"runtime": Runtime(True), **options}
        node = Node(bus, writer, profile(name, region, role), (), make=make, **options)
        await node.start()
        self.nodes[name] = node
        return node

    async def remove(self, name: str, finish_s: float = 5.0) -> None:
        await self.nodes.pop(name).stop(finish_s)
        await self._buses.pop(name).close()
        await self._writers.pop(name).close()

    async def close(self) -> None:
        await asyncio.gather(*(self.remove(name, 0) for name in [*self.nodes]))
        for key in await self.bucket.keys():
            await self.bucket.delete(key)

    async def want(self, manifest: Manifest, replicas: int, **fields: Any) -> Deployment:
        name = identity(manifest)
        self.manifests[name] = manifest
        where = Where(**fields.pop("where", {}))
        deployment = Deployment(
            manifest.name,
            manifest.version,
            name,
            replicas,
            where,
            revision=next(self._revisions),
            memory_mib=manifest.limits.memory_mib,
            **fields,
        )
        await self.bucket.put(wanted_key(manifest.name, name), msgspec.json.encode(deployment))
        return deployment

    def hosts(self, manifest: Manifest) -> dict[str, int]:
        """Return how many running instances of the version each node has that has some."""
        name = identity(manifest)
        counts = {
            node.profile.name: sum(hosted.identity == name and hosted.state == "Running" for hosted in node.agents)
            for node in self.nodes.values()
        }
        return {name: count for name, count in counts.items() if count}

    def count(self, manifest: Manifest) -> int:
        return sum(self.hosts(manifest).values())

    async def until_count(self, manifest: Manifest, count: int, timeout_s: float = 20.0) -> None:
        await until(lambda: self.count(manifest) == count, timeout_s)

    async def board(self) -> Board:
        board = Board()
        for key in await self.bucket.keys():
            board.take(key, await self.bucket.get(key))
        return board

    async def slots(self, manifest: Manifest) -> dict[int, Slot]:
        return (await self.board()).slots_of((manifest.name, short(identity(manifest))))

    async def until_slots(
        self, manifest: Manifest, fit: Callable[[dict[int, Slot]], object], timeout_s: float = 20.0
    ) -> dict[int, Slot]:
        async with asyncio.timeout(timeout_s):
            while True:
                with contextlib.suppress(BusUnavailableError):
                    slots = await self.slots(manifest)
                    if fit(slots):
                        return slots
                await asyncio.sleep(0.05)


class Load:
    """Calls an agent by its name, over and over; a call given back as retryable goes again, as the engine does it."""

    def __init__(self, bus: Bus, agent: str, seconds: float = 0.2, at_once: int = 10) -> None:
        self._bus, self._agent, self._seconds, self._at_once = bus, agent, seconds, at_once
        self.done = 0
        self.again = 0
        self.failed: list[CallReply | str] = []
        self._ended = asyncio.Event()
        self._waiting: dict[str, asyncio.Future[CallReply]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Load":
        self._inbox = f"test.{new_id()}"
        await self._bus.subscribe(self._inbox, self._on_reply)
        self._tasks = [asyncio.create_task(self._caller()) for _ in range(self._at_once)]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ended.set()
        await asyncio.gather(*self._tasks)

    async def _caller(self) -> None:
        while not self._ended.is_set():
            await self._call(f"run/{new_id()}/1")

    async def _call(self, call_id: str) -> None:
        for attempt in range(100):
            numbered = f"{call_id}/{attempt}"
            future = self._waiting[numbered] = asyncio.get_running_loop().create_future()
            request = CallRequest(numbered, call_id, self._agent, "", {"seconds": self._seconds})
            data = REQUESTS.encode(request, new_trace_id())
            try:
                self._bus.send(subjects.invoke(self._agent), data, self._inbox)
                reply = await asyncio.wait_for(future, 15)
            except (TimeoutError, BusUnavailableError) as error:
                self.failed.append(f"{numbered}: {error!r}")
                return
            if reply.status == "ok":
                self.done += 1
                return
            if reply.error is None or not reply.error.retryable:
                self.failed.append(reply)
                return
            self.again += 1
            await asyncio.sleep(0.05)
        self.failed.append(f"{call_id} was given back again and again")

    def _on_reply(self, message: Received) -> None:
        if not message.data:
            return
        reply = REPLIES.decode(message.data).payload
        future = self._waiting.get(reply.call_id)
        if future is not None and not future.done() and reply.status in ("ok", "error"):
            future.set_result(reply)
