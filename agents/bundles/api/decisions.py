"""``/bundles/{digest}/approve``, ``/reject``, ``/quarantine``."""

from typing import cast

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.permissions import LoggedIn
from agents.bundles.actions.approve_bundle import approve_bundle
from agents.bundles.actions.quarantine_bundle import quarantine_bundle
from agents.bundles.actions.reject_bundle import reject_bundle
from agents.bundles.api.rows import bundle_row
from agents.bundles.api.schemas import ApproveBody, BundleSerializer, NoteBody
from agents.bundles.trust import keys


class ApproveView(APIView):
    """Approving."""

    permission_classes = [LoggedIn]

    @extend_schema(
        operation_id="approve_bundle",
        request=ApproveBody,
        responses=BundleSerializer,
        examples=[OpenApiExample("With two instances", {"note": "Reviewed", "replicas": 2}, request_only=True)],
        tags=["bundles"],
    )
    def post(self, request: Request, digest: str) -> Response:
        """Let nodes run a bundle, and register its version; `replicas` deploys so many instances of it."""
        body = ApproveBody(data=request.data)
        body.is_valid(raise_exception=True)
        bundle = approve_bundle(cast(User, request.user), digest, **body.validated_data)
        return Response(bundle_row(bundle, keys()))


class RejectView(APIView):
    """Rejecting."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="reject_bundle", request=NoteBody, responses=BundleSerializer, tags=["bundles"])
    def post(self, request: Request, digest: str) -> Response:
        """Refuse a bundle for good. One that was approved is taken from the nodes; its instances end."""
        body = NoteBody(data=request.data)
        body.is_valid(raise_exception=True)
        bundle = reject_bundle(cast(User, request.user), digest, note=body.validated_data["note"])
        return Response(bundle_row(bundle, keys()))


class QuarantineView(APIView):
    """Quarantining."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="quarantine_bundle", request=NoteBody, responses=BundleSerializer, tags=["bundles"])
    def post(self, request: Request, digest: str) -> Response:
        """Put a bundle back into quarantine. One that was approved is taken from the nodes; its instances end."""
        body = NoteBody(data=request.data)
        body.is_valid(raise_exception=True)
        bundle = quarantine_bundle(cast(User, request.user), digest, note=body.validated_data["note"])
        return Response(bundle_row(bundle, keys()))
