"""``/bundles/{digest}/decisions``, ``/bundles/refused``: what was decided, and what was not taken in."""

from typing import cast

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.pages import CursorPages
from agentcluster.api.permissions import LoggedIn
from agentcluster.errors import BadInputError
from agents.bundles.access import may_decide
from agents.bundles.api.bundles import find_bundle
from agents.bundles.api.rows import decision_row, refusal_row
from agents.bundles.api.schemas import DecisionListSerializer, RefusalListSerializer
from agents.bundles.models import Refusal

_PAGING = [OpenApiParameter("limit", int), OpenApiParameter("cursor", str)]


class DecisionsView(APIView):
    """The decisions on a bundle."""

    permission_classes = [LoggedIn]
    page_order = ("-at", "-id")

    @extend_schema(
        operation_id="list_bundle_decisions", responses=DecisionListSerializer, tags=["bundles"], parameters=_PAGING
    )
    def get(self, request: Request, digest: str) -> Response:
        """List what was decided on a bundle, newest first: by whom, when and why."""
        rows = find_bundle(digest).decisions.select_related("by")
        pages = CursorPages()
        page = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([decision_row(decision) for decision in page])


class RefusalsView(APIView):
    """The uploads that were refused."""

    permission_classes = [LoggedIn]
    page_order = ("-at", "-id")

    @extend_schema(
        operation_id="list_refused_bundles",
        responses=RefusalListSerializer,
        tags=["bundles"],
        parameters=[OpenApiParameter("by", str, description="Exact name of the account that sent it"), *_PAGING],
    )
    def get(self, request: Request) -> Response:
        """List uploads that were refused, newest first. Those who decide on bundles see all, others their own."""
        user, by = cast(User, request.user), request.query_params.get("by", "")
        if "\0" in by:
            raise BadInputError("by is the name of an account.", field="/by")
        rows = Refusal.objects.select_related("by")
        rows = rows if may_decide(user) else rows.filter(by=user)
        rows = rows.filter(by__username=by) if by else rows
        pages = CursorPages()
        page = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([refusal_row(refusal) for refusal in page])
