"""Runs: list, start."""

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.errors import BadInputError
from agentcluster.security.permissions import visible
from designer.actions.start_run import start_run
from designer.api.examples import START
from designer.api.finding import find_run, find_workflow, user_of
from designer.api.parsers import BoundedJSONParser
from designer.api.run_schemas import RunDetail, RunItem, StartBody
from designer.models import Run, RunStatus

_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Up to 200 characters of your choice: the same key and body again answers the first run",
)
_EXAMPLE = OpenApiExample("With an uploaded file", START, request_only=True)


class RunFilters(serializers.Serializer[Any]):
    """What narrows the list of runs."""

    status = serializers.MultipleChoiceField(choices=RunStatus.choices, required=False, help_text="May be repeated")
    workflow = serializers.CharField(required=False, help_text="Id of a workflow")
    project = serializers.SlugField(required=False, help_text="Slug of a project")
    search = serializers.CharField(required=False, help_text="Start of a run's id, or part of a workflow's title")
    since = serializers.DateTimeField(required=False, help_text="Created then or later")
    until = serializers.DateTimeField(required=False, help_text="Created before then")

    def narrowed(self, rows: QuerySet[Run]) -> QuerySet[Run]:
        """Return the rows that fit what was asked for."""
        asked = self.validated_data
        lookups = {"workflow": "workflow_id", "project": "project__slug", "since": "created_at__gte"}
        lookups |= {"until": "created_at__lt"}
        rows = rows.filter(**{lookup: asked[name] for name, lookup in lookups.items() if name in asked})
        if asked.get("status"):
            rows = rows.filter(status__in=asked["status"])
        if search := asked.get("search", "").strip():
            rows = rows.filter(Q(pk__startswith=search.lower()) | Q(workflow__title__icontains=search))
        return rows


class RunsView(GenericAPIView[Run]):
    """The runs of the projects you are a member of."""

    serializer_class = RunItem
    queryset = Run.objects.none()
    page_order = "-id"

    @extend_schema(operation_id="list_runs", parameters=[RunFilters], responses=RunItem(many=True), tags=["runs"])
    def get(self, request: Request) -> Response:
        """List runs, newest first."""
        filters = RunFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        rows = Run.objects.select_related("workflow", "version", "created_by").defer(
            "input", "output", "version__graph", "workflow__draft"
        )
        page = self.paginate_queryset(filters.narrowed(visible(rows, user_of(request))))
        return self.get_paginated_response(RunItem(page or [], many=True).data)


class StartView(APIView):
    """Starts runs of a workflow."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="start_run",
        request=StartBody,
        responses={202: RunDetail, 200: RunDetail},
        parameters=[_KEY],
        examples=[_EXAMPLE],
        tags=["runs"],
    )
    def post(self, request: Request, workflow_id: str) -> Response:
        """Start a run. 400 names the input fields that do not fit; 422 the problems of a draft that cannot run."""
        user = user_of(request)
        workflow = find_workflow(user, workflow_id)
        body = StartBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        run, started = start_run(
            user,
            workflow,
            given["input"],
            version=_version(given["version"]),
            labels=given["labels"],
            idempotency_key=request.headers.get("Idempotency-Key", ""),
        )
        location = request.build_absolute_uri(f"/api/v1/runs/{run.pk}")
        detail = dict(RunDetail(find_run(user, run.pk)).data)
        return Response(detail, status=202 if started else 200, headers={"Location": location})


def _version(given: Any) -> int | str | None:
    if given is None or given == "draft":
        return "draft" if given else None
    if type(given) is int and given > 0:
        return int(given)
    raise BadInputError('The version is a published number, such as 3, or "draft".', field="/version")
