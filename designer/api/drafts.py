"""The draft of a workflow: save, check."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.preconditions import etag, expected_revision
from agentcluster.security.permissions import Action, require
from designer.actions import documents
from designer.actions.save_draft import save_draft
from designer.actions.validation import as_json, problems_of
from designer.api.examples import GRAPH
from designer.api.finding import find_workflow, user_of
from designer.api.parsers import BoundedJSONParser
from designer.api.workflow_rows import draft_summary
from designer.api.workflow_schemas import Draft, GraphBody, Problems

IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True, description="The draft's ETag you changed"
)


class DraftView(APIView):
    """The draft of a workflow."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="save_draft",
        request=GraphBody,
        responses=Draft,
        parameters=[IF_MATCH],
        examples=[OpenApiExample("A graph", {"graph": GRAPH}, request_only=True)],
        tags=["workflows"],
    )
    def put(self, request: Request, workflow_id: str) -> Response:
        """Save the draft. Problems are told, not refused; 412 ``draft_conflict`` when somebody saved a newer one."""
        workflow, expected = find_workflow(user_of(request), workflow_id), expected_revision(request)
        body = GraphBody(data=request.data)
        body.is_valid(raise_exception=True)
        saved = save_draft(user_of(request), workflow, body.validated_data["graph"], expected)
        return Response(dict(Draft(draft_summary(saved)).data), headers={"ETag": etag(saved.draft_revision)})


class ValidateView(APIView):
    """Checks a graph without saving it."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(operation_id="validate_graph", request=GraphBody, responses=Problems, tags=["workflows"])
    def post(self, request: Request, workflow_id: str) -> Response:
        """Return the problems of a graph against the agents of this installation."""
        workflow = find_workflow(user_of(request), workflow_id)
        require(user_of(request), Action.VIEW, workflow.project)
        body = GraphBody(data=request.data)
        body.is_valid(raise_exception=True)
        documents.parse(body.validated_data["graph"])
        return Response({"problems": as_json(problems_of(body.validated_data["graph"], workflow.project_id))})
