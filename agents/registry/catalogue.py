"""Lists of agents with their newest version, in a fixed number of queries."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery

from agents.bundles.state import usable
from agents.models import Agent, AgentVersion
from agents.registry.errors import UnknownAgentError
from agents.registry.search import matching

NEWEST = "newest_versions"
"""The attribute ``with_newest`` puts a list of one version (or none) into."""


def _newest_id() -> Subquery:
    versions = usable(AgentVersion.objects.filter(agent=OuterRef("pk"))).order_by("prerelease", "-sort_key")
    return Subquery(versions.values("pk")[:1])


def with_newest(agents: QuerySet[Agent]) -> QuerySet[Agent]:
    """Load each agent's newest version with its schemas, for ``newest``."""
    newest_ids = Agent.objects.annotate(newest_id=_newest_id()).values("newest_id")
    versions = AgentVersion.objects.filter(pk__in=newest_ids).select_related("intent_schema")
    return agents.prefetch_related(Prefetch("versions", versions, to_attr=NEWEST))


def newest(agent: Agent) -> AgentVersion | None:
    """Return the newest version ``with_newest`` has loaded."""
    versions: list[AgentVersion] = getattr(agent, NEWEST)
    return versions[0] if versions else None


def find(*, search: str = "", capability: str = "", category: str = "", enabled: bool | None = True) -> QuerySet[Agent]:
    """Return agents by words, by a capability of their newest version, by category; ``enabled=None``: all."""
    agents = matching(Agent.objects.all(), search)
    if category:
        agents = agents.filter(category=category)
    if enabled is not None:
        agents = agents.filter(enabled=enabled)
    if capability:
        able: QuerySet[Any] = AgentVersion.capabilities.through.objects.filter(
            agentversion_id=OuterRef("newest_id"), capability__name=capability
        )
        agents = agents.annotate(newest_id=_newest_id()).filter(Exists(able))
    return with_newest(agents)


def one(name: str) -> Agent:
    """Return the agent of this name with its newest version; raises ``UnknownAgentError``."""
    agent = with_newest(Agent.objects.filter(name=name)).first()
    if agent is None:
        raise UnknownAgentError(f"There is no agent “{name}” in the registry.", agent=name)
    return agent
