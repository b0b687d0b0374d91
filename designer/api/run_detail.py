"""One run: read, cancel."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.actions.cancel_run import cancel_run
from designer.api.finding import find_run, user_of
from designer.api.freshness import up_to_date
from designer.api.parsers import BoundedJSONParser
from designer.api.run_schemas import CancelBody, RunDetail


class RunView(APIView):
    """One run."""

    @extend_schema(operation_id="get_run", responses=RunDetail, tags=["runs"])
    def get(self, request: Request, run_id: str) -> Response:
        """Read a run. While it goes on its counts follow the events by moments; its end is exact."""
        return Response(dict(RunDetail(up_to_date(find_run(user_of(request), run_id))).data))


class CancelView(APIView):
    """Stops a run."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(operation_id="cancel_run", request=CancelBody, responses={202: RunDetail}, tags=["runs"])
    def post(self, request: Request, run_id: str) -> Response:
        """Ask a run to stop: 202 when it was told, 409 ``run_finished`` when it has ended."""
        run = find_run(user_of(request), run_id)
        body = CancelBody(data=request.data)
        body.is_valid(raise_exception=True)
        cancel_run(user_of(request), run, body.validated_data["reason"])
        return Response(dict(RunDetail(run).data), status=202)
