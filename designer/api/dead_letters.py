"""Dead letters: tasks that failed for good, to look at, change and give to an agent again."""

from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from agentcluster.errors import BadInputError
from designer.actions import dead_letters as letters
from designer.actions.dead_letters import Letter, Wanted
from designer.api.finding import user_of

PREVIEW: Final = 2048
SEARCH: Final = "A text in message, error code, step, run id, version or input, or in the workflow's title or name"


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


class DeadLettersView(APIView):
    """The dead letters of the user's projects."""

    @extend_schema(
        operation_id="list_dead_letters",
        responses=DeadLetterList,
        parameters=[
            OpenApiParameter("agent", str),
            OpenApiParameter("code", str, description="An error code"),
            OpenApiParameter("search", str, description=SEARCH),
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
        found = [*islice(letters.find(user_of(request), wanted, place_of(asked.get("cursor", ""))), limit + 1)]
        page, more = found[:limit], None
        if len(found) > limit:
            url = remove_query_param(request.build_absolute_uri(), "cursor")
            more = replace_query_param(url, "cursor", cursor_of(page[-1]))
        return Response({"next": more, "previous": None, "results": [row_of(letter) for letter in page]})


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
        return Response({**row_of(letter, whole=True), **more})

    @extend_schema(operation_id="delete_dead_letter", responses={204: None}, tags=["dead-letters"])
    def delete(self, request: Request, agent: str, entry_id: str) -> Response:
        """Remove a dead letter for good; its run stays."""
        user = user_of(request)
        letters.delete(user, letters.one(user, agent, entry_id))
        return Response(status=204)


def row_of(letter: Letter, *, whole: bool = False) -> dict[str, Any]:
    """Return a ``DeadLetterRow``, with the ``whole`` input or its beginning."""
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


def cursor_of(letter: Letter) -> str:
    """Return the cursor that goes on behind a dead letter."""
    return f"{letter.entry.entry_id}~{letter.agent}"


def place_of(cursor: str) -> tuple[tuple[int, int], str] | None:
    """Return the place (``Letter.order``) behind which a cursor goes on; ``BadInputError`` for what is none."""
    if not cursor:
        return None
    entry_id, _, agent = cursor.partition("~")
    try:
        return letters.order_of(entry_id), agent
    except letters.NoDeadLetterError as error:
        raise BadInputError(
            "This cursor is none that a list has answered; begin without one.", field="/cursor"
        ) from error
