"""``/subjects``: register, look up, read and delete versions."""

from rest_framework.request import Request
from rest_framework.response import Response

from agents.contracts import reading
from agents.contracts.actions.delete import delete_contract, delete_version, referenced_by
from agents.contracts.actions.register import digest_of, register
from agents.contracts.confluent.bodies import asked, version_body
from agents.contracts.confluent.http import DialectView, flag, user_of
from agents.contracts.errors import UnknownSchemaError
from agents.contracts.gate import TRIALS
from agents.contracts.models import Contract


class SubjectsView(DialectView):
    """All subjects."""

    def get(self, request: Request) -> Response:
        """Return names; ``deleted``, ``deletedOnly``, ``subjectPrefix``, ``offset`` and ``limit`` choose."""
        rows = Contract.objects.order_by("name")
        if flag(request, "deletedOnly"):
            rows = rows.filter(versions__isnull=False).exclude(versions__deleted=False)
        elif flag(request, "deleted"):
            rows = rows.filter(versions__isnull=False)
        else:
            rows = rows.filter(versions__deleted=False)
        prefix = request.query_params.get("subjectPrefix", "").removeprefix(":*:")
        names = rows.filter(name__startswith=prefix).distinct().values_list("name", flat=True)
        start, end = window(request)
        return Response([*names[start:end]])


class SubjectView(DialectView):
    """One subject."""

    def post(self, request: Request, subject: str) -> Response:
        """Return the version that has the schema in the request."""
        found = reading.contract(subject, deleted=flag(request, "deleted"))
        given = asked(request.data)
        with TRIALS.place():
            parsed = reading.parse_with(given.schema_type, given.text, given.references)
        rows = reading.versions(found, "all" if flag(request, "deleted") else "live")
        row = rows.filter(schema__digest=digest_of(parsed, given.references)).last()
        if row is None:
            raise UnknownSchemaError(f"“{subject}” has no version with this schema.")
        return Response(version_body(row, request.query_params.get("format", "")))

    def delete(self, request: Request, subject: str) -> Response:
        """Delete all versions."""
        return Response(delete_contract(user_of(request), subject, permanent=flag(request, "permanent")))


class VersionsView(DialectView):
    """The versions of a subject."""

    def get(self, request: Request, subject: str) -> Response:
        """Return their numbers."""
        deleted = flag(request, "deleted") or flag(request, "deletedOnly")
        found = reading.contract(subject, deleted=deleted)
        which = "deleted" if flag(request, "deletedOnly") else "all" if deleted else "live"
        rows = reading.versions(found, which)  # type: ignore[arg-type]  # one of the three
        start, end = window(request)
        return Response([*rows.values_list("number", flat=True)[start:end]])

    def post(self, request: Request, subject: str) -> Response:
        """Register a schema and return its id."""
        given = asked(request.data)
        row, _ = register(user_of(request), subject, given.schema_type, given.text, given.references)
        return Response({"id": row.schema_id})


class VersionView(DialectView):
    """One version of a subject."""

    def get(self, request: Request, subject: str, version: str) -> Response:
        """Return it."""
        deleted = flag(request, "deleted")
        row = reading.version(reading.contract(subject, deleted=deleted), version, deleted=deleted)
        return Response(version_body(row, request.query_params.get("format", "")))

    def delete(self, request: Request, subject: str, version: str) -> Response:
        """Delete it."""
        return Response(delete_version(user_of(request), subject, version, permanent=flag(request, "permanent")))


class VersionSchemaView(DialectView):
    """The schema of a version, and nothing else."""

    def get(self, request: Request, subject: str, version: str) -> Response:
        """Return its text."""
        row = reading.version(reading.contract(subject), version)
        return Response(version_body(row, request.query_params.get("format", ""))["schema"])


class ReferencedByView(DialectView):
    """Who refers to a version."""

    def get(self, request: Request, subject: str, version: str) -> Response:
        """Return the ids of schemas."""
        row = reading.version(reading.contract(subject), version)
        return Response(referenced_by(subject, [row.number]))


def window(request: Request) -> tuple[int, int | None]:
    """Return where a list begins and ends."""
    given = {name: request.query_params.get(name, "") for name in ("offset", "limit")}
    numbers = {
        name: int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0 for name, text in given.items()
    }
    start = numbers["offset"]
    return start, start + numbers["limit"] if numbers["limit"] else None
