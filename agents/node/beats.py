"""The node's heartbeat and the manifests of what it hosts, in the buckets everybody watches (features A6)."""

import asyncio
import logging
import os
import random
import socket
from typing import Final, Literal

import msgspec
import psutil

from agentcluster.clock import monotonic, now_ms
from agentcluster.ids import new_trace_id
from agentcluster.messaging import Bus, BusUnavailableError
from agentcluster.subjects import AGENT_STATUS
from agentcluster.tasks import end
from agents.cluster.heartbeat import Heartbeat, HostedInstance, Slots, manifest_bucket, node_key, state_bucket
from agents.cluster.protocol import STATUS_NOTES, StatusNote
from agents.domain.health import BEAT_S
from agents.domain.lifecycle import LifeState
from agents.domain.manifest import canonical
from agents.node.admission import Admission, most_calls
from agents.node.condition import Condition
from agents.node.hosted import HostedAgent
from agents.tools import ON_REQUEST

logger = logging.getLogger(__name__)

VERSION: Final = "0.1.0"
JITTER_S: Final = 0.25
RETRY_S: Final = 1.0
MANIFESTS_EVERY: Final = 12
"""Beats between two looks at whether our manifests are still announced."""


class NodeProfile(msgspec.Struct, frozen=True):
    """What a node is called and stands for; ``toolset`` names the tools it was told to offer."""

    node_id: str
    name: str
    region: str = ""
    role: str = "node"
    toolset: tuple[str, ...] = ()


class Beats:
    """Tells the cluster every 5 s what this node is and hosts."""

    def __init__(
        self, bus: Bus, profile: NodeProfile, agents: list[HostedAgent], admission: Admission, condition: Condition
    ) -> None:
        """Nothing is told before ``start``."""
        self._bus, self._profile, self._agents, self._admission = bus, profile, agents, admission
        self._condition = condition
        self._state, self._manifests = state_bucket(bus), manifest_bucket(bus)
        self._started_ms = now_ms()
        self._now = asyncio.Event()
        self.load = 0
        """As the last beat told it."""
        self._changed = False
        self._bounds: list[int] = []
        """How many calls each instance works on at a time, as the last beat told it."""
        self._announced: set[str] = set()
        """The identities whose manifests were in the bucket when we last looked."""
        self._task: asyncio.Task[None] | None = None
        psutil.cpu_percent()

    async def start(self, wait_s: float = 0.0) -> None:
        """Announce the manifests, then the node, and go on beating.

        A JetStream that is not there yet (servers of a cluster that have just come up choose a leader first) has
        ``wait_s`` seconds to come; then BusUnavailableError.
        """
        end_s = monotonic() + wait_s
        while True:
            if await self._first(last=monotonic() >= end_s):
                break
            await asyncio.sleep(RETRY_S)
        self._bus.on_return(self._on_return)
        self._changed = False
        self._note("joined")
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def _first(self, *, last: bool) -> bool:
        """Say what we are for the first time; False when that has to be tried again."""
        try:
            await self._announce_manifests(anew=True)
            await self._state.put(node_key(self._profile.node_id), msgspec.json.encode(self.beat()))
        except BusUnavailableError as error:
            if last:
                raise
            logger.warning("the node cannot join yet: %s", error.message)
            return False
        return True

    def soon(self) -> None:
        """Beat at once, with the manifests of new ones: what the node hosts has changed. Before ``start`` nothing is said."""
        self._changed = True
        self._now.set()

    def bounds_changed(self) -> None:
        """Beat at once if an instance now works on more calls at a time, or on fewer, than the last beat told."""
        if self._bounds != [each.concurrency for each in self._instances()]:
            self.soon()

    async def stop(self) -> None:
        """Beat no more and take the entry away, so that everybody knows at once."""
        await end(self._task)
        try:
            await self._state.delete(node_key(self._profile.node_id))
            self._note("left")
        except BusUnavailableError as error:
            logger.warning("the node could not sign off, its entry will expire: %s", error.message)

    def beat(self) -> Heartbeat:
        """Return the node as it is at this moment."""
        profile, busy, limit = self._profile, self._admission.busy, self._admission.limit
        condition = self._condition
        self.load = min(100, round(max(psutil.cpu_percent(), 100 * busy / limit)))
        agents = self._instances()
        self._bounds = [each.concurrency for each in agents]
        return Heartbeat(
            node_id=profile.node_id,
            name=profile.name,
            ts=now_ms(),
            load=self.load,
            region=profile.region,
            role=profile.role,
            toolset=profile.toolset,
            version=VERSION,
            host=socket.gethostname(),
            pid=os.getpid(),
            started_ms=self._started_ms,
            slots=Slots(busy, limit),
            agents=agents,
            draining=condition.draining,
            runtime=condition.runtime,
            memory_mib=condition.memory_mib,
            cpu_count=condition.cpu_count,
        )

    def _instances(self) -> tuple[HostedInstance, ...]:
        return tuple(_instance(hosted) for hosted in self._agents if hosted.state is not LifeState.STOPPED)

    async def _run(self) -> None:
        count = 0
        while True:
            pause_s = BEAT_S + random.uniform(-JITTER_S, JITTER_S)  # noqa: S311 - spreads the nodes' beats
            try:
                count += 1
                self._now.clear()
                self._tell_change()
                await self._announce_manifests(anew=count % MANIFESTS_EVERY == 0)
                await self._state.put(node_key(self._profile.node_id), msgspec.json.encode(self.beat()))
            except BusUnavailableError as error:
                logger.warning("the heartbeat did not get through: %s", error.message)
                pause_s = RETRY_S
            try:
                await asyncio.wait_for(self._now.wait(), pause_s)
            except TimeoutError:
                continue

    def _tell_change(self) -> None:
        """Announce, once for all that has changed since the last beat, that there is something new to see."""
        if self._changed:
            self._changed = False
            self._note("changed")

    async def _on_return(self) -> None:
        """NATS is back, maybe empty: say everything again at once."""
        await self._announce_manifests(anew=True)
        self._now.set()

    async def _announce_manifests(self, *, anew: bool) -> None:
        """Announce what has come since; ``anew``: everything that is no longer there. Bundles are in the registry already."""
        hosted = [each for each in self._agents if each.name not in ON_REQUEST and each.manifest.runtime != "bundle"]
        self._announced &= set() if anew else {each.identity for each in hosted}
        for each in hosted:
            if each.identity in self._announced:
                continue
            key = each.identity.rpartition(":")[2]
            if await self._manifests.get(key) is None:
                await self._manifests.put(key, canonical(each.manifest))
            self._announced.add(each.identity)

    def _note(self, event: Literal["joined", "left", "changed"]) -> None:
        note = StatusNote(self._profile.node_id, self._profile.name, event)
        self._bus.send(AGENT_STATUS, STATUS_NOTES.encode(note, new_trace_id()))


def _instance(hosted: HostedAgent) -> HostedInstance:
    return HostedInstance(
        name=hosted.name,
        version=hosted.manifest.version,
        identity=hosted.identity,
        instance=hosted.instance,
        in_flight=hosted.in_flight,
        concurrency=most_calls(hosted),
        state=hosted.state,
        slot=hosted.slot,
        process=hosted.process,
        capabilities=() if hosted.name in ON_REQUEST else hosted.manifest.capabilities,
    )
