"""Dead letters are given to an agent again: one, as it was or changed, or all that match."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.policies.throttle import count_starts
from designer.actions import dead_letters as letters
from designer.actions.dead_letters import Letter, Wanted
from designer.actions.redrive_dead_letter import AS_IT_WAS, redrive
from designer.actions.redrive_many import AT_ONCE, redrive_many
from designer.api.dead_letters import DeadLetterRow, cursor_of, place_of, row_of
from designer.api.finding import user_of
from designer.api.parsers import BoundedJSONParser

_REDRIVE: Final = OpenApiExample(
    "With another input, to a repaired version", {"input": {"amount": 90}, "version": "1.0.1"}, request_only=True
)


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
    cursor = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=200, help_text="`next` of the last answer"
    )


class Redrive(serializers.Serializer[Any]):
    """The new run."""

    run_id = serializers.CharField()


class BulkRedriven(serializers.Serializer[Any]):
    """What came of it; with ``preview`` only ``count`` and ``sample``."""

    count = serializers.IntegerField(
        help_text="Dead letters from the cursor on that match and were not given to an agent again yet"
    )
    sample = DeadLetterRow(many=True)
    redriven = serializers.DictField(child=serializers.CharField(), help_text="The new run's id by dead letter")
    refused = serializers.DictField(child=serializers.IntegerField(), help_text="How many by code; they stay")
    left = serializers.IntegerField(help_text=f"How many were not tried yet; one request takes {AT_ONCE}")
    next = serializers.CharField(
        allow_null=True, help_text="Send it as `cursor` to go on with those that are left; null when none are"
    )


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

        What is refused is counted by code, stays, and stops none of the others: send `next` as `cursor` until it is
        null. Each counts for the rate limits; a request ends before what comes too fast. 429 when that is its first.
        """
        body = BulkRedriveBody(data=request.data)
        body.is_valid(raise_exception=True)
        given, user = body.validated_data, user_of(request)
        narrow = given.get("filter") or {"code": "", "search": ""}
        wanted = Wanted(given["agent"], narrow["code"], narrow["search"], frozenset(given.get("ids", ())))
        found = [each for each in letters.find(user, wanted, place_of(given["cursor"])) if not each.entry.redriven_as]
        answer = {"count": len(found), "sample": [], "redriven": {}, "refused": {}, "left": len(found), "next": None}
        if given["preview"]:
            return Response({**answer, "sample": [row_of(letter) for letter in found[:10]]})
        part = redrive_many(
            user, found, lambda letter: _count(request, letter), version=given["version"], reason=given["reason"]
        )
        left = len(found) - len(part.redriven) - sum(part.refused.values())
        following = cursor_of(part.last) if left and part.last else None
        more = {"redriven": part.redriven, "refused": part.refused, "left": left, "next": following}
        return Response({**answer, **more})


def _count(request: Request, letter: Letter) -> None:
    """Take a token for the new run; without the old one there will be none."""
    if letter.run is not None:
        count_starts(request, letter.run.project, letter.run.workflow_id)
