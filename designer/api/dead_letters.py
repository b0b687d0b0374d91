"""Dead letters: tasks that failed for good, to look at, change and give to an agent again."""

from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from agentcluster.errors import AgentClusterError, BadInputError
from agents.policies.errors import RateLimitedError
from agents.policies.throttle import count_starts
from designer.actions import dead_letters as letters
from designer.actions.dead_letters import Letter, Wanted
from designer.actions.redrive_dead_letter import AS_IT_WAS, redrive
from designer.api.finding import user_of
from designer.api.parsers import BoundedJSONParser

PREVIEW: Final = 2048
AT_ONCE: Final = 100
"""Dead letters that one request gives to agents again; the answer says how many are left."""
_REDRIVE = OpenApiExample(
    "With another input, to a repaired version", {"input": {"amount": 90}, "version": "1.0.1"}, request_only=True
)


class DeadLetterRow(serializers.Serializer[Any]):
    """A task that failed for good."""

    id = serializers.CharField(help_text="Unique within the agent")
    agent = serializers.CharField()
    version = serializers.CharField()
    run_id = serializers.CharField()
    workflow_id = serializers.CharField()
    workflow_title = serializers.CharField(help_text="Empty when the workflow is gone")
    run_exists = serializers.BooleanField(help_text="False: its run is gone, so it cannot be given to an agent again")
    step = serializers.CharField()
    error_code = serializers.CharField()
    message = serializers.CharField()
    retries = serializers.IntegerField(help_text="How often it was given to an instance")
    at = serializers.DateTimeField()
    input = serializers.JSONField(allow_null=True, help_text="In lists its beginning, as text, when over 2 KB")
    input_cut = serializers.BooleanField()
    redriven_as = serializers.CharField(help_text="The run it was given to again, or empty")


class DeadLetterDetail(DeadLetterRow):
    """A dead letter with all that was written down."""

    original_id = serializers.CharField(help_text="The call's id")
    instance = serializers.CharField(help_text="The last instance that had it")


class DeadLetterList(serializers.Serializer[Any]):
    """Dead letters, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = DeadLetterRow(many=True)


class SummaryRow(serializers.Serializer[Any]):
    """The dead letters of an agent."""

    agent = serializers.CharField()
    count = serializers.IntegerField()
    newest = serializers.DateTimeField()


class SummaryList(serializers.Serializer[Any]):
    """Dead letters by agent."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = SummaryRow(many=True)


class RedriveBody(serializers.Serializer[Any]):
    """How a dead letter is given to its agent again."""

    input = serializers.JSONField(required=False, help_text="Left out: the input it had")
    version = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=60, help_text="Of the agent: exact, or as ^2.1"
    )
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class LetterFilter(serializers.Serializer[Any]):
    """Which dead letters."""

    code = serializers.CharField(required=False, default="", allow_blank=True, max_length=100)
    search = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)


class BulkRedriveBody(serializers.Serializer[Any]):
    """Which dead letters of an agent are given to it again."""

    agent = serializers.CharField(max_length=100)
    filter = LetterFilter(required=False)
    ids = serializers.ListField(child=serializers.CharField(max_length=42), required=False, max_length=1000)
    version = serializers.CharField(required=False, default="", allow_blank=True, max_length=60)
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)
    preview = serializers.BooleanField(required=False, default=False, help_text="Only count, and show some")


class Redrive(serializers.Serializer[Any]):
    """The new run."""

    run_id = serializers.CharField()


class BulkRedriven(serializers.Serializer[Any]):
    """What came of it; with ``preview`` only ``count`` and ``sample``."""

    count = serializers.IntegerField(help_text="Dead letters that match and were not given to an agent again yet")
    sample = DeadLetterRow(many=True)
    redriven = serializers.DictField(child=serializers.CharField(), help_text="The new run's id by dead letter")
    refused = serializers.DictField(child=serializers.IntegerField(), help_text="How many by code")
    left = serializers.IntegerField(help_text=f"One request takes {AT_ONCE}; ask again for the rest")


class DeadLettersView(APIView):
    """The dead letters of the user's projects."""

    @extend_schema(
        operation_id="list_dead_letters",
        responses=DeadLetterList,
        parameters=[
            OpenApiParameter("agent", str),
            OpenApiParameter("code", str, description="An error code"),
            OpenApiParameter("search", str, description="A text in message, step, run id, version or input"),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        tags=["dead-letters"],
    )
    def get(self, request: Request) -> Response:
        """Return tasks that failed for good after three deliveries, newest first."""
        asked = request.query_params
        limit = _limit(asked.get("limit", ""))
        wanted = Wanted(asked.get("agent", ""), asked.get("code", ""), asked.get("search", ""))
        found = [*islice(letters.find(user_of(request), wanted, _after(asked.get("cursor", ""))), limit + 1)]
        page, more = found[:limit], None
        if len(found) > limit:
            url = remove_query_param(request.build_absolute_uri(), "cursor")
            more = replace_query_param(url, "cursor", f"{page[-1].entry.entry_id}~{page[-1].agent}")
        return Response({"next": more, "previous": None, "results": [_row(letter) for letter in page]})


class DeadLetterSummaryView(APIView):
    """How many there are."""

    @extend_schema(operation_id="summarize_dead_letters", responses=SummaryList, tags=["dead-letters"])
    def get(self, request: Request) -> Response:
        """Return how many dead letters each agent has, and when the newest came."""
        rows = [
            {"agent": agent, "count": count, "newest": _moment(newest)}
            for agent, count, newest in letters.summary(user_of(request))
        ]
        return Response({"next": None, "previous": None, "results": rows})


class DeadLetterView(APIView):
    """One dead letter."""

    @extend_schema(operation_id="read_dead_letter", responses=DeadLetterDetail, tags=["dead-letters"])
    def get(self, request: Request, agent: str, entry_id: str) -> Response:
        """Return a dead letter with its whole input."""
        letter = letters.one(user_of(request), agent, entry_id)
        more = {"original_id": letter.fields.get("original_id", ""), "instance": letter.fields.get("instance", "")}
        return Response({**_row(letter, whole=True), **more})

    @extend_schema(operation_id="delete_dead_letter", responses={204: None}, tags=["dead-letters"])
    def delete(self, request: Request, agent: str, entry_id: str) -> Response:
        """Remove a dead letter for good; its run stays."""
        user = user_of(request)
        letters.delete(user, letters.one(user, agent, entry_id))
        return Response(status=204)


class RedriveView(APIView):
    """Gives a dead letter to its agent again."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="redrive_dead_letter",
        request=RedriveBody,
        responses={201: Redrive},
        examples=[_REDRIVE],
        tags=["dead-letters"],
    )
    def post(self, request: Request, agent: str, entry_id: str) -> Response:
        """Make a new run from the failed one, at that step. 409 `run_gone`, `already_redriven`; 422 `invalid_data`."""
        body = RedriveBody(data=request.data)
        body.is_valid(raise_exception=True)
        given, user = body.validated_data, user_of(request)
        value = given.get("input", AS_IT_WAS)
        letter = letters.one(user, agent, entry_id)
        _count(request, letter)
        run = redrive(user, letter, input=value, version=given["version"], reason=given["reason"])
        location = request.build_absolute_uri(f"/api/v1/runs/{run.pk}")
        return Response({"run_id": run.pk}, status=201, headers={"Location": location})


class BulkRedriveView(APIView):
    """Gives many dead letters to their agent again."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="redrive_dead_letters", request=BulkRedriveBody, responses=BulkRedriven, tags=["dead-letters"]
    )
    def post(self, request: Request) -> Response:
        """Give all that match, and were not given before, to the agent again, a hundred a request; or count them.

        Each counts for the rate limits; those that come too fast are among what is ``left``. 429 when all do.
        """
        body = BulkRedriveBody(data=request.data)
        body.is_valid(raise_exception=True)
        given, user = body.validated_data, user_of(request)
        narrow = given.get("filter") or {"code": "", "search": ""}
        wanted = Wanted(given["agent"], narrow["code"], narrow["search"], frozenset(given.get("ids", ())))
        found = [letter for letter in letters.find(user, wanted) if not letter.entry.redriven_as]
        answer: dict[str, Any] = {"count": len(found), "sample": [], "redriven": {}, "refused": {}, "left": len(found)}
        if given["preview"]:
            return Response({**answer, "sample": [_row(letter) for letter in found[:10]]})
        limited: list[RateLimitedError] = []
        for letter in found[:AT_ONCE]:
            try:
                _count(request, letter)
                run = redrive(user, letter, version=given["version"], reason=given["reason"])
                answer["redriven"][letter.entry.entry_id] = run.pk
            except RateLimitedError as error:
                limited.append(error)
            except AgentClusterError as error:
                if error.status >= 500:
                    raise
                answer["refused"][error.code] = answer["refused"].get(error.code, 0) + 1
        if limited and not answer["redriven"]:
            raise limited[0]
        answer["left"] = max(0, len(found) - AT_ONCE) + len(limited)
        return Response(answer)


def _count(request: Request, letter: Letter) -> None:
    """Take a token for the new run; without the old one there will be none."""
    if letter.run is not None:
        count_starts(request, letter.run.project, letter.run.workflow_id)


def _row(letter: Letter, *, whole: bool = False) -> dict[str, Any]:
    fields = letter.fields
    text = fields.get("input", "null")
    cut = not whole and len(text) > PREVIEW
    return {
        "id": letter.entry.entry_id,
        "agent": letter.agent,
        "version": fields.get("version", ""),
        "run_id": fields.get("run_id", ""),
        "workflow_id": fields.get("workflow_id", ""),
        "workflow_title": letter.workflow.title if letter.workflow else "",
        "run_exists": letter.run is not None,
        "step": fields.get("step", ""),
        "error_code": fields.get("error_code", ""),
        "message": fields.get("message", ""),
        "retries": int(fields.get("retries", 0)),
        "at": _moment(int(fields.get("at", 0))),
        "input": text[: PREVIEW - 1] + "…" if cut else letter.input,
        "input_cut": cut,
        "redriven_as": letter.entry.redriven_as,
    }


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _limit(given: str) -> int:
    if given and not (given.isascii() and given.isdigit() and given.strip("0")):
        raise BadInputError("limit is a whole number from 1 on.", field="/limit")
    return min(int(given), 500) if given else 100


def _after(cursor: str) -> tuple[tuple[int, int], str] | None:
    if not cursor:
        return None
    entry_id, _, agent = cursor.partition("~")
    try:
        return letters.order_of(entry_id), agent
    except letters.NoDeadLetterError as error:
        raise BadInputError(
            "This cursor is none that a list has answered; begin without one.", field="/cursor"
        ) from error
