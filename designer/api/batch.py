"""Many runs started with one request."""

from typing import Any, Final

import msgspec
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.errors import AgentClusterError, BadInputError
from agents.policies.throttle import count_starts
from designer.actions.documents import explain
from designer.actions.errors import TooLargeError
from designer.actions.run_errors import NoneAcceptedError
from designer.actions.start_batch import MAX_RUNS, Item, Outcome, start_batch
from designer.api.finding import find_workflow, user_of
from designer.api.parsers import BoundedJSONParser
from designer.api.runs import asked_version
from designer.models import RunPriority

MAX_LABEL: Final = 200
_BODY: Final = {
    "runs": [
        {"input": {"name": "Ada"}, "labels": {"team": "sales"}, "idempotency_key": "order-1"},
        {"input": {"name": "Bob"}},
    ],
    "priority": "low",
}


class BatchItem(serializers.Serializer[Any]):
    """One of the runs that are wanted."""

    input = serializers.DictField(required=False, default=dict)
    labels = serializers.DictField(child=serializers.CharField(max_length=MAX_LABEL), required=False, default=dict)
    idempotency_key = serializers.CharField(required=False, default="", allow_blank=True)


class BatchBody(serializers.Serializer[Any]):
    """The runs to start, and what they have in common."""

    runs = BatchItem(many=True, help_text=f"1 to {MAX_RUNS:,}")
    version = serializers.JSONField(
        required=False, default=None, help_text='A published number or "draft"; the newest published when absent'
    )
    priority = serializers.ChoiceField(RunPriority.choices, required=False)


class BatchProblem(serializers.Serializer[Any]):
    """Why a run was not accepted."""

    code = serializers.CharField()
    detail = serializers.CharField()
    status = serializers.IntegerField(help_text="What a start by itself would have answered")
    errors = serializers.ListField(child=serializers.DictField())  # type: ignore[assignment]  # the field of that name


class BatchResult(serializers.Serializer[Any]):
    """What came of one run, at the place it had in the request."""

    id = serializers.CharField(required=False, help_text="Of the accepted run")
    new = serializers.BooleanField(required=False, help_text="False: made by an earlier request with the same key")
    problem = BatchProblem(required=False)


class BatchAnswer(serializers.Serializer[Any]):
    """What came of all runs, in order."""

    accepted = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = BatchResult(many=True)


class _Wanted(msgspec.Struct, forbid_unknown_fields=True):
    runs: list[Item]
    version: Any = None
    priority: Any = None


class BatchView(APIView):
    """Starts many runs of a workflow."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="start_runs",
        request=BatchBody,
        responses={202: BatchAnswer},
        examples=[OpenApiExample("Two runs", _BODY, request_only=True)],
        tags=["runs"],
    )
    def post(self, request: Request, workflow_id: str) -> Response:
        """Start up to 1,000 runs. Each is accepted or refused for itself; 422 ``none_accepted`` when all are refused.

        Each counts for the rate limits: 429 ``rate_limited`` starts none and says how many may start now (``allowed``).
        """
        user = user_of(request)
        workflow = find_workflow(user, workflow_id)
        wanted = _parsed(request.data)
        count_starts(request, workflow.project, workflow.pk, len(wanted.runs))
        outcomes = start_batch(
            user, workflow, wanted.runs, version=asked_version(wanted.version), priority=wanted.priority
        )
        results = [_result(outcome) for outcome in outcomes]
        refused = sum("problem" in result for result in results)
        if refused == len(results):
            raise NoneAcceptedError(results=results, refused=refused, accepted=0)
        # Written as it is: serializers would go through a thousand results field by field.
        return Response({"accepted": len(results) - refused, "refused": refused, "results": results}, status=202)


def _parsed(body: Any) -> _Wanted:
    """Return the request, checked for its shape as a whole: a thousand serializers would take longer than the starts."""
    try:
        wanted = msgspec.convert(body, _Wanted)
    except msgspec.ValidationError as error:
        told = explain(str(error))
        raise BadInputError(f"{told['field'] or 'The request'}: {told['message']}", errors=[told]) from error
    if not wanted.runs:
        raise BadInputError("There is nothing to start.", field="/runs")
    if len(wanted.runs) > MAX_RUNS:
        raise TooLargeError(f"{len(wanted.runs):,} runs at once; {MAX_RUNS:,} are allowed.", limit=MAX_RUNS)
    if wanted.priority is not None and wanted.priority not in RunPriority.values:
        raise BadInputError("The priority is high, normal or low.", field="/priority")
    for index, item in enumerate(wanted.runs):
        if any(len(value) > MAX_LABEL for value in item.labels.values()):
            raise BadInputError(f"A label has at most {MAX_LABEL} characters.", field=f"/runs/{index}/labels")
    return wanted


def _result(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, AgentClusterError):
        data = dict(outcome.data)
        errors = data.pop("errors", [])
        problem = {**data, "code": outcome.code, "detail": outcome.message, "status": outcome.status, "errors": errors}
        return {"problem": problem}
    run, new = outcome
    return {"id": run.pk, "new": new}
