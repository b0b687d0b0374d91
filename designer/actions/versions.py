"""Which version of a workflow a new run runs, and what of its graph matters before the run exists."""

from functools import lru_cache
from typing import Any

import msgspec
from django.contrib.auth.models import User

from agentcluster.errors import NotFoundError
from designer.actions import catalogue, documents
from designer.actions.errors import NotPublishedError
from designer.actions.validation import require_valid
from designer.domain.graph import COMPENSATE, GroupNode, NoteNode, StartNode
from designer.domain.policies import Priority
from designer.models import Workflow, WorkflowVersion


class Startable(msgspec.Struct, frozen=True):
    """The start schema of a version, its steps outside containers, and the priority its runs have by default."""

    schema: dict[str, Any]
    steps_total: int
    priority: Priority


def chosen_version(user: User, workflow: Workflow, version: int | str | None) -> WorkflowVersion:
    """Return the version of that number, for ``"draft"`` a snapshot of the draft, for None the newest published one.

    Raises:
        NotPublishedError, NotFoundError: there is no such version.
        GraphProblemsError: it cannot run.
    """
    if version == "draft":
        return _snapshot(user, workflow)
    published = workflow.versions.filter(number__isnull=False)
    chosen = (published.filter(number=version) if version else published.order_by("-number")).first()
    if chosen is None and version:
        raise NotFoundError(f"“{workflow.title}” has no version {version}.")
    if chosen is None:
        raise NotPublishedError(f"“{workflow.title}” has no published version yet; publish it, or start its draft.")
    require_valid(chosen.graph, workflow.project_id)
    return chosen


def startable(version: WorkflowVersion) -> Startable:
    """Return what a start needs of the version; kept, as a version never changes."""
    return _startable(version.pk, msgspec.json.encode(version.graph))


@lru_cache(maxsize=256)
def _startable(_: str, document: bytes) -> Startable:
    graph = documents.parse(msgspec.json.decode(document))
    handlers = {edge.target for edge in graph.edges if edge.port == COMPENSATE}
    steps = [
        node
        for node in graph.nodes
        if not node.parent and node.id not in handlers and not isinstance(node, (StartNode, NoteNode, GroupNode))
    ]
    schema = next((node.schema for node in graph.nodes if isinstance(node, StartNode)), {})
    return Startable(schema, len(steps), graph.settings.priority)


def _snapshot(user: User, workflow: Workflow) -> WorkflowVersion:
    """Return the version without a number that holds the draft as it is now; one for each content."""
    require_valid(workflow.draft, workflow.project_id)
    graph = catalogue.pin(workflow.draft, workflow.project_id)
    version, _ = workflow.versions.get_or_create(
        number=None, digest=documents.digest(graph), defaults={"graph": graph, "created_by": user}
    )
    return version
