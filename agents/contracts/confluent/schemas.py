"""``/schemas``: schemas by the id that messages carry."""

from typing import Any, Final

from django.db.models import OuterRef, Subquery
from rest_framework.request import Request
from rest_framework.response import Response

from agents.contracts import reading
from agents.contracts.confluent.bodies import schema_body, version_body
from agents.contracts.confluent.http import DialectView, flag
from agents.contracts.confluent.subjects import window
from agents.contracts.formats import SchemaType
from agents.contracts.models import ContractVersion

MOST: Final = 1_000
"""So many a request, as the original."""


class TypesView(DialectView):
    """The types there are."""

    def get(self, request: Request) -> Response:
        """Return their names."""
        return Response(sorted(kind.value for kind in SchemaType))


class SchemasView(DialectView):
    """The schemas of all subjects."""

    def get(self, request: Request) -> Response:
        """Return versions with their schemas, by subject and version, at most ``MOST``.

        ``subjectPrefix``, ``latestOnly``, ``deleted``, ``offset`` and ``limit`` choose.
        """
        prefix = request.query_params.get("subjectPrefix", "").removeprefix(":*:")
        rows = ContractVersion.objects.filter(contract__name__startswith=prefix)
        if not flag(request, "deleted"):
            rows = rows.filter(deleted=False)
        if flag(request, "latestOnly"):
            newest = rows.filter(contract=OuterRef("contract")).order_by("-number").values("pk")[:1]
            rows = rows.filter(pk=Subquery(newest))
        start, end = window(request)
        end = min(end or start + MOST, start + MOST)
        rows = rows.select_related("contract", "schema").order_by("contract__name", "number")
        return Response([version_body(row) for row in rows[start:end]])


class SchemaView(DialectView):
    """A schema."""

    def get(self, request: Request, schema_id: int) -> Response:
        """Return it."""
        row = reading.schema(schema_id)
        body = schema_body(row, request.query_params.get("format", ""))
        if flag(request, "fetchMaxId"):
            body["maxId"] = ContractVersion.objects.order_by("-schema_id").values_list("schema_id", flat=True).first()
        return Response(body)


class SchemaTextView(DialectView):
    """A schema's text, and nothing else."""

    def get(self, request: Request, schema_id: int) -> Response:
        """Return it."""
        return Response(schema_body(reading.schema(schema_id), request.query_params.get("format", ""))["schema"])


class SchemaSubjectsView(DialectView):
    """Where a schema is used."""

    def get(self, request: Request, schema_id: int) -> Response:
        """Return the names of subjects."""
        return Response(sorted({row.contract.name for row in _versions(request, schema_id)}))


class SchemaVersionsView(DialectView):
    """In which versions a schema is used."""

    def get(self, request: Request, schema_id: int) -> Response:
        """Return subjects and versions."""
        return Response(
            [{"subject": row.contract.name, "version": row.number} for row in _versions(request, schema_id)]
        )


def _versions(request: Request, schema_id: int) -> Any:
    rows = reading.schema(schema_id).versions.select_related("contract").order_by("contract__name", "number")
    return rows if flag(request, "deleted") else rows.filter(deleted=False)
