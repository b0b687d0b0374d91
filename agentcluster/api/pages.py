"""Lists by cursor: ``{"next": url|null, "previous": url|null, "results": […]}``."""

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from agentcluster.errors import BadInputError

if TYPE_CHECKING:
    from rest_framework.views import APIView


_BAD_CURSOR = "This cursor is none that a list has answered; begin without one."


class CursorPages(CursorPagination):
    """100 rows a page, ``?limit=`` up to 500. A view sets ``page_order`` (a field or a tuple; ``-`` = descending)."""

    page_size = 100
    max_page_size = 500
    page_size_query_param = "limit"
    ordering = "-pk"

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page for the OpenAPI document (3.1: null is a type)."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: "APIView") -> tuple[str, ...]:
        """Return the fields the cursor runs over; the first must not change while somebody pages."""
        order = getattr(view, "page_order", self.ordering)
        return (order,) if isinstance(order, str) else tuple(order)

    def decode_cursor(self, request: Request) -> Any:
        """Return the cursor of the request; raises ``BadInputError`` for what no answer has given."""
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise BadInputError(_BAD_CURSOR, field="/cursor") from error
        if cursor is not None and "\0" in str(cursor.position or ""):
            raise BadInputError(_BAD_CURSOR, field="/cursor")
        return cursor

    def get_page_size(self, request: Request) -> int | None:
        """Return the rows of a page; raises ``BadInputError`` for a limit that is no number from 1 on."""
        given = request.query_params.get(self.page_size_query_param or "", "")
        if given and not (given.isascii() and given.isdigit() and given.strip("0")):
            raise BadInputError("limit is a whole number from 1 on.", field="/limit")
        return super().get_page_size(request)
