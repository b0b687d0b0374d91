"""A node: hosts agents, tells the cluster, takes calls, leaves in good order."""

import logging
import os
import re
from collections.abc import Sequence
from typing import Final

from agentcluster.errors import BadInputError
from agentcluster.messaging import Bus, traceparent
from agentcluster.streams.batch import BatchWriter
from agents.cluster.heartbeat import Runtime
from agents.cluster.protocol import REPLIES
from agents.cluster.view import ClusterView
from agents.contracts.guard import Guard
from agents.contracts.unreadable import Unreadable
from agents.domain.manifest import Manifest
from agents.domain.policy import PolicySet
from agents.domain.slot_choice import Site
from agents.node.beats import Beats, NodeProfile
from agents.node.bidding import Bidding
from agents.node.condition import Condition
from agents.node.control import Control
from agents.node.discovery import Discovery
from agents.node.execution import Executor
from agents.node.hosted import HostedAgent, host, host_each
from agents.node.hosting import Hosting
from agents.node.kept_logs import KeptLogs
from agents.node.ledger import Ledger
from agents.node.logs import Logs
from agents.node.ports import node_ports
from agents.node.service import CallService
from agents.node.slots import Slots
from agents.node.speaking import listen
from agents.node.tenancy import Make
from agents.node.workers.pool import WorkerPool
from agents.policies import live

logger = logging.getLogger(__name__)

MAX_CONCURRENCY: Final = 1024
FINISH_S: Final = 13.0
"""How long calls may go on once the node is told to stop; with what follows it is gone within 25 s."""

_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


class NodeNameError(BadInputError):
    """A node's name is 1 to 40 lower-case letters, digits and hyphens, with a letter or digit at both ends."""

    code = "bad_node_name"


class NothingToHostError(BadInputError):
    """A node needs at least one agent to host."""

    code = "nothing_to_host"


def profile(name: str, region: str = "", role: str = "node", toolset: tuple[str, ...] = ()) -> NodeProfile:
    """Return the profile of a new node with an id of its own; NodeNameError when it cannot be called that."""
    if not _NAME.fullmatch(name):
        raise NodeNameError(name=name)
    return NodeProfile(f"{name}-{os.urandom(4).hex()}", name, region, role, toolset)


class Node:
    """Start it, stop it. Everything runs on the loop of whoever calls ``start``."""

    def __init__(
        self,
        bus: Bus,
        writer: BatchWriter,
        profile: NodeProfile,
        manifests: Sequence[Manifest],
        *,
        max_concurrency: int = MAX_CONCURRENCY,
        processes: int | None = None,
        memory_mib: int | None = None,
        guests: bool = False,
        make: Make | None = None,
        runtime: Runtime | None = None,
        kept: KeptLogs | None = None,
    ) -> None:
        """Host the agents of ``manifests``, one's several versions, too (SameVersionError when two have one number).

        ``processes`` are for those that need the CPU, one per core by default; these may use ``memory_mib`` MiB
        together, besides what each agent's manifest allows a call. ``guests``: others are expected to come
        (``hosting.add``), so none of its own are needed. ``make`` makes instances for the slots of deployments
        (features A1); without it the node claims none. ``runtime`` says whether bundles get a sandbox here,
        ``kept`` holds what instances said that are gone.
        """
        if not manifests and not guests and make is None:
            raise NothingToHostError
        self.profile = profile
        self._bus = bus
        self.agents: list[HostedAgent] = []
        self._own = host_each(manifests, profile.node_id)
        heavy = tuple(hosted.manifest for hosted in self._own if hosted.manifest.cpu_bound)
        self.pool = WorkerPool(heavy, processes, memory_mib) if heavy else None
        self._contracts = Guard(bus, writer)
        self._unreadable = Unreadable(bus, writer, profile.node_id)
        self._executor = Executor(self.pool, node_ports(bus, writer, self._contracts), self._contracts)
        self.service = CallService(profile.node_id, max_concurrency, self._executor, Ledger(writer))
        self.service.send = self._send
        self.condition = Condition(runtime=runtime or Runtime())
        if memory_mib:
            self.condition.memory_mib = memory_mib
        self._beats = Beats(bus, profile, self.agents, self.service.admission, self.condition)
        self._bidding = Bidding(bus, profile, self.agents, self.service, self.condition)
        self._discovery = Discovery(bus, profile.node_id, self.agents)
        self.hosting = Hosting(bus, self.agents, self.service, self._discovery, self._beats)
        self._view = ClusterView(bus)
        self.service.on_unreadable = self._bidding.on_unreadable = self._unreadable.note
        self.slots = Slots(bus, self.hosting, self._view, make, self._site) if make is not None else None
        self.control = Control(
            bus,
            profile.node_id,
            hosting=self.hosting,
            beats=self._beats,
            condition=self.condition,
            slots=self.slots,
            logs=Logs(self.hosting, self.slots, kept),
            again=lambda hosted: host(hosted.manifest, hosted.instance),
        )
        self.control.on_unreadable = self._unreadable.note

    async def start(self, wait_s: float = 0.0) -> None:
        """Take calls, then tell the cluster; BusUnavailableError when JetStream is not there, nor comes in ``wait_s`` s."""
        live.on_change(self._policies_changed)
        listen()
        if self.pool is not None:
            self.pool.start()
        await self._contracts.start()
        for hosted in self._own:
            await self.hosting.add(hosted)
        await self._bidding.start()
        await self._discovery.start()
        await self._bus.flush()
        await self._beats.start(wait_s)
        await self.control.start()
        if self.slots is not None:
            await self._view.start()
            await self.slots.start()
        logger.info("node %s hosts %s", self.profile.node_id, ", ".join(hosted.name for hosted in self.agents))

    async def stop(self, finish_s: float = FINISH_S) -> None:
        """Take no more calls, let those at work finish, give back the rest, sign off; at most about 25 s."""
        live.forget(self._policies_changed)
        await self._bidding.stop()
        self.service.hand_back()
        await self.control.stop()
        if self.slots is not None:
            await self.slots.leave()
        await self.hosting.remove_all(finish_s)
        if self.slots is not None:
            await self.slots.stop(finish_s)
            await self._view.stop()
        await self._discovery.stop()
        await self._beats.stop()
        await self.service.close()
        await self._contracts.stop()
        await self._unreadable.stop()
        if self.pool is not None:
            await self.pool.close()
        self._executor.close()
        logger.info("node %s has stopped", self.profile.node_id)

    def _policies_changed(self, _policies: PolicySet) -> None:
        self.service.admission.readmit()
        self._beats.bounds_changed()

    def _site(self) -> Site:
        """Return this node as a place for instances, as it is now."""
        profile, condition = self.profile, self.condition
        return Site(
            node=profile.node_id,
            name=profile.name,
            region=profile.region,
            role=profile.role,
            toolset=profile.toolset,
            load=self._beats.load,
            memory_mib=condition.memory_mib,
            sandbox=condition.runtime.sandbox,
            sandbox_reason=condition.runtime.reason,
            trusted_without=condition.runtime.trusted_without,
            draining=condition.draining,
            processes_for=tuple(hosted.name for hosted in self._own),
        )

    def _send(self, subject: str, reply: bytes, trace_id: str) -> None:
        self._bus.send(subject, REPLIES.encode_raw(reply, trace_id), headers=traceparent(trace_id))
