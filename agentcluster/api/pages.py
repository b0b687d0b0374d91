"""Lists by cursor: ``{"next": url|null, "previous": url|null, "results": […]}``."""

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


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
