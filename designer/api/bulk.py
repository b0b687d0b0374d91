"""One action on many runs."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.errors import NotFoundError
from agentcluster.security.permissions import visible
from designer.actions.bulk import MAX_RUNS, RIGHTS, SAMPLE, Wanted, begin_bulk, choice, within_rights
from designer.actions.carry_out_bulk import LEASE
from designer.api.bulk_body import BulkBody
from designer.api.finding import user_of
from designer.api.made import key_of
from designer.api.parsers import BoundedJSONParser
from designer.api.run_filters import narrowed
from designer.api.run_schemas import RunItem
from designer.models import BulkOperation, Run
from designer.tasks import tell_jobs

_EXAMPLE = OpenApiExample(
    "Cancel what has been running since January",
    {
        "action": "cancel",
        "filter": {"status": ["running"], "until": "2026-01-31T00:00:00Z"},
        "reason": "Stuck",
        "expected_count": 12,
    },
    request_only=True,
)
_SIGNAL = OpenApiExample(
    "Tell all that wait for it",
    {"action": "signal", "name": "rates", "data": {"date": "2026-01-31"}, "filter": {"workflow": "01m7zz"}},
    request_only=True,
)
_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Up to 200 characters of your choice: the same key and body again answers the first operation",
)


class BulkPreview(serializers.Serializer[Any]):
    """What an operation would take."""

    count = serializers.IntegerField(help_text=f"Runs it would be done to; one operation takes at most {MAX_RUNS:,}")
    matching = serializers.IntegerField(
        help_text="Runs the filter finds; those that could only refuse are not counted above"
    )
    sample = RunItem(many=True, help_text="The newest of them")


class BulkState(serializers.Serializer[Any]):
    """How far an operation is."""

    id = serializers.CharField()
    action = serializers.ChoiceField(sorted(RIGHTS))
    filter = serializers.DictField()
    reason = serializers.CharField()
    status = serializers.SerializerMethodField(help_text="running or completed")
    total = serializers.IntegerField()
    done = serializers.IntegerField(help_text="Runs it was carried out for")
    refused = serializers.DictField(child=serializers.IntegerField(), help_text="Runs that refused, by error code")
    created_by = serializers.CharField(source="created_by.username", allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_status(self, operation: BulkOperation) -> str:
        """Return whether it goes on."""
        return "completed" if operation.ended_at else "running"


class BulkView(APIView):
    """Acts on many runs."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="act_on_runs",
        request=BulkBody,
        responses={202: BulkState, 200: BulkPreview},
        parameters=[_KEY],
        examples=[_EXAMPLE, _SIGNAL],
        tags=["runs"],
    )
    def post(self, request: Request) -> Response:
        """Act on all runs that match now. First ask with ``dry_run``: the answer counts them; then send that count along."""
        user = user_of(request)
        body = BulkBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        rows = narrowed(visible(Run.objects.all(), user), given["filter"])
        asked = cast("dict[str, Any]", request.data).get("filter", {})
        wanted = Wanted(given["action"], asked, body.options(), given["reason"])
        if given["dry_run"]:
            return Response(_preview(user, wanted, rows))
        expected = given.get("expected_count")
        operation, is_new = begin_bulk(user, wanted, rows, expected_count=expected, idempotency_key=key_of(request))
        if is_new:
            transaction.on_commit(lambda: tell_jobs(operation.pk))
        location = request.build_absolute_uri(f"/api/v1/bulk/{operation.pk}")
        return Response(dict(BulkState(operation).data), status=202, headers={"Location": location})


class BulkStateView(APIView):
    """A bulk operation."""

    @extend_schema(operation_id="get_bulk_operation", responses=BulkState, tags=["runs"])
    def get(self, request: Request, operation_id: str) -> Response:
        """Say how far an operation of yours is, and what the runs that refused said."""
        user = user_of(request)
        operation = BulkOperation.objects.select_related("created_by").filter(pk=operation_id).first()
        if operation is None or not (user.is_superuser or operation.created_by_id == user.pk):
            raise NotFoundError("There is no such operation, or it is not yours.")
        if operation.ended_at is None and timezone.now() - operation.touched_at > LEASE:
            tell_jobs(operation.pk)
        return Response(dict(BulkState(operation).data))


def _preview(user: User, wanted: Wanted, rows: QuerySet[Run]) -> dict[str, Any]:
    matching = within_rights(user, wanted.action, rows)
    rows = choice(user, wanted, rows)
    newest = rows.select_related("project", "workflow", "version", "created_by").order_by("-pk")
    newest = newest.defer("input", "output", "version__graph", "workflow__draft")[:SAMPLE]
    return dict(BulkPreview({"count": rows.count(), "matching": matching.count(), "sample": list(newest)}).data)
