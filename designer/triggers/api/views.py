"""Triggers: list, create, read, change, delete, try; their firings and secrets."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.errors import NotFoundError
from agentcluster.ids import is_id
from agentcluster.security.permissions import visible
from agents.policies.throttle import count_starts
from designer.api.finding import find_workflow, user_of
from designer.api.parsers import BoundedJSONParser
from designer.triggers import kinds
from designer.triggers.actions.create_trigger import create_trigger
from designer.triggers.actions.delete_trigger import delete_trigger
from designer.triggers.actions.enable_trigger import enable_trigger
from designer.triggers.actions.rotate_secret import rotate_secret
from designer.triggers.actions.try_trigger import try_trigger
from designer.triggers.actions.update_trigger import update_trigger
from designer.triggers.api import schemas
from designer.triggers.models import Firing, Kind, Trigger

_EXAMPLES = [
    OpenApiExample(
        "A signed webhook",
        {"kind": "webhook", "name": "Order placed", "input": {"order": "${ body.order_id }"}},
        request_only=True,
    ),
    OpenApiExample(
        "Weekdays at seven in Berlin",
        {"kind": "cron", "name": "Morning", "config": {"cron": "0 7 * * 1-5", "timezone": "Europe/Berlin"}},
        request_only=True,
    ),
]


def find_trigger(request: Request, trigger_id: str) -> Trigger:
    """Return the trigger, or raise ``NotFoundError``."""
    rows = Trigger.objects.select_related("workflow__project", "run_as")
    rows = visible(rows, user_of(request), "workflow__project")
    trigger = rows.filter(pk=trigger_id).first() if is_id(trigger_id) else None
    if trigger is None:
        raise NotFoundError("There is no such trigger, or you may not see it.")
    return trigger


def _shown(request: Request, trigger: Trigger, **more: Any) -> dict[str, Any]:
    return {**schemas.TriggerItem(trigger, context={"request": request}).data, **more}


class TriggersView(GenericAPIView[Trigger]):
    """The triggers of a workflow."""

    parser_classes = [BoundedJSONParser]
    serializer_class = schemas.TriggerItem
    queryset = Trigger.objects.none()
    page_order = ("created_at", "id")

    @extend_schema(operation_id="list_triggers", responses=schemas.TriggerItem(many=True), tags=["triggers"])
    def get(self, request: Request, workflow_id: str) -> Response:
        """List the triggers of a workflow, oldest first."""
        workflow = find_workflow(user_of(request), workflow_id)
        rows = Trigger.objects.select_related("run_as").filter(workflow=workflow)
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([_shown(request, trigger) for trigger in page])

    @extend_schema(
        operation_id="create_trigger",
        request=schemas.NewTrigger,
        responses={201: schemas.TriggerWithSecret},
        examples=_EXAMPLES,
        tags=["triggers"],
    )
    def post(self, request: Request, workflow_id: str) -> Response:
        """Create a trigger. Its runs start with your rights; a webhook's secret is told this once."""
        user = user_of(request)
        workflow = find_workflow(user, workflow_id)
        body = schemas.NewTrigger(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        trigger, secret = create_trigger(user, workflow, value=given.pop("input"), **given)
        location = request.build_absolute_uri(f"/api/v1/triggers/{trigger.pk}")
        return Response(_shown(request, trigger, secret=secret), status=201, headers={"Location": location})


class TriggerView(APIView):
    """One trigger."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(operation_id="get_trigger", responses=schemas.TriggerItem, tags=["triggers"])
    def get(self, request: Request, trigger_id: str) -> Response:
        """Read a trigger, with its figures and a schedule's next moments."""
        return Response(_shown(request, find_trigger(request, trigger_id)))

    @extend_schema(
        operation_id="update_trigger",
        request=schemas.TriggerChanges,
        responses=schemas.TriggerWithSecret,
        tags=["triggers"],
    )
    def patch(self, request: Request, trigger_id: str) -> Response:
        """Change a trigger, or switch it on or off. A webhook that is signed from now on answers its first secret."""
        user, trigger, secret = user_of(request), find_trigger(request, trigger_id), ""
        body = schemas.TriggerChanges(data=request.data)
        body.is_valid(raise_exception=True)
        changes = dict(body.validated_data)
        enabled = changes.pop("enabled", trigger.enabled)
        if changes:
            secret = update_trigger(user, trigger, changes)
        enable_trigger(user, trigger, enabled=enabled)
        return Response(_shown(request, find_trigger(request, trigger_id), secret=secret))

    @extend_schema(operation_id="delete_trigger", responses={204: None}, tags=["triggers"])
    def delete(self, request: Request, trigger_id: str) -> Response:
        """Delete a trigger with its history; the runs it started stay."""
        delete_trigger(user_of(request), find_trigger(request, trigger_id))
        return Response(status=204)


class FiringsView(GenericAPIView[Firing]):
    """What reached a trigger."""

    serializer_class = schemas.FiringItem
    queryset = Firing.objects.none()
    page_order = "-id"

    @extend_schema(operation_id="list_firings", responses=schemas.FiringItem(many=True), tags=["triggers"])
    def get(self, request: Request, trigger_id: str) -> Response:
        """List what came, newest first: the run it started, or why there is none. Kept for a month, 500 at most."""
        rows = Firing.objects.filter(trigger=find_trigger(request, trigger_id))
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(schemas.FiringItem(page or [], many=True).data)


class TestView(APIView):
    """Tries a trigger."""

    __test__ = False  # no test case
    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="test_trigger", request=schemas.TestEvent, responses=schemas.FiringItem, tags=["triggers"]
    )
    def post(self, request: Request, trigger_id: str) -> Response:
        """Fire a trigger with an event of your own. It starts a real run, or says why it cannot."""
        trigger = find_trigger(request, trigger_id)
        body = schemas.TestEvent(data=request.data)
        body.is_valid(raise_exception=True)
        count_starts(request, trigger.workflow.project, trigger.workflow_id)
        firing = try_trigger(user_of(request), trigger, body.validated_data["event"])
        return Response(dict(schemas.FiringItem(firing).data))


class SecretView(APIView):
    """A webhook's secret."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="rotate_trigger_secret",
        request=schemas.RotateBody,
        responses=schemas.NewSecret,
        tags=["triggers"],
    )
    def post(self, request: Request, trigger_id: str) -> Response:
        """Make a new secret, told this once; those before stay valid for a day, or for ``keep_s`` seconds."""
        trigger = find_trigger(request, trigger_id)
        body = schemas.RotateBody(data=request.data)
        body.is_valid(raise_exception=True)
        return Response({"secret": rotate_secret(user_of(request), trigger, body.validated_data["keep_s"])})


class ScheduleView(APIView):
    """A schedule that is not kept yet."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="preview_schedule",
        request=schemas.ScheduleBody,
        responses=schemas.ScheduleAnswer,
        tags=["triggers"],
    )
    def post(self, request: Request) -> Response:
        """Say when a schedule would be due, the next five times; 400 names the setting that is wrong."""
        body = schemas.ScheduleBody(data=request.data)
        body.is_valid(raise_exception=True)
        config = kinds.read(Kind.CRON, body.validated_data["config"])
        assert isinstance(config, kinds.CronConfig)
        return Response({"next_at": config.schedule().next(timezone.now().replace(microsecond=0))})
