"""What a node says of itself every 5 s (features A6; docs/wire.md)."""

from typing import Final

import msgspec

from agentcluster.messaging import Bucket, Bus
from agentcluster.subjects import AGENT_MANIFESTS, CLUSTER_STATE, NODE_KEY_PREFIX
from agents.domain.health import ENTRY_TTL_S, Health
from agents.domain.lifecycle import LifeState
from agents.domain.scoring import InstanceInfo


class Slots(msgspec.Struct, frozen=True):
    """Calls in work on the node, and how many it takes at most."""

    busy: int
    max: int


class Runtime(msgspec.Struct, frozen=True):
    """Whether the node can put bundles into a sandbox; ``reason``: why not."""

    sandbox: bool = False
    reason: str = ""
    trusted_without: bool = False
    """Whether bundles with a trusted signature run here without one."""


class Process(msgspec.Struct, frozen=True):
    """The sandboxed process that an instance of a bundle is; told with every beat, so it is kept short.

    ``ready`` is false while it has ended and is being started again. ``reason`` says why it ended last, ``memory_mib``
    what it and its scratch folder hold, ``tasks`` counts its processes and threads.
    """

    ready: bool = True
    restarts: int = 0
    reason: str = ""
    memory_mib: float = 0.0
    tasks: int = 0


class HostedInstance(msgspec.Struct, frozen=True):
    """An agent instance on the node; only a running one takes calls."""

    name: str
    version: str
    identity: str
    instance: str
    in_flight: int
    concurrency: int
    state: LifeState = LifeState.RUNNING
    capabilities: tuple[str, ...] = ()
    slot: int = -1
    """Which of the wanted instances it is (``agents.domain.placement``); -1: the node hosts it by its own choice."""
    process: Process | None = None
    """None: the agent is built in, or runs elsewhere."""

    @property
    def trouble(self) -> str:
        """Why it works no calls at this moment although it is running, empty when it does."""
        if self.process is None or self.process.ready:
            return ""
        return f"Its process is being started again. {self.process.reason}"


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """A node at the moment ``ts`` (ms, its clock); ``load`` is 0-100."""

    node_id: str
    name: str
    ts: int
    load: int
    region: str
    role: str
    toolset: tuple[str, ...]
    version: str
    host: str
    pid: int
    started_ms: int
    slots: Slots
    agents: tuple[HostedInstance, ...]
    draining: bool = False
    """It takes no new work, and its slots go elsewhere."""
    runtime: Runtime = Runtime()
    memory_mib: int = 0
    """What its instances may use together, by their limits; 0: it does not say."""
    cpu_count: int = 0


class NodeStatus(Heartbeat, frozen=True, kw_only=True):
    """A node as an observer sees it; ``age_ms`` since its last beat was seen."""

    status: Health
    age_ms: int


decoder: Final = msgspec.json.Decoder(Heartbeat)


def state_bucket(bus: Bus) -> Bucket:
    """Return the bucket of heartbeats; entries live 10 s and are not worth keeping over a restart."""
    return Bucket(bus, CLUSTER_STATE, ttl_s=ENTRY_TTL_S, volatile=True)


def manifest_bucket(bus: Bus) -> Bucket:
    """Return the bucket of manifests, by the 64 hex digits of the identity."""
    return Bucket(bus, AGENT_MANIFESTS)


def node_key(node_id: str) -> str:
    """Return the node's key in the bucket of heartbeats."""
    return f"{NODE_KEY_PREFIX}{node_id}"


def instances(beat: Heartbeat) -> list[InstanceInfo]:
    """Return the instances on the node that take new calls, as the choice of an instance wants them."""
    if beat.draining:
        return []
    return [
        InstanceInfo(
            instance=hosted.instance,
            node=beat.node_id,
            agent=hosted.name,
            version=hosted.version,
            identity=hosted.identity,
            in_flight=hosted.in_flight,
            concurrency=max(1, hosted.concurrency),
            load=beat.load,
            capabilities=hosted.capabilities,
        )
        for hosted in beat.agents
        if hosted.state is LifeState.RUNNING
    ]
