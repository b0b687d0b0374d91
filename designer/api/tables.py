"""Tables: the rows of an Arrow artifact, page by page."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.artifacts import check_digest
from agents.tools.tables import read_rows
from designer.actions.mentions import find_mentioned
from designer.api.artifact_schemas import TablePage
from designer.api.finding import find_run, user_of


class Rows(serializers.Serializer[None]):
    """Which rows."""

    offset = serializers.IntegerField(min_value=0, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=100)


class TableView(APIView):
    """A table that a run worked with."""

    @extend_schema(operation_id="read_table", parameters=[Rows], responses=TablePage, tags=["artifacts"])
    def get(self, request: Request, run_id: str, digest: str) -> Response:
        """Return rows of an Arrow artifact that the run mentions; dates in ISO 8601, missing values null."""
        ref = find_mentioned(find_run(user_of(request), run_id), check_digest(digest))
        asked = Rows(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(read_rows(ref, **asked.validated_data))
