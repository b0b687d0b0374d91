"""Published versions: publish, list, read, restore."""

from django.db.models import Count
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.preconditions import etag, expected_revision
from designer.actions.publish import publish
from designer.actions.restore_version import restore_version
from designer.api.drafts import IF_MATCH
from designer.api.finding import find_version, find_workflow, user_of
from designer.api.parsers import BoundedJSONParser
from designer.api.workflow_rows import draft_summary
from designer.api.workflow_schemas import (
    DraftWithGraph,
    PublishBody,
    RestoreBody,
    VersionDetail,
    VersionItem,
    VersionRow,
)
from designer.models import OPEN_STATUSES, Run, Workflow, WorkflowVersion


class PublishView(APIView):
    """Makes the draft a version."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="publish_workflow",
        request=PublishBody,
        responses={201: VersionItem, 200: VersionItem},
        parameters=[IF_MATCH],
        tags=["workflows"],
    )
    def post(self, request: Request, workflow_id: str) -> Response:
        """Publish the draft; 200 with the newest version when nothing changed since, 422 when it has problems."""
        workflow, expected = find_workflow(user_of(request), workflow_id), expected_revision(request)
        body = PublishBody(data=request.data)
        body.is_valid(raise_exception=True)
        version, made = publish(user_of(request), workflow, expected, body.validated_data["note"])
        return Response(dict(VersionItem(version).data), status=201 if made else 200)


class VersionsView(GenericAPIView[WorkflowVersion]):
    """The history of a workflow."""

    serializer_class = VersionRow
    queryset = WorkflowVersion.objects.none()
    page_order = "-number"

    @extend_schema(operation_id="list_versions", responses=VersionRow(many=True), tags=["workflows"])
    def get(self, request: Request, workflow_id: str) -> Response:
        """List the published versions, newest first."""
        workflow = find_workflow(user_of(request), workflow_id)
        rows = workflow.versions.filter(number__isnull=False).select_related("created_by").defer("graph")
        page = self.paginate_queryset(rows) or []
        counts = _open_runs(workflow)
        for row in page:
            vars(row)["open_runs"] = counts.get(row.pk, 0)
        return self.get_paginated_response(VersionRow(page, many=True).data)


def _open_runs(workflow: Workflow) -> dict[str, int]:
    """Return how many runs of each version have not ended: one query, by the index of the few that go on."""
    rows = Run.objects.filter(workflow=workflow, status__in=OPEN_STATUSES).order_by()
    return dict(rows.values_list("version_id").annotate(count=Count("pk")))


class VersionView(APIView):
    """One published version."""

    @extend_schema(operation_id="get_version", responses=VersionDetail, tags=["workflows"])
    def get(self, request: Request, workflow_id: str, number: int) -> Response:
        """Read a version with its graph."""
        version = find_version(find_workflow(user_of(request), workflow_id), number)
        return Response(dict(VersionDetail(version).data))


class RestoreView(APIView):
    """The way back to a version."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="restore_version",
        request=RestoreBody,
        responses=DraftWithGraph,
        parameters=[IF_MATCH],
        examples=[OpenApiExample("A reason", {"reason": "Version 4 is slow"}, request_only=True)],
        tags=["workflows"],
    )
    def post(self, request: Request, workflow_id: str, number: int) -> Response:
        """Replace the draft by a version's graph; 412 ``draft_conflict`` when somebody saved a newer draft.

        Agents stay pinned to the versions it was published with. What only the draft had is lost; versions and runs stay.
        """
        workflow, expected = find_workflow(user_of(request), workflow_id), expected_revision(request)
        body = RestoreBody(data=request.data)
        body.is_valid(raise_exception=True)
        version = find_version(workflow, number)
        saved = restore_version(user_of(request), workflow, version, expected, body.validated_data["reason"])
        draft = {**draft_summary(saved), "graph": saved.draft}
        return Response(dict(DraftWithGraph(draft).data), headers={"ETag": etag(saved.draft_revision)})
