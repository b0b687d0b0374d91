"""Which version of an agent a call gets that names none, however it comes to the agent (features C9).

By name, by capability, by its bid or as a task: each agent's version goes by the shares of policy, or by the weights of
deployments, and by the call's idempotency key alone.
"""

from collections.abc import Mapping, Sequence

from agents.cluster.view import ClusterView
from agents.domain.policy import Routing, Subject
from agents.domain.semver import newest
from agents.policies import live
from agents.routing.version_weights import DeploymentWeights, by_deployments, by_shares
from agents.routing.worker_breakers import Breakers

Picks = tuple[tuple[str, str], ...]
"""Agents and the versions that fall to a call."""


class VersionChoice:
    """Chooses among the versions in ``view``, past ``breakers`` that are open while there are others."""

    def __init__(
        self, view: ClusterView, weights: DeploymentWeights | None = None, breakers: Breakers | None = None
    ) -> None:
        """Without ``weights`` only policy says anything."""
        self._view, self._weights, self._breakers = view, weights, breakers

    def says(self, agent: str) -> bool:
        """Return whether an agent's calls are shared out among its versions."""
        return any(self._said(agent))

    def of(self, agent: str, key: str, versions: Sequence[str] | None = None) -> str:
        """Return the version for ``key`` among ``versions`` (None: those in sight).

        Empty when there are none, or nothing is said of their shares: then all go to the newest.
        """
        shares, weights = self._said(agent)
        if not shares and not weights:
            return ""
        among = self._open(agent, self._view.versions_of(agent) if versions is None else versions)
        chosen = by_shares(shares, among, key) or (by_deployments(weights, among, key) if weights else "")
        return chosen or (newest({*among}) if among else "")

    def picks(self, capability: str, key: str) -> Picks:
        """Return the versions for ``key`` of those agents with the capability whose calls are shared out."""
        offers = self._view.versions_with(capability)
        return tuple((agent, version) for agent in offers if (version := self.of(agent, key, offers[agent])))

    def stand(self, capability: str, picks: Picks) -> bool:
        """Return whether ``picks`` are still of the agents that are shared out, and of versions in sight."""
        offers = self._view.versions_with(capability)
        shared = {agent for agent in offers if self.says(agent)}
        return shared == {agent for agent, _ in picks} and all(version in offers[agent] for agent, version in picks)

    def _said(self, agent: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
        routing: Routing = live.spec("routing", Subject(agent=agent))
        return routing.version_weights, self._weights.by_agent.get(agent, {}) if self._weights is not None else {}

    def _open(self, agent: str, versions: Sequence[str]) -> Sequence[str]:
        breakers = self._breakers
        if breakers is None or not breakers.troubled:
            return versions
        return [version for version in versions if breakers.allows(agent, version)] or versions
