"""``/schemas``: schemas by the id that messages carry."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from agents.contracts import reading
from agents.contracts.confluent.bodies import schema_body
from agents.contracts.confluent.http import DialectView, flag
from agents.contracts.formats import SchemaType
from agents.contracts.models import ContractVersion


class TypesView(DialectView):
    """The types there are."""

    def get(self, request: Request) -> Response:
        """Return their names."""
        return Response(sorted(kind.value for kind in SchemaType))


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
