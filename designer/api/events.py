"""The events of a run, as a page of JSON. (``Accept: text/event-stream`` is answered by ``designer.traces.sse``.)"""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from designer.api.examples import PAGE, STREAM
from designer.api.finding import find_run, user_of
from designer.api.run_schemas import EventPage
from designer.traces.log import read_page
from designer.traces.wire import page_bytes

MAX_EVENTS = 1000
MAX_SEQ = 10**15 - 1
"""As for streams: far above any run's events, far below what Redis refuses."""
_DESCRIPTION = (
    "Events above `after`, in order; ask again with the answered `cursor` until `terminal`. With "
    "`Accept: text/event-stream` the answer is a stream (server-sent events) that follows the run: `id:` is the sequence "
    "number, `event: record`, `data:` the record; `event: end` comes last. `Last-Event-ID` resumes it."
)


class Page(serializers.Serializer[None]):
    """Which events."""

    after = serializers.IntegerField(
        min_value=0, max_value=MAX_SEQ, default=0, help_text="Sequence number of the last event you have"
    )
    limit = serializers.IntegerField(min_value=1, max_value=MAX_EVENTS, default=MAX_EVENTS)


class EventsView(APIView):
    """The log of a run."""

    @extend_schema(
        operation_id="list_events",
        description=_DESCRIPTION,
        parameters=[
            Page,
            OpenApiParameter("Last-Event-ID", OpenApiTypes.INT, OpenApiParameter.HEADER, description="For streams"),
        ],
        responses={(200, "application/json"): EventPage, (200, "text/event-stream"): OpenApiTypes.STR},
        examples=[
            OpenApiExample("A page", PAGE, response_only=True, media_type="application/json"),
            OpenApiExample("A stream", STREAM, response_only=True, media_type="text/event-stream"),
        ],
        tags=["runs"],
    )
    def get(self, request: Request, run_id: str) -> HttpResponse:
        """Return the events as they stand in the log, byte for byte."""
        run = find_run(user_of(request), run_id)
        asked = Page(data=request.query_params)
        asked.is_valid(raise_exception=True)
        entries, terminal = read_page(run.pk, **asked.validated_data)
        cursor = entries[-1].seq if entries else asked.validated_data["after"]
        return HttpResponse(page_bytes(entries, cursor, terminal), content_type="application/json")
