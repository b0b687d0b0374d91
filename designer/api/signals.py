"""The signals a workflow takes."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.errors import BadInputError
from designer.actions.signals import Signals
from designer.api.finding import find_version, find_workflow, user_of

_VERSION = OpenApiParameter(
    "version", str, description='A published number or "draft"; the newest published when absent'
)


class SignalSchema(serializers.Serializer[Any]):
    """A signal by its name."""

    name = serializers.CharField()
    keyed = serializers.BooleanField(help_text="Whether a step takes only those with a certain key")
    schemas = serializers.ListField(child=serializers.DictField(), help_text="JSON Schemas; the data fits one of them")
    steps = serializers.ListField(child=serializers.CharField(), help_text="Nodes that wait for it")


class SignalList(serializers.Serializer[Any]):
    """The signals of a version."""

    version = serializers.IntegerField(allow_null=True, help_text="Null: the draft")
    signals = SignalSchema(many=True)


class SignalsView(APIView):
    """The signals of a workflow."""

    @extend_schema(operation_id="list_signals", parameters=[_VERSION], responses=SignalList, tags=["workflows"])
    def get(self, request: Request, workflow_id: str) -> Response:
        """List the signals that runs of a workflow take, those of the workflows inside it included."""
        workflow = find_workflow(user_of(request), workflow_id)
        asked = request.query_params.get("version", "")
        if asked not in ("", "draft") and not (asked.isascii() and asked.isdigit() and len(asked) < 10):
            raise BadInputError('The version is a published number, such as 3, or "draft".', field="/version")
        version = None
        if asked.isdigit():
            version = find_version(workflow, int(asked))
        elif not asked:
            version = workflow.versions.filter(number__isnull=False).order_by("-number").first()
        signals = Signals(version.graph if version else workflow.draft)
        found = {"version": version.number if version else None, "signals": [*signals.by_name.values()]}
        return Response(dict(SignalList(found).data))
