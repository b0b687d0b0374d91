"""One run: read."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.actions.delete_run import delete_run
from designer.api.finding import find_run, user_of
from designer.api.freshness import up_to_date
from designer.api.run_schemas import RunDetail


class RunView(APIView):
    """One run."""

    @extend_schema(operation_id="get_run", responses=RunDetail, tags=["runs"])
    def get(self, request: Request, run_id: str) -> Response:
        """Read a run. While it goes on its counts follow the events by moments; its end is exact."""
        return Response(dict(RunDetail(up_to_date(find_run(user_of(request), run_id))).data))

    @extend_schema(operation_id="delete_run", responses={204: None}, tags=["runs"])
    def delete(self, request: Request, run_id: str) -> Response:
        """Delete a run that has ended, with its log, for good. 409 ``run_not_finished`` while it goes on."""
        delete_run(user_of(request), find_run(user_of(request), run_id))
        return Response(status=204)
