"""The agents a graph may call, as ``validate`` and ``publish`` need them; read again only when the registry changed."""

from collections import defaultdict
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max

from agents.bundles.state import usable
from agents.domain.manifest import IntentSchema
from agents.models import Agent, AgentVersion
from designer.domain.catalogue import AgentEntry, Catalogue, WorkflowEntry, Workflows, WorkflowVersionEntry
from designer.domain.plan import BUILT_IN
from designer.models import Workflow, WorkflowVersion

Fingerprint = tuple[Any, ...]


def current() -> Catalogue:
    """Return every agent with its versions; costs two small queries while the registry stays as it is."""
    return _read(fingerprint())


def workflows_for(document: dict[str, Any], project_id: int) -> Workflows:
    """Return the project's workflows with their published versions that the document's steps name."""
    names = {node.get("workflow", "") for node in document.get("nodes", []) if node.get("kind") == "workflow"}
    if not names:
        return {}
    found: dict[str, WorkflowEntry] = {}
    for name in Workflow.objects.filter(project=project_id, name__in=names).values_list("name", flat=True):
        versions = WorkflowVersion.objects.filter(
            workflow__project=project_id, workflow__name=name, number__isnull=False
        ).order_by("-number")
        entries = {row.number: _entry(row.pk, row.graph) for row in versions if row.number}
        found[name] = WorkflowEntry(name, entries)
    return found


def _entry(version_id: str, graph: dict[str, Any]) -> WorkflowVersionEntry:
    limited = graph.get("settings", {}).get("concurrency") is not None
    return WorkflowVersionEntry(version_id, _input_of(graph), limited)


def _input_of(graph: dict[str, Any]) -> dict[str, Any]:
    starts = [node for node in graph.get("nodes", []) if node.get("kind") == "start"]
    return dict(starts[0].get("schema", {})) if starts else {}


def pin(document: dict[str, Any], project_id: int) -> dict[str, Any]:
    """Return the document with the newest version written into each node that calls an agent, or runs a workflow, and
    names none.
    """
    agents, workflows = current(), workflows_for(document, project_id)
    nodes = [_pinned(node, agents, workflows) for node in document.get("nodes", [])]
    return {**document, "nodes": nodes}


def _pinned(node: dict[str, Any], agents: Catalogue, workflows: Workflows) -> dict[str, Any]:
    kind = node.get("kind", "")
    if kind == "workflow":
        return _pinned_workflow(node, workflows)
    name = node.get("agent", "") if kind == "agent" else BUILT_IN.get(kind, "")
    entry = agents.get(name)
    return {**node, "version": entry.latest} if entry is not None and not node.get("version") else node


def _pinned_workflow(node: dict[str, Any], workflows: Workflows) -> dict[str, Any]:
    entry = workflows.get(node.get("workflow", ""))
    number = node.get("version") or (next(iter(entry.versions), 0) if entry else 0)
    version = entry.version(number) if entry else None
    return {**node, "version": number, "version_id": version.version_id} if version is not None else node


def fingerprint() -> Fingerprint:
    """Return what changes when the registry does; two small queries."""
    agents = Agent.objects.aggregate(count=Count("pk"), changed=Max("updated_at"))
    versions = AgentVersion.objects.aggregate(count=Count("pk"), newest=Max("pk"))
    return (agents["count"], agents["changed"], versions["count"], versions["newest"])


@lru_cache(maxsize=1)
def _read(_: Fingerprint) -> Catalogue:
    versions: defaultdict[str, dict[str, IntentSchema]] = defaultdict(dict)
    latest: dict[str, str] = {}
    enabled: dict[str, bool] = {}
    capabilities: defaultdict[str, set[str]] = defaultdict(set)
    rows = usable(AgentVersion.objects.select_related("agent", "intent_schema")).order_by(
        "agent__name", "prerelease", "-sort_key"
    )
    for row in rows.defer("manifest").prefetch_related("capabilities"):
        name = row.agent.name
        latest.setdefault(name, row.version)
        enabled[name] = row.agent.enabled
        capabilities[name] |= {capability.name for capability in row.capabilities.all()}
        versions[name][row.version] = IntentSchema(row.intent_schema.input, row.intent_schema.output)
    return {
        name: AgentEntry(name, latest[name], found, enabled[name], frozenset(capabilities[name]))
        for name, found in versions.items()
    }
