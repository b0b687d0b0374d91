"""Templates: workflows to start from, with a sample that is ready to run."""

from typing import Any

import msgspec
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.permissions import LoggedIn
from designer import samples
from designer.actions import documents
from designer.actions.sample_input import ready_input
from designer.api.finding import find_project, user_of
from designer.api.template_schemas import Template

_PROJECT = OpenApiParameter(
    "project", OpenApiTypes.STR, description="Slug of the project to run in; your first one when absent"
)


def graph_of(template: samples.Template) -> dict[str, Any]:
    """Return a template's graph as a workflow document."""
    return documents.complete(msgspec.to_builtins(template.graph))


def _as_json(request: Request, template: samples.Template) -> dict[str, Any]:
    user = user_of(request)
    project = find_project(user, request.query_params.get("project"))
    return {
        **{name: getattr(template, name) for name in ("name", "title", "description", "icon")},
        "graph": graph_of(template),
        "sample_input": ready_input(user, project, template),
    }


class TemplatesView(APIView):
    """All templates."""

    permission_classes = [LoggedIn]

    @extend_schema(
        operation_id="list_templates", parameters=[_PROJECT], responses=Template(many=True), tags=["templates"]
    )
    def get(self, request: Request) -> Response:
        """List the templates, the one to begin with first. The files of their samples are uploaded to the project."""
        return Response([_as_json(request, template) for template in samples.templates()])


class TemplateView(APIView):
    """One template."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="get_template", parameters=[_PROJECT], responses=Template, tags=["templates"])
    def get(self, request: Request, name: str) -> Response:
        """Read a template."""
        return Response(_as_json(request, samples.template(name)))
