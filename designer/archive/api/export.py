"""Runs to take along: one as a document, many as JSON Lines; streamed, whatever their size."""

from collections.abc import AsyncIterator
from typing import Any, Final

from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from agentcluster.security.permissions import visible
from agentcluster.streams.entries import Entry
from designer.api.finding import find_run, user_of
from designer.api.freshness import up_to_date
from designer.api.run_filters import RunFilters
from designer.api.run_schemas import RunItem
from designer.models import Run
from designer.traces.log import read_entries

FORMAT: Final = "agentcluster.run/v1"
PAGE: Final = 200
RUNS: Final = 50


class ExportedRun(RunItem):
    """A run as it is exported."""

    project = serializers.CharField(source="project.slug")  # type: ignore[assignment]  # the format holds the slug alone
    version_id = serializers.CharField()
    input = serializers.DictField()
    output = serializers.JSONField()
    labels = serializers.DictField(child=serializers.CharField())
    cursor = serializers.IntegerField()
    trace_id = serializers.CharField()


class ExportFilters(RunFilters):
    """Which runs, and how much of them."""

    records = serializers.BooleanField(default=True, help_text="Whether their events come along")


class ExportRunView(APIView):
    """One run as a document."""

    @extend_schema(operation_id="export_run", responses={(200, "application/json"): OpenApiTypes.OBJECT}, tags=["runs"])
    def get(self, request: Request, run_id: str) -> StreamingHttpResponse:
        """Export a run: `{"format", "run", "graph", "records"}`, the records byte for byte as its log has them."""
        run = up_to_date(find_run(user_of(request), run_id))
        return _attachment(_document(run), "application/json", f"run-{run.pk}.json")


class ExportRunsView(APIView):
    """Many runs as JSON Lines."""

    @extend_schema(
        operation_id="export_runs",
        parameters=[ExportFilters],
        responses={(200, "application/jsonl"): OpenApiTypes.STR},
        tags=["runs"],
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Export runs, newest first: a line `{"format", "run", "records"}` for each. The filters are those of the list."""
        filters = ExportFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        lines = _lines(user_of(request), filters, records=filters.validated_data["records"])
        return _attachment(lines, "application/jsonl", "runs.jsonl")


def _attachment(pieces: AsyncIterator[bytes], media_type: str, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(pieces, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


async def _document(run: Run) -> AsyncIterator[bytes]:
    yield b'{"format":%s,"run":%s,"graph":%s,"records":[' % (_json(FORMAT), _described(run), _json(run.version.graph))
    async for piece in _records(run.pk):
        yield piece
    yield b"]}\n"


async def _lines(user: User, filters: ExportFilters, *, records: bool) -> AsyncIterator[bytes]:
    last = ""
    while page := await database_sync_to_async(_page)(user, filters, last):
        last = page[-1].pk
        for run in page:
            yield b'{"format":%s,"run":%s' % (_json(FORMAT), _described(run))
            if records:
                yield b',"records":['
                async for piece in _records(run.pk):
                    yield piece
                yield b"]"
            yield b"}\n"


async def _records(run_id: str) -> AsyncIterator[bytes]:
    after = 0
    while page := await database_sync_to_async(_entries)(run_id, after):
        yield (b"," if after else b"") + b",".join(entry.data for entry in page)
        after = page[-1].seq


def _page(user: User, filters: ExportFilters, before: str) -> list[Run]:
    rows: QuerySet[Run] = Run.objects.select_related("project", "workflow", "version", "created_by")
    rows = filters.narrowed(visible(rows.defer("version__graph", "workflow__draft"), user)).order_by("-pk")
    return [*(rows.filter(pk__lt=before) if before else rows)[:RUNS]]


def _entries(run_id: str, after: int) -> list[Entry]:
    return read_entries(run_id, after, PAGE)


def _described(run: Run) -> bytes:
    return _json(dict(ExportedRun(run).data))


def _json(value: Any) -> bytes:
    return _encoder.encode(value).encode()


_encoder: Final = DjangoJSONEncoder(ensure_ascii=False, separators=(",", ":"))
