"""Workflows, their versions and triggers as documents."""

from typing import Any

import msgspec

from designer.actions import catalogue, documents
from designer.ascode.document import TriggerDocument, WorkflowDocument, base_of, plain_graph
from designer.domain.graph import Graph
from designer.models import Workflow, WorkflowVersion
from designer.triggers import kinds
from designer.triggers.models import Trigger


def draft_document(workflow: Workflow, *, triggers: bool = True) -> WorkflowDocument:
    """Return the draft with the mark by which a newer draft is noticed, and with the workflow's triggers."""
    graph = documents.parse(workflow.draft)
    rows = Trigger.objects.filter(workflow=workflow).order_by("name", "pk") if triggers else ()
    found = tuple(trigger_document(row) for row in rows) or None
    return msgspec.structs.replace(_document(workflow, graph), base=base_of(graph), triggers=found)


def version_document(workflow: Workflow, version: WorkflowVersion) -> WorkflowDocument:
    """Return a published version: with every agent version pinned, without triggers."""
    return _document(workflow, documents.parse(version.graph))


def pinned(document: WorkflowDocument, workflow: Workflow) -> WorkflowDocument:
    """Return a draft with the versions that publishing would fix."""
    graph = documents.parse(catalogue.pin(plain_graph(document.graph), workflow.project_id))
    return msgspec.structs.replace(document, nodes=graph.nodes, base="")


def trigger_document(trigger: Trigger) -> TriggerDocument:
    """Return a trigger without secret, address and figures."""
    return TriggerDocument(
        kind=trigger.kind,  # type: ignore[arg-type]  # the choices of the column
        name=trigger.name,
        config=short_config(trigger.kind, trigger.config),
        input=None if trigger.input == kinds.DEFAULT_INPUT[trigger.kind] else trigger.input,
        enabled=trigger.enabled,
        version=trigger.version,
        priority=trigger.priority,  # type: ignore[arg-type]  # the choices of the column
        labels=trigger.labels,
    )


def short_config(kind: str, config: dict[str, Any]) -> dict[str, Any]:
    """Return a trigger's settings without those that have their default."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(kinds.TYPES[kind])}
    return {name: value for name, value in config.items() if value != defaults.get(name, msgspec.NODEFAULT)}


def _document(workflow: Workflow, graph: Graph) -> WorkflowDocument:
    return WorkflowDocument(
        name=workflow.name,
        title=workflow.title,
        description=workflow.description,
        settings=graph.settings,
        nodes=graph.nodes,
        edges=graph.edges,
    )
