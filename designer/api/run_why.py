"""Why a run does not go on."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.clock import now_ms
from designer.api.finding import find_run, user_of
from designer.api.reasons import status_and_reasons
from designer.models import RunStatus

_WAITING = {
    "status": "waiting",
    "reasons": [
        {
            "code": "approval",
            "message": "Waiting for approval by finance.",
            "step": "ask",
            "since": "2026-03-01T12:00:00Z",
            "until": "2026-03-02T12:00:00Z",
        }
    ],
}


class ReasonSchema(serializers.Serializer[Any]):
    """One thing a run waits for."""

    code = serializers.CharField(help_text="Stable, such as approval, signal, timer, retry, paused, queued, no_worker")
    message = serializers.CharField()
    step = serializers.CharField(help_text="Empty when it concerns the whole run")
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True, help_text="When it is over by time alone")


class WhySchema(serializers.Serializer[Any]):
    """How a run stands, and why it does not go on, or how it ended."""

    status = serializers.ChoiceField(RunStatus.choices)
    reasons = ReasonSchema(many=True)


class WhyView(APIView):
    """Why a run does not go on."""

    @extend_schema(
        operation_id="explain_run",
        responses=WhySchema,
        examples=[OpenApiExample("Waiting for people", _WAITING, response_only=True)],
        tags=["runs"],
    )
    def get(self, request: Request, run_id: str) -> Response:
        """Say what a run waits for or is busy with, from its state; of a finished one, how and where it ended."""
        run = find_run(user_of(request), run_id)
        status, reasons = status_and_reasons(run, now_ms())
        rows = [
            {
                "code": reason.code,
                "message": reason.message,
                "step": reason.step,
                "since": _moment(reason.since),
                "until": _moment(reason.until),
            }
            for reason in reasons
        ]
        return Response(dict(WhySchema({"status": status, "reasons": rows}).data))


def _moment(ms: int) -> datetime | None:
    return datetime.fromtimestamp(ms / 1000, UTC) if ms else None
