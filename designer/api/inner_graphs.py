"""The graphs of the workflows that run inside a run's steps."""

from typing import Any

from designer.actions.inner_workflows import versions_in
from designer.domain.graph import MAX_NESTING
from designer.models import WorkflowVersion


def inner_graphs(graph: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return, by version id, the graphs of all workflows inside ``graph``, at any depth; one query for each depth."""
    found: dict[str, dict[str, Any]] = {}
    wanted = versions_in(graph)
    for _ in range(MAX_NESTING):
        wanted -= found.keys()
        if not wanted:
            break
        found |= dict(WorkflowVersion.objects.filter(pk__in=wanted).values_list("pk", "graph"))
        wanted = {inner for version in wanted if version in found for inner in versions_in(found[version])}
    return found
