"""Published versions: publish, list, read."""

from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.preconditions import expected_revision
from designer.actions.publish import publish
from designer.api.drafts import IF_MATCH
from designer.api.finding import find_version, find_workflow, user_of
from designer.api.parsers import BoundedJSONParser
from designer.api.workflow_schemas import PublishBody, VersionDetail, VersionItem
from designer.models import WorkflowVersion


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

    serializer_class = VersionItem
    queryset = WorkflowVersion.objects.none()
    page_order = "-number"

    @extend_schema(operation_id="list_versions", responses=VersionItem(many=True), tags=["workflows"])
    def get(self, request: Request, workflow_id: str) -> Response:
        """List the published versions, newest first."""
        workflow = find_workflow(user_of(request), workflow_id)
        rows = workflow.versions.filter(number__isnull=False).select_related("created_by").defer("graph")
        return self.get_paginated_response(VersionItem(self.paginate_queryset(rows) or [], many=True).data)


class VersionView(APIView):
    """One published version."""

    @extend_schema(operation_id="get_version", responses=VersionDetail, tags=["workflows"])
    def get(self, request: Request, workflow_id: str, number: int) -> Response:
        """Read a version with its graph."""
        version = find_version(find_workflow(user_of(request), workflow_id), number)
        return Response(dict(VersionDetail(version).data))
