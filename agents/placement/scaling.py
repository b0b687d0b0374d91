"""Scaling deployments by policy: what is seen of their load, and the change when that asks for another number (A3).

Any process that keeps NATS in step with the database does it; the lock lets one at a time (``pushing.run_placement``).
Whoever takes over knows no past: it counts anew how long a load has lasted, so a change comes later, never too early.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final, NamedTuple

from django.db import close_old_connections

from agentcluster.clock import monotonic
from agentcluster.errors import AgentClusterError
from agentcluster.streams import tasks, waiting
from agentcluster.streams.run_log import RunLog
from agents.cluster.heartbeat import HostedInstance, NodeStatus
from agents.cluster.view import ClusterView
from agents.domain.health import Health
from agents.domain.lifecycle import LifeState
from agents.domain.policy import Policy, PolicySet, Subject, find, read_spec
from agents.domain.scaling import Decision, Figures, Trend, decide
from agents.placement.actions.scale_by_policy import scale_by_policy
from agents.placement.models import Deployment
from agents.policies import live

logger: Final = logging.getLogger(__name__)


class Scaled(NamedTuple):
    """A deployment that has instances, and the policy for it."""

    pk: int
    agent: str
    version: str
    identity: str
    replicas: int
    revision: int
    by_hand: bool
    policy: Policy


class Load(NamedTuple):
    """What Redis says: calls given to each instance and not answered, and calls that wait, by ``agent@version``."""

    pending: dict[str, int]
    waiting: dict[str, float]


class _Past(NamedTuple):
    """What is remembered of a deployment at this revision, under this set of policies."""

    revision: int
    number: int
    changed_s: float
    trend: Trend = Trend()


class Autoscaler:
    """Of one process; ``step`` looks once and does what is due."""

    def __init__(self, view: ClusterView, log: RunLog) -> None:
        """Judge by the heartbeats in ``view``, and by the ledger of tasks behind ``log``."""
        self._view, self._log = view, log
        self._past: dict[int, _Past] = {}
        self._refused: dict[int, str] = {}
        """What was logged of deployments that may not have the number the policy asks for."""

    def forget(self) -> None:
        """Begin anew: another process did it meanwhile."""
        self._past.clear()

    async def step(self) -> None:
        """Change the numbers that policies ask to be changed."""
        policies = live.current()
        if not any(each.kind == "scaling" and each.enabled for each in policies.policies):
            return self.forget()
        rows = await asyncio.to_thread(_rows, policies)
        load = await self._load(sorted({row.agent for row in rows}))
        now_s = monotonic()
        self._past = {row.pk: self._remembered(row, policies.number, now_s) for row in rows}
        nodes = [] if self._view.blind else self._view.nodes()
        for row in rows:
            past = self._past[row.pk]
            figures = None if load is None else figures_of(row, nodes, load)
            decision = decide(
                read_spec("scaling", row.policy),
                row.replicas,
                figures,
                past.trend,
                now_s=now_s,
                changed_s=past.changed_s,
                by_hand=row.by_hand,
            )
            self._past[row.pk] = past._replace(trend=decision.trend)
            if decision.wanted != row.replicas:
                await self._change(row, decision, policies.number)

    def _remembered(self, row: Scaled, number: int, now_s: float) -> _Past:
        past = self._past.get(row.pk)
        if past is None or past.revision != row.revision:
            return _Past(row.revision, number, now_s)
        return past if past.number == number else past._replace(number=number, trend=Trend())

    async def _load(self, agents: Sequence[str]) -> Load | None:
        """Return what Redis says, None while it is away."""
        try:
            groups = await asyncio.gather(*(tasks.consumers(self._log, agent) for agent in agents))
            return Load(
                {each.instance: each.pending for group in groups for each in group}, await waiting.read(self._log)
            )
        except AgentClusterError as error:
            logger.warning("the load of deployments cannot be read, none is scaled: %s", error.message)
            return None

    async def _change(self, row: Scaled, decision: Decision, number: int) -> None:
        policy = f"policy {row.policy.name} v{number}"
        try:
            done = await asyncio.to_thread(_scale, row, decision, policy)
        except AgentClusterError as error:
            if self._refused.get(row.pk) != error.message:
                logger.warning("%s@%s is not scaled to %d: %s", row.agent, row.version, decision.wanted, error.message)
            self._refused[row.pk] = error.message
            return
        self._refused.pop(row.pk, None)
        if done:
            name = f"{row.agent}@{row.version}"
            logger.info(
                "%s: %d instances instead of %d (%s): %s", name, decision.wanted, row.replicas, policy, decision.why
            )


def figures_of(row: Scaled, nodes: Sequence[NodeStatus], load: Load) -> Figures | None:
    """Return what is seen of a deployment's instances that run; None when none is, or a node may be hiding some.

    Of a call that the ledger and the node both tell of, the higher number counts: each may be a little late.
    """
    seen: list[tuple[HostedInstance, int]] = []
    for node in nodes:
        hosted = [each for each in node.agents if each.identity == row.identity and each.slot >= 0]
        if hosted and node.status is Health.UNREACHABLE:
            return None
        if node.status is Health.ACTIVE:
            seen += [(each, node.age_ms) for each in hosted if each.state is LifeState.RUNNING]
    if not seen:
        return None
    return Figures(
        len(seen),
        sum(max(1, each.concurrency) for each, _ in seen),
        sum(max(each.in_flight, load.pending.get(each.instance, 0)) for each, _ in seen),
        load.waiting.get(f"{row.agent}@{row.version}", 0.0),
        max(age_ms for _, age_ms in seen) / 1000,
    )


def _rows(policies: PolicySet) -> list[Scaled]:
    """Return the deployments with instances that a policy is about; a region is the one they are wanted in."""
    close_old_connections()
    try:
        found = []
        for row in Deployment.objects.filter(replicas__gt=0, withdrawn=False):
            subject = Subject(row.agent, row.version, region=row.where.get("region", ""))
            policy = find(policies, "scaling", subject)
            if policy is not None:
                mine = (row.pk, row.agent, row.version, row.identity, row.replicas, row.revision)
                found.append(Scaled(*mine, by_hand=not row.scaled_by, policy=policy))
        return found
    finally:
        close_old_connections()


def _scale(row: Scaled, decision: Decision, policy: str) -> bool:
    close_old_connections()
    try:
        return scale_by_policy(row.pk, row.revision, decision.wanted, policy=policy, why=decision.why)
    finally:
        close_old_connections()
