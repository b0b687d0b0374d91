"""New runs made from others: retry, replay, fork."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.errors import BadInputError
from agents.policies.throttle import count_starts
from designer.actions.fork_run import fork_run
from designer.actions.replay_run import replay_run
from designer.actions.retry_run import retry_run
from designer.api.control_schemas import ForkBody, ReplayBody
from designer.api.finding import find_run, user_of
from designer.api.freshness import up_to_date
from designer.api.made import KEY, key_of, made
from designer.api.parsers import BoundedJSONParser
from designer.api.run_schemas import ReasonBody, RunDetail

_ANSWERS = {201: RunDetail, 200: RunDetail}
_FORK = OpenApiExample(
    "From event 12 on, with another amount",
    {"after": 12, "input": {"amount": 90}, "outputs": {"rate": {"value": 1.1}}, "reason": "Wrong amount"},
    request_only=True,
)


class RetryView(APIView):
    """Tries failed runs again."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(operation_id="retry_run", request=ReasonBody, responses=_ANSWERS, parameters=[KEY], tags=["runs"])
    def post(self, request: Request, run_id: str) -> Response:
        """Make a new run that begins where a failed one ended: what was completed is not done again. 409 ``not_failed``."""
        run = up_to_date(find_run(user_of(request), run_id))
        body = ReasonBody(data=request.data)
        body.is_valid(raise_exception=True)
        count_starts(request, run.project, run.workflow_id)
        new, is_new = retry_run(user_of(request), run, body.validated_data["reason"], idempotency_key=key_of(request))
        return made(request, new, is_new)


class ReplayView(APIView):
    """Runs once more."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(operation_id="replay_run", request=ReplayBody, responses=_ANSWERS, parameters=[KEY], tags=["runs"])
    def post(self, request: Request, run_id: str) -> Response:
        """Start a new run with the same input, from the beginning, on the same, the newest or a numbered version."""
        run = find_run(user_of(request), run_id)
        body = ReplayBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        count_starts(request, run.project, run.workflow_id)
        new, is_new = replay_run(
            user_of(request),
            run,
            given["reason"],
            version=replayed_version(given["version"]),
            idempotency_key=key_of(request),
        )
        return made(request, new, is_new)


class ForkView(APIView):
    """Forks runs."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="fork_run",
        request=ForkBody,
        responses=_ANSWERS,
        parameters=[KEY],
        examples=[_FORK],
        tags=["runs"],
    )
    def post(self, request: Request, run_id: str) -> Response:
        """Make a new run that goes on after any event, with other data. 422 ``invalid_data`` says where it can be forked."""
        run = find_run(user_of(request), run_id)
        body = ForkBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        count_starts(request, run.project, run.workflow_id)
        new, is_new = fork_run(
            user_of(request),
            run,
            given["after"],
            given["reason"],
            input=given["input"],
            outputs=given["outputs"],
            idempotency_key=key_of(request),
        )
        return made(request, new, is_new)


def replayed_version(given: Any) -> int | str:
    """Return ``"same"``, ``"newest"`` or a number; ``BadInputError`` on ``/version`` for anything else."""
    if given in ("same", "newest"):
        return str(given)
    if type(given) is int and given > 0:
        return int(given)
    raise BadInputError('The version is "same", "newest", or a published number, such as 3.', field="/version")
