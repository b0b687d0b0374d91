"""How deep workflows stand in each other: found when a draft is checked, not when a run gets there."""

from typing import Any

from designer.actions import catalogue
from designer.actions.inner_workflows import versions_in
from designer.domain.graph import MAX_NESTING, Problem
from designer.models import WorkflowVersion


def problems_of(document: dict[str, Any], project_id: int) -> list[Problem]:
    """Return a problem for each node whose workflow stands too deep; a query for each level, none without such nodes."""
    nodes = [node for node in document.get("nodes", []) if node.get("kind") == "workflow"]
    if not nodes:
        return []
    pinned = {node["id"]: node.get("version_id") for node in catalogue.pin(document, project_id)["nodes"]}
    level = {node["id"]: {pinned[node["id"]]} for node in nodes if pinned[node["id"]]}
    for _ in range(MAX_NESTING):
        inner = _inner(set().union(*level.values()))
        level = {
            name: deeper for name, found in level.items() if (deeper := set().union(*(inner[each] for each in found)))
        }
        if not level:
            return []
    message = f"Workflows may stand in each other {MAX_NESTING} deep; this one holds others deeper than that."
    return [Problem("too_deep", message, node=name, field="/workflow") for name in level]


def _inner(versions: set[str]) -> dict[str, set[str]]:
    """Return the versions that stand directly in each of these."""
    graphs = dict(WorkflowVersion.objects.filter(pk__in=versions).values_list("pk", "graph"))
    return {version: versions_in(graphs.get(version, {})) for version in versions}
