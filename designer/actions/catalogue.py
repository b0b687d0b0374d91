"""The agents a graph may call, as ``validate`` and ``publish`` need them; read again only when the registry changed."""

from collections import defaultdict
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max

from agents.domain.manifest import IntentSchema
from agents.models import Agent, AgentVersion
from designer.domain.catalogue import AgentEntry, Catalogue
from designer.domain.plan import BUILT_IN

Fingerprint = tuple[Any, ...]


def current() -> Catalogue:
    """Return every agent with its versions; costs two small queries while the registry stays as it is."""
    return _read(_fingerprint())


def pin(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the newest version written into each node that calls an agent and names none."""
    agents = current()
    nodes = [_pinned(node, agents) for node in document.get("nodes", [])]
    return {**document, "nodes": nodes}


def _pinned(node: dict[str, Any], agents: Catalogue) -> dict[str, Any]:
    kind = node.get("kind", "")
    name = node.get("agent", "") if kind == "agent" else BUILT_IN.get(kind, "")
    entry = agents.get(name)
    return {**node, "version": entry.latest} if entry is not None and not node.get("version") else node


def _fingerprint() -> Fingerprint:
    agents = Agent.objects.aggregate(count=Count("pk"), changed=Max("updated_at"))
    versions = AgentVersion.objects.aggregate(count=Count("pk"), newest=Max("pk"))
    return (agents["count"], agents["changed"], versions["count"], versions["newest"])


@lru_cache(maxsize=1)
def _read(_: Fingerprint) -> Catalogue:
    versions: defaultdict[str, dict[str, IntentSchema]] = defaultdict(dict)
    latest: dict[str, str] = {}
    enabled: dict[str, bool] = {}
    rows = AgentVersion.objects.select_related("agent", "intent_schema").order_by(
        "agent__name", "prerelease", "-sort_key"
    )
    for row in rows.defer("manifest"):
        name = row.agent.name
        latest.setdefault(name, row.version)
        enabled[name] = row.agent.enabled
        versions[name][row.version] = IntentSchema(row.intent_schema.input, row.intent_schema.output)
    return {name: AgentEntry(name, latest[name], found, enabled[name]) for name, found in versions.items()}
