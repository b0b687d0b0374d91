"""Workflows: list, create, read, rename, delete."""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.preconditions import etag
from agentcluster.errors import BadInputError
from designer.actions.create_workflow import create_workflow
from designer.actions.delete_workflow import delete_workflow
from designer.actions.seed_workflow import seed_needed
from designer.actions.update_workflow import update_workflow
from designer.api.examples import GRAPH
from designer.api.finding import find_project, find_workflow, user_of
from designer.api.parsers import BoundedJSONParser
from designer.api.templates import graph_of
from designer.api.workflow_rows import as_detail, as_items, workflow_rows
from designer.api.workflow_schemas import Deletion, NewWorkflow, WorkflowChanges, WorkflowDetail, WorkflowItem
from designer.models import Workflow
from designer.samples import Template, template


class WorkflowFilters(serializers.Serializer[Any]):
    """What narrows the list of workflows."""

    search = serializers.CharField(required=False, help_text="Part of the title, the name or the description")
    name = serializers.SlugField(required=False, help_text="The exact name")
    project = serializers.SlugField(required=False, help_text="Slug of a project")

    def narrowed(self, rows: QuerySet[Workflow]) -> QuerySet[Workflow]:
        """Return the rows that fit what was asked for."""
        asked = self.validated_data
        lookups = {"name": "name", "project": "project__slug"}
        rows = rows.filter(**{lookup: asked[name] for name, lookup in lookups.items() if name in asked})
        if words := asked.get("search", "").strip():
            found = Q(title__icontains=words) | Q(name__icontains=words) | Q(description__icontains=words)
            rows = rows.filter(found)
        return rows


class WorkflowsView(GenericAPIView[Workflow]):
    """The workflows of the projects you are a member of."""

    parser_classes = [BoundedJSONParser]
    serializer_class = WorkflowItem
    queryset = Workflow.objects.none()
    page_order = ("-updated_at", "-id")

    @extend_schema(
        operation_id="list_workflows",
        parameters=[WorkflowFilters],
        responses=WorkflowItem(many=True),
        tags=["workflows"],
    )
    def get(self, request: Request) -> Response:
        """List workflows, the last changed first."""
        filters = WorkflowFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        rows = filters.narrowed(workflow_rows(user_of(request)))
        return self.get_paginated_response(as_items(self.paginate_queryset(rows) or []))

    @extend_schema(
        operation_id="create_workflow",
        request=NewWorkflow,
        responses={201: WorkflowDetail},
        examples=[
            OpenApiExample("From a template", {"title": "Sales", "template": "analyse-sales"}, request_only=True),
            OpenApiExample("From a graph", {"title": "Greet", "name": "greet", "graph": GRAPH}, request_only=True),
        ],
        tags=["workflows"],
    )
    def post(self, request: Request) -> Response:
        """Create a workflow: empty, from a graph, or from a template."""
        body = NewWorkflow(data=request.data)
        body.is_valid(raise_exception=True)
        given, user = dict(body.validated_data), user_of(request)
        project = find_project(user, given.pop("project", None))
        source = _template(given)
        graph = graph_of(source) if source is not None else given.pop("graph", None)
        with transaction.atomic():
            if source is not None:
                seed_needed(user, project, source)
            workflow = create_workflow(user, project, graph=graph, **given)
        detail = as_detail(user, workflow.pk)
        headers = {
            "ETag": etag(workflow.draft_revision),
            "Location": request.build_absolute_uri(f"/api/v1/workflows/{workflow.pk}"),
        }
        return Response(detail, status=201, headers=headers)


def _template(given: dict[str, Any]) -> Template | None:
    name = given.pop("template", None)
    if name is not None and given.get("graph") is not None:
        raise BadInputError("Give a graph or a template, not both.", field="/template")
    return template(name) if name is not None else None


class WorkflowView(APIView):
    """One workflow."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(operation_id="get_workflow", responses=WorkflowDetail, tags=["workflows"])
    def get(self, request: Request, workflow_id: str) -> Response:
        """Read a workflow with its draft. The ``ETag`` is what a save of the draft sends as ``If-Match``."""
        return _detail(request, find_workflow(user_of(request), workflow_id))

    @extend_schema(
        operation_id="update_workflow", request=WorkflowChanges, responses=WorkflowDetail, tags=["workflows"]
    )
    def patch(self, request: Request, workflow_id: str) -> Response:
        """Change the title, the name or the description; the draft keeps its revision."""
        workflow = find_workflow(user_of(request), workflow_id)
        body = WorkflowChanges(data=request.data)
        body.is_valid(raise_exception=True)
        update_workflow(user_of(request), workflow, **body.validated_data)
        return _detail(request, workflow)

    @extend_schema(operation_id="delete_workflow", parameters=[Deletion], responses={204: None}, tags=["workflows"])
    def delete(self, request: Request, workflow_id: str) -> Response:
        """Delete a workflow with its versions and finished runs; 409 ``workflow_busy`` while a run goes on.

        409 ``workflow_in_use`` with ``used_by`` when it runs inside other workflows: as long as runs of those go on, and,
        unless ``force`` is given, while they have published versions with it inside.
        """
        asked = Deletion(data=request.query_params)
        asked.is_valid(raise_exception=True)
        workflow = find_workflow(user_of(request), workflow_id)
        delete_workflow(user_of(request), workflow, force=asked.validated_data["force"])
        return Response(status=204)


def _detail(request: Request, workflow: Workflow) -> Response:
    detail = as_detail(user_of(request), workflow.pk)
    return Response(detail, headers={"ETag": etag(detail["draft"]["revision"])})
