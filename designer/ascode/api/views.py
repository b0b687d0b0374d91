"""Export, import and compare workflows; the schema of their documents."""

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.preconditions import etag
from agentcluster.errors import BadInputError
from agentcluster.security.permissions import Action, require
from designer.actions.errors import NotPublishedError
from designer.api.finding import find_project, find_version, find_workflow, user_of
from designer.ascode.api import schemas
from designer.ascode.api.negotiation import BODIES, Body, ErrorsAreJson
from designer.ascode.apply_document import Applied, Wish, apply_document, preview
from designer.ascode.comparing import as_lines, as_text, compare
from designer.ascode.document import WorkflowDocument, plain_graph
from designer.ascode.exporting import draft_document, pinned, version_document
from designer.ascode.reading import decoded, parse
from designer.ascode.writing import to_json, to_yaml
from designer.models import Workflow
from designer.schemas import public

SCHEMA_PATH = "/api/schema/workflow.json"
_MEDIA = {"yaml": "application/yaml", "json": "application/json"}
_WISHES = ("publish", "note", "force", "allow_problems", "prune")


@require_safe
def workflow_schema(_: HttpRequest) -> HttpResponse:
    """Return the JSON Schema of workflow documents, to anybody: editors have no account."""
    answer = HttpResponse(public()["workflow.json"], content_type="application/schema+json")
    answer["Cache-Control"] = "public, max-age=3600"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


class ExportView(APIView):
    """A workflow as a document."""

    content_negotiation_class = ErrorsAreJson

    @extend_schema(
        operation_id="export_workflow",
        parameters=[schemas.ExportQuery],
        responses={
            (200, "application/yaml"): OpenApiTypes.STR,
            (200, "application/json"): OpenApiTypes.OBJECT,
        },
        tags=["workflows"],
    )
    def get(self, request: Request, workflow_id: str) -> HttpResponse:
        """Export the draft, or a version, as YAML or JSON: what an import takes back without loss."""
        workflow = find_workflow(user_of(request), workflow_id)
        require(user_of(request), Action.VIEW, workflow.project)
        query = schemas.ExportQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        form, which = query.validated_data["format"], query.validated_data["version"]
        document = _state(workflow, which)
        url = request.build_absolute_uri(SCHEMA_PATH)
        text = to_yaml(document, url) if form == "yaml" else to_json(document)
        answer = HttpResponse(text, content_type=f"{_MEDIA[form]}; charset=utf-8")
        name = workflow.name + ("" if which == "draft" else f"-v{which}")
        answer["Content-Disposition"] = content_disposition_header(True, f"{name}.workflow.{form}") or ""
        answer["ETag"] = etag(workflow.draft_revision)
        return answer


class DiffView(APIView):
    """Two states of a workflow."""

    @extend_schema(
        operation_id="diff_workflow", parameters=[schemas.DiffQuery], responses=schemas.DiffAnswer, tags=["workflows"]
    )
    def get(self, request: Request, workflow_id: str) -> Response:
        """Say what differs between two versions, or a version and the draft (as it would be published)."""
        workflow = find_workflow(user_of(request), workflow_id)
        require(user_of(request), Action.VIEW, workflow.project)
        query = schemas.DiffQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        sides = [query.validated_data.get("from") or _newest(workflow), query.validated_data["to"]]
        before, after = (_state(workflow, side, triggers=False) for side in sides)
        # Publishing pins versions; beside a version the draft is shown with the pins it would get.
        if sides.count("draft") == 1:
            before, after = (
                pinned(each, workflow) if side == "draft" else each
                for side, each in zip(sides, (before, after), strict=True)
            )
        names = [f"{workflow.name} ({side if side == 'draft' else f'version {side}'})" for side in sides]
        answer = {
            "from": sides[0],
            "to": sides[1],
            "changes": compare(before, after).as_json(),
            "text": as_text(before, after, *names),
            "lines": msgspec.to_builtins(as_lines(before, after)),
        }
        return Response(answer)


class ImportView(APIView):
    """Documents into workflows."""

    parser_classes = BODIES
    content_negotiation_class = ErrorsAreJson

    @extend_schema(
        operation_id="import_workflow",
        parameters=[schemas.ImportQuery],
        request={
            "application/yaml": OpenApiTypes.STR,
            "application/json": OpenApiTypes.OBJECT,
            "multipart/form-data": schemas.FileForm,
        },
        responses={200: schemas.ImportAnswer, 201: schemas.ImportAnswer},
        tags=["workflows"],
    )
    def post(self, request: Request) -> Response:
        """Create or change the workflow of the document's name. 412 ``draft_conflict``: its draft is newer (see ``force``)."""
        user = user_of(request)
        query = schemas.ImportQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        project = find_project(user, asked.get("project"))
        parsed = parse(decoded(_content(request)), asked.get("format"))
        wish = Wish(**{name: asked[name] for name in _WISHES})
        applied = (preview if asked["dry_run"] else apply_document)(user, project, parsed, wish)
        made = applied.outcome == "created" and not asked["dry_run"]
        return Response(_answer(applied), status=201 if made else 200)


def _content(request: Request) -> bytes:
    data: Any = request.data
    if isinstance(data, Body):
        return data.content
    file = data.get("file") if hasattr(data, "get") else None
    if file is None or not hasattr(file, "read"):
        raise BadInputError("Send the document as the body, or as the field “file” of a form.", field="/file")
    content: bytes = file.read()
    return content


def _answer(applied: Applied) -> dict[str, Any]:
    workflow = applied.workflow
    return {
        "outcome": applied.outcome,
        "name": applied.document.name,
        "workflow": dict(schemas.AppliedWorkflow(workflow).data) if workflow else None,
        "changes": applied.changes.as_json(),
        "text": applied.text,
        "problems": applied.problems,
        "graph": plain_graph(applied.document.graph),
        "version": applied.version,
        "published": applied.published,
        "triggers": [dict(schemas.AppliedTriggerSchema(each).data) for each in applied.triggers],
    }


def _state(workflow: Workflow, which: str, *, triggers: bool = True) -> WorkflowDocument:
    if which == "draft":
        return draft_document(workflow, triggers=triggers)
    if not (which.isascii() and which.isdigit() and len(which) < 10):
        raise BadInputError('The version is a published number, such as 3, or "draft".', field="/version")
    return version_document(workflow, find_version(workflow, int(which)))


def _newest(workflow: Workflow) -> str:
    newest = workflow.versions.filter(number__isnull=False).order_by("-number").values_list("number", flat=True).first()
    if newest is None:
        raise NotPublishedError(f"“{workflow.title}” has no published version to compare with.")
    return str(newest)
