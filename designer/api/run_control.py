"""Commands to a run in progress: cancel, terminate, pause, resume, continue, signal, approve."""

from collections.abc import Callable

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.policies.throttle import count_starts
from designer.actions.cancel_run import cancel_run
from designer.actions.continue_run import continue_run
from designer.actions.decide_approval import decide_approval
from designer.actions.pause_run import pause_run
from designer.actions.resume_run import resume_run
from designer.actions.signal_run import signal_run
from designer.actions.terminate_run import terminate_run
from designer.api.control_schemas import DecisionBody, SignalBody
from designer.api.finding import find_run, user_of
from designer.api.parsers import BoundedJSONParser
from designer.api.run_schemas import ReasonBody, RunDetail
from designer.models import Run

_ANSWER = {202: RunDetail}
_SIGNAL = OpenApiExample(
    "A payment came", {"name": "paid", "key": "order-7", "data": {"amount": 120}}, request_only=True
)
_DECISION = OpenApiExample("Yes", {"approved": True, "comment": "Checked", "data": {}}, request_only=True)


class _CommandView(APIView):
    parser_classes = [BoundedJSONParser]

    def carry_out(self, request: Request, run_id: str, act: Callable[[User, Run, str], None]) -> Response:
        """Check the body, act, and answer the run as it stood."""
        run = find_run(user_of(request), run_id)
        body = ReasonBody(data=request.data)
        body.is_valid(raise_exception=True)
        act(user_of(request), run, body.validated_data["reason"])
        return Response(dict(RunDetail(run).data), status=202)


class CancelView(_CommandView):
    """Stops a run in order."""

    @extend_schema(operation_id="cancel_run", request=ReasonBody, responses=_ANSWER, tags=["runs"])
    def post(self, request: Request, run_id: str) -> Response:
        """Ask a run to stop: 202 when it was told, 409 ``run_finished`` when it has ended."""
        return self.carry_out(request, run_id, cancel_run)


class TerminateView(_CommandView):
    """Ends a run at once."""

    @extend_schema(operation_id="terminate_run", request=ReasonBody, responses=_ANSWER, tags=["runs"])
    def post(self, request: Request, run_id: str) -> Response:
        """End a run at once: nothing is awaited and nothing undone. 409 ``run_finished`` when it has ended."""
        return self.carry_out(request, run_id, terminate_run)


class PauseView(_CommandView):
    """Pauses a run."""

    @extend_schema(operation_id="pause_run", request=ReasonBody, responses=_ANSWER, tags=["runs"])
    def post(self, request: Request, run_id: str) -> Response:
        """Start nothing new until the run is resumed; what is in flight goes on. 409 ``already_paused``."""
        return self.carry_out(request, run_id, pause_run)


class ResumeView(_CommandView):
    """Resumes a run."""

    @extend_schema(operation_id="resume_run", request=ReasonBody, responses=_ANSWER, tags=["runs"])
    def post(self, request: Request, run_id: str) -> Response:
        """Let a paused run go on. 409 ``not_paused``."""
        return self.carry_out(request, run_id, resume_run)


class ContinueView(_CommandView):
    """Continues a run as a new one."""

    @extend_schema(operation_id="continue_run", request=ReasonBody, responses=_ANSWER, tags=["runs"])
    def post(self, request: Request, run_id: str) -> Response:
        """Let a run with a long log go on as a new run with a short one; the new one stands among its ``children``."""

        def count_and_continue(user: User, run: Run, reason: str) -> None:
            count_starts(request, run.project, run.workflow_id)
            continue_run(user, run, reason)

        return self.carry_out(request, run_id, count_and_continue)


class SignalView(APIView):
    """Sends signals."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(operation_id="signal_run", request=SignalBody, responses=_ANSWER, examples=[_SIGNAL], tags=["runs"])
    def post(self, request: Request, run_id: str) -> Response:
        """Tell a run that something happened. 409 ``unknown_signal`` names those it takes; 422 ``invalid_data``."""
        run = find_run(user_of(request), run_id)
        body = SignalBody(data=request.data)
        body.is_valid(raise_exception=True)
        signal_run(user_of(request), run, **body.validated_data)
        return Response(dict(RunDetail(run).data), status=202)


class DecisionView(APIView):
    """Decides approvals."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="decide_approval", request=DecisionBody, responses=_ANSWER, examples=[_DECISION], tags=["runs"]
    )
    def post(self, request: Request, run_id: str, step: str) -> Response:
        """Approve or reject. 409 ``approval_not_open``; 403 ``not_an_approver`` names who may; 422 ``invalid_data``."""
        run = find_run(user_of(request), run_id)
        body = DecisionBody(data=request.data)
        body.is_valid(raise_exception=True)
        decide_approval(user_of(request), run, step, **body.validated_data)
        return Response(dict(RunDetail(run).data), status=202)
