"""The cluster as one process sees it: nodes, their health, and who hosts which agent."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

import msgspec

from agentcluster.clock import monotonic, now_ms
from agentcluster.messaging import Bus, BusUnavailableError, Watch
from agentcluster.subjects import NODE_KEY_PREFIX
from agentcluster.tasks import end
from agents.cluster.heartbeat import NodeStatus, decoder, instances, state_bucket
from agents.cluster.sighting import SeeingClock, Sighting
from agents.domain.health import Health
from agents.domain.lifecycle import LifeState
from agents.domain.scoring import InstanceInfo
from agents.domain.semver import newest, parsed

logger = logging.getLogger(__name__)

TICK_S: Final = 0.5
FORGET_S: Final = 600.0
"""A failed node is shown this long, then forgotten."""

OnChange = Callable[[], Awaitable[None] | None]


class ClusterView:
    """Watches ``nodes/>`` on ``bus``; start it, stop it. Reading it is cheap and never waits."""

    def __init__(self, bus: Bus) -> None:
        """Begin with nothing in sight."""
        self._bus = bus
        self._clock = SeeingClock(monotonic())
        self._sightings: dict[str, Sighting] = {}
        self._by_agent: dict[tuple[str, str], list[InstanceInfo]] = {}
        self._by_capability: dict[str, list[InstanceInfo]] = {}
        self._offers: dict[str, dict[str, list[str]]] = {}
        self._by_id: dict[str, InstanceInfo] = {}
        self._nodes_of: dict[str, Health] = {}
        self._stale = False
        """Whether loads have changed since the lists were made; they are made anew twice a second at most."""
        self._listeners: list[OnChange] = []
        self._notified: set[asyncio.Task[None]] = set()
        self._watch: Watch | None = None
        self._ticker: asyncio.Task[None] | None = None

    async def start(self, *, wait_s: float = 5.0) -> None:
        """Begin to watch, and wait until the bucket was read once; BusUnavailableError when that takes longer."""
        self._watch = Watch(state_bucket(self._bus), NODE_KEY_PREFIX, self._on_entry)
        self._ticker = asyncio.get_running_loop().create_task(self._tick())
        try:
            await asyncio.wait_for(self._watch.synced.wait(), wait_s)
        except TimeoutError:
            await self.stop()
            raise BusUnavailableError(f"The state of the cluster could not be read within {wait_s:g} s.") from None

    async def stop(self) -> None:
        """Stop watching."""
        await end(self._ticker)
        if self._watch is not None:
            await self._watch.stop()

    def on_change(self, listener: OnChange) -> None:
        """Call ``listener`` when a node's health, the instances it hosts or their bounds have changed (not for each beat)."""
        self._listeners.append(listener)

    @property
    def blind(self) -> bool:
        """Whether nothing can be seen at this moment; the ages of nodes then stand still."""
        return not (self._bus.connected and self._watch is not None and self._watch.current)

    def nodes(self) -> list[NodeStatus]:
        """Return all nodes in sight, failed ones for ten minutes, by name. Other threads may call this, too."""
        now = now_ms()
        found = [sighting.status(now) for sighting in list(self._sightings.values())]
        return sorted(found, key=lambda node: (node.name, node.node_id))

    def health(self, node_id: str) -> Health | None:
        """Return the health of a node; None when it left in good order, or was never seen."""
        sighting = self._sightings.get(node_id)
        return sighting.health if sighting else None

    def instances_of(self, agent: str, version: str = "") -> list[InstanceInfo]:
        """Return the instances on ACTIVE nodes; without a version those of the newest one. Do not change the list."""
        return self._by_agent.get((agent, version), [])

    def versions_of(self, agent: str) -> list[str]:
        """Return the versions of an agent that have instances on ACTIVE nodes."""
        return sorted(version for name, version in self._by_agent if name == agent and version)

    def instances_with(self, capability: str) -> list[InstanceInfo]:
        """Return the instances on ACTIVE nodes of each agent with the capability, of its newest version that has it.

        Do not change the list.
        """
        return self._by_capability.get(capability, [])

    def versions_with(self, capability: str) -> Mapping[str, Sequence[str]]:
        """Return by agent its versions with the capability that have instances on ACTIVE nodes, the newest last."""
        return self._offers.get(capability, {})

    def instance(self, instance: str) -> InstanceInfo | None:
        """Return an instance on an ACTIVE node; None when there is none of that id that takes calls."""
        return self._by_id.get(instance)

    def active_nodes(self) -> set[str]:
        """Return the ids of the nodes that are ACTIVE."""
        return {node for node, sighting in self._sightings.items() if sighting.health is Health.ACTIVE}

    def health_of_instance(self, instance: str) -> Health | None:
        """Return the health of the node that hosts (or last hosted) an instance; None when it is gone for good."""
        return self._nodes_of.get(instance)

    def _on_entry(self, key: str, value: bytes | None, deleted: bool) -> None:
        node_id = key.removeprefix(NODE_KEY_PREFIX)
        if value is None:
            self._on_gone(node_id, deleted)
            return
        try:
            beat = decoder.decode(value)
        except msgspec.MsgspecError as error:
            logger.warning("the heartbeat of node %s cannot be read: %s", node_id, error)
            return
        seen_s = self._clock.tick(monotonic(), blind=self.blind)
        before = self._sightings.get(node_id)
        sighting = Sighting(beat, seen_s, now_ms())
        sighting.follow(before)
        sighting.health = sighting.judge(seen_s)
        self._sightings[node_id] = sighting
        self._stale = True
        if before is None or _hosting(before) != _hosting(sighting):
            self._index()
            self._notify()

    def _on_gone(self, node_id: str, deleted: bool) -> None:
        """Forget a node that signed off; one whose entry has only expired is judged by its silence."""
        sighting = self._sightings.get(node_id) if deleted else None
        if sighting is None:
            return
        del self._sightings[node_id]
        logger.info("node %s left", sighting.beat.name)
        self._index()
        self._notify()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._judge_all()

    def _judge_all(self) -> None:
        seen_s = self._clock.tick(monotonic(), blind=self.blind)
        changed = False
        for node_id, sighting in list(self._sightings.items()):
            health = sighting.judge(seen_s)
            if health is not sighting.health:
                logger.warning("node %s is %s", sighting.beat.name, health)
                sighting.health = health
                changed = True
            if health is Health.FAILED and seen_s - sighting.seen_s > FORGET_S:
                del self._sightings[node_id]
                changed = True
        if changed or self._stale:
            self._index()
        if changed:
            self._notify()

    def _index(self) -> None:
        """Make the lists that ``instances_of`` returns; new ones, so that readers keep a consistent one."""
        found: dict[tuple[str, str], list[InstanceInfo]] = {}
        self._nodes_of = {}
        for sighting in self._sightings.values():
            self._nodes_of.update(dict.fromkeys((hosted.instance for hosted in sighting.beat.agents), sighting.health))
            for instance in instances(sighting.beat) if sighting.health is Health.ACTIVE else ():
                found.setdefault((instance.agent, instance.version), []).append(instance)
        self._by_id = {instance.instance: instance for listed in found.values() for instance in listed}
        self._offers = _offers(found)
        self._by_capability = {
            capability: [info for agent, versions in offers.items() for info in found[agent, versions[-1]]]
            for capability, offers in self._offers.items()
        }
        for agent in {agent for agent, _ in found}:
            latest = newest({version for name, version in found if name == agent})
            found[agent, ""] = found[agent, latest]
        self._by_agent = found
        self._stale = False

    def _notify(self) -> None:
        for listener in self._listeners:
            waiting = listener()
            if waiting is not None:
                task = asyncio.ensure_future(waiting)
                self._notified.add(task)
                task.add_done_callback(self._notified.discard)


def _offers(found: dict[tuple[str, str], list[InstanceInfo]]) -> dict[str, dict[str, list[str]]]:
    """Return for each capability the agents that have it, and of each the versions that do, the newest last."""
    offers: dict[str, dict[str, list[str]]] = {}
    for agent, version in sorted(found, key=lambda each: (each[0], parsed(each[1]))):
        for capability in found[agent, version][0].capabilities:
            offers.setdefault(capability, {}).setdefault(agent, []).append(version)
    return offers


def _hosting(sighting: Sighting) -> tuple[Health, bool, frozenset[tuple[str, LifeState, int]]]:
    return (
        sighting.health,
        sighting.beat.draining,
        frozenset((hosted.instance, hosted.state, hosted.concurrency) for hosted in sighting.beat.agents),
    )
