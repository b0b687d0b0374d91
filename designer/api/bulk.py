"""One action on many runs."""

from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.errors import NotFoundError
from agentcluster.security.permissions import visible
from designer.actions.bulk import MAX_RUNS, RIGHTS, SAMPLE, begin_bulk, within_rights
from designer.actions.carry_out_bulk import LEASE
from designer.api.finding import user_of
from designer.api.parsers import BoundedJSONParser
from designer.api.run_copies import replayed_version
from designer.api.run_filters import BulkFilters, narrowed
from designer.api.run_schemas import ReasonBody, RunItem
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


class BulkBody(ReasonBody):
    """What to do with which runs."""

    action = serializers.ChoiceField(sorted(RIGHTS))
    filter = BulkFilters(required=False, default=dict)
    version = serializers.JSONField(
        required=False,
        default="same",  # type: ignore[arg-type]  # a JSON value
        help_text='For replay: "same" (the default), "newest", or a published number',
    )
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Only count, and show some")
    expected_count = serializers.IntegerField(
        required=False, min_value=0, help_text="As the dry run counted; more now: 409 count_changed"
    )


class BulkPreview(serializers.Serializer[Any]):
    """What an operation would take."""

    count = serializers.IntegerField(help_text=f"Runs that match; one operation takes at most {MAX_RUNS:,}")
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
        examples=[_EXAMPLE],
        tags=["runs"],
    )
    def post(self, request: Request) -> Response:
        """Act on all runs that match now. First ask with ``dry_run``: the answer counts them; then send that count along."""
        user = user_of(request)
        body = BulkBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        rows = narrowed(visible(Run.objects.all(), user), given["filter"])
        if given["dry_run"]:
            return Response(_preview(within_rights(user, given["action"], rows)))
        options = {"version": replayed_version(given["version"])} if given["action"] == "replay" else {}
        operation = begin_bulk(
            user,
            given["action"],
            rows,
            filter=cast("dict[str, Any]", request.data).get("filter", {}),
            options=options,
            reason=given["reason"],
            expected_count=given.get("expected_count"),
        )
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


def _preview(rows: Any) -> dict[str, Any]:
    newest = rows.select_related("project", "workflow", "version", "created_by").order_by("-pk")
    newest = newest.defer("input", "output", "version__graph", "workflow__draft")[:SAMPLE]
    return dict(BulkPreview({"count": rows.count(), "sample": list(newest)}).data)
