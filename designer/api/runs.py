"""Runs: list, start."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.errors import BadInputError
from agentcluster.security.permissions import visible
from agents.policies.throttle import StartRate
from designer.actions.start_run import start_run
from designer.api.examples import START
from designer.api.finding import find_workflow, user_of
from designer.api.made import KEY, key_of, made
from designer.api.parsers import BoundedJSONParser
from designer.api.run_filters import RunFilters
from designer.api.run_schemas import RunDetail, RunItem, StartBody
from designer.models import Run

_EXAMPLE = OpenApiExample("With an uploaded file", START, request_only=True)


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
        rows = Run.objects.select_related("project", "workflow", "version", "created_by").defer(
            "input", "output", "version__graph", "workflow__draft"
        )
        page = self.paginate_queryset(filters.narrowed(visible(rows, user_of(request))))
        return self.get_paginated_response(RunItem(page or [], many=True).data)


class StartView(APIView):
    """Starts runs of a workflow."""

    parser_classes = [BoundedJSONParser]
    throttle_classes = [StartRate]

    @extend_schema(
        operation_id="start_run",
        request=StartBody,
        responses={202: RunDetail, 200: RunDetail},
        parameters=[KEY],
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
            version=asked_version(given["version"]),
            labels=given["labels"],
            priority=given.get("priority"),
            idempotency_key=key_of(request),
        )
        return made(request, run, started, 202)


def asked_version(given: Any) -> int | str | None:
    """Return a version as a start takes it; ``BadInputError`` on ``/version`` for what is none."""
    if given is None or given == "draft":
        return "draft" if given else None
    if type(given) is int and given > 0:
        return int(given)
    raise BadInputError('The version is a published number, such as 3, or "draft".', field="/version")
