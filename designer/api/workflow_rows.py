"""Workflows with what a list shows beside them, read in a fixed number of queries."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Max, OuterRef, QuerySet, Subquery

from agentcluster.security.permissions import role_in, visible
from designer.actions.validation import as_json, problems_of
from designer.api.workflow_schemas import WorkflowDetail, WorkflowItem
from designer.models import Run, Workflow

FOR_THE_EYE = ("note", "group")


def workflow_rows(user: User) -> QuerySet[Workflow]:
    """Return the workflows the user sees, with ``published_version`` and ``last_run_id``."""
    newest = Run.objects.filter(workflow=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    rows = Workflow.objects.select_related("project", "draft_updated_by")
    return visible(rows, user).annotate(published_version=Max("versions__number"), last_run_id=Subquery(newest))


def as_items(workflows: Iterable[Workflow]) -> list[dict[str, Any]]:
    """Return annotated workflows as JSON objects."""
    return [dict(WorkflowItem(row).data) for row in _completed(list(workflows))]


def as_detail(user: User, workflow_id: str) -> dict[str, Any]:
    """Return one workflow, freshly read, with its draft and the user's role."""
    (row,) = _completed([workflow_rows(user).get(pk=workflow_id)])
    draft = {**draft_summary(row), "graph": row.draft}
    vars(row).update(draft=draft, role=role_in(user, row.project))
    return dict(WorkflowDetail(row).data)


def draft_summary(workflow: Workflow) -> dict[str, Any]:
    """Return what a save of the draft answers: revision, problems, when and by whom."""
    return {
        "revision": workflow.draft_revision,
        "problems": as_json(problems_of(workflow.draft, workflow.project_id)),
        "updated_at": workflow.updated_at,
        "updated_by": workflow.draft_updated_by.get_username() if workflow.draft_updated_by else None,
    }


def _completed(rows: list[Workflow]) -> list[Workflow]:
    ids = [vars(row)["last_run_id"] for row in rows]
    runs = Run.objects.filter(pk__in=[run_id for run_id in ids if run_id]).only("id", "status", "created_at").in_bulk()
    for row, run_id in zip(rows, ids, strict=True):
        nodes = row.draft.get("nodes", [])
        count = sum(1 for node in nodes if node.get("kind") not in FOR_THE_EYE)
        vars(row).update(last_run=runs.get(run_id), node_count=count)
    return rows
