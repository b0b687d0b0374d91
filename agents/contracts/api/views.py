"""``/contracts``: what messages look like, version by version."""

from typing import Any, Final

import msgspec
from django.contrib.auth.models import User
from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.pages import CursorPages
from agentcluster.api.permissions import LoggedIn
from agentcluster.errors import BadInputError
from agentcluster.streams import rejected
from agents.contracts import reading
from agents.contracts.access import require_rejected, with_rejected
from agents.contracts.actions.clear_rejected import clear_rejected
from agents.contracts.actions.configure import set_level, set_mode, set_pattern, set_project
from agents.contracts.actions.delete import delete_contract
from agents.contracts.actions.register import digest_of, register
from agents.contracts.api import rows, schemas
from agents.contracts.compatibility import try_out
from agents.contracts.confluent.http import user_of
from agents.contracts.formats import Reference, SchemaType
from agents.contracts.models import Contract
from agents.contracts.usage import used_by
from agents.domain.contracts.compatibility import Level, check
from agents.domain.contracts.diff import lines

TAGS: Final = ["contracts"]
_TYPES: Final = frozenset(SchemaType.__members__)


class ContractsView(APIView):
    """All contracts."""

    permission_classes = [LoggedIn]
    page_order = "name"

    @extend_schema(
        operation_id="contracts_list",
        tags=TAGS,
        responses=schemas.ContractSchema(many=True),
        parameters=[
            OpenApiParameter("search", str, description="Part of the name"),
            OpenApiParameter("schema_type", str, enum=sorted(_TYPES)),
            OpenApiParameter(
                "system", str, enum=["true", "false"], description="Only the system's own, or none of them"
            ),
            OpenApiParameter("rejected", str, enum=["true"], description="Only those that messages broke"),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
    )
    def get(self, request: Request) -> Response:
        """Return contracts with their newest version, by name."""
        asked = request.query_params
        found = rows.listed().filter(name__icontains=asked.get("search", "")[:255])
        if kind := asked.get("schema_type"):
            if kind not in _TYPES:
                raise BadInputError("schema_type is AVRO, PROTOBUF or JSON.", field="/schema_type")
            found = found.filter(versions__deleted=False, versions__schema__schema_type=kind).distinct()
        if asked.get("system") in ("true", "false"):
            found = found.filter(system=asked["system"] == "true")
        if asked.get("rejected") == "true":
            found = found.filter(name__in=_broken())
        pages = CursorPages()
        page = pages.paginate_queryset(found, request, view=self) or []
        made = rows.ContractRows(user_of(request))
        return pages.get_paginated_response([made.row(each) for each in page])


class ContractView(APIView):
    """One contract."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="contracts_read", tags=TAGS, responses=schemas.ContractDetailSchema)
    def get(self, request: Request, name: str) -> Response:
        """Return the contract, its versions (newest first), and who sends and takes its messages."""
        return Response(_detail(name, user_of(request)))

    @extend_schema(
        operation_id="contracts_update",
        tags=TAGS,
        request=schemas.SettingsGiven,
        responses=schemas.ContractDetailSchema,
    )
    def patch(self, request: Request, name: str) -> Response:
        """Change its level, its mode, what it applies to, its project: all of what is named, or nothing."""
        given, user = _read(schemas.SettingsGiven, request), user_of(request)
        contract = reading.contract(name)
        with transaction.atomic():
            if "pattern" in given:
                set_pattern(user, contract, given["pattern"])
            if "compatibility" in given:
                set_level(user, name, given["compatibility"], inherit=True)
            if "mode" in given:
                set_mode(user, name, given["mode"], inherit=True)
            if "project" in given:
                set_project(user, reading.contract(name), given["project"])
        return Response(_detail(name, user))

    @extend_schema(operation_id="contracts_delete", tags=TAGS, responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Delete all its versions: no message needs to follow it any more. The Confluent dialect can delete for good."""
        delete_contract(user_of(request), name)
        return Response(status=204)


class ContractVersionsView(APIView):
    """The versions of a contract."""

    permission_classes = [LoggedIn]

    @extend_schema(
        operation_id="contracts_register",
        tags=TAGS,
        request=schemas.VersionGiven,
        responses={201: schemas.ContractTextSchema, 200: schemas.ContractTextSchema},
    )
    def post(self, request: Request, name: str) -> Response:
        """Register a schema as the next version (200: there is a version with it already); 409 with the reasons by field."""
        given = _read(schemas.VersionGiven, request)
        kind, references = SchemaType(given["schema_type"]), _references(given)
        row, new = register(
            user_of(request), name, kind, given["schema"], references, semver=given["version"], project=given["project"]
        )
        return Response(rows.text_row(row), status=201 if new else 200)


class ContractVersionView(APIView):
    """One version of a contract."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="contracts_version", tags=TAGS, responses=schemas.ContractTextSchema)
    def get(self, request: Request, name: str, version: str) -> Response:
        """Return a version with its schema: by number, by semantic version, or ``latest``."""
        return Response(rows.text_row(reading.version(reading.contract(name), version)))


class TrialView(APIView):
    """Would a schema do?"""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="contracts_check", tags=TAGS, request=schemas.TrialGiven, responses=schemas.TrialSchema)
    def post(self, request: Request, name: str) -> Response:
        """Say whether a schema would be compatible, with the reasons by field; nothing is written."""
        given = _read(schemas.TrialGiven, request)
        kind, references = SchemaType(given["schema_type"]), _references(given)
        contract = Contract.objects.filter(name=name).first()
        level = Level(given["compatibility"]) if given["compatibility"] else reading.level_of(contract)
        parsed, found = try_out(contract, kind, given["schema"], references, level=level)
        known = None
        if contract is not None:
            digest = digest_of(parsed, references)
            known = reading.versions(contract).filter(schema__digest=digest).last()
        body = {
            "compatible": not found,
            "compatibility": level,
            "known_version": known.semver if known else None,
            "incompatibilities": msgspec.to_builtins(found),
        }
        return Response(body)


class DiffView(APIView):
    """What changed between two versions."""

    permission_classes = [LoggedIn]

    @extend_schema(
        operation_id="contracts_diff",
        tags=TAGS,
        responses=schemas.ContractDiffSchema,
        parameters=[OpenApiParameter("old", str, required=True), OpenApiParameter("new", str, default="latest")],
    )
    def get(self, request: Request, name: str) -> Response:
        """Return the lines that changed, and what the change breaks in either direction."""
        contract = reading.contract(name)
        old = reading.version(contract, request.query_params.get("old", ""))
        new = reading.version(contract, request.query_params.get("new", "latest"))
        before, after = rows.text_row(old), rows.text_row(new)
        found = []
        if old.schema.schema_type == new.schema.schema_type:
            earlier = [(old.number, reading.read(old.schema))]
            found = check(Level.FULL, reading.read(new.schema), earlier, lambda one, other: one.reads(other))
        body = {
            "old": rows.version_row(old),
            "new": rows.version_row(new),
            "lines": msgspec.to_builtins(lines(before["schema"], after["schema"])),
            "incompatibilities": msgspec.to_builtins(found),
        }
        return Response(body)


class RejectedView(APIView):
    """Messages that broke the contract."""

    permission_classes = [LoggedIn]

    @extend_schema(
        operation_id="contracts_rejected",
        tags=TAGS,
        responses=schemas.RejectedPage,
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("before", str, description="Older than this id")],
    )
    def get(self, request: Request, name: str) -> Response:
        """Return rejected messages, newest first. Only for members of its project and operators."""
        require_rejected(user_of(request), reading.contract(name))
        limit = min(100, max(1, _number(request.query_params.get("limit"), 20)))
        before = request.query_params.get("before", "")
        if before and not all(part.isascii() and part.isdigit() for part in before.split("-")):
            raise BadInputError("before is the id of a rejected message.", field="/before")
        found = rejected.newest(rows.redis(), name, limit, before)
        more = None
        if len(found) == limit:
            more = request.build_absolute_uri(f"?limit={limit}&before={found[-1][0]}")
        results = [rows.rejected_row(*entry) for entry in found]
        return Response(
            {"next": more, "previous": None, "results": results, "count": rejected.counts(rows.redis()).get(name, 0)}
        )

    @extend_schema(operation_id="contracts_clear_rejected", tags=TAGS, responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Forget the rejected messages and count from 0."""
        clear_rejected(user_of(request), reading.contract(name))
        return Response(status=204)


class RejectedCountsView(APIView):
    """Where messages were rejected."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="contracts_rejected_counts", tags=TAGS, responses=schemas.RejectedCounts)
    def get(self, request: Request) -> Response:
        """Return the contracts that messages broke, of those whose rejected messages the reader may see."""
        counts = rejected.counts(rows.redis())
        seen = with_rejected(Contract.objects.filter(name__in=[*counts]), user_of(request))
        names = sorted(seen.values_list("name", flat=True), key=lambda name: (-counts[name], name))
        results = [{"contract": name, "count": counts[name]} for name in names]
        return Response({"next": None, "previous": None, "results": results})


def _broken() -> list[str]:
    return [name for name, count in rejected.counts(rows.redis()).items() if count]


def _detail(name: str, user: User) -> dict[str, Any]:
    contract = rows.listed().filter(name=reading.contract(name).name).get()
    row = rows.ContractRows(user).row(contract)
    versions = contract.live_versions  # type: ignore[attr-defined]  # set by Prefetch
    return {
        **row,
        "all_versions": [rows.version_row(each) for each in reversed(versions)],
        "used_by": used_by(contract, user),
    }


def _read(kind: Any, request: Request) -> dict[str, Any]:
    body = kind(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def _references(given: dict[str, Any]) -> tuple[Reference, ...]:
    return tuple(Reference(each["name"], each["subject"], each["version"]) for each in given["references"])


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else default
