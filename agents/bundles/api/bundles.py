"""``/bundles``: upload, look, decide."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from agentcluster.api.pages import CursorPages
from agentcluster.api.permissions import LoggedIn
from agentcluster.errors import BadInputError
from agentcluster.security.upload_limit import UploadTooLargeError
from agents.bundles import files, zips
from agents.bundles.actions.note_refusal import note_refusal
from agents.bundles.actions.upload_bundle import upload_bundle
from agents.bundles.api.receiving import BundleUpload, UploadRate
from agents.bundles.api.rows import bundle_row
from agents.bundles.api.schemas import (
    DECIDED_STATUSES,
    BundleFileListSerializer,
    BundleListSerializer,
    BundleSerializer,
    BundleUploadBody,
)
from agents.bundles.errors import UnknownBundleError
from agents.bundles.models import Bundle
from agents.bundles.standing import is_digest
from agents.bundles.trust import keys

_STATUSES = [value for value, _ in DECIDED_STATUSES]
_BOOLEANS = {"": False, "false": False, "0": False, "true": True, "1": True}


def find_bundle(digest: str) -> Bundle:
    """Return the bundle, or raise ``UnknownBundleError``."""
    rows = Bundle.objects.filter(digest=digest).select_related("uploaded_by", "decided_by")
    bundle = rows.first() if is_digest(digest) else None
    if bundle is None:
        raise UnknownBundleError(f"There is no bundle {digest[:64]}.")
    return bundle


class BundlesView(APIView):
    """All bundles."""

    permission_classes = [LoggedIn]
    parser_classes = [MultiPartParser]
    page_order = ("-uploaded_at", "-id")

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Bound what is read before anything is."""
        request.upload_handlers = [BundleUpload(request)]
        return super().initialize_request(request, *args, **kwargs)

    def get_throttles(self) -> list[BaseThrottle]:
        """Count uploads only."""
        return [UploadRate()] if self.request.method == "POST" else []

    @extend_schema(
        operation_id="list_bundles",
        responses=BundleListSerializer,
        tags=["bundles"],
        parameters=[
            OpenApiParameter("status", str, enum=_STATUSES),
            OpenApiParameter("agent", str, description="Exact name"),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
    )
    def get(self, request: Request) -> Response:
        """List bundles, newest first."""
        rows = Bundle.objects.select_related("uploaded_by", "decided_by")
        status, agent = request.query_params.get("status", ""), request.query_params.get("agent", "")
        if status and status not in _STATUSES:
            raise BadInputError(f"status is one of {', '.join(_STATUSES)}.", field="/status")
        if "\0" in agent:
            raise BadInputError("agent is the name of an agent.", field="/agent")
        rows = rows.filter(**{name: value for name, value in (("status", status), ("agent", agent)) if value})
        pages = CursorPages()
        page = pages.paginate_queryset(rows, request, view=self) or []
        trusted = keys()
        return pages.get_paginated_response([bundle_row(bundle, trusted) for bundle in page])

    @extend_schema(
        operation_id="upload_bundle",
        request={"multipart/form-data": BundleUploadBody},
        responses={200: BundleSerializer, 201: BundleSerializer},
        parameters=[
            OpenApiParameter("dry_run", bool, description="Only check; the bundle is not kept. A refusal is noted")
        ],
        tags=["bundles"],
    )
    def post(self, request: Request) -> Response:
        """Upload a bundle. 200 when the same content is there already; 422 `bundle_refused` with every check made."""
        given = request.query_params.get("dry_run", "")
        if given not in _BOOLEANS:
            raise BadInputError("dry_run is true or false.", field="/dry_run")
        user = cast(User, request.user)
        try:
            file = request.FILES.get("file")
        except UploadTooLargeError as error:
            note_refusal(user, error, file=None, found=None, dry_run=_BOOLEANS[given])
            raise
        if file is None:
            raise BadInputError("Send the zip as the form field “file”.", field="/file")
        bundle, created = upload_bundle(user, cast(Any, file), dry_run=_BOOLEANS[given])
        location = {"Location": request.build_absolute_uri(f"/api/v1/bundles/{bundle.digest}")} if bundle.pk else {}
        return Response(bundle_row(bundle, keys()), status=201 if created else 200, headers=location)


class BundleView(APIView):
    """One bundle."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="read_bundle", responses=BundleSerializer, tags=["bundles"])
    def get(self, request: Request, digest: str) -> Response:
        """Return a bundle with its checks and its manifest."""
        return Response(bundle_row(find_bundle(digest), keys()))


class BundleFilesView(APIView):
    """What is in a bundle."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="list_bundle_files", responses=BundleFileListSerializer, tags=["bundles"])
    def get(self, request: Request, digest: str) -> Response:
        """List the files of a bundle, by path, all on one page."""
        return Response({"next": None, "previous": None, "results": find_bundle(digest).files})


class BundleFileView(APIView):
    """A file of a bundle."""

    permission_classes = [LoggedIn]

    @extend_schema(
        operation_id="read_bundle_file",
        responses={(200, "text/plain"): OpenApiTypes.STR},
        tags=["bundles"],
    )
    def get(self, request: Request, digest: str, path: str) -> HttpResponse:
        """Return a file as text: 413 over 256 KB, 415 when it is no text."""
        answer = HttpResponse(files.read_text(find_bundle(digest), path), content_type="text/plain; charset=utf-8")
        return _inert(answer)


class BundleDownloadView(APIView):
    """The zip."""

    permission_classes = [LoggedIn]

    @extend_schema(
        operation_id="download_bundle",
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
        tags=["bundles"],
    )
    def get(self, request: Request, digest: str) -> HttpResponse:
        """Download the zip as it was uploaded."""
        bundle = find_bundle(digest)
        answer = HttpResponse(zips.read(bundle.zip_digest), content_type="application/zip")
        name = f"{bundle.agent}-{bundle.version}.zip"
        answer["Content-Disposition"] = content_disposition_header(True, name) or ""
        return _inert(answer)


def _inert(answer: HttpResponse) -> HttpResponse:
    """Let no browser take for a page what somebody uploaded."""
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
